"""The functions that a chapter defines, for tests to run as they stand on the page."""

import ast
from types import SimpleNamespace

import nbformat

from tests.notebooks import BOOK
from tests.rules import own_cells


def functions(stem: str, **names) -> SimpleNamespace:
    """Return the functions that a chapter defines.

    Args:
        stem: the name of its notebook, without the ending.
        names: what the functions find beside one another: modules and values that the notebook's other lines make.
    """
    path, space = BOOK / f"{stem}.ipynb", dict(names)
    for _, cell in own_cells(nbformat.read(path, as_version=4)):
        found = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
        exec(compile(ast.Module(found, []), str(path), "exec"), space)
    return SimpleNamespace(**space)
