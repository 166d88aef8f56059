"""The exercises: each is what its solution gives, asks for what it checks, and answers back while it is blank."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from lessons_pkg.classroom.blanks import write_blanks
from lessons_pkg.classroom.task import every_task
from tests.rules import code_cells, parsed
from tests.tiny import ROOT

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
CHAPTERS = sorted(path.stem for path in (ROOT / "book").glob("[0-9][0-9]_*.ipynb"))
FEWEST_TASKS, MOST_TASKS, SHORTEST, LONGEST = 5, 8, 30, 60  # tasks, and minutes in all


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def exercise(path: Path) -> nbformat.NotebookNode:
    """Return the exercise of a solution."""
    return read(ROOT / "exercises" / path.name)


def checked(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Return the task and the name of each call ``check("task", name)`` of a notebook, in order."""
    calls = [
        node
        for _, cell in code_cells(notebook)
        for node in ast.walk(parsed(cell))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"
    ]
    return [(call.args[0].value, call.args[1].id) for call in calls]


def words(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def named(path: Path) -> str:
    return path.stem


def test_every_chapter_has_exercises_and_they_are_what_the_solutions_give():
    assert [path.stem for path in SOLUTIONS] == CHAPTERS
    assert write_blanks(ROOT / "solutions", ROOT / "exercises", only_check=True) == []


def test_every_task_is_asked_for_once():
    asked = [name for path in SOLUTIONS for name, _ in checked(read(path))]
    assert sorted(asked) == sorted(task.name for task in every_task())


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_names_are_used_once_and_the_tasks_are_of_one_chapter(path):
    tasks, names = zip(*checked(read(path)), strict=True)
    assert len(set(names)) == len(names)
    assert len({task.partition(".")[0] for task in tasks}) <= 3


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_the_solutions_pass_every_check(path):
    notebook = read(path)
    text = "".join(printed(cell) for _, cell in code_cells(notebook))
    assert re.findall(r"^✓ passed: (.+)$", text, re.M) == [name for name, _ in checked(notebook)]
    assert not re.search("^[✗…]", text, re.M)


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_the_blanks_fail_every_check_and_the_notebook_runs_to_its_end(path):
    notebook = exercise(path)
    text = "".join(printed(cell) for _, cell in code_cells(notebook))
    found = re.findall(r"^(. [a-z ]+): ([\w.]+)$", text, re.M)
    assert [name for _, name in found] == [name for name, _ in checked(notebook)]
    repairs = sum("### INSTEAD" in cell.source for cell in read(path).cells)
    assert {state for state, _ in found} <= {"… not filled in yet", "✗ wrong"}
    assert [state for state, _ in found].count("✗ wrong") <= repairs
    assert not [cell for _, cell in code_cells(notebook) if "raises-exception" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_tasks_have_numbers_and_minutes_that_add_up(path):
    text = words(exercise(path))
    tasks = re.findall(r"^## Task (\d+)\. .+\n+\*(\d+) minutes\.", text, re.M)
    assert [int(number) for number, _ in tasks] == list(range(1, len(tasks) + 1))
    assert FEWEST_TASKS <= len(tasks) <= MOST_TASKS
    (said,) = re.findall(r"\*\*Minutes\W*(\d+) in all", text)
    extra = [int(minutes) for minutes in re.findall(r"^## Open question\n+\*(\d+) minutes\.", text, re.M)]
    assert SHORTEST <= int(said) <= LONGEST
    assert int(said) == sum(int(minutes) for _, minutes in tasks) + sum(extra)


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_an_open_question_at_the_end_has_a_model_answer(path):
    assert "## Open question" in words(exercise(path))
    assert "*Your answer:*" in words(exercise(path))
    solution = words(read(path))
    model = re.search(
        r"<!-- BEGIN SOLUTION -->(.+?)<!-- END SOLUTION -->", solution.partition("## Open question")[2], re.S
    )
    assert "**A model answer.**" in model[1]
    assert "**What a good answer has.**" in model[1]
    assert len(model[1].split()) > 80
    assert "A model answer" not in words(exercise(path))
