"""What the command ``blanks`` says; that of ``grade`` is in test_gradebook."""

import pytest

from lessons_pkg.classroom.blanks import read_notebook, write_notebook
from tests.classroom.test_blanks import FUNCTION, code
from tests.tiny import run


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with two solutions."""
    monkeypatch.chdir(tmp_path)
    for name in ("01_a", "02_b"):
        write_notebook(tmp_path / "solutions" / f"{name}.ipynb", code(FUNCTION, f"print({name[1]})"))
    return tmp_path


def test_blanks_writes_what_is_missing_and_says_so(folder):
    status, out, err = run("blanks")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "wrote exercises/01_a.ipynb",
        "wrote exercises/02_b.ipynb",
        "2 written; all the others were up to date",
    ]
    assert "raise NotImplementedError" in "".join(read_notebook(folder / "exercises/01_a.ipynb")["cells"][0]["source"])
    assert run("blanks").out == "0 written; all the others were up to date\n"


def test_blanks_with_folders_of_other_names(folder):
    assert run("blanks", "solutions", "handout").status == 0
    assert sorted(path.name for path in (folder / "handout").iterdir()) == ["01_a.ipynb", "02_b.ipynb"]


def test_check_names_what_differs_and_writes_nothing(folder):
    assert run("blanks", "--check") == (
        1,
        "01_a.ipynb is not what its solution gives\n02_b.ipynb is not what its solution gives\n",
        "",
    )
    assert not (folder / "exercises").exists()
    run("blanks")
    assert run("blanks", "--check") == (0, "", "")
    write_notebook(folder / "exercises/02_b.ipynb", code(FUNCTION))
    assert run("blanks", "--check").out == "02_b.ipynb is not what its solution gives\n"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (
            lambda folder: (folder / "solutions/01_a.ipynb").write_text("{"),
            "read_notebook: '01_a.ipynb' is no notebook",
        ),
        (
            lambda folder: write_notebook(folder / "solutions/01_a.ipynb", code("## BEGIN SOLUTION")),
            "01_a.ipynb: blank_notebook: cell 1: '## BEGIN SOLUTION' looks like a marker",
        ),
        (lambda folder: (folder / "solutions").rename(folder / "other"), "write_blanks: no notebook in 'solutions'"),
        (lambda folder: (folder / "exercises").write_text(""), "exercises"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, spoil, why):
    spoil(folder)
    status, out, err = run("blanks")
    assert (status, out) == (2, "")
    assert err.startswith("lessons_pkg: ")
    assert why in err
    assert err.count("\n") == 1
