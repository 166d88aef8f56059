"""The notebooks keep the rules of ``tests.rules``, and each rule catches what it is for."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import address, notebooks, prose, rules

ALT = "Entropy rises from 0.44 nats at temperature 0.5 to 1.02 nats at 2."
OPENING = """# Temperature

Does a cold model say anything new?

You will be able to cool one. Minutes: 20. Builds on [counting](references.md).
"""
PREDICT = ":::{admonition} Predict\n:class: predict\nIs it 31%, or 1,234 names, or 0.44?\n:::"
ENDING = """## Summary

The favourite goes from 31% to 54% in 1948.

## Where common explanations go wrong

`color=7.77` and $0.123$ are not looked at.

## Questions

1. One? <button type="button" data-explorer-target="names" data-explorer-state="cold">Cool it</button>
2. Two?
3. Three?

:::{dropdown} Answer 1
One.
:::

:::{dropdown} Answer 2
Two.
:::

:::{dropdown} Answer 3
Three.
:::

## Sources

{cite:t}`known1990` found 9.99.
"""


def good() -> nbformat.NotebookNode:
    """Return a small chapter that breaks no rule."""
    image = new_output("display_data", {"image/png": "iVBO", "text/plain": ALT})
    slider = new_output("display_data", {rules.WIDGET: {}, "text/html": "<b>0.5</b>", "text/plain": "S"})
    timed = new_code_cell("took = 3", metadata={"tags": ["nbval-ignore-output"]})
    cells = [
        new_markdown_cell(OPENING),
        new_code_cell(address.read().setup, metadata={"tags": rules.SETUP_TAGS}),
        new_code_cell("before, after = 0.3141, 0.5449\nnames = 1_234"),
        new_code_cell("print(before)", outputs=[new_output("stream", text="0.3141")]),
        new_markdown_cell(PREDICT),
        new_code_cell("picture", outputs=[image], metadata={"mystnb": {"figure": {"caption": "Up by 0.44."}}}),
        new_markdown_cell(PREDICT),
        timed,
        new_code_cell("assert took < 5"),
        new_markdown_cell(PREDICT),
        new_code_cell("slider", outputs=[slider]),
        new_markdown_cell(ENDING),
    ]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
    return new_notebook(cells=cells)


def say(text: str):
    """Return a change that adds a sentence to a notebook."""
    return lambda notebook: notebook.cells.append(new_markdown_cell(text))


def put(cell: int, **values):
    """Return a change that sets fields of a cell; the setup cell, 1, is not what most rules look at."""
    return lambda notebook: notebook.cells[cell].update(values)


def swap(old: str, new: str, cell: int = -1):
    """Return a change of the text of a cell."""
    return lambda notebook: put(cell, source=notebook.cells[cell].source.replace(old, new))(notebook)


ERROR = new_output("error", ename="E", evalue="", traceback=[])
NAMELESS = new_output("display_data", {"image/png": "iVBO", "text/plain": "<Figure size 640x480 with 1 Axes>"})
BARE = new_output("display_data", {rules.WIDGET: {}, "text/plain": "IntSlider(value=3)"})
LONG = "\n".join(f"x{n} = {n}" for n in range(7))
BROKEN = {
    "no setup cell": (lambda notebook: notebook.cells.pop(1), "not the setup cell"),
    "no code": (lambda notebook: notebook.cells.__delitem__(slice(1, -1)), "not the setup cell"),
    "another setup cell": (swap("-q ", "", 1), "not the setup cell"),
    "setup cell shown": (put(1, metadata={}), "has the tags"),
    "setup cell with pip's words": (put(1, outputs=[new_output("stream", text="Done")]), "no output"),
    "unused import": (
        swap("names =", "import torch.nn\nfrom math import log as ln\nnames =", 2),
        "ln is imported and not",
    ),
    "no count": (put(2, execution_count=None), "execution count None"),
    "counts out of order": (put(3, execution_count=7), "execution count 7"),
    "error": (put(3, outputs=[ERROR]), "error output"),
    "stderr": (put(3, outputs=[new_output("stream", name="stderr", text="0%")]), "stderr"),
    "print without output": (put(3, outputs=[]), "no output is stored"),
    "value without output": (put(5, outputs=[]), "no output is stored"),
    "widget state": (lambda notebook: notebook.metadata.update(widgets={}), "metadata.widgets"),
    "long cell": (put(2, source=f"{LONG}\n" * 3), "lines of code"),
    "wide cell": (put(2, source="x = " + "1 + " * 24 + "1"), "a line of 101"),
    "long cells": (lambda notebook: [put(n, source=LONG)(notebook) for n in (2, 3, 5, 7)], "median"),
    "no title": (swap("# Temperature", "Temperature", 0), "begins with"),
    "title only": (lambda notebook: put(0, source="# T")(notebook), "words come after"),
    "three in a row": (lambda notebook: notebook.cells.pop(4), "in a row"),
    "ignored, not asserted": (put(8, source="took"), "must assert"),
    "ignored by comment": (put(10, source="# NBVAL_IGNORE_OUTPUT\nslider"), "must assert"),
    "ignored at the end": (put(10, metadata={"tags": ["nbval-ignore-output"]}), "must assert"),
    "skipped": (put(10, metadata={"tags": ["nbval-skip"]}), "skips"),
    "image not described": (put(5, outputs=[NAMELESS]), "alt text '<Figure"),
    "bare widget": (put(10, outputs=[BARE]), "without text/html"),
    "markdown image": (say("![](references.md)"), "without alt text"),
    "html image": (say('<img src="x.png">'), "without alt text"),
    "html": (say("Stress <em>this</em>."), "the HTML <em>"),
    "another button": (say('<button type="button">Go</button>'), "the HTML <button>"),
    "unknown source": (say("{cite:p}`known1990,unknown1991`"), "unknown1991 is not in"),
    "source in a caption": (put(5, metadata={"mystnb": {"figure": {"caption": "{cite}`nobody`"}}}), "nobody is not in"),
    "dead link": (say("[x](03_gone.ipynb#here)"), "03_gone.ipynb leads nowhere"),
    "filler": (say("Simply divide."), "simply"),
    "exclamation": (say("It works!"), "exclamation"),
    "American": (say("The behaviors of neighboring letters."), "neighbour"),
    "stale decimal": (say("It is 0.45."), "0.45 is neither"),
    "stale percentage": (say("It is 32%."), "32% is neither"),
    "stale count": (say("All 12,345 of them."), "12,345 is neither"),
    "stale caption": (put(5, metadata={"mystnb": {"figure": {"caption": "Up by 0.46."}}}), "0.46 is neither"),
    "no question": (swap("new?", "new.", 0), "'?'"),
    "no minutes": (swap("Minutes", "Time", 0), "'minutes'"),
    "no aim": (swap("able to", "taught to", 0), "'able to'"),
    "no ground": (swap("Builds on", "See", 0), "'builds on'"),
    "few predictions": (lambda notebook: put(9, source="Predict.")(notebook), "2 Predict boxes"),
    "no summary": (swap("## Summary", "## End"), "'## Summary'"),
    "no mistakes": (swap("## Where", "## Why"), "'## Where"),
    "no sources": (swap("## Sources", "Sources"), "'## Sources'"),
    "two questions": (swap("3. Three?", ""), "2 numbered questions"),
    "an answer short": (swap("{dropdown} Answer 3", "{note}"), "2 hidden answers"),
}


@pytest.fixture
def small_book(tmp_path, monkeypatch) -> Path:
    """Stand in for the book's folder: one page, one source."""
    (tmp_path / "references.bib").write_text("@book{known1990,\n  title = {T}\n}\n")
    (tmp_path / "references.md").write_text("# References\n")
    monkeypatch.setattr(rules, "BOOK", tmp_path)
    return tmp_path


