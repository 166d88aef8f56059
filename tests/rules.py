"""What a stored notebook must be, beyond giving the same output again: one small function for each rule.

A rule takes a notebook and yields complaints, each with the number of its cell. ``complaints`` runs those that hold
for the folder: all of them for the book; for exercises and their solutions those that are not about telling a story.
"""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from itertools import takewhile
from pathlib import Path
from statistics import median

from nbformat import NotebookNode

from tests import address
from tests.prose import MATHS, cited, numbers, slips, unbound, without_code

BOOK = Path(__file__).parents[1] / "book"
WIDGET = "application/vnd.jupyter.widget-view+json"
SETUP_TAGS = ["nbval-ignore-output", "remove-cell"]  # pip may speak in it; readers of the site need not see it
LONGEST_CELL, MEDIAN_CELL, WIDEST_LINE, CODE_IN_A_ROW, SHORTEST_ALT = 20, 6, 96, 2, 30


def texts(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield every markdown cell and every figure caption, with the number of its cell, from 1."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            yield number, cell.source
        elif caption := cell.metadata.get("mystnb", {}).get("figure", {}).get("caption"):
            yield number, caption


def code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Return the code cells that have source, each with its number, from 1."""
    return [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code" and cell.source.strip()]


def own_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Return the code cells but for the setup cell, which is the same in every notebook."""
    return [(number, cell) for number, cell in code_cells(notebook) if cell.source != address.read().setup]


def parsed(cell: NotebookNode) -> ast.Module:
    """Return the syntax tree of a cell; its lines for IPython (%, !) count as ``pass``."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.M))


def forms(cell: NotebookNode) -> Iterator[dict]:
    """Yield the mime bundle of each output of a cell; streams have an empty one."""
    for output in cell.outputs:
        yield output.get("data", {})


def setup_first(notebook: NotebookNode) -> Iterator[str]:
    """The first code cell gets the package, in the words that tests/address.py gives it."""
    number, cell = next(iter(code_cells(notebook)), (1, NotebookNode(source="", metadata={})))
    if cell.source != address.read().setup:
        yield f"cell {number}: the first code cell is not the setup cell (python -m tests.notebooks --setup)"
    elif cell.metadata.get("tags") != SETUP_TAGS or cell.outputs:
        yield f"cell {number}: the setup cell has the tags {SETUP_TAGS} and no output"


def imports_used(notebook: NotebookNode) -> Iterator[str]:
    """Every imported name is used; ruff cannot look for this, since the setup cell imports without using."""
    imported, used = {}, set()
    for number, cell in own_cells(notebook):
        for node in ast.walk(parsed(cell)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported |= {(one.asname or one.name).partition(".")[0]: number for one in node.names}
            elif isinstance(node, ast.Name):
                used.add(node.id)
    for name in sorted(imported.keys() - used):
        yield f"cell {imported[name]}: {name} is imported and not used"


def executed_in_order(notebook: NotebookNode) -> Iterator[str]:
    """Counts 1 to n, none missing: nbval does not compare a cell without a count."""
    for expected, (number, cell) in enumerate(code_cells(notebook), 1):
        if cell.execution_count != expected:
            yield f"cell {number}: execution count {cell.execution_count}, expected {expected}"


def no_errors(notebook: NotebookNode) -> Iterator[str]:
    """No error outputs but in cells tagged for it, and nothing on stderr."""
    for number, cell in code_cells(notebook):
        kinds = {output.name if output.output_type == "stream" else output.output_type for output in cell.outputs}
        if "error" in kinds and "raises-exception" not in cell.metadata.get("tags", []):
            yield f"cell {number}: an error output, and no tag raises-exception"
        if "stderr" in kinds:
            yield f"cell {number}: output on stderr"


def outputs_stored(notebook: NotebookNode) -> Iterator[str]:
    """A cell that ends in a value or a print has an output, and no widget state is stored."""
    if "widgets" in notebook.metadata:
        yield "metadata.widgets is stored"
    for number, cell in code_cells(notebook):
        last = parsed(cell).body[-1:]
        ends = ast.unparse(last[0].value) if last and isinstance(last[0], ast.Expr) else ""
        if ends and (ends.startswith("print(") or "(" not in ends) and not cell.outputs:
            yield f"cell {number}: it shows something when it is run, and no output is stored"


def short_cells(notebook: NotebookNode) -> Iterator[str]:
    """At most twenty lines, and a median of six, none wider than the column of the page."""
    lengths = []
    for number, cell in own_cells(notebook):
        lengths.append(length := len(cell.source.splitlines()))
        if length > LONGEST_CELL:
            yield f"cell {number}: {length} lines of code, at most {LONGEST_CELL}"
        if (widest := max(map(len, cell.source.splitlines()))) > WIDEST_LINE:
            yield f"cell {number}: a line of {widest} characters, at most {WIDEST_LINE}"
    if lengths and median(lengths) > MEDIAN_CELL:
        yield f"the median code cell has {median(lengths)} lines, at most {MEDIAN_CELL}"


def rhythm(notebook: NotebookNode) -> Iterator[str]:
    """Begins with a title and words; never three code cells in a row, but for the setup cell, which is not shown."""
    shown = [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.source != address.read().setup]
    kinds = [cell.cell_type for _, cell in shown]
    title, _, opening = notebook.cells[0].source.partition("\n") if kinds[:1] == ["markdown"] else ("", "", "")
    if not title.startswith("# "):
        yield "cell 1: a notebook begins with a markdown cell, `# Title`"
    elif not opening.strip() and kinds[1:2] != ["markdown"]:
        yield "cell 2: words come after the title"
    for last in range(CODE_IN_A_ROW, len(kinds)):
        if set(kinds[last - CODE_IN_A_ROW : last + 1]) == {"code"}:
            yield f"cell {shown[last][0]}: more than {CODE_IN_A_ROW} code cells in a row"


def ignored_output_asserted(notebook: NotebookNode) -> Iterator[str]:
    """An output that is not compared is followed by a cell that asserts what matters in it."""
    cells = own_cells(notebook)
    for (number, cell), (_, following) in zip(cells, [*cells, (0, None)][1:], strict=True):
        tags = {*cell.metadata.get("tags", []), *re.findall(r"#\s*(NBVAL_\w+)", cell.source)}
        asserts = following and any(isinstance(node, ast.Assert) for node in ast.walk(parsed(following)))
        if tags & {"nbval-ignore-output", "NBVAL_IGNORE_OUTPUT"} and not asserts:
            yield f"cell {number}: its output is not compared, so the next code cell must assert something"
        if tags & {"nbval-skip", "NBVAL_SKIP"}:
            yield f"cell {number}: nbval skips it"


def images_described(notebook: NotebookNode) -> Iterator[str]:
    """Every image has an alt text that says something, and every widget a form for the page."""
    for number, cell in code_cells(notebook):
        for form in forms(cell):
            alt = form.get("text/plain", "")
            if any(kind.startswith("image/") for kind in form) and (len(alt) < SHORTEST_ALT or alt.startswith("<")):
                yield f"cell {number}: an image with the alt text {alt!r}"
            if WIDGET in form and "text/html" not in form:
                yield f"cell {number}: a widget without text/html, so the page shows nothing"
    for number, text in texts(notebook):
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"]+\")", without_code(text)):
            yield f"cell {number}: an image without alt text"


def no_html_but_buttons(notebook: NotebookNode) -> Iterator[str]:
    """No HTML in the text, but for folded hints and the buttons that put an explorer in a named state."""
    for number, text in texts(notebook):
        shown = re.sub(r"(`+)[^`].*?\1", "", MATHS.sub("", without_code(text)))  # inline code is no HTML
        for tag, attributes in re.findall(r"<([a-z][a-z0-9]*)((?:\s[^>]*)?)>", shown):
            folds = tag in ("details", "summary")  # hints, in the one form that Colab folds too
            if not folds and (tag != "button" or "data-explorer-target=" not in attributes):
                yield f"cell {number}: the HTML <{tag}>"


def bibliography() -> set[str]:
    """Return the keys of references.bib."""
    return set(re.findall(r"^@\w+\{([^,\s]+),", (BOOK / "references.bib").read_text(), re.M))


def citations_known(notebook: NotebookNode) -> Iterator[str]:
    """Every cited key stands in references.bib."""
    for number, text in texts(notebook):
        for key in sorted(cited(text) - bibliography()):
            yield f"cell {number}: {key} is not in references.bib"


def links_resolve(notebook: NotebookNode, folder: str = "book") -> Iterator[str]:
    """Every relative link names a file, seen from the notebook's folder; the build checks its anchors."""
    home = BOOK if folder == "book" else BOOK.parent / folder
    for number, text in texts(notebook):
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", MATHS.sub("", without_code(text))):
            if not re.match(r"\w+:", target) and not (home / target).exists():
                yield f"cell {number}: the link to {target} leads nowhere"


def plain_words(notebook: NotebookNode) -> Iterator[str]:
    """No filler, no exclamation marks, British spelling."""
    for number, text in texts(notebook):
        yield from (f"cell {number}: {slip}" for slip in slips(text))


def known_numbers(notebook: NotebookNode) -> set[Decimal]:
    """Return the numbers that code cells show or hold."""
    known = set()
    for _, cell in code_cells(notebook):
        html = " ".join(form.get("text/html", "") for form in forms(cell))
        read = unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", html, flags=re.S))
        plain = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.outputs]
        known |= numbers("\n".join([cell.source, read, *plain]))
    return known


