"""What an explorer is: one object that shows itself as a sentence and as a page that answers when touched.

The HTML is complete in itself, so it works from a USB stick, in a live notebook and in Colab: a table and a sentence
for where there is no script, the data as JSON, and a script that builds the live figure in a Shadow DOM, where the
page's styles do not reach it. Equal content gives equal bytes, so a stored output can be compared with a new one.
"""

import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..plots import COLOURS
from ..vocab import STOP, Vocab

PAGE = """<div class="explorer" id="explorer-{id}" data-explorer="{kind}" data-explorer-name="{name}">
<div class="explorer-static">
<style>{static_css}</style>
{fallback}
</div>
<script type="application/json">{data}</script>
<script>
(() => {{
"use strict";
{script}
}})();
</script>
</div>
"""

STATIC_CSS = (
    ".explorer-static { overflow-x: auto; } .explorer-static table { border-collapse: collapse; margin: 0 0 1em; } "
    ".explorer-static :is(th, td) { padding: 0.1em 0.8em 0.1em 0; text-align: start; border-bottom: 1px solid #999; } "
    ".explorer-static caption { text-align: start; caption-side: top; }"
)


@cache
def _read(filename: str) -> str:
    return files(__package__).joinpath(filename).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Explorer:
    """A figure to play with; a notebook shows it when it is the last expression of a cell.

    Args:
        kind: which explorer; ``<kind>.js`` builds it and ``<kind>.css`` is its looks.
        name: what buttons in the prose call it (``data-explorer-target``).
        sentence: what a reader would take from its opening state; its plain-text form.
        fallback: HTML shown where there is no script, and in print.
        data: what the script needs, plain values only.
        scripts: further files, joined before ``<kind>.js``.
        styles: further looks, joined before ``<kind>.css``.
    """

    kind: str
    name: str
    sentence: str
    fallback: str
    data: dict
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self.sentence

    @property
    def html(self) -> str:
        """The whole explorer as HTML; its id is a hash of all the rest."""
        stem = self.kind.replace("-", "_")
        sources = ["common.js", *self.scripts, f"{stem}.js"]
        colours = "".join(f"--{name}: {value}; " for name, value in COLOURS.items())
        css = f":host {{ {colours}}}\n" + "".join(map(_read, ["common.css", *self.styles, f"{stem}.css"]))
        parts = {
            "kind": self.kind,
            "name": html.escape(self.name),
            "static_css": STATIC_CSS,
            "fallback": self.fallback,
            "data": as_json(self.data | {"css": css}),
            "script": "\n".join(map(_read, sources)),
        }
        content = PAGE.format(id="", **parts)
        return PAGE.format(id=hashlib.sha256(content.encode()).hexdigest()[:12], **parts)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": self.sentence, "text/html": self.html}


def as_json(data: object) -> str:
    """Return JSON in a fixed order that may stand inside a ``<script>``: it holds no ``<``."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table; the first cell of each row is its header."""
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header)
    body = "\n".join(
        f'<tr><th scope="row">{html.escape(first)}</th>' + "".join(f"<td>{html.escape(c)}</td>" for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<table>\n<caption>{html.escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def percent(p: float) -> str:
    """Write a probability with two significant digits: 31%, 3.1%, 0.31%, 0.031%."""
    if 0.995 < p < 1:
        return "over 99%"
    if 0 < p < 0.0000995:
        return "under 0.01%"
    digits = next((k for k, least in enumerate((9.95, 0.995, 0.0995)) if 100 * p >= least), 3)
    return f"{100 * p:.{digits if p else 0}f}%"


def minus(x: float) -> str:
    """Write a number with two decimals and a minus sign as wide as a plus."""
    return f"{x:.2f}".replace("-", "−")


def number(x: float) -> str:
    """Write a number with three decimals, a large one with fewer, a small one with its first digit."""
    size = abs(x)
    if size >= 0.00995 or not size:
        text = f"{size:.{3 if size < 9.9995 else 1 if size < 99.95 else 0}f}"
    else:
        text = f"{size:.6f}" if size >= 9.5e-7 else f"{size:.0e}".replace("e-0", "e-").replace("-", "−")
    return ("−" if x < 0 else "") + text


def times(ratio: float) -> str:
    """Write a large number with two significant digits in words: 61 thousand, 3.4 million."""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand"), (1, "")):
        if ratio >= 0.9995 * size:
            value = ratio / size
            return f"{value:.{1 if value < 9.95 else 0}f}{word}" if value < 9999 else "over 9999 trillion"
    return f"{ratio:.2f}"


def label(vocab: Vocab, i: int) -> str:
    """Return how an explorer shows a token: the stop symbol as a word, a space so that it can be seen."""
    token = vocab.tokens[i]
    return {STOP: "end", " ": "␣"}.get(token, token)


def check_states(caller: str, states: dict | None, allowed: dict, check) -> dict:
    """Return named states for buttons in the prose, or say what is wrong with one.

    Args:
        caller: who asks, for the message.
        states: name to settings.
        allowed: the settings that a state may have; only the keys are read.
        check: called with each state; raises ``ValueError`` if a value cannot be.
    """
    for name, state in (states or {}).items():
        if unknown := sorted(state.keys() - allowed.keys()):
            raise ValueError(f"{caller}: state {name!r} sets {unknown}; it can set {sorted(allowed)}")
        check(**state)
    return states or {}
