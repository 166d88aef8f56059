"""Notebooks as JSON gives them: read, written, and the Python of their cells."""

import json
import re
from pathlib import Path

from ..files import written_atomically

COMMAND = re.compile(r"^([ \t]*)(?:(?:(?<![ \t])%|%(?=[\w%])|!(?!=)|\?).*|[\w.]+\?{1,2}[ \t]*)$", re.M)


def source(cell: dict) -> str:
    """Return the text of a cell, which a file may hold as one text or as a list of lines."""
    return "".join(cell["source"])


def plain_python(text: str) -> str:
    """Return the source of a cell in which magics, shell commands and questions (``len?``) do nothing.

    ``%time`` and the like are taken off what they measure; any other cell magic makes its cell empty. Lines such as
    ``% 3`` and ``!= 3``, which go on with what stands above them, are left as they are.
    """
    text = re.sub(r"\A\s*%%(time|capture)\b.*", "", text)
    if re.match(r"\s*%%", text):
        return ""
    text = re.sub(r"^([ \t]*)%time[ \t]+(?=\S)", r"\1", text, flags=re.M)
    text = COMMAND.sub(r"\1pass", text)
    return re.sub(r"^([ \t]*\w+[ \t]*=[ \t]*)(?:!|%\w).*$", r"\1[]", text, flags=re.M)


def read_notebook(path: Path) -> dict:
    """Return the notebook in a file, as JSON gives it.

    Raises:
        ValueError: if it cannot be read or is no notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))  # some editors put a mark before it
        if all({"cell_type", "source"} <= set(cell) for cell in notebook["cells"]):
            return notebook
        reason = "a cell of it has no type or no source"
    except OSError as error:
        reason = error.strerror
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
    raise ValueError(f"read_notebook: {path.name!r} is no notebook: {reason}")


def write_notebook(path: Path, notebook: dict) -> None:
    """Write a notebook atomically, in the form in which nbformat writes it; its folder is made if it is missing.

    Raises:
        ValueError: if the folder or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"write_notebook: no folder {str(path.parent)!r} can be made: {error.strerror}") from None
    with written_atomically(path) as file:
        file.write((json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())
