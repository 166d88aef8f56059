"""Figures in one style, each with a text that says what a reader would take from it.

Every function returns a ``Picture``: a matplotlib Figure with ``alt``, a sentence computed from the same numbers.
A notebook shows the picture; its plain-text form, and so the alt text of the built page, is that sentence.
Colours are those of Okabe and Ito, which colour-blind readers can tell apart, in one meaning through the book.
"""

import functools
import io
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ..vocab import STOP

COLOURS = {
    "data": "#000000",
    "counting": "#E69F00",
    "rnn": "#56B4E9",
    "gru": "#009E73",
    "lstm": "#0072B2",
    "attention": "#CC79A7",
    "wrong": "#D55E00",
    "grey": "#777777",
}
STYLE = {
    "figure.dpi": 100,
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "lines.linewidth": 2,
    "legend.frameon": False,
}


class Picture(Figure):
    """A Figure that knows its alt text and shows itself in a notebook without pyplot."""

    alt = ""

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=160)
        return {"text/plain": self.alt, "image/png": file.getvalue()}


def in_style(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    """Let a function draw with the book's settings, and leave matplotlib's own as they were."""

    @functools.wraps(draw)
    def drawn(*args, **settings) -> Picture:
        with rc_context(STYLE):
            return draw(*args, **settings)

    return drawn


def picture(rows: int = 1, columns: int = 1, *, height: float = 3.6, **subplots) -> tuple[Picture, np.ndarray]:
    """Return an empty picture, 7 inches wide, and its axes (one, or an array of them); call it ``in_style``."""
    figure = Picture(figsize=(7, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **subplots)


def shown(token: str) -> str:
    """Return a token as a figure writes it: the stop symbol has no letter of its own."""
    return "end" if token == STOP else token


def ticks(tokens: Sequence[str]) -> list[str]:
    """Return tokens as marks along an axis; the word for the stop symbol hangs below the letters' line."""
    return ["\n" + shown(token) if token == STOP else token for token in tokens]


def headline(figure: Picture, finding: str) -> None:
    """Write a finding over all panels of a picture."""
    figure.suptitle(finding, x=0.01, ha="left", weight="bold", size=12)


def percent(share: float) -> str:
    """Return a share as a percentage with as many digits as say something."""
    return f"{100 * share:.0f}%" if share >= 0.0995 or share == 0 else f"{100 * share:.1f}%"
