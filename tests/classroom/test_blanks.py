import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.classroom.blanks import blank_notebook, blank_source, exercise_of, write_blanks
from lessons_pkg.classroom.notebooks import read_notebook, write_notebook
from tests.tiny import run

FUNCTION = """\
def double(x):
    \"\"\"Return twice x.\"\"\"
    start = 0
    ### BEGIN SOLUTION
    for _ in range(2):
        start += x
    ### END SOLUTION
    return start"""


def code(*sources, run=True):
    """Return a notebook of code cells, as JSON gives it."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{k}") for k, source in enumerate(sources)]
    for count, cell in enumerate(cells, 1):
        cell.execution_count = count if run else None
        cell.outputs = [nbformat.v4.new_output("stream", text="out\n")] if run else []
    return json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))


def sources(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_a_solution_inside_a_function():
    assert blank_source(FUNCTION).splitlines() == [
        "def double(x):",
        '    """Return twice x."""',
        "    start = 0",
        "    raise NotImplementedError",
        "    return start",
    ]


def test_solutions_outside_a_function():
    text = "a = 1\n### BEGIN SOLUTION\nnats = (\n    2 * 3  # why\n)\nother = [1]\n### END SOLUTION\nprint(a)"
    assert blank_source(text) == "a = 1\nnats = ...\nother = ...\nprint(a)"


def test_a_function_to_be_repaired():
    text = (
        "def mean(x):\n    ### BEGIN SOLUTION\n    return x.mean()\n    ### INSTEAD\n    # total = x.sum()\n    #\n"
        "    # if total:\n    #     return total  # the sum\n    ### END SOLUTION"
    )
    assert (
        blank_source(text) == "def mean(x):\n    total = x.sum()\n    \n    if total:\n        return total  # the sum"
    )


def test_several_solutions_in_a_cell_and_several_cells():
    notebook = blank_notebook(code(f"{FUNCTION}\n\n\n{FUNCTION}", "print(1)", FUNCTION))
    assert [source.count("raise NotImplementedError") for source in sources(notebook)] == [2, 0, 1]
    assert "BEGIN" not in json.dumps(notebook)


def test_text_cells():
    text = "## Open question\n\nWhy?\n\n<!-- BEGIN SOLUTION -->\nBecause.\n\n- 1 mark\n<!-- END SOLUTION -->\n\nEnd."
    assert blank_source(text, code=False) == "## Open question\n\nWhy?\n\n*Your answer:*\n\nEnd."


def test_outputs_go_and_everything_else_stays():
    before = code(FUNCTION, "print(1)")
    before["cells"][1]["metadata"] = {"tags": ["x"]}
    before["cells"].append({"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# A\n", "text"]})
    kept = json.dumps(before)
    after = blank_notebook(before)
    assert json.dumps(before) == kept
    assert [cell.get("outputs", []) for cell in after["cells"]] == [[], [], []]
    assert [cell.get("execution_count") for cell in after["cells"]] == [None] * 3
    assert [cell["id"] for cell in after["cells"]] == ["c0", "c1", "m"]
    assert after["cells"][1]["metadata"] == {"tags": ["x"]}
    assert sources(after)[1:] == ["print(1)", "# A\ntext"]
    nbformat.validate(nbformat.from_dict(after))


@pytest.mark.parametrize(
    "marker",
    [
        *(
            "## BEGIN SOLUTION",
            "### BEGIN SOLUTIONS",
            "### begin solution",
            "#### BEGIN SOLUTION",
            "### BEGIN SOLUTION:",
        ),
        *("###BEGIN SOLUTION", "# END SOLUTION", "### END  SOLUTION", "### END SOLUTON", "### BEGIN_SOLUTION"),
        *(
            "### Begin Solution",
            "### END OF SOLUTION",
            "### BEGN SOLUTION",
            "## SOLUTION",
            "### instead",
            "## INSTEAD",
            "# INSTEAD:",
        ),
    ],
)
@pytest.mark.parametrize("code", [True, False])
def test_misspelt_markers_are_refused(marker, code):
    with pytest.raises(ValueError, match="looks like a marker"):
        blank_source(f"def f():\n    {marker}\n    pass", code=code)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["### BEGIN SOLUTION", "a = 1"], "the marker 'BEGIN SOLUTION' has no 'END SOLUTION'"),
        (["a = 1", "### END SOLUTION"], "'### END SOLUTION' comes after 'END SOLUTION'"),
        (["### BEGIN SOLUTION", "### BEGIN SOLUTION", "### END SOLUTION"], "comes after 'BEGIN SOLUTION'"),
        (["### INSTEAD"], "'### INSTEAD' comes after"),
        (["### BEGIN SOLUTION", "### INSTEAD", "# a", "### INSTEAD", "### END SOLUTION"], "comes after 'INSTEAD'"),
        (["### BEGIN SOLUTION", "### INSTEAD", "# a"], "the marker 'INSTEAD' has no"),
        (["### BEGIN SOLUTION", "a = 1", "### INSTEAD", "a = 2", "### END SOLUTION"], "is no comment"),
        (["### BEGIN SOLUTION", "print(1)", "### END SOLUTION"], r"'print\(1\)' is no `name = value`"),
        (["### BEGIN SOLUTION", "a, b = 1, 2", "### END SOLUTION"], "is no `name = value`"),
        (["### BEGIN SOLUTION", "a = ", "### END SOLUTION"], "invalid syntax"),
        (["def f(x):", "### BEGIN SOLUTION", "a = 1", "### END SOLUTION"], "expected an indented block"),
    ],
)
def test_what_cannot_be_made_an_exercise_is_refused(lines, why):
    with pytest.raises(ValueError, match=rf"blank_notebook: cell 2: .*{why}"):
        blank_notebook(code(FUNCTION, "\n".join(lines)))


def test_a_notebook_without_a_solution_is_refused():
    with pytest.raises(ValueError, match="there is no solution in it"):
        blank_notebook(code("print(1)"))


def test_a_line_end_at_the_end_of_a_cell_is_no_solution():
    with pytest.raises(ValueError, match="there is no solution in it"):
        blank_notebook(code("x = 1\n", "y = 2\n\n"))


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\u2028", "\x85"])
def test_what_other_systems_call_a_line_end_stays_inside_a_text(character):
    line = f"mark = 'a{character}b'"
    assert blank_source(f"{line}\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n") == f"{line}\nx = ...\n"


def test_magics_are_no_syntax_errors():
    notebook = blank_notebook(code(f"try:\n    import x\nexcept ImportError:\n    %pip install x\n!ls\n{FUNCTION}"))
    assert "%pip install x" in sources(notebook)[0]


@given(
    st.lists(
        st.sampled_from(
            [
                "x = 1",
                "    y = 2",
                "",
                "# how a solution is found",
                "# instead of that",
                "print('### BEGIN')",
                "END = 'SOLUTION'",
            ]
        )
    )
)
def test_text_without_markers_is_left_alone(lines):
    text = "\n".join(lines)
    assert blank_source(text) == text


@pytest.fixture
def folders(tmp_path):
    solutions, exercises = tmp_path / "solutions", tmp_path / "exercises"
    for name in ("01_a", "02_b"):
        write_notebook(solutions / f"{name}.ipynb", code(FUNCTION, f"print({name[1]})"))
    return solutions, exercises


def test_writing_and_checking(folders):
    solutions, exercises = folders
    names = ["01_a.ipynb", "02_b.ipynb"]
    assert write_blanks(*folders, only_check=True) == names
    assert not exercises.exists()
    assert write_blanks(*folders) == names
    assert write_blanks(*folders) == write_blanks(*folders, only_check=True) == []
    assert sources(read_notebook(exercises / names[0])) == sources(exercise_of(solutions / names[0]))

    changed = code(FUNCTION, "print(3)")
    write_notebook(solutions / names[1], changed)
    assert write_blanks(*folders, only_check=True) == write_blanks(*folders) == names[1:]
    assert sources(read_notebook(exercises / names[1]))[1] == "print(3)"


def test_an_exercise_that_was_run_is_left_as_it_is(folders):
    _, exercises = folders
    write_blanks(*folders)
    path = exercises / "01_a.ipynb"
    run = read_notebook(path)
    for count, cell in enumerate(run["cells"], 1):
        cell |= {"execution_count": count, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}
    write_notebook(path, run)
    before = path.read_bytes()
    assert write_blanks(*folders, only_check=True) == write_blanks(*folders) == []
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["source", "metadata", "order", "more"])
def test_an_exercise_edited_by_hand_is_noticed(folders, change):
    write_blanks(*folders)
    path = folders[1] / "01_a.ipynb"
    edited = read_notebook(path)
    match change:
        case "source":
            edited["cells"][1]["source"] = "print(7)"
        case "metadata":
            edited["cells"][1]["metadata"]["tags"] = ["x"]
        case "order":
            edited["cells"].reverse()
        case "more":
            edited["cells"].append(edited["cells"][0])
    write_notebook(path, edited)
    assert write_blanks(*folders, only_check=True) == ["01_a.ipynb"]


def test_an_exercise_without_a_solution_is_noticed(folders):
    write_blanks(*folders)
    write_notebook(folders[1] / "09_z.ipynb", code("print(1)"))
    assert write_blanks(*folders, only_check=True) == ["09_z.ipynb"]
    assert write_blanks(*folders) == []
    assert (folders[1] / "09_z.ipynb").exists()


def test_a_bad_solution_stops_before_anything_is_lost(folders):
    write_blanks(*folders)
    before = (folders[1] / "02_b.ipynb").read_bytes()
    write_notebook(folders[0] / "02_b.ipynb", code("### BEGIN SOLUTION"))
    with pytest.raises(ValueError, match=r"02_b.ipynb: blank_notebook: cell 1: the marker"):
        write_blanks(*folders)
    assert (folders[1] / "02_b.ipynb").read_bytes() == before


def test_exercises_never_take_the_place_of_their_solutions(folders):
    solutions, _ = folders
    before = (solutions / "01_a.ipynb").read_bytes()
    for folder in (solutions, solutions / ".." / "solutions"):
        with pytest.raises(ValueError, match=r"write_blanks: got .*solutions' for both; exercises need a folder"):
            write_blanks(solutions, folder)
    assert (solutions / "01_a.ipynb").read_bytes() == before


def test_no_solutions(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(
            ValueError, match=r"write_blanks: no notebook in .*; it needs the folder with the solutions"
        ):
            write_blanks(folder, tmp_path / "out")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"cells": [1]}', '{"cells": [{}]}', "[" * 100_000, '{"cells": 3}']
)
def test_a_file_that_is_no_notebook(tmp_path, content):
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"read_notebook: 'x.ipynb' is no notebook"):
        read_notebook(path)
    with pytest.raises(ValueError, match=r"read_notebook: 'y.ipynb' is no notebook: No such file"):
        read_notebook(tmp_path / "y.ipynb")


def test_the_form_is_that_of_nbformat(tmp_path):
    path = tmp_path / "x.ipynb"
    write_notebook(path, code("print('ä')"))
    assert path.read_text() == nbformat.writes(nbformat.read(path, 4)) + "\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in a folder with two solutions."""
    monkeypatch.chdir(tmp_path)
    for name in ("01_a", "02_b"):
        write_notebook(tmp_path / "solutions" / f"{name}.ipynb", code(FUNCTION, f"print({name[1]})"))
    return tmp_path


