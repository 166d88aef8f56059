"""Exercises out of solutions: what stands between the markers is taken out, and nothing else is touched.

In a code cell the markers are lines of their own, ``### BEGIN SOLUTION`` and ``### END SOLUTION``. What stands between
them becomes ``raise NotImplementedError`` inside a function, and ``name = ...`` for each assignment outside one. Lines
after ``### INSTEAD`` are comments; without their ``# `` they stand in the exercise, as the function to be repaired. In
a text cell the markers are ``<!-- BEGIN SOLUTION -->`` and ``<!-- END SOLUTION -->``.
"""

import ast
import re
from pathlib import Path
from textwrap import dedent

from .notebooks import plain_python, read_notebook, source, write_notebook

BEGIN, INSTEAD, END = "BEGIN SOLUTION", "INSTEAD", "END SOLUTION"
CODE = {f"### {word}": word for word in (BEGIN, INSTEAD, END)}
TEXT = {f"<!-- {word} -->": word for word in (BEGIN, END)}
LIKE_A_MARKER = re.compile(r"^\s*((#|<!--).{0,12}(\b|_)sol\w*\W*|#+\s*instead\W*)$", re.I)  # also if misspelt
BLANK = "raise NotImplementedError"
ANSWER = "*Your answer:*"


def blank_notebook(notebook: dict) -> dict:
    """Return the exercise of a solution: blanks for solutions, and no outputs.

    Args:
        notebook: a solution, as JSON gives it.

    Raises:
        ValueError: if a marker is misspelt, without its partner, or cannot be replaced, or if there is none at all.
    """
    cells = [blank_cell(cell, number) for number, cell in enumerate(notebook["cells"], 1)]
    if all(source(new) == source(old) for new, old in zip(cells, notebook["cells"], strict=True)):
        raise ValueError(f"blank_notebook: there is no solution in it; solutions stand after '### {BEGIN}'")
    return notebook | {"cells": cells}


def blank_cell(cell: dict, number: int) -> dict:
    """Return a cell of the exercise; errors name the cell by its number, from 1."""
    code = cell["cell_type"] == "code"
    try:
        text = blank_source(source(cell), code=code)
        if code:
            ast.parse(plain_python(text))
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"blank_notebook: cell {number}: {error}") from None
    return (
        cell | {"source": text.splitlines(keepends=True)} | ({"outputs": [], "execution_count": None} if code else {})
    )


def blank_source(text: str, *, code: bool = True) -> str:
    """Return the text of a cell with blanks in place of its solutions."""
    markers = CODE if code else TEXT
    lines, block, state = [], [], END
    for line in text.split("\n"):  # ``splitlines`` would also cut inside a text that holds a form feed
        word = markers.get(line.strip())
        if word is None and LIKE_A_MARKER.match(line):
            raise ValueError(f"{line.strip()!r} looks like a marker; they are {', '.join(markers)}")
        if word is None:
            (lines if state == END else block).append(line)
            continue
        if word not in {END: [BEGIN], BEGIN: [INSTEAD, END], INSTEAD: [END]}[state]:
            raise ValueError(f"{line.strip()!r} comes after {state!r}")
        block.append(line)
        if word == END:
            lines += filled(block, code)
            block = []
        state = word
    if state != END:
        raise ValueError(f"the marker {state!r} has no {END!r}")
    return "\n".join(lines)


def filled(block: list[str], code: bool) -> list[str]:
    """Return the lines that stand in the place of a solution, given with its markers."""
    if not code:
        return [ANSWER]
    margin = block[0][: len(block[0]) - len(block[0].lstrip())]
    words = [CODE.get(line.strip()) for line in block]
    if INSTEAD in words:
        return [uncommented(line) for line in block[words.index(INSTEAD) + 1 : -1]]
    if margin:
        return [margin + BLANK]
    names = [assigned(statement) for statement in ast.parse(dedent("\n".join(block))).body]
    return [f"{name} = ..." for name in names]


def uncommented(line: str) -> str:
    """Return a line of the function to be repaired without its comment sign."""
    found = re.fullmatch(r"(\s*)# ?(.*)", line)
    if not found:
        raise ValueError(f"the line {line.strip()!r} after '### {INSTEAD}' is no comment")
    return found[1] + found[2]


def assigned(statement: ast.stmt) -> str:
    """Return the name that a statement gives a value to."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    raise ValueError(
        f"{ast.unparse(statement)!r} is no `name = value`, which is all a solution outside a function can be"
    )


def comparable(notebook: dict) -> dict:
    """Return what a stored exercise and a fresh one have in common: everything but outputs and counts."""
    cells = [
        {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}
        | {"source": source(cell).rstrip()}
        for cell in notebook["cells"]
    ]
    return {"cells": cells}


def write_blanks(solutions: Path, exercises: Path, *, only_check: bool = False) -> list[str]:
    """Write the exercise of every solution that differs from the one that is there; return the names of those.

    An exercise that differs in its outputs alone is left as it is.

    Args:
        solutions: the folder with the solutions.
        exercises: the folder for the exercises; made if it is missing.
        only_check: write nothing; also name the exercises that have no solution.

    Raises:
        ValueError: if there is no solution, or one cannot be read or made into an exercise, or would be replaced by it.
    """
    if solutions.resolve() == exercises.resolve():
        raise ValueError(f"write_blanks: got {str(solutions)!r} for both; exercises need a folder of their own")
    paths = sorted(solutions.glob("*.ipynb"))
    if not paths:
        raise ValueError(f"write_blanks: no notebook in {str(solutions)!r}; it needs the folder with the solutions")
    changed = []
    for path, fresh in [(path, exercise_of(path)) for path in paths]:  # all of them before the first is written
        target = exercises / path.name
        if not target.exists() or comparable(read_notebook(target)) != comparable(fresh):
            changed.append(path.name)
            if not only_check:
                write_notebook(target, fresh)
    strays = {path.name for path in exercises.glob("*.ipynb")} - {path.name for path in paths}
    return changed + sorted(strays if only_check else [])


def exercise_of(path: Path) -> dict:
    """Return the exercise of the solution in a file; errors name the file."""
    try:
        return blank_notebook(read_notebook(path))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
