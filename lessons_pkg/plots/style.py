"""Figures in one style, each with a text that says what a reader would take from it.

Every function returns a ``Picture``: a matplotlib Figure with ``alt``, a sentence computed from the same numbers.
A notebook shows the picture; its plain-text form, and so the alt text of the built page, is that sentence.
Colours are those of Okabe and Ito, which colour-blind readers can tell apart, in one meaning through the book.
"""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

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


def picture(rows: int = 1, columns: int = 1, *, height: float = 3.6, **subplots) -> tuple[Picture, np.ndarray]:
    """Return an empty picture in the book's style, 7 inches wide, and its axes (one, or an array of them)."""
    with rc_context(STYLE):
        figure = Picture(figsize=(7, height), layout="constrained")
        return figure, figure.subplots(rows, columns, **subplots)
