"""The teaching pages keep their promises: schedules add up, minutes are the chapters', code gives what is said."""

import doctest
import re
from functools import cache
from itertools import pairwise

import nbformat
import pytest

from tests.notebooks import BOOK
from tests.prose import slips
from tests.rules import citations_known, numbers_bound

TEACHING = BOOK / "teaching"
CHAPTERS = sorted(path.stem for path in BOOK.glob("[0-9][0-9]_*.ipynb"))
PAGES = sorted(path.stem for path in TEACHING.glob("*.md"))
SESSION, LAB = 90, 60
COUNTS = {5: "five", 6: "six", 7: "seven", 8: "eight"}
SLOT = re.compile(r"(.+) \((\d+)\)")  # what (minutes), each on a line of its own in a cell


def page(stem):
    """Return the text of a teaching page."""
    return (TEACHING / f"{stem}.md").read_text()


@cache
def chapter(stem):
    """Return the notebook of a chapter."""
    return nbformat.read(BOOK / f"{stem}.ipynb", as_version=4)


@cache
def printed(stem):
    """Return the minutes that a chapter prints for each of its sections, in order."""
    text = "\n\n".join(cell.source for cell in chapter(stem).cells if cell.cell_type == "markdown")
    return {name: int(minutes) for name, minutes in re.findall(r"^## (.+)\s+\*(\d+) minutes?\b", text, re.M)}


def stem_of(number):
    """Return the name of the chapter with a number such as 04."""
    return next(stem for stem in CHAPTERS if stem.startswith(f"{number}_"))


def table(text, *head):
    """Return the rows of the one table of a text that has this head, each a list of cells."""
    found = re.findall(rf"^\| {re.escape(' | '.join(head))} \|\n\|[-|]+\|\n((?:\|.*\n)+)", text + "\n", re.M)
    assert len(found) == 1, f"{len(found)} tables with the head {head}"
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines()]
    assert {len(row) for row in rows} == {len(head)}
    return rows


