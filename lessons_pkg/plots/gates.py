"""Figures about gates and attention (chapter 11): what is kept while reading, and what is looked up again.

Every function takes numbers that a notebook has computed and draws them. Blue is the LSTM, green the GRU, purple
attention.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from .style import COLOURS, Picture, headline, in_style, picture

MARKS = {" ": "␣", "\n": "↵"}  # how a letter that has no ink is written


def node(axis: Axes, at: tuple[float, float], sign: str, colour: str) -> None:
    """Draw an operation as a circle with its sign."""
    axis.add_patch(Circle(at, 0.3, fc="white", ec=colour, lw=2, zorder=3))
    axis.text(*at, sign, ha="center", va="center", size=13, color=colour, weight="bold", zorder=4)


def arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1.5) -> None:
    """Draw an arrow from one point to another."""
    axis.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    )


@in_style
def belts() -> Picture:
    """Draw what one step of an LSTM and of a GRU does to the numbers that are carried on."""
    figure, axes = picture(2, 1, height=5.0)
    stages = {
        "lstm": (("$c_{t-1}$", "$c_t$"), [(2.2, "×", "forget gate $f_t$"), (5, "+", "write $i_t \\odot g_t$")]),
        "gru": (("$h_{t-1}$", "$h_t$"), [(2.2, "×", "keep $z_t$"), (5, "+", "write $(1 - z_t) \\odot n_t$")]),
    }
    for axis, (kind, ((before, after), nodes)) in zip(axes, stages.items(), strict=True):
        colour, end = COLOURS[kind], 9.0
        arrow(axis, (0.4, 2), (end, 2), colour, 4)
        axis.text(0.3, 2, before, ha="right", va="center", size=13)
        axis.text(end + 0.1, 2, after, ha="left", va="center", size=13)
        for x, sign, words in nodes:
            node(axis, (x, 2), sign, colour)
            arrow(axis, (x, 0.75), (x, 1.68), colour)
            axis.text(x, 0.7, words, ha="center", va="top", size=11)
        axis.set(xlim=(-0.8, 10), ylim=(-0.8, 2.5), aspect="equal")
        arrow(axis, (7.6, 2), (7.6, 0.75), colour)
        axis.plot([0.4, end], [-0.6, -0.6], color=COLOURS["grey"])  # what all gates are computed from
        axis.text(0.3, -0.6, "$x_t, h_{t-1}$", ha="right", va="center", size=11)
        for x in (2.2, 5, 7.6)[: len(nodes) + (kind == "lstm")]:
            arrow(axis, (x, -0.6), (x, 0.15), COLOURS["grey"])
        axis.axis("off")
    axes[0].text(7.6, 0.7, "shown: $h_t = o_t \\odot \\tanh c_t$", ha="center", va="top", size=11)
    axes[1].text(7.6, 0.7, "shown: all of it", ha="center", va="top", size=11)
    axes[0].set_title("LSTM: keep, write and show have a gate each", size=11)
    axes[1].set_title("GRU: what is not kept is written over", size=11)
    figure.alt = (
        "Two belts. LSTM: the cell is multiplied by the forget gate, then the input gate times the candidate is added, "
        "and the output gate shows a part of its tanh. GRU: the state is multiplied by z, then 1 - z times the "
        "candidate is added, and all of it is shown. Under each belt runs a line with the input and the state before, "
        "from which all gates and candidates are computed."
    )
    return figure


@in_style
def forgetting(gates: Mapping[float, float], steps: int = 400) -> Picture:
    """Draw what a forget gate leaves of a number after 0 to ``steps`` steps, for several starting biases.

    Args:
        gates: a bias to the gate it makes, in (0, 1).
        steps: how far the lines go.
    """
    figure, axis = picture(height=3.8)
    halves = {bias: np.log(2) / -np.log(gate) for bias, gate in gates.items()}
    at = np.geomspace(0.2, steps, 200)
    axis.axhline(0.5, color=COLOURS["grey"], lw=1)
    for dash, (bias, gate) in zip(("-", "--", "-.", ":"), gates.items(), strict=False):
        axis.plot(at, gate**at, dash, color=COLOURS["lstm"])
        axis.plot(halves[bias], 0.5, "o", color=COLOURS["lstm"])
        words = f"bias {bias:g}\nhalf at {halves[bias]:.{0 if halves[bias] >= 10 else 1}f}"
        side = (-5, -3, "right", "top") if bias == min(gates) else (5, 3, "left", "bottom")
        look = {"ha": side[2], "va": side[3], "size": 10, "textcoords": "offset points"}
        axis.annotate(words, (halves[bias], 0.5), side[:2], **look)
    axis.set(xlabel="steps (logarithmic scale)", ylabel="share that is left", ylim=(-0.02, 1.05), xscale="log")
    axis.set_xticks([1, 10, 100], ["1", "10", "100"])
    axis.set_xlim(at[0], 1.1 * steps)
    (low, first), (high, last) = next(iter(halves.items())), list(halves.items())[-1]
    axis.set_title(f"A bias of {high:g} in place of {low:g}: half is kept for {last:.0f} steps, not {first:.0f}")
    listed = "; ".join(f"bias {b:g} {g**100:.2g}, half after {halves[b]:.1f}" for b, g in gates.items())
    figure.alt = f"What a forget gate leaves of a number as it is carried on. After 100 steps: {listed} steps."
    return figure


def strip(axis: Axes, rows: np.ndarray, text: str, names: Sequence[str]) -> None:
    """Draw numbers between 0 and 1 as one strip a row, over the letters of a text."""
    axis.imshow(rows, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axis.grid(visible=False)
    axis.set_yticks(range(len(names)), names)
    axis.set_xticks(range(len(text)), [MARKS.get(letter, letter) for letter in text])
    axis.tick_params(axis="x", length=0, labelsize=9)


@in_style
def gate_strips(text: str, strips: Mapping[str, np.ndarray], *, finding: str, wrap: int = 48) -> Picture:
    """Draw gates over a text as strips, white closed and dark open, broken into lines like the text itself.

    Args:
        text: what was read, T letters.
        strips: a label to (T,) values of a gate.
        finding: the title.
        wrap: letters on a line.
    """
    rows, names = np.stack(list(strips.values())), list(strips)
    lines = -(-len(text) // wrap)
    figure, axes = picture(lines, 1, height=0.7 + lines * (0.45 + 0.3 * len(names)), squeeze=False)
    for k, axis in enumerate(axes[:, 0]):
        part = slice(k * wrap, (k + 1) * wrap)
        strip(axis, rows[:, part], text[part], names)
        axis.set_xlim(-0.5, wrap - 0.5)
        axis.spines[:].set_visible(False)
    headline(figure, finding)
    listed = "; ".join(f"{name} from {row.min():.2f} to {row.max():.2f}" for name, row in zip(names, rows, strict=True))
    figure.alt = f"{finding}. Gates while {len(text)} letters are read, white closed and dark open: {listed}."
    return figure


@in_style
def looked_at(text: str, weights: np.ndarray, *, finding: str) -> Picture:
    """Draw which earlier letters each letter of a text looks at, a panel a head.

    Args:
        text: T letters.
        weights: (heads, T, T), each row summing to 1.
        finding: the title over all.
    """
    heads, T, _ = weights.shape
    figure, axes = picture(-(-heads // 2), min(heads, 2), height=3.7 * -(-heads // 2), squeeze=False)
    names = [MARKS.get(letter, letter) for letter in text]
    for head, axis in zip(range(heads), axes.flat, strict=True):
        axis.imshow(weights[head] ** 0.5, cmap="RdPu", vmin=0, vmax=1, interpolation="nearest")
        axis.grid(visible=False)
        axis.set_xticks(range(T), names, size=9)
        axis.set_yticks(range(T), names, size=9)
        axis.tick_params(length=0)
        axis.set_title(f"head {head}", size=11, weight="normal")
    for axis in axes[:, 0]:
        axis.set_ylabel("after reading")
    for axis in axes[-1]:
        axis.set_xlabel("looks at")
    headline(figure, finding)
    back = np.subtract.outer(np.arange(T), np.arange(T)).clip(0)
    far = [(head * back).sum(-1).mean() for head in weights]
    listed = ", ".join(f"{k} {steps:.1f}" for k, steps in enumerate(far))
    figure.alt = f"{finding}. Weights of {heads} heads over {T} letters. Mean steps that a head looks back: {listed}."
    return figure
