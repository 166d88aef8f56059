"""The pieces of slides: a chapter as a row of blocks, and how code, outputs and pictures stand on a screen."""

import ast
import re
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile
from struct import unpack
from textwrap import dedent

from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import lessons_pkg
from lessons_pkg import numpy_optim, numpy_rnn
from tests.rules import parsed
from tests.slides_text import BUTTON, Text, directive

CODE_LINES, CODE_WIDTH, OUTPUT_LINES = 14, 92, 12  # of what can be read at a distance
TALL = 1.45  # a picture narrower than this many times its height stands beside its words
PUBLIC = {*lessons_pkg.__all__, *vars(numpy_rnn), *vars(numpy_optim)}
PYTHON, HTML = PythonLexer(), HtmlFormatter(nowrap=True)


@dataclass
class Slide:
    """One screen: HTML for the class, and notes for who speaks."""

    kind: str
    title: str
    body: str = ""
    notes: list[str] = field(default_factory=list)
    section: str = ""
    anchor: str = ""


@dataclass
class Item:
    """A block of Markdown with its source, or a code cell."""

    kind: str
    source: str = ""
    html: str = ""
    title: str = ""
    cell: NotebookNode | None = None


def items(notebook: NotebookNode, text: Text) -> list[Item]:
    """Return the blocks and the code cells of a chapter in order."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found.append(Item("code", cell.source, cell=cell))
            continue
        lines = cell.source.splitlines()
        for block in text.parse(cell.source):
            opener, title = block[0], ""
            source = "\n".join(lines[slice(*opener.map)]).strip()
            kind = opener.type.removesuffix("_open").removesuffix("_label").removesuffix("_block")
            if kind == "heading":
                kind, title = opener.tag, text.inline(block[1].content)
            elif kind == "colon_fence":
                kind = "predict" if ":class: predict" in source else "box"
                title, source = directive(opener)
            elif not BUTTON.sub("", source).strip():
                continue
            found.append(Item(kind, BUTTON.sub("", source), text.render(block), title))
    return found


def shown(output: NotebookNode) -> str:
    """Return the text that an output prints, or nothing for a picture or an explorer."""
    data = output.get("data", {})
    rich = "image/png" in data or "text/html" in data
    return "" if rich else output.get("text", data.get("text/plain", "")).strip("\n")


def code(source: str) -> str:
    """Return Python as HTML in colours."""
    return f'<pre class="code" tabindex="0"><code>{highlight(source, PYTHON, HTML).rstrip()}</code></pre>'


def printed(text: str, step: bool = False) -> str:
    """Return what a cell has printed, its first lines if they are many, at once or at the next step."""
    lines = text.splitlines()
    kept = "\n".join([*lines[:OUTPUT_LINES], "..."] if len(lines) > OUTPUT_LINES + 1 else lines)
    return f'<pre class="output{" fragment" if step else ""}" tabindex="0">{escape(kept)}</pre>'


def asserts(node: ast.stmt) -> bool:
    """Say whether a statement only checks something."""
    return isinstance(node, ast.Assert) or (isinstance(node, ast.For) and all(map(asserts, node.body)))


def function(cell: NotebookNode, any_of_them: bool) -> str:
    """Return what a cell builds, if it fits on a screen: all of it but for assertions, or its functions alone.

    Args:
        cell: a code cell.
        any_of_them: whether functions that the package does not have count, too.
    """
    nodes = parsed(cell).body
    built = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if not built or not (any_of_them or any(node.name in PUBLIC for node in built)):
        return ""
    lines = cell.source.splitlines()
    starts = [min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1 for node in built]
    alone = "\n\n".join("\n".join(lines[at : node.end_lineno]) for at, node in zip(starts, built, strict=True))
    checks = {at for node in filter(asserts, nodes) for at in range(node.lineno - 1, node.end_lineno)}
    whole = "\n".join(line for at, line in enumerate(lines) if at not in checks).rstrip()
    parts = [alone] if "plots." in whole else [whole, alone]
    fitting = (part for part in parts if len(part.splitlines()) <= CODE_LINES)
    return next((part for part in fitting if max(map(len, part.splitlines())) <= CODE_WIDTH), "")


def shows(item: Item) -> bool:
    """Say whether a block is a cell with something to see."""
    return item.cell is not None and any(shown(one) or "data" in one for one in item.cell.outputs)


def before_next(blocks: list[Item]) -> list[Item]:
    """Return the blocks up to the next prediction or heading."""
    return list(takewhile(lambda one: one.kind not in ("predict", "h2", "h3"), blocks))


def figure(address: str, image: bytes, alt: str, caption: str) -> str:
    """Return a picture with its caption; a tall one leaves the side to its words."""
    width, height = unpack(">II", image[16:24])
    shape = "tall" if width < TALL * height else "wide"
    alt = escape(" ".join(alt.split()))
    return (
        f'<figure class="{shape}"><img src="{address}" alt="{alt}" width="{width}" height="{height}">'
        f"{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"
    )


def entries(source: str) -> list[str]:
    """Return the items of a Markdown list."""
    return [dedent(" " * 3 + one).strip() for one in re.split(r"^(?:\d+\.|[-*])\s+", source, flags=re.M) if one.strip()]


def shares(texts: list[str], most: int) -> list[list[str]]:
    """Return a list in parts of about equal length, none with more characters than fit on a screen."""
    parts = max(1, -(-sum(map(len, texts)) // most))
    size = max(1, -(-len(texts) // parts))
    return [texts[start : start + size] for start in range(0, len(texts), size)]
