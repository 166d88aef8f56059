import re
from pathlib import Path

import pytest

from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.checks import alike, outcomes, outcomes_of_ours
from lessons_pkg.classroom.gradebook import note, points
from lessons_pkg.classroom.grading import Grader, as_outcomes, may_be_hidden
from lessons_pkg.classroom.plain import shown, to_json
from lessons_pkg.classroom.processes import Limits
from lessons_pkg.classroom.submissions import read_asked, read_submission
from lessons_pkg.classroom.task import every_task
from tests.classroom.hostile import (
    ALL,
    CLASS,
    GOOD,
    NEEDS_FILES,
    NO_SOFTMAX,
    NOTHING,
    SOLUTION,
    Case,
    function,
    graded,
    notebook,
    with_cell,
)
from tests.classroom.tiny_tasks import axis, double, nats_of_a_die, softmax

TASKS = [softmax, double, nats_of_a_die, axis]
REAL_TASKS = list(every_task())
LONG_HANG = "time.sleep(99)"


@pytest.fixture(autouse=True, scope="module")
def only_tiny_tasks():
    """Let grading find the small tasks beside this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task_module, "TASKS", "tests.classroom")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder in which the hostile class is graded."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def grades(folder):
    """Grade the hostile class once."""
    return graded(folder, CLASS)


@pytest.mark.parametrize("name", CLASS)
def test_the_hostile_class_earns_what_it_must_and_the_note_says_why(grades, name):
    grade, case = grades[name], CLASS[name]
    if name in NEEDS_FILES and "files" not in grade.isolation:
        pytest.skip("this system does not let a process close its files")
    assert points(grade, TASKS) == case.points, note(grade, TASKS)
    assert re.search(case.note, note(grade, TASKS)), note(grade, TASKS)


def test_the_class_covers_who_earns_all_something_and_nothing():
    assert {case.points for case in CLASS.values()} == {ALL, NO_SOFTMAX, NOTHING, 2}


def test_isolation_is_told(grades):
    told = {name: grade.isolation for name, grade in grades.items()}
    assert told["broken"] is None
    assert all(active == told["good"] for active in told.values() if active is not None)


def test_the_files_of_the_class_are_as_they_were(grades, folder):
    if "files" not in grades["good"].isolation:
        pytest.skip("this system does not let a process close its files")
    assert {path.name for path in (folder / "class").iterdir()} > {"good.ipynb", "eve", "canary.txt"}
    assert len(list((folder / "class").rglob("*.ipynb"))) == len(CLASS)


def test_nothing_is_left_running(grades):
    if "processes" not in grades["good"].isolation:
        pytest.skip("this system has no namespaces of processes to give")
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"time.sleep(1111)" in read(path)]
    assert left == []


def read(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


def test_cells_that_use_up_all_the_time_do_not_take_the_answers_with_them(tmp_path):
    case = Case(with_cell(*[LONG_HANG] * 8, at=len(GOOD)), ALL)
    grade = graded(tmp_path, {"slow": case}, limits=Limits(seconds_per_cell=3, seconds=30))["slow"]
    assert points(grade, TASKS) == ALL
    assert "cell 7 took longer than 3 s" in note(grade, TASKS)
    assert "cell 14 was not run: the time for all cells was up" in note(grade, TASKS)


def test_answers_that_use_up_all_the_time(tmp_path):
    names = ("softmax", "double")
    cells = [GOOD[0], *(f"def {name}(x):\n    {LONG_HANG}" for name in names), "nats = 1.7918"]
    with pytest.MonkeyPatch.context() as patch:  # the instructor's own notebook needs no time here
        patch.setattr(Grader, "rehearse", lambda *arguments: None)
        grade = graded(tmp_path, {"slow": Case(cells, 0)}, limits=Limits(seconds_per_cell=60, seconds=8))["slow"]
    assert set(grade.lost.values()) == {"the time for the whole notebook was up"}


def test_the_instructors_own_notebook_must_earn_all_points(tmp_path):
    path = tmp_path / "solution.ipynb"
    path.write_bytes(notebook([*function("return logits"), *SOLUTION[len(GOOD) :]]))
    grader = Grader(read_asked(path), Limits(), [])
    with pytest.raises(ValueError, match=r"'solution.ipynb' itself does not earn the points of 'tiny_tasks.softmax'"):
        grader.rehearse(read_submission(path, tmp_path))


def test_what_the_exercise_itself_uses_of_the_classroom_is_not_noted(tmp_path, monkeypatch):
    given = "from lessons_pkg.classroom.tasks.memory import four_networks"
    monkeypatch.setattr("tests.classroom.hostile.SOLUTION", [given, *SOLUTION])
    grade = graded(tmp_path, {"one": Case([given, *GOOD], ALL)})["one"]
    assert (points(grade, TASKS), note(grade, TASKS)) == (ALL, "")


def test_a_thousand_submissions(tmp_path):
    cases = {f"student {number}": Case(b"", NOTHING) for number in range(1000)}
    cases |= {f"student {number}": Case(GOOD, ALL) for number in (3, 500)}
    grades = graded(tmp_path, cases)
    assert {name: points(grade, TASKS) for name, grade in grades.items()} == {
        name: case.points for name, case in cases.items()
    }


@pytest.mark.parametrize("task", REAL_TASKS, ids=lambda task: task.name)
def test_answers_are_judged_as_check_judges_them(task):
    for answer in (task.reference, *(mistake.answer for mistake in task.mistakes), ...):
        found = outcomes(task, ...) if answer is ... else outcomes_of_ours(task, answer)
        sent = as_outcomes(to_json(found))
        assert len(sent) == len(found)
        for one, other in zip(found, sent, strict=True):
            assert alike(task, one, other) or ("blank" in one and one == other)
            assert (one.get("says"), one.get("lines")) == (other.get("says"), other.get("lines"))
            assert shown(one.get("value")) == shown(other.get("value"))


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "text",
    [
        *("", "passed", '"passed"', "true", "{}", "[]", "[1]", '[{"passed": true}]', '[{"value": 1}]'),
        *('[{"value": 1, "blank": true}]', '[{"value": true}]', '[{"raised": 1, "says": "", "lines": []}]'),
        *('[{"raised": "E", "says": "", "lines": [[]]}]', '[{"raised": "E", "says": "", "lines": 5}]'),
        '[{"value": {"shape of an array": [3], "numbers": [1]}}]',
        '[{"value": {"shape of an array": [-5], "numbers": ["x"]}}]',
        '[{"value": {"shape of an array": [1], "numbers": [' + "9" * 400 + "]}}]",
        f'[{{"value": {nested(30)}}}]',
        f'[{{"value": {nested(10**5)}}}]',
        '[{"value": null}' + ', {"value": null}' * 1000 + "]",
        '[{"value": "' + "x" * 2**21 + '"}]',
    ],
)
def test_what_is_no_outcome_is_refused(text):
    with pytest.raises((ValueError, TypeError, OverflowError, RecursionError)):
        as_outcomes(text)


def test_the_sockets_of_the_system_are_hidden():
    if not Path("/run").is_dir():
        pytest.skip("this system has none there")
    assert "/run" in Grader([], Limits(), []).hidden


def test_a_folder_that_grading_needs_is_not_hidden(tmp_path):
    assert may_be_hidden(tmp_path)
    assert not may_be_hidden(tmp_path / "none")
    assert not may_be_hidden(Path("/"))
    assert not may_be_hidden(Path(__file__).parents[2])
