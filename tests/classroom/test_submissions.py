import json
import os

import pytest

from lessons_pkg.classroom import submissions
from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.notebooks import plain_python
from lessons_pkg.classroom.submissions import definitions, doubles, find_submissions, read_asked, read_submission
from tests.classroom.hostile import GOOD, SOLUTION, notebook


@pytest.fixture(autouse=True)
def only_tiny_tasks(monkeypatch):
    """Let the small tasks beside this file be found."""
    monkeypatch.setattr(task_module, "TASKS", "tests.classroom")


def asked(folder, *cells):
    path = folder / "solution.ipynb"
    path.write_bytes(notebook(list(cells)))
    return [(one.task.name, one.expression) for one in read_asked(path)]


def test_what_is_asked_is_what_the_checks_ask(tmp_path):
    names = ["softmax", "double", "nats_of_a_die", "axis"]
    answers = ["softmax", "double", "nats", "axis"]
    expected = [(f"tiny_tasks.{name}", answer) for name, answer in zip(names, answers, strict=True)]
    assert asked(tmp_path, *SOLUTION) == expected
    rewarded = ['%time x = 1\nif check("tiny_tasks.axis", parts["axis"]):\n    check("tiny_tasks.softmax", model.f)']
    both = [("tiny_tasks.axis", "parts['axis']"), ("tiny_tasks.softmax", "model.f")]
    assert asked(tmp_path, *rewarded, *rewarded, "print(check)") == both


@pytest.mark.parametrize(
    "call", ['classroom.check("tiny_tasks.axis", axis)', 'check(name="tiny_tasks.axis", answer=axis)']
)
def test_a_check_of_another_form_is_not_left_out_in_silence(tmp_path, call):
    with pytest.raises(ValueError, match=r"grade: .* cannot be graded; it needs the form check"):
        asked(tmp_path, *SOLUTION, call)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("x = 1", r"'solution.ipynb' holds no check\(\"task\", answer\); it needs the notebook with the answers"),
        ('check("tiny_tasks.axis", "b")', r"checks 'tiny_tasks.axis' with 'b'; it needs a variable's name"),
        ('check("tiny_tasks.axis", a)\ncheck("tiny_tasks.axis", b)', r"checks 'tiny_tasks.axis' with a and with b"),
        ('check("tiny_tasks.axes", a)', r"got the name 'tiny_tasks.axes'; there is no such task. Near it: .*axis"),
        ("def f(:", r"cell 1 of 'solution.ipynb' is no Python"),
    ],
)
def test_a_solution_that_cannot_be_used(tmp_path, cell, message):
    with pytest.raises(ValueError, match=message):
        asked(tmp_path, cell)


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 5 % 3\ny = x != 2", "x = 5 % 3\ny = x != 2"),
        (
            "try:\n    import a\nexcept ImportError:\n    %pip install a",
            "try:\n    import a\nexcept ImportError:\n    pass",
        ),
        ("!ls\nx = !ls\ny = %who\nz = 1", "pass\nx = []\ny = []\nz = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
        ("%time x = 1", "x = 1"),
        ("%%bash\nrm -rf /", ""),
        ("% matplotlib inline\nif x:\n    ! ls\n\t%who", "pass\nif x:\n    pass\n\tpass"),
        ("x = (7\n     % 4\n     != 3)", "x = (7\n     % 4\n     != 3)"),
        ("torch?\n?torch\ntorch.nn??\nx = 1", "pass\npass\npass\nx = 1"),
        ("", ""),
    ],
)
def test_magics_do_nothing(source, python):
    assert plain_python(source) == python


def test_what_is_made_to_be_read_for_hours_is_read_at_once():
    for blank in "\n \t":
        assert plain_python(blank * 10**5 + "x") == blank * 10**5 + "x"
    assert doubles(["a" + "-copy-" * 40 + "x.ipynb"]) == {}


def test_definitions_are_counted_by_cells():
    cells = [(1, "def f(x):\n    def g(): pass\ndef f(y): pass"), (2, "async  def f(x): pass"), (3, "undef f(")]
    assert definitions(cells) == {"f": 2}


