import csv
import re
import signal
import sys

import pytest

from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.grading import Grader
from tests.classroom.hostile import BLANK, GOOD, IMPORTS, SOLUTION, function, notebook, with_cell
from tests.tiny import ROOT, run, start

MAIN = "import sys; from lessons_pkg.classroom import task; task.TASKS = 'tests.classroom'; " + (
    "from lessons_pkg.__main__ import main; sys.exit(main())"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a class of three, class/, and the instructor's notebook, solution.ipynb."""
    monkeypatch.setattr(task_module, "TASKS", "tests.classroom")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    mistaken = function("return logits.exp() / logits.exp().sum()")
    for name, cells in {"anna": GOOD, "ben": [IMPORTS, BLANK], "=carla": mistaken}.items():
        (tmp_path / "class" / f"{name}.ipynb").write_bytes(notebook(cells))
    (tmp_path / "class" / "essay.pdf").write_text("no notebook")
    (tmp_path / "solution.ipynb").write_bytes(notebook(SOLUTION))
    return tmp_path


def rows(path="grades.csv"):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def test_a_class_is_graded():
    status, out, err = run("grade", "class", "solution.ipynb", "grades.csv", "--workers", 2)
    assert (status, err) == (0, "")
    table = rows()
    assert {name: row["points"] for name, row in table.items()} == {
        "anna.ipynb": "5",
        "ben.ipynb": "0",
        "'=carla.ipynb": "4",
    }
    assert {row["of"] for row in table.values()} == {"5"}
    assert "Which numbers sum to 1" in table["'=carla.ipynb"]["note"]
    assert all(row["isolation"].startswith("time") for row in table.values())
    lines = out.splitlines()
    assert sorted(line[9:] for line in lines[:3]) == sorted(
        [": 'anna.ipynb', 5 points", ": 'ben.ipynb', 0 points", ": '=carla.ipynb', 4 points"]
    )
    assert lines[3] == "mean: 3.0 of 5 points"
    assert lines[-2:] == ["left alone: 1 files that are no notebooks", "wrote grades.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", "solution.ipynb", "grades.csv"], r"grade: 'none' is no folder"),
        (["empty", "solution.ipynb", "grades.csv"], r"grade: there is no notebook \(.ipynb\) in 'empty'"),
        (["class", "none.ipynb", "grades.csv"], r"'none.ipynb' is no notebook: No such file"),
        (["class", "class/essay.pdf", "grades.csv"], r"'essay.pdf' is no notebook"),
        (["class", "class/ben.ipynb", "grades.csv"], r"'ben.ipynb' holds no check"),
        (["class", "solution.ipynb", "none/grades.csv"], r"the folder 'none' does not exist"),
        (["class", "solution.ipynb", "class/anna.ipynb"], r"got 'anna.ipynb' as the table to write; .* ends in .csv"),
        (["class", "solution.ipynb", "folder.csv"], r"'folder.csv' is a folder"),
        (["class", "solution.ipynb", "marks.csv"], r"'marks.csv' exists and is no table of grades; it is left alone"),
        (["class", "solution.ipynb", "grades.csv", "--seconds", "0"], r"Limits: got seconds 0.0"),
        (["class", "solution.ipynb", "grades.csv", "--seconds-per-cell", "x"], r"--seconds-per-cell: invalid float"),
        (["class", "solution.ipynb", "grades.csv", "--memory", "0"], r"--memory: .*whole number"),
        (["class", "solution.ipynb", "grades.csv", "--workers", "0"], r"--workers: .*whole number"),
        (["class", "solution.ipynb"], r"required: TABLE"),
    ],
)
def test_what_grade_refuses(folder, arguments, message):
    (folder / "empty").mkdir()
    (folder / "folder.csv").mkdir()
    (folder / "marks.csv").write_text("name,mark\nanna,A\n")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    status, out, err = run("grade", *arguments)
    assert (status, out) == (2, "")
    assert re.fullmatch(r"lessons_pkg: [^\n]+\n", err), err
    assert re.search(message, err), err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_class_that_its_own_instructor_fails(folder):
    (folder / "solution.ipynb").write_bytes(notebook([*function("return logits"), *SOLUTION[len(GOOD) :]]))
    status, out, err = run("grade", "class", "solution.ipynb", "grades.csv")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"lessons_pkg: grade: 'solution.ipynb' itself does not earn the points of [^\n]+\n", err)
    assert "uses lessons_pkg.classroom" not in err  # what it does itself is no reproach
    assert ": wrong Tried with" in err


@pytest.mark.parametrize(
    "first", ['\ufeff"submission","points","of"', "submission;points;of", "submission\tpoints\tof"]
)
def test_a_table_is_written_over_by_the_next_one(folder, first):
    (folder / "grades.csv").write_text(f"{first}\n", encoding="utf-8")
    assert run("grade", "class", "solution.ipynb", "grades.csv").status == 0
    assert len(rows()) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_keeps_what_is_graded(folder):
    (folder / "class" / "zoe.ipynb").write_bytes(notebook(with_cell("time.sleep(600)")))
    arguments = (
        "grade",
        "class",
        "solution.ipynb",
        "grades.csv",
        "--workers",
        1,
        "--seconds-per-cell",
        300,
        "--seconds",
        900,
    )
    with start(*arguments, python=("-c", MAIN)) as process:
        for _ in range(3):
            assert " of 4: " in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "interrupted: 3 of 4 are graded\n"
    assert out.splitlines()[-1] == "wrote grades.csv"
    assert set(rows()) == {"anna.ipynb", "ben.ipynb", "'=carla.ipynb"}


def test_a_pipe_that_closes_does_not_end_the_grading(folder):
    with start("grade", "class", "solution.ipynb", "grades.csv", python=("-c", MAIN)) as process:
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=120)
    assert set(rows()) == {"anna.ipynb", "ben.ipynb", "'=carla.ipynb"}


def test_what_the_system_refuses_costs_one_submission(folder, monkeypatch):
    whole = Grader.grade

    def grade(self, submission):
        if submission.name == "ben.ipynb":
            raise OSError(28, "No space left on device")
        return whole(self, submission)

    monkeypatch.setattr(Grader, "grade", grade)
    assert run("grade", "class", "solution.ipynb", "grades.csv").status == 0
    assert rows()["ben.ipynb"]["note"].startswith("it could not be graded: ")
    assert int(rows()["anna.ipynb"]["points"]) > 0


def test_a_real_solution_earns_all_points_and_its_exercise_none(folder, monkeypatch):
    monkeypatch.setattr(task_module, "TASKS", "lessons_pkg.classroom.tasks")
    (folder / "real").mkdir()
    for kind in ("solutions", "exercises"):
        (folder / "real" / f"{kind}.ipynb").write_bytes((ROOT / kind / "04_bptt.ipynb").read_bytes())
    assert run("grade", "real", ROOT / "solutions" / "04_bptt.ipynb", "grades.csv").status == 0
    table = rows()
    assert table["solutions.ipynb"]["points"] == table["solutions.ipynb"]["of"]
    assert table["solutions.ipynb"]["note"] == ""
    assert table["exercises.ipynb"]["points"] == "0"
    tasks = [name for name in table["exercises.ipynb"] if "." in name]
    assert len(tasks) >= 5
    assert all(f"{task}: " in table["exercises.ipynb"]["note"] for task in tasks)