def test_a_good_chapter_passes(small_book):
    assert list(rules.complaints(good(), "01_good")) == []


@pytest.mark.parametrize(("change", "complaint"), BROKEN.values(), ids=BROKEN)
def test_each_rule_catches_its_slip(small_book, change, complaint):
    notebook = copy.deepcopy(good())
    change(notebook)
    assert [found for found in rules.complaints(notebook, "01_broken") if complaint in found]


def test_every_rule_is_broken_once(small_book):
    silent = {rule.__name__ for rule in [*rules.RULES, rules.ingredients]}
    for change, _ in BROKEN.values():
        notebook = copy.deepcopy(good())
        change(notebook)
        silent -= {rule.__name__ for rule in [*rules.RULES, rules.ingredients] if list(rule(notebook))}
    assert not silent


def test_only_chapters_need_a_chapters_ingredients(small_book):
    notebook = good()
    notebook.cells = notebook.cells[:3]
    assert list(rules.complaints(notebook, "index")) == []
    assert list(rules.complaints(notebook, "01_short")) != []


def test_numbers_round_as_they_are_printed():
    assert list(prose.unbound("1.94, 1.9 and 32,033", prose.numbers("1.9412 [32_033]"))) == []
    assert list(prose.unbound("1.95", prose.numbers("1.9412"))) == ["1.95"]
    assert list(prose.unbound("7.4e-5 or 7.5e-5", prose.numbers("0.0000741"))) == ["7.5e-5"]
    assert list(prose.unbound("31% or 31 per cent or 32 %", prose.numbers("0.3141"))) == ["32%"]


def test_normal_form_drops_what_varies():
    notebook = good()
    notebook.metadata = nbformat.from_dict({"widgets": {}, "kernelspec": {"name": "my-kernel"}})
    notebook.cells[2].metadata = nbformat.from_dict({"execution": {"iopub.busy": "2020"}, "tags": ["hide-input"]})
    notebooks.normalise(notebook)
    assert notebook.metadata == notebooks.METADATA
    assert notebook.cells[2].metadata == {"tags": ["hide-input"]}
    assert set(notebook.cells[10].outputs[0].data) == {"text/html", "text/plain"}