def test_notebooks_are_found_below_a_folder_and_nothing_else(tmp_path):
    for name in [
        "b.ipynb",
        "a/B.IPYNB",
        "a/x.pdf",
        "notes.txt",
        ".hidden.ipynb",
        ".ipynb_checkpoints/b.ipynb",
        "__MACOSX/b.ipynb",
    ]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    (tmp_path / "loop").symlink_to(tmp_path)
    found, others = find_submissions(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a/B.IPYNB", "b.ipynb"]
    assert others == 2


def test_a_folder_with_nothing_to_grade(tmp_path):
    with pytest.raises(ValueError, match=r"grade: '.*none' is no folder; it needs the folder with the submissions"):
        find_submissions(tmp_path / "none")
    with pytest.raises(ValueError, match=r"grade: there is no notebook \(.ipynb\) in '"):
        find_submissions(tmp_path)


def test_a_folder_that_cannot_be_read_is_not_left_out_in_silence(tmp_path, monkeypatch):
    (tmp_path / "anna").mkdir()
    (tmp_path / "ben.ipynb").write_text("{}")
    scan = os.scandir

    def closed(path):
        if str(path).endswith("anna"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(ValueError, match=r"grade: cannot read the folder '.*anna': Permission denied"):
        find_submissions(tmp_path)


def test_the_mark_that_some_editors_put_first_costs_nothing(tmp_path):
    (tmp_path / "x.ipynb").write_bytes(b"\xef\xbb\xbf" + notebook(GOOD))
    read = read_submission(tmp_path / "x.ipynb", tmp_path)
    assert read.problem == ""
    assert len(read.cells) == len(GOOD)


def problem(folder, content, name="x.ipynb"):
    path = folder / name
    path.write_bytes(content)
    read = read_submission(path, folder)
    assert read.cells == []
    return read.problem


def test_what_cannot_be_read_says_why(tmp_path, monkeypatch):
    assert problem(tmp_path, b"") == "the file is empty"
    assert problem(tmp_path, b"[]").startswith("'x.ipynb' is no notebook")
    assert problem(tmp_path, b'{"cells": [1]}').startswith("'x.ipynb' is no notebook")
    numbers = json.dumps({"cells": [{"cell_type": "code", "source": [1, 2]}]}).encode()
    assert problem(tmp_path, numbers) == "the source of cell 1 is no text"
    nothing = json.dumps({"cells": [{"cell_type": "code", "source": None}]}).encode()
    assert problem(tmp_path, nothing) == "the source of cell 1 is no text"
    monkeypatch.setattr(submissions, "LARGEST", 1)
    assert problem(tmp_path, b" " * (2 * 2**20)) == "it has 2 MB; at most 1 are read"


def test_links_and_pipes_are_not_read(tmp_path):
    (tmp_path / "real.ipynb").write_bytes(notebook(GOOD))
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    assert read_submission(tmp_path / "link.ipynb", tmp_path).problem == "it is a link or no file; only files are read"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.ipynb")
        assert read_submission(tmp_path / "pipe.ipynb", tmp_path).problem.startswith("it is a link or no file")
    assert read_submission(tmp_path / "gone.ipynb", tmp_path).problem


def test_a_good_one_is_read(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.ipynb").write_bytes(notebook(GOOD))
    read = read_submission(tmp_path / "a" / "x.ipynb", tmp_path)
    assert (read.name, read.problem, read.notes) == ("a/x.ipynb", "", [])
    assert read.cells == list(enumerate(GOOD, 1))


@pytest.mark.parametrize(
    ("names", "noted"),
    [
        (["anna", "ben", "anna (1)"], {"anna", "anna (1)"}),
        (
            ["anna_04", "anna_04_final", "anna_04-Copy1", "Anna_04 v2"],
            {"anna_04", "anna_04_final", "anna_04-Copy1", "Anna_04 v2"},
        ),
        (["student1", "student2", "group_3", "group_4", "copy"], set()),
        (["anna/04", "ben/04", "ben/other", "carla/04"], {"ben/04", "ben/other"}),
        (["monday/anna", "monday/ben", "tuesday/carla", "tuesday/dora"], set()),
    ],
)
def test_files_of_one_student_are_noted(names, noted):
    found = doubles([f"{name}.ipynb" for name in names])
    assert {name.removesuffix(".ipynb") for name in found} == noted
    assert all(note.startswith("may be one of several of the same student: ") for note in found.values())
