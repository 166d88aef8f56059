"""Figures about one long text in columns: folded, cut into windows, and what crosses a cut (chapter 09).

Green is the network with its state carried, red what goes wrong or is lost, grey what it is compared with.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .labels import label_lines
from .style import COLOURS, Picture, headline, in_style, picture, shown

FILLS = ("#dff0e9", "#f6f6f6")  # of neighbouring strips, so that they can be told apart
CENTRE = {"ha": "center", "va": "center"}
INK = "#00694c"  # words in the network's green need more contrast than lines


def cell(axis: Axes, at: tuple[float, float], token: str, strip: int, *, lost: bool = False, **text) -> None:
    """Draw one token in a box of size 1, filled as its strip is; a lost one is crossed out."""
    (x, y), words = at, CENTRE | text
    axis.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fc=FILLS[strip % 2], ec=COLOURS["grey"], lw=0.8))
    axis.text(x, y, shown(token).replace(" ", "␣"), **words)
    for way in (-1, 1) if lost else ():
        axis.plot([x - 0.38, x + 0.38], [y - 0.38 * way, y + 0.38 * way], color=COLOURS["wrong"], lw=1.5)


def to_scale(figure: Picture, axis: Axes, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Show this part of the plane, with squares square, in a picture just high enough for it and a title."""
    axis.set(xlim=xlim, ylim=ylim, aspect="equal")
    axis.axis("off")
    width = figure.get_figwidth()
    figure.set_figheight(width * (ylim[1] - ylim[0]) / (xlim[1] - xlim[0]) + 0.45)