def numbers_bound(notebook: NotebookNode) -> Iterator[str]:
    """Every telling number in the prose is a rounding of one that a code cell shows or asserts."""
    known = known_numbers(notebook)
    for number, text in texts(notebook):
        for stray in unbound(text, known):
            yield f"cell {number}: {stray} is neither shown nor asserted by a code cell"


def ingredients(notebook: NotebookNode) -> Iterator[str]:
    """Has what every chapter has: an opening, predictions, a summary, mistakes, questions with answers, sources."""
    cells = notebook.cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    leading = takewhile(lambda cell: cell.cell_type == "markdown", cells)
    opening = "\n\n".join(cell.source for cell in leading).partition("\n## ")[0].lower()
    for part in ("?", "able to", "minutes", "builds on"):
        if part not in opening:
            yield f"no {part!r} in the opening (before the first ## and the first code)"
    if (predictions := text.count(":class: predict")) < 3:
        yield f"{predictions} Predict boxes, at least 3"
    sections = dict(re.findall(r"^## (.+?)\s*$(.*?)(?=^## |\Z)", text, re.M | re.S))
    for heading in ("Summary", "Where common explanations go wrong", "Questions", "Sources"):
        if heading not in sections:
            yield f"no section '## {heading}'"
    asked = len(re.findall(r"^\d+\. ", sections.get("Questions", ""), re.M))
    answered = sections.get("Questions", "").count("{dropdown} Answer")
    if not 3 <= asked <= 5 or answered != asked:
        yield f"{asked} numbered questions and {answered} hidden answers; it takes three to five of each"


EVERYWHERE = [
    setup_first,
    executed_in_order,
    no_errors,
    outputs_stored,
    rhythm,
    images_described,
    no_html_but_buttons,
    citations_known,
    plain_words,
]
RULES = [*EVERYWHERE, imports_used, short_cells, ignored_output_asserted, numbers_bound]  # of the book
HOLD = {"book": RULES, "solutions": [*EVERYWHERE, imports_used], "exercises": EVERYWHERE}


def complaints(notebook: NotebookNode, name: str, folder: str = "book") -> Iterator[str]:
    """Yield what is wrong with a notebook of this name; only chapters (NN_topic) need a chapter's ingredients."""
    chapter = folder == "book" and re.match(r"\d\d_", name)
    for rule in [*HOLD[folder], *([ingredients] if chapter else [])]:
        yield from rule(notebook)
    yield from links_resolve(notebook, folder)
