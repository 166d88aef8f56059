"""The rules that pick what goes on slides, on a small chapter; then every chapter of the book."""

import re
from base64 import b64encode
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import slides
from tests.slides_blocks import entries, function, shares
from tests.slides_ends import deck
from tests.slides_text import Text, first, last, sentences

CHAPTERS = sorted(slides.BOOK.glob("[0-9][0-9]_*.ipynb"))
ALT = "Entropy rises from 0.44 nats at temperature 0.5 to 1.02 nats at 2."
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\x60\0\0\x02\x40"  # the head of a picture of 1120 by 576
OPENING = """# Cold models

Does a cold model say anything new? Ask it.

You will be able to

- cool a model;
- say what it costs, $2^7$.

Minutes: 20. Builds on: [the first chapter](01_chain_rule.ipynb)."""
PREDICT = ":::{admonition} Predict\n:class: predict\nDoes the favourite change?\n:::"
FORMULA = """## Cooling

*7 minutes.* Here is a dial. Divide by $T$:

$$
p = e^{z/T}
$$ (eq-cool)

In words: it sharpens, as {cite:t}`ackley1985` knew. By {eq}`eq-cool` and {numref}`fig-cool` the rest follows."""
ENDING = """## Summary

- One.
- Two.

## Where common explanations go wrong

- "Cold is random." It is not.
- "Hot is certain." It is not either.
- "Both." Neither.

## Questions

1. One?
2. Two?
3. Three?

:::{dropdown} Answer 1
First.
:::

:::{dropdown} Answer 2
Second.
:::

:::{dropdown} Answer 3
Third.
:::

## Exercises

Things to try.

1. Cool it more.

:::{dropdown} Hint
Secret.
:::

## Sources

{cite:p}`ackley1985`."""


def small() -> nbformat.NotebookNode:
    """Return a small chapter."""
    image = new_output("display_data", {"image/png": b64encode(PNG).decode(), "text/plain": ALT})
    explorer = '<div data-explorer-name="dial"><b>0.5</b></div>'
    caption = {"mystnb": {"figure": {"caption": "Cooled by $T$.", "name": "fig-cool"}}}
    return new_notebook(
        cells=[
            new_markdown_cell(OPENING),
            new_code_cell("%pip install x\nimport y"),
            new_markdown_cell(FORMULA),
            new_code_cell("def cool(z, T):\n    return z / T\n\n\nassert cool(2, 1) == 2"),
            new_markdown_cell(f"{PREDICT}\n\nProse that leads on:"),
            new_code_cell("def measure(z):\n    return z\n\n\nplots.draw(z)", outputs=[image], metadata=caption),
            new_markdown_cell("It does not. The rest is for the speaker, who says it at length."),
            new_markdown_cell(PREDICT),
            new_code_cell("print(2)", outputs=[new_output("stream", text="2\n")]),
            new_markdown_cell('Two.\n\n<button data-explorer-target="dial" data-explorer-state="cold">Cool</button>'),
            new_code_cell("dial", outputs=[new_output("display_data", {"text/html": explorer, "text/plain": "d"})]),
            new_markdown_cell(ENDING),
        ]
    )


@pytest.fixture(scope="module")
def made():
    """Return the deck of the small chapter."""
    return deck(small(), "07_cold")


def of(made, kind: str) -> list:
    """Return the slides of one kind."""
    return [slide for slide in made.slides if slide.kind == kind]


def test_the_order_of_a_deck(made):
    kinds = [slide.kind for slide in made.slides]
    begin = ["title", "aims", "way", "section", "formula", "predict", "answer", "predict", "explorer"]
    assert kinds == [*begin, "summary", "mistake", "mistake", "question", "question", "question", "exercises"]


def test_title_aims_and_way(made):
    title, aims, way = made.slides[:3]
    assert title.title == "Cold models"
    assert '<p class="question">Does a cold model say anything new?</p>' in title.body
    assert "20 minutes" in title.body
    assert "<li>cool a model</li>" in aims.body
    assert '<a href="01_chain_rule.html">the first chapter</a>' in aims.body
    assert '<a href="#section-1">Cooling</a> <span>7 min</span>' in way.body


def test_a_formula_stands_between_its_sentences_above_its_code(made):
    (formula,) = of(made, "formula")
    assert r'Divide by <span class="kept">\(T\):</span>' in formula.body
    assert r"\[p = e^{z/T} \tag{7.1}\]" in formula.body
    assert "In words: it sharpens, as Ackley et al. (1985) knew." in formula.body
    assert formula.body.index("In words") < formula.body.index("cool")
    assert "assert" not in formula.body
    assert "By (7.1) and Figure 7.1 the rest follows." in "".join(formula.notes)


def test_a_picture_answers_on_the_next_slide(made):
    (answer,) = of(made, "answer")
    assert f'alt="{ALT}" width="1120" height="576"' in answer.body
    assert r'class="wide"' in answer.body
    assert r"<b>Figure 7.1.</b> Cooled by <span" in answer.body
    assert re.search(r'finding fragment">It does not\.', answer.body)
    assert made.images == {"figures/07_cold/fig-cool.png": PNG}
    assert "measure" not in "".join(slide.body for slide in made.slides)


def test_a_short_output_answers_below_its_question_at_the_next_step(made):
    asked = of(made, "predict")[1]
    assert asked.body.index("Does the favourite") < asked.body.index('<pre class="output fragment"')
    assert 'class="finding fragment">Two.' in asked.body


