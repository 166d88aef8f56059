"""The recurrent network unrolled in time, with the number in every cell (chapter 03)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Rectangle

from .style import COLOURS, Picture, headline, in_style, percent, picture, shown

ARROW = {"arrowstyle": "-|>", "color": COLOURS["grey"], "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
WIDE, HIGH = 0.66, 0.4  # a cell of the unrolled network
MIDDLE = {"ha": "center", "va": "center"}


def cells(axis, x: float, bottom: float, values: Sequence[float], *, kind: str, chosen: int | None = None) -> None:
    """Stack one number a cell, the first on top: a state is tinted by sign and size, probabilities are bars."""
    for row, value in enumerate(values):
        y = bottom + (len(values) - 1 - row) * HIGH
        tint = {"state": COLOURS["rnn"] if value > 0 else COLOURS["counting"], "probability": COLOURS["rnn"]}[kind]
        width, alpha = (WIDE, 0.55 * abs(value)) if kind == "state" else (WIDE * value, 0.55)
        axis.add_patch(Rectangle((x - WIDE / 2, y), width, HIGH, fc=tint, alpha=alpha, ec="none"))
        outline = {"ec": "black", "lw": 2, "zorder": 3} if row == chosen else {"ec": COLOURS["grey"], "lw": 0.7}
        axis.add_patch(Rectangle((x - WIDE / 2, y), WIDE, HIGH, fill=False, **outline))
        weight = "bold" if row == chosen else "normal"
        axis.text(x, y + HIGH / 2 - 0.015, f"{value:.2f}", weight=weight, **MIDDLE)


def label(axis, tokens: Sequence[str], low: float, up: float, H: int) -> None:
    """Write what rows and arrows stand for; ``low`` and ``up`` are where states and probabilities begin."""
    V, top = len(tokens), up + len(tokens) * HIGH
    for row, token in enumerate(tokens):
        axis.text(0.55, up + (V - 0.5 - row) * HIGH - 0.015, shown(token), ha="right", va="center")
    side = {"x": -0.45, "ha": "right", "va": "center", "size": 11}
    for y, words in (
        (0.2, "reads"),
        (low + H * HIGH / 2, "state"),
        (top - V * HIGH / 2, "expects"),
        (top + 0.26, "came"),
    ):
        axis.text(s=words, y=y, **side)
    axis.text(1.06, (low + 0.42) / 2, "$W_{xh}$", va="center")
    axis.text(1.06, (up + low + H * HIGH) / 2, "$W_{hy}$", va="center")
    axis.text(0.5, low + H * HIGH / 2 + 0.12, "$W_{hh}$", ha="center")


def told(tokens: Sequence[str], inputs, targets, hiddens: np.ndarray, probs: np.ndarray) -> str:
    """Return the steps of an unrolled network as a sentence."""
    steps = [
        f"{shown(x) or 'nothing'} in, state ({', '.join(f'{value:.2f}' for value in h)}), "
        f"{shown(y)} gets {percent(p[list(tokens).index(y)])}"
        for x, h, y, p in zip(inputs, hiddens[1:], targets, probs, strict=True)
    ]
    said = "; ".join(f"step {t}: {step}" for t, step in enumerate(steps, 1))
    return f"A recurrent network unrolled over {len(probs)} steps, the state handed from each to the next: {said}."


@in_style
def unrolled(
    tokens: Sequence[str],
    inputs: Sequence[str],
    targets: Sequence[str],
    hiddens: np.ndarray,
    probs: np.ndarray,
    *,
    finding: str,
) -> Picture:
    """Draw a recurrent network step by step with its numbers: what goes in, the state, what it expects.

    Args:
        tokens: the V tokens.
        inputs: what is read at each of T steps; the empty string for nothing.
        targets: what comes next at each step.
        hiddens: (T + 1, H), the state before the first step in front.
        probs: (T, V).
        finding: the title.
    """
    (T, V), H = probs.shape, hiddens.shape[1]
    figure, axis = picture(height=1.9 + 0.34 * (V + H))
    low, up = 0.95, 0.95 + H * HIGH + 0.65  # where states and probabilities begin
    top = up + V * HIGH
    for t, state in enumerate(hiddens):
        cells(axis, t, low, state, kind="state")
        if t < T:
            middle = low + H * HIGH / 2
            axis.annotate("", (t + 1 - WIDE / 2, middle), (t + WIDE / 2, middle), arrowprops=ARROW)
    for t, (came, p) in enumerate(zip(targets, probs, strict=True), 1):
        cells(axis, t, up, p, kind="probability", chosen=list(tokens).index(came))
        axis.annotate("", (t, low), (t, 0.42), arrowprops=ARROW)
        axis.annotate("", (t, up), (t, low + H * HIGH), arrowprops=ARROW)
        read = shown(inputs[t - 1]) or "nothing"
        axis.text(t, 0.2, read, size=11 if len(read) > 1 else 15, **MIDDLE)
        axis.text(t, top + 0.26, shown(came), size=11 if len(shown(came)) > 1 else 15, weight="bold", **MIDDLE)
    label(axis, tokens, low, up, H)
    axis.set(xlim=(-1.25, T + 0.45), ylim=(0, top + 0.5))
    axis.axis("off")
    headline(figure, finding)
    figure.alt = f"{finding}. {told(tokens, inputs, targets, hiddens, probs)}"
    return figure
