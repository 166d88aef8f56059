"""What is graded: the notebooks that a class has handed in, and what the instructor's own notebook asks for."""

import ast
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .notebooks import plain_python, read_notebook, source
from .task import Task, find

LARGEST = 50  # MB of a notebook
COPY = re.compile(r"(\s*\(\d+\)|[-_ ]+(copy([-_ ]*\d+)?|final|new|v\d+))+$", re.I)  # ends of the names of later files


@dataclass
class Submission:
    """A notebook that was handed in.

    Args:
        name: its path below the folder of submissions.
        cells: number, from 1, and source of each code cell, in plain Python.
        problem: why there are no cells, or "".
        notes: what is odd about it.
    """

    name: str
    cells: list[tuple[int, str]] = field(default_factory=list)
    problem: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class Asked:
    """A check in the instructor's notebook: the task, and the expression, a name as a rule, that is the answer."""

    task: Task
    expression: str


def read_asked(path: Path) -> list[Asked]:
    """Return what the checks of the instructor's notebook ask for, each task once, in their order.

    Raises:
        ValueError: if the notebook cannot be read, holds no check, or one that cannot be graded.
    """
    asked = {}
    for number, text in python_cells(read_notebook(path)):
        try:
            found = checks_in(ast.parse(text))
        except SyntaxError:
            raise ValueError(f"grade: cell {number} of {path.name!r} is no Python") from None
        for name, expression in found:
            if not any(isinstance(node, ast.Name) for node in ast.walk(ast.parse(expression))):
                raise ValueError(f"grade: {path.name!r} checks {name!r} with {expression}; it needs a variable's name")
            if asked.setdefault(name, expression) != expression:
                raise ValueError(f"grade: {path.name!r} checks {name!r} with {asked[name]} and with {expression}")
    if not asked:
        raise ValueError(f'grade: {path.name!r} holds no check("task", answer); it needs the notebook with the answers')
    return [Asked(find(name), expression) for name, expression in asked.items()]


def checks_in(tree: ast.Module) -> list[tuple[str, str]]:
    """Return the name of the task and the answer's expression of each ``check`` in a cell, from top to bottom."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = []
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        match call:
            case ast.Call(func=ast.Name(id="check"), args=[ast.Constant(value=str(name)), answer]):
                found.append((name, ast.unparse(answer)))
            case ast.Call(func=ast.Name(id="check") | ast.Attribute(attr="check")):
                raise ValueError(
                    f'grade: {ast.unparse(call)!r} cannot be graded; it needs the form check("task", name)'
                )
    return found


def find_submissions(folder: Path) -> tuple[list[Path], int]:
    """Return the notebooks below a folder, sorted, and how many other files there are.

    Links to folders are not followed. Hidden files and folders are left out, such as the copies that Jupyter keeps.

    Raises:
        ValueError: if the folder does not exist, it or one below it cannot be read, or there is no notebook.
    """
    if not folder.is_dir():
        raise ValueError(f"grade: {str(folder)!r} is no folder; it needs the folder with the submissions")
    found, others = [], 0

    def complain(error: OSError) -> None:
        raise ValueError(f"grade: cannot read the folder {error.filename!r}: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=complain):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        shown = [name for name in names if not name.startswith(".")]
        notebooks = [Path(place, name) for name in shown if name.lower().endswith(".ipynb")]
        others += len(shown) - len(notebooks)
        found += notebooks
    if not found:
        raise ValueError(f"grade: there is no notebook (.ipynb) in {str(folder)!r}")
    return sorted(found), others


def read_submission(path: Path, folder: Path) -> Submission:
    """Return a submission; where it cannot be read, it says why."""
    submission = Submission(path.relative_to(folder).as_posix())
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is a link or no file; only files are read")
        if found.st_size > LARGEST * 2**20:
            raise ValueError(f"it has {found.st_size >> 20} MB; at most {LARGEST} are read")
        if not found.st_size:
            raise ValueError("the file is empty")
        submission.cells = python_cells(read_notebook(path))
    except (OSError, ValueError) as error:
        submission.problem = str(error).removeprefix("read_notebook: ")
    return submission


def python_cells(notebook: dict) -> list[tuple[int, str]]:
    """Return number and source of each code cell, in plain Python.

    Raises:
        ValueError: if a cell's source is no text.
    """
    cells = []
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            try:
                cells.append((number, plain_python(source(cell))))
            except TypeError:
                raise ValueError(f"the source of cell {number} is no text") from None
    return cells


def definitions(cells: list[tuple[int, str]]) -> Counter:
    """Return how many cells define each function."""
    return Counter(name for _, text in cells for name in set(re.findall(r"^(?:async +)?def +(\w+)", text, re.M)))


def doubles(names: list[str]) -> dict[str, str]:
    """Return a note for each submission that seems to be one of several of the same student.

    They stand in one folder and differ in what copies and later versions add to a name; or, where most sub-folders
    hold one notebook, as learning platforms hand them out, they stand in one sub-folder.
    """
    groups = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        groups.setdefault((folder, COPY.sub("", file[: -len(".ipynb")]).lower()), []).append(name)
        if folder:
            groups.setdefault(folder, []).append(name)
    sizes = [len(group) for key, group in groups.items() if isinstance(key, str)]
    one_each = 2 * sizes.count(1) > len(sizes)
    notes = {}
    for key, group in groups.items():
        if len(group) > 1 and (one_each or not isinstance(key, str)):
            for name in group:
                others = [other for other in group if other != name][:3]
                notes[name] = f"may be one of several of the same student: {', '.join(others)}"
    return notes