def test_an_explorer_keeps_its_buttons(made):
    (explorer,) = of(made, "explorer")
    assert "<b>0.5</b>" in explorer.body
    assert 'data-explorer-state="cold">Cool</button>' in explorer.body
    assert "<button" not in "".join(slide.body + "".join(slide.notes) for slide in made.slides if slide is not explorer)


def test_the_end_matter(made):
    wrong = of(made, "mistake")
    assert [slide.body.count("<blockquote>") for slide in wrong] == [2, 1]
    assert '<blockquote>Cold is random.</blockquote><p class="truth fragment">It is not.</p>' in wrong[0].body
    questions = of(made, "question")
    assert ["First" in slide.body.split("fragment")[1] for slide in questions] == [True, False, False]
    (exercises,) = of(made, "exercises")
    assert "exercises/07_cold.ipynb" in exercises.body
    assert "Secret" not in exercises.body
    assert "Secret" in "".join(exercises.notes)


def test_long_answers_stand_alone():
    notebook = small()
    notebook.cells[-1].source = notebook.cells[-1].source.replace("Second.", "A long sentence. " * 80)
    titles = [slide.title for slide in of(deck(notebook, "07_cold"), "question")]
    assert titles == ["Question 1", "Question 2", "Question 2: the answer", "Question 3"]


def test_sentences_are_cut_where_they_end():
    text = "One $a. B$ (Two. Three) four. *Five. Six.* Seven `x. Y` eight:"
    assert sentences(text) == ["One $a. B$ (Two. Three) four.", "*Five. Six.*", "Seven `x. Y` eight:"]
    assert first(text, 60) == "One $a. B$ (Two. Three) four. *Five. Six.*"
    assert first("Then:", 60) == ""
    assert last(text, 10) == "Seven `x. Y` eight:"
    assert last(text, 60) == "*Five. Six.* Seven `x. Y` eight:"


def test_citations_and_marks_after_a_formula():
    text = Text(small(), 7)
    assert text.inline("{cite:p}`williams1989,ackley1985`") == "(Williams and Zipser, 1989; Ackley et al., 1985)"
    assert text.inline("so $a$, then") == r'so <span class="kept">\(a\),</span> then'
    assert text.inline("[here](#there)") == "<a>here</a>"
    with pytest.raises(ValueError, match=r"the role \{doc\} is not known; it needs"):
        text.inline("{doc}`x`")


def test_lists_and_their_parts():
    assert entries("1. One\n   more\n2. Two") == ["One\nmore", "Two"]
    assert shares(["a" * 30] * 4, 60) == [["a" * 30] * 2] * 2
    assert shares([], 60) == []


def test_long_and_wide_code_is_not_shown():
    assert function(new_code_cell("def f():\n    return 1"), True)
    assert not function(new_code_cell("def f():\n    return 1"), False)
    assert function(new_code_cell("def entropy(p):\n    return 1"), False)  # the package has it
    assert not function(new_code_cell("def f():\n" + "    x = 1\n" * 14), True)
    assert not function(new_code_cell(f"def f():\n    return {'1 + ' * 30}1"), True)
    assert function(new_code_cell("x = 1\n" * 14 + "def f():\n    return 1"), True) == "def f():\n    return 1"


def test_the_command_writes_all_that_a_deck_loads(tmp_path, capsys):
    assert slides.main(["04", "--out", str(tmp_path)]) == 0
    assert "04_bptt" in capsys.readouterr().out
    for name in ("04_bptt.html", "index.html"):
        text = (tmp_path / name).read_text()
        loaded = re.findall(r'<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]+)"', text)
        assert [one for one in loaded if not (tmp_path / one).is_file()] == []
        assert len(loaded) > 1
    assert not re.search(r"url\(|@import", (tmp_path / "assets" / "slides.css").read_text())
    assert "MIT" in (tmp_path / "assets" / "reveal-LICENSE").read_text()


def test_an_unknown_chapter_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        slides.main(["44", "--out", str(tmp_path)])
    assert stopped.value.code == 2
    known = f"there are {CHAPTERS[0].stem} to {CHAPTERS[-1].stem}"
    assert capsys.readouterr().err == f"slides: no chapter '44'; {known}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit) as stopped:
        slides.main(["04", "--out", str(tmp_path / "file" / "slides")])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_a_deck(path: Path):
    notebook = nbformat.read(path, as_version=4)
    made = deck(notebook, path.stem)
    written = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    counts = {kind: len(of(made, kind)) for kind in ("title", "aims", "way", "exercises")}
    assert counts == dict.fromkeys(counts, 1)
    assert len(of(made, "predict")) == written.count(":class: predict") >= 3
    assert len(of(made, "section")) == len(re.findall("^## ", written, re.M)) - 5
    assert all("minutes" in slide.body for slide in of(made, "section"))
    assert of(made, "summary")
    assert sum(slide.body.count("<blockquote>") for slide in of(made, "mistake")) >= 3
    assert sum(bool(re.fullmatch(r"Question \d", slide.title)) for slide in of(made, "question")) >= 3
    outputs = [one.get("data", {}) for cell in notebook.cells for one in cell.get("outputs", [])]
    assert len(made.images) == sum("image/png" in data for data in outputs)
    assert len(of(made, "explorer")) == sum("data-explorer-name" in data.get("text/html", "") for data in outputs)
    html = slides.page(made)
    assert not re.search(r"\{(?:cite|eq|numref)|:::|\$\$", re.sub(r"<script.*?</script>", "", html, flags=re.S))
    assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', html)
    assert 25 <= len(made.slides) <= 70
