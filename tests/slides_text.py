"""The book's MyST as HTML for slides: maths for MathJax, citations as author and year, references as words."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from latexcodec import codec as _latex  # noqa: F401  (registers the codec that decodes accents in references.bib)
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from nbformat import NotebookNode
from pybtex.database import Entry, parse_file

BOOK = Path(__file__).parents[1] / "book"
WHOLE = re.compile(r"[.?!][\"')*]*$")
LABEL = re.compile(r"\$\$\s*\((eq-[\w-]+)\)|^:label: (eq-[\w-]+)", re.M)
BUTTON = re.compile(r"<button[^>]*data-explorer-target=\"([^\"]+)\"[^>]*>.*?</button>", re.S)
MARK = re.compile(
    r"((?:\()?\\\((?:(?!\\\)).)+\\\)[.,;:?!)]+)", re.S
)  # a formula in the line and the marks that follow it
SENTENCE = re.compile(r"(?:(?<=[.?!])|(?<=[.?!][*\"')]))(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z0-9\"'`*$({\\])")
DIRECTIVE = re.compile(r"\{(\w+)\}\s*(.*)")


def authors(entry: Entry) -> str:
    """Return who wrote a source, as a sentence names them."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    names = [name.encode().decode("latex").replace("{", "").replace("}", "") for name in names]
    if not names:
        return entry.fields.get("title", entry.key)
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, never cut within maths, code, emphasis, quotation marks or brackets."""
    found, open_ = [], ""
    for piece in SENTENCE.split(" ".join(text.split())):
        open_ = f"{open_} {piece}".strip()
        even = all(open_.count(mark) % 2 == 0 for mark in '$`*"')
        if even and open_.count("(") == open_.count(")"):
            found.append(open_)
            open_ = ""
    return [*found, open_] if open_ else found


def first(text: str, limit: int) -> str:
    """Return whole sentences from the front of a paragraph, at least one, as fit; none that leads on to a formula."""
    kept, *rest = [sentence for sentence in sentences(text) if WHOLE.search(sentence)] or [""]
    for sentence in rest:
        if len(kept) + len(sentence) > limit:
            break
        kept = f"{kept} {sentence}"
    return kept


def last(text: str, limit: int) -> str:
    """Return as many whole sentences from the end of a paragraph as fit, and always one."""
    *rest, kept = sentences(text)
    for sentence in reversed(rest):
        if len(kept) + len(sentence) > limit:
            break
        kept = f"{sentence} {kept}"
    return kept


class Text:
    """Turns the Markdown of one chapter into HTML."""

    def __init__(self, notebook: NotebookNode, number: int):
        """Number the figures and equations of a chapter as the book does."""
        figures = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in notebook.cells]
        labels = [
            a or b for cell in notebook.cells if cell.cell_type == "markdown" for a, b in LABEL.findall(cell.source)
        ]
        named = [figure.get("name", f"figure-{place}") for place, figure in enumerate(figures) if figure]
        self.figures = {name: f"Figure {number}.{place}" for place, name in enumerate(named, 1)}
        self.equations = {label: f"{number}.{place}" for place, label in enumerate(labels, 1)}
        self.sources = parse_file(BOOK / "references.bib").entries
        self.markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
        for plugin in (amsmath_plugin, colon_fence_plugin, deflist_plugin, myst_role_plugin):
            self.markdown.use(plugin)
        self.markdown.use(dollarmath_plugin, double_inline=True)
        maths = ("math_inline", "math_inline_double", "math_block", "math_block_label", "amsmath")
        self.markdown.renderer.rules |= dict.fromkeys(maths, self.maths)
        self.markdown.renderer.rules |= {"myst_role": self.role, "link_open": self.link, "colon_fence": self.box}

    def maths(self, tokens: Sequence[Token], place: int, options, env) -> str:
        """Render a formula for MathJax, with the number it has in the book."""
        token = tokens[place]
        content = escape(token.content.strip())
        if token.type == "math_inline":
            return f"\\({content}\\)"
        number = self.equations.get(token.info)
        tag = f" \\tag{{{number}}}" if number else ""
        return f'<div class="formula">\\[{content}{tag}\\]</div>\n'

    def role(self, tokens: Sequence[Token], place: int, options, env) -> str:
        """Render {cite}, {eq} and {numref} in words."""
        kind, content = tokens[place].meta["name"], tokens[place].content
        if kind.startswith("cite"):
            return escape(self.cited(content, textual=kind == "cite:t"))
        if kind == "eq":
            return f"({self.equations[content]})"
        if kind in ("numref", "ref"):
            return self.figures[content]
        raise ValueError(f"slides: the role {{{kind}}} is not known; it needs one of cite:t, cite:p, eq, numref")

    def cited(self, keys: str, textual: bool) -> str:
        """Return author and year of each key: Elman (1990), or in brackets (Elman, 1990)."""
        known = [
            (authors(self.sources[key.strip()]), self.sources[key.strip()].fields["year"]) for key in keys.split(",")
        ]
        if textual:
            return ", ".join(f"{who} ({year})" for who, year in known)
        return "(" + "; ".join(f"{who}, {year}" for who, year in known) + ")"

    def link(self, tokens: Sequence[Token], place: int, options, env) -> str:
        """Let a link to a chapter lead to its slides; one to anything else in the book is text."""
        target = str(tokens[place].attrs["href"])
        if chapter := re.match(r"(\d\d_\w+)\.ipynb", target):
            return f'<a href="{chapter[1]}.html">'
        return f'<a href="{escape(target)}">' if re.match(r"https?:", target) else "<a>"

    def box(self, tokens: Sequence[Token], place: int, options, env) -> str:
        """Render an admonition or a dropdown as its title and its text."""
        title, text = directive(tokens[place])
        return f"<p><b>{self.inline(title)}</b></p>{self.html(text)}"

    def parse(self, source: str) -> list[list[Token]]:
        """Return the blocks of a Markdown text, each with its tokens."""
        blocks, depth = [], 0
        for token in self.markdown.parse(source):
            if depth == 0:
                blocks.append([])
            blocks[-1].append(token)
            depth += token.nesting
        return blocks

    def render(self, block: list[Token]) -> str:
        """Return the HTML of one block, without the buttons of explorers."""
        return tidy(self.markdown.renderer.render(block, self.markdown.options, {}))

    def html(self, source: str) -> str:
        """Return the HTML of a Markdown text."""
        return tidy(self.markdown.render(source))

    def inline(self, source: str) -> str:
        """Return the HTML of a text within a line."""
        return tidy(self.markdown.renderInline(source))


def tidy(html: str) -> str:
    """Return HTML without the buttons of explorers, and with no line break between a formula and its full stop."""
    return MARK.sub(r'<span class="kept">\1</span>', BUTTON.sub("", html))


def directive(token: Token) -> tuple[str, str]:
    """Return the title and the text of a MyST box, without its options."""
    title = DIRECTIVE.match(token.info.strip())
    lines = token.content.splitlines()
    while lines and re.match(r":[\w-]+:", lines[0]):
        lines.pop(0)
    return (title[2] if title else ""), "\n".join(lines).strip()
