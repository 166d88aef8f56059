import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.classroom.checks import NOT_FILLED_IN, Verdict
from lessons_pkg.classroom.gradebook import LONGEST_NOTE, isolation, note, safe, summary, write_table
from lessons_pkg.classroom.grading import Grade
from lessons_pkg.classroom.submissions import Submission
from tests.classroom.tiny_tasks import axis, double, softmax

TASKS = [softmax, double, axis]
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    '"=1',
    "＝1",
    "\x00=1",
    ";=1",
    "\u2028-1",
]


def grade(name, *states, notes=(), problem="", hint="", lost=None):
    names = [task.name for task in TASKS]
    hints = {"wrong": hint}
    pairs = zip(names, states, strict=False)
    verdicts = {one: Verdict(one, state, hints.get(state, ""), ("seen",)) for one, state in pairs}
    return Grade(Submission(name, problem=problem, notes=list(notes)), verdicts, lost or {}, [] if states else None)


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text):
    assert safe(text).startswith("'")


@given(st.text())
def test_a_text_in_a_cell_is_one_line_and_cannot_run(text):
    shown = safe(text)
    assert not re.search(r"[\x00-\x1f;]", shown)
    assert not re.match(r"\s*[=+\-@]", shown)
    shown.encode()


def test_ordinary_texts_stay_as_they_are_and_long_ones_are_cut():
    assert safe("Zoë's x = 1-2, \U0001f600") == "Zoë's x = 1-2, \U0001f600"
    assert safe("Look again; it is there;then") == "Look again, it is there then"
    assert safe("a\udcff") == "a\\udcff"
    assert len(safe("x" * 10**6)) == LONGEST_NOTE + 4


def test_the_table(tmp_path):
    path = tmp_path / "grades.csv"
    grades = [
        grade("zoë.ipynb", "passed", "passed", "wrong", hint="Which axis?"),
        grade('=cmd|"x",\n;=2.ipynb', "passed", "wrong", NOT_FILLED_IN, notes=["=1+1"]),
        grade("broken.ipynb", problem="the file is empty", notes=["odd"]),
        grade("half.ipynb", "passed", lost={double.name: "took longer than 3 s", axis.name: "ended Python"}),
    ]
    write_table(path, grades, TASKS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = rows(path)
    tasks = [task.name for task in TASKS]
    assert list(table[0]) == ["submission", "points", "of", *tasks, "note", "isolation"]
    assert [row["submission"] for row in table] == ['\'=cmd|"x", =2.ipynb', "broken.ipynb", "half.ipynb", "zoë.ipynb"]
    assert [[row["points"], row["of"], *(row[task] for task in tasks)] for row in table] == [
        *(["1", "4", "1", "0", "0"], ["0", "4", "0", "0", "0"], ["1", "4", "1", "0", "0"], ["3", "4", "1", "2", "0"])
    ]
    assert [row["note"] for row in table] == [
        f"'=1+1 | {double.name}: seen | {axis.name}: not filled in yet",
        "the file is empty | odd",
        f"{double.name}: took longer than 3 s | {axis.name}: ended Python",
        f"{axis.name}: Which axis?",
    ]
    assert {row["isolation"] for row in table} == {"time", "not run"}


def test_long_notes_are_cut_part_by_part():
    noisy = grade("x.ipynb", "passed", notes=["y" * 10**6] * 100)
    assert max(map(len, note(noisy, TASKS).split(" | "))) < 300
    assert len(note(noisy, TASKS)) < 10_000


def test_isolation_in_words():
    assert isolation(Grade(Submission("x"), isolation=["network", "files"])) == "time, files, network"


def test_the_summary_says_what_the_class_got_wrong():
    grades = [
        *(grade(f"{number}.ipynb", "wrong", "passed", hint="Which axis?") for number in range(3)),
        grade("other.ipynb", "wrong", NOT_FILLED_IN, hint="Another axis?"),
        grade("broken.ipynb", problem="empty"),
    ]
    lines = list(summary(grades, TASKS))
    assert lines[:3] == ["mean: 1.2 of 4 points", "held in by: not run / time", "right  wrong  blank   none  task"]
    assert [line.split() for line in lines[3:]] == [
        ["0", "4", "0", "1", softmax.name],
        ["commonest", "mistake", "(3):", "Which", "axis?"],
        ["3", "0", "1", "1", double.name],
        ["0", "0", "0", "5", axis.name],
    ]
    assert list(summary([], TASKS)) == []