@in_style
def fold(tokens: Sequence[str], columns: int) -> Picture:
    """Draw a text as a line, and the same text folded into columns; what is lost is crossed out.

    Args:
        tokens: N of them, at most 30.
        columns: B.
    """
    figure, (line, axis) = picture(2, height=4, gridspec_kw={"height_ratios": [1, 4]})
    N, rows = len(tokens), len(tokens) // columns
    targets, lost = columns * (rows - 1), tokens[rows * columns :]
    firsts = [tokens[b * rows] for b in range(1, columns)]
    for i, token in enumerate(tokens):
        cell(line, (i, 0), token, i // rows, lost=i >= rows * columns)
    for i, token in enumerate(tokens[: rows * columns]):
        cell(axis, (1.2 * (i // rows), -(i % rows)), token, i // rows, lost=i % rows == 0 and i > 0, size=13)
    x = 1.2 * columns
    axis.annotate("", (x, 0.6 - rows), (x, 0.5), arrowprops={"arrowstyle": "-|>", "lw": 2, "color": COLOURS["data"]})
    notes = [
        "time runs down",
        f"{targets} targets: each letter is to be\npredicted from those above it",
        f"crossed out: {', '.join(firsts) or 'none'} (nothing above)\nand {', '.join(lost) or 'none'} (no row left)",
    ]
    for k, note in enumerate(notes):
        colour = COLOURS["wrong" if k == 2 else "data"]
        axis.text(x + 0.4, 0.1 - (rows - 1) * (0, 0.36, 0.82)[k], note, va="center", color=colour)
    line.set(xlim=(-0.6, N - 0.4), ylim=(-0.6, 0.6), aspect="equal")
    axis.set(xlim=(-0.6, x + 7.6), ylim=(0.3 - rows, 0.7), aspect="equal")
    for part in (line, axis):
        part.axis("off")
    dropped = len(lost) + columns - 1
    headline(figure, f"{N} tokens in {columns} columns: {targets} targets, {dropped} dropped")
    listed = "; ".join(" ".join(map(shown, tokens[b * rows : (b + 1) * rows])) for b in range(columns))
    figure.alt = (
        f"A line of {N} tokens, cut into {columns} strips of {rows} that stand side by side as columns: {listed}. "
        f"{targets} targets are left and {dropped} are dropped: the tail {' '.join(lost) or 'is empty'}, and the first "
        f"of each later column, {' '.join(firsts) or 'none'}."
    )
    return figure


@in_style
def windows_down(columns: Sequence[Sequence[str]], bptt: int) -> Picture:
    """Draw the windows of some columns: inputs, targets one row lower, and the state that goes on from each window.

    Args:
        columns: R rows of B tokens.
        bptt: rows in a window, T.
    """
    starts = range(0, len(columns) - 1, bptt)
    B, height = len(columns[0]), 0
    figure, axis = picture()
    shift, said = B + 1.5, []
    for number, start in enumerate(starts):
        inputs, targets = columns[start : len(columns) - 1][:bptt], columns[start + 1 :][:bptt]
        for side, part in enumerate((inputs, targets)):
            for t, row in enumerate(part):
                for b, token in enumerate(row):
                    cell(axis, (b + side * shift, -height - t), token, b, weight="bold" if side else None)
        middle = height + (len(inputs) - 1) / 2
        axis.text(-1, -middle, f"window {number + 1}", ha="right", va="center")
        said.append("; ".join(f"{' '.join(i)} gives {' '.join(j)}" for i, j in zip(inputs, targets, strict=True)))
        height += len(inputs)
        if number < len(starts) - 1:
            style = {"arrowstyle": "-|>", "lw": 2, "color": COLOURS["gru"]}
            for b in range(B):
                axis.annotate("", (b, -height - 0.55), (b, -height + 0.55), arrowprops=style)
            words = "the state goes on, a column each;\nthe gradient stops here"
            axis.text(shift - 0.5, -height, words, color=INK, va="center")
        height += 1
    for side, word in enumerate(("inputs", "targets")):
        axis.text(side * shift + (B - 1) / 2, 0.9, word, weight="bold", **CENTRE)
    to_scale(figure, axis, (-4.2, 2 * B + 5), (-height + 1.3, 1.4))
    headline(figure, f"{len(starts)} windows step down {B} columns; a target is the letter below")
    figure.alt = f"{len(starts)} windows of at most {bptt} rows. " + " ".join(
        f"Window {k}: {rows}." for k, rows in enumerate(said, 1)
    )
    return figure


@in_style
def kept_memory(ways: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how much the graph keeps alive after each window, in units of one window.

    Args:
        ways: a label to one number for each window; the first is the way that goes wrong.
    """
    figure, axis = picture(height=3.4)
    styles = [("wrong", "o--"), ("gru", "s-"), ("grey", "D:")]
    for (colour, line), kept in zip(styles, ways.values(), strict=False):
        axis.plot(range(1, len(kept) + 1), kept, line, color=COLOURS[colour], ms=5)
    most = max(map(max, ways.values()))
    axis.set(xlabel="windows read", ylabel="kept, in windows", ylim=(-0.16 * most, 1.12 * most))
    for note, line in zip(label_lines(axis, list(ways)), axis.lines, strict=False):
        note.set_color(line.get_color())
    first = next(iter(ways.values()))
    axis.set_title(f"Never cut, the graph keeps {first[-1]:.0f} windows after {len(first)}")
    figure.alt = (
        f"Memory kept alive after window 1 and after window {len(first)}, in units of one window: "
        + "; ".join(f"{label} {kept[0]:.1f} and {kept[-1]:.1f}" for label, kept in ways.items())
    )
    figure.alt += "."
    return figure


@in_style
def routes_kept(bptt: int, lags: Sequence[int]) -> Picture:
    """Draw which share of the routes of each length survives: a cut every few rows, against one that slides along.

    Args:
        bptt: rows in a window, K, and uses kept by the sliding cut.
        lags: steps from a loss back to a use of a weight, rising from 0.
    """
    figure, axis = picture(height=3.4)
    lags = np.asarray(lags)
    windows, sliding = np.maximum(0, 1 - lags / bptt), (lags < bptt).astype(float)
    axis.plot(lags, windows, "o-", color=COLOURS["gru"], ms=4)
    axis.step(lags, sliding, "--", where="mid", color=COLOURS["grey"])
    axis.set(xlabel="steps from a loss back to a use of the weight", ylabel="share of routes kept", ylim=(-0.06, 1.15))
    axis.text(0.42 * bptt, 0.42, f"windows of {bptt} (detach)", color=INK, ha="right")
    axis.text(0, 1.04, f"the last {bptt} uses of each loss", color=COLOURS["grey"])
    reach = windows.sum()
    axis.set_title(f"A window of {bptt} gives each loss {reach:g} uses on average")
    figure.alt = (
        f"Share of routes kept by their length. The sliding cut keeps all shorter than {bptt} and none of the others. "
        f"Windows of {bptt} keep a share that falls in a line from 1 at 0 to 0 at {bptt}, {reach:g} uses on average."
    )
    return figure