def test_running_stores_counts_outputs_and_the_normal_form(tmp_path, small_book):
    path = tmp_path / "tiny.ipynb"
    cells = [new_markdown_cell("# Tiny\n\nOne and one."), new_code_cell("x = 1"), new_code_cell("x + 1")]
    nbformat.write(new_notebook(cells=cells), path)
    assert "tiny.ipynb: cell 2: the first code cell is not the setup cell" in " ".join(notebooks.check(path))
    notebooks.add_setup(path)
    assert notebooks.check(path) != []
    assert notebooks.execute(path) > 0
    assert notebooks.check(path) == []
    stored = path.read_bytes()
    notebooks.execute(path)
    assert path.read_bytes() == stored
    assert nbformat.read(path, 4).cells[3].outputs[0].data["text/plain"] == "2"


def test_the_setup_cell_is_added_once_and_nothing_has_to_run_again(tmp_path):
    path = tmp_path / "01_good.ipynb"
    notebook = good()
    notebook.cells.pop(1)
    for count, (_, cell) in enumerate(rules.code_cells(notebook), 1):
        cell.execution_count = count
    nbformat.write(notebook, path)
    notebooks.add_setup(path)
    added = path.read_bytes()
    assert [cell.source for cell in nbformat.read(path, 4).cells] == [cell.source for cell in good().cells]
    assert list(rules.executed_in_order(nbformat.read(path, 4))) == []
    notebooks.add_setup(path)
    assert path.read_bytes() == added


def test_solutions_are_run_strictly(tmp_path):
    look = new_code_cell("import os\nassert os.environ.get('LESSONS_STRICT') == '1'")
    for folder in ("solutions", "exercises"):
        (tmp_path / folder).mkdir()
        nbformat.write(new_notebook(cells=[look]), tmp_path / folder / "x.ipynb")
    notebooks.execute(tmp_path / "solutions" / "x.ipynb")
    with pytest.raises(CellExecutionError, match="AssertionError"):
        notebooks.execute(tmp_path / "exercises" / "x.ipynb")


def test_exercises_keep_the_rules_that_are_not_about_telling_a_story(small_book):
    notebook = good()
    notebook.cells = [*notebook.cells[:4], new_markdown_cell("It is 0.45."), new_code_cell(f"{LONG}\n" * 3)]
    notebook.cells[-1].execution_count = 4
    assert list(rules.complaints(notebook, "01_good", "book"))
    assert list(rules.complaints(notebook, "01_good", "exercises")) == [
        "cell 1: the link to references.md leads nowhere"
    ]
    for name in ("no count", "stderr", "print without output", "another setup cell", "American", "html"):
        broken = copy.deepcopy(notebook)
        BROKEN[name][0](broken)
        assert [found for found in rules.complaints(broken, "01_x", "solutions") if BROKEN[name][1] in found], name


def test_times_come_from_nbvals_report(tmp_path, capsys):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="book.01_x.ipynb" name="Cell 0" time="2.5"/>'
        '<testcase classname="book.01_x.ipynb" name="Cell 1" time="200"/>'
        '<testcase classname="exercises.01_x.ipynb" name="Cell 0" time="3"/></testsuite></testsuites>'
    )
    assert notebooks.times(report) == {"01_x": 202.5, "exercises/01_x": 3.0}
    assert notebooks.report(notebooks.times(report)) == ["01_x: 202 s, the limit is 180"]
    assert "OVER" in capsys.readouterr().out


@pytest.mark.parametrize("path", notebooks.stored(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_notebook(path):
    assert notebooks.check(path) == []


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_every_numbered_equation_is_tested(path):
    printed = "\n".join(text for _, text in rules.texts(nbformat.read(path, as_version=4)))
    labels = {label.replace("-", "_") for label in re.findall(r"(?:\$\$ \(|:label: )([\w-]+)", printed)}
    tests = Path(__file__).parent / "equations" / f"test_{path.stem}.py"
    tested = re.findall(r"^def test_(eq_\w+)\(", tests.read_text() if tests.exists() else "", re.M)
    assert {label for label in labels if not any(f"{name}_".startswith(f"{label}_") for name in tested)} == set()


@pytest.mark.parametrize("path", sorted(rules.BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_page(path):
    assert list(prose.slips(path.read_text())) == []
    assert prose.cited(path.read_text()) <= rules.bibliography()


def test_every_source_is_cited():
    pages = [path.read_text() for path in rules.BOOK.glob("*.md")]
    pages += [text for path in notebooks.chapters() for _, text in rules.texts(nbformat.read(path, as_version=4))]
    assert rules.bibliography() == set().union(*map(prose.cited, pages))