def test_blanks_writes_what_is_missing_and_says_so(here):
    status, out, err = run("blanks")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "wrote exercises/01_a.ipynb",
        "wrote exercises/02_b.ipynb",
        "2 written; all the others were up to date",
    ]
    assert "raise NotImplementedError" in "".join(read_notebook(here / "exercises/01_a.ipynb")["cells"][0]["source"])
    assert run("blanks").out == "0 written; all the others were up to date\n"


def test_blanks_with_folders_of_other_names(here):
    assert run("blanks", "solutions", "handout").status == 0
    assert sorted(path.name for path in (here / "handout").iterdir()) == ["01_a.ipynb", "02_b.ipynb"]


def test_check_names_what_differs_and_writes_nothing(here):
    assert run("blanks", "--check") == (
        1,
        "01_a.ipynb is not what its solution gives\n02_b.ipynb is not what its solution gives\n",
        "",
    )
    assert not (here / "exercises").exists()
    run("blanks")
    assert run("blanks", "--check") == (0, "", "")
    write_notebook(here / "exercises/02_b.ipynb", code(FUNCTION))
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
def test_bad_input_is_one_line_and_status_2(here, spoil, why):
    spoil(here)
    status, out, err = run("blanks")
    assert (status, out) == (2, "")
    assert err.startswith("lessons_pkg: ")
    assert why in err
    assert err.count("\n") == 1