def plain(cell):
    """Return the text of a cell without the targets of its links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell)


def beside(stem, text):
    """Return the code of a chapter and of its exercises with one text beside it, for the rules of notebooks."""
    exercises = [nbformat.read(path, as_version=4) for path in BOOK.parent.glob(f"solutions/{stem}.ipynb")]
    code = [cell for notebook in (chapter(stem), *exercises) for cell in notebook.cells if cell.cell_type == "code"]
    return nbformat.NotebookNode(cells=[*code, nbformat.v4.new_markdown_cell(text)])


def test_every_chapter_has_a_page():
    assert [*CHAPTERS, "guide"] == PAGES


@pytest.mark.parametrize("stem", CHAPTERS)
def test_plan_names_every_section_with_its_minutes(stem):
    *rows, total = table(page(stem), "section", "reading", "in class", "how")
    sections = {plain(name): int(reading) for name, reading, *_ in rows if reading}
    assert sections == printed(stem)
    assert list(sections) == list(printed(stem))
    assert all(re.fullmatch(rf"\[.+\]\(\.\./{stem}\.ipynb#[\w-]+\)", name) for name, reading, *_ in rows if reading)
    assert [plain(name) for name, reading, *_ in rows if not reading] == ["Opening", "Discussion", "Exercises"]
    assert sum(int(row[2]) for row in rows) == SESSION
    assert total == ["together", str(sum(sections.values())), str(SESSION), ""]
    assert all(how for *_, how in rows)


@pytest.mark.parametrize("stem", CHAPTERS)
def test_plan_has_its_parts(stem):
    headings = re.findall(r"^## (.+)$", page(stem), re.M)
    parts = ["The session", "On the board", "Votes", "What learners get wrong", "To discuss", "Exercises"]
    assert headings == [*parts, "Short of time, or ahead"]
    parts = dict(zip(headings, re.split(r"^## .+$", page(stem), flags=re.M)[1:], strict=True))
    assert len(re.findall(r"^\d\. ", parts["Votes"], re.M)) >= 3
    assert len(re.findall(r"^: ", parts["What learners get wrong"], re.M)) >= 5
    assert len(re.findall(r"^\d\. \*[^*]+[.?]\*", parts["To discuss"], re.M | re.S)) >= 4
    named = re.findall(r'\((?:in )?"([^"]+)"\)', parts["Votes"])
    assert len(named) >= 3
    assert {" ".join(name.split()) for name in named} <= set(printed(stem))


@pytest.mark.parametrize("stem", CHAPTERS)
def test_numbers_of_a_plan_stand_in_its_notebooks(stem):
    assert list(numbers_bound(beside(stem, page(stem)))) == []


@pytest.mark.parametrize("stem", [stem for stem in CHAPTERS if (BOOK.parent / "solutions" / f"{stem}.ipynb").exists()])
def test_exercises_are_introduced(stem):
    notebook = nbformat.read(BOOK.parent / "solutions" / f"{stem}.ipynb", as_version=4)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    tasks, minutes = len(re.findall(r"^## Task \d", text, re.M)), re.search(r"\*\*Minutes:?\*\*:?\D*(\d+)", text)[1]
    said = f"has {COUNTS[tasks]} tasks, about {minutes} minutes"
    assert said in " ".join(page(stem).split())
    assert {f"(../../{folder}/{stem}.ipynb)" for folder in ("exercises", "solutions")} <= set(
        re.findall(r"\(\S+\)", page(stem))
    )


@pytest.mark.parametrize("stem", PAGES)
def test_words_and_sources(stem):
    assert list(slips(page(stem))) == []
    assert list(citations_known(beside(CHAPTERS[0], page(stem)))) == []


@pytest.mark.parametrize("stem", PAGES)
def test_links_lead_somewhere(stem):
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page(stem)):
        assert re.match(r"\w+:", target) or (TEACHING / target).exists(), f"{target} is nowhere"


@pytest.mark.parametrize("stem", PAGES)
def test_lines_to_type_give_what_they_promise(stem):
    text = re.sub(r"^ *```\w*$", "", page(stem), flags=re.M)  # a fence ends an example
    test = doctest.DocTestParser().get_doctest(text, {}, stem, f"{stem}.md", 0)
    assert test.examples or stem == "guide"
    said = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert said == []


def test_the_day_adds_up():
    rows = table(page("guide"), "start", "minutes", "what")
    begins = [int(start[:2]) * 60 + int(start[3:]) for start, *_ in rows]
    spent = [int(minutes) for _, minutes, _ in rows]
    assert [later - earlier for earlier, later in pairwise(begins)] == spent[:-1]
    assert (spent[-1], sum(spent)) == (0, 8 * 60)
    assert sum(minutes for minutes, row in zip(spent, rows, strict=True) if row[2] in {"Break", "Lunch"}) >= 90
    for *_, what in rows:
        if found := re.match(r"(\d\d): (.+)", what):
            for part in found[2].split("; "):
                assert part[0].islower() or any(part.startswith(name) for name in printed(stem_of(found[1]))), part


def test_the_four_weeks_add_up():
    rows = table(page("guide"), "session", "in class, 90 minutes", "read before")
    assert [int(session) for session, *_ in rows] == list(range(1, 9))
    read = set()
    for _, in_class, before in rows:
        slots = [SLOT.fullmatch(slot).groups() for slot in in_class.split("<br>")]
        assert sum(int(minutes) for _, minutes in slots) == SESSION
        for what, _ in slots:
            if found := re.match(r"(\d\d) (.+)", what):
                assert found[2] in printed(stem_of(found[1])), what
        for slot in before.split("<br>") if before != "nothing" else []:
            number, name, minutes = re.fullmatch(r"(\d\d) (.+) \((\d+)\)", slot).groups()
            assert printed(stem_of(number))[name] == int(minutes), name
            assert slot not in read, "read twice"
            read.add(slot)


def test_the_term_adds_up():
    *rows, total = table(page("guide"), "week", "session and lab", "session", "lab", "reading", "other", "together")
    assert [int(row[0]) for row in rows] == list(range(1, 15))
    figures = [[int(figure) for figure in row[2:]] for row in rows]
    for row, (session, lab, reading, other, together) in zip(rows, figures, strict=True):
        target = re.search(r"\]\((\w+)\.md\)", row[1])
        assert (session, lab) == (SESSION, LAB)
        assert reading == (sum(printed(target[1]).values()) if target else 0)
        assert session + lab + reading + other == together
    assert [int(figure) for figure in total[2:]] == [sum(column) for column in zip(*figures, strict=True)]
    assert f"about {round(figures and sum(row[-1] for row in figures) / 60)} hours" in page("guide")


def test_points_add_up():
    *rows, total = table(page("guide"), "what", "points", "full marks when")
    assert sum(int(points) for _, points, _ in rows) == int(total[1]) == 40
    weights = re.search(r"Assessment, out of 100 points: (.+?)\n\n", page("guide"), re.S)[1]
    assert sum(map(int, re.findall(r"(?:exercises|answers|project|questions) (\d+)", " ".join(weights.split())))) == 100


def test_the_quiz_has_a_key():
    quiz = page("guide").partition("## A quiz before and after")[2].partition(":::\n")[0]
    asked = re.findall(r"^(\d+)\. ", quiz, re.M)
    assert sorted(re.findall(r"\b(\d+)[abc]\b", quiz), key=int) == asked
