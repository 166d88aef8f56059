"""Figures about one model that gets many scores (chapter 10).

Blue is the exact answer and what agrees with it, red what goes wrong, grey what answers another question.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from .style import COLOURS, Picture, headline, in_style, picture

KINDS = {
    "right": ("lstm", "", "exact"),
    "wrong": ("wrong", "///", "a mistake"),
    "other": ("grey", "...", "other tokens"),
}
LINES = (("lstm", "o-"), ("wrong", "s--"), ("wrong", "^:"))
WARM = "#d6e6f2"  # a target that is predicted with more than one token behind it


def off(value: float, exact: float) -> float:
    """Return how far a perplexity is off, in per cent of the exact one."""
    return 100 * (value / exact - 1)


def signed(error: float) -> str:
    """Return an error in per cent with its sign and as many digits as say something."""
    digits = 0 if abs(error) >= 9.95 else 1 if abs(error) >= 0.95 else 2
    return "0.00%" if abs(error) < 0.005 else f"{error:+.{digits}f}%".replace("-", "\N{MINUS SIGN}")


@in_style
def answers(rows: Sequence[tuple[str, float, str]], exact: float) -> Picture:
    """Draw how far each way of scoring one model on one text is from the exact perplexity.

    Args:
        rows: a label, a perplexity, and its kind: ``"right"``, ``"wrong"`` or ``"other"``.
        exact: the exact perplexity.
    """
    figure, axis = picture(height=1.3 + 0.27 * len(rows))
    errors = [off(value, exact) for _, value, _ in rows]
    for k, ((_, value, kind), error) in enumerate(zip(rows, errors, strict=True)):
        colour, hatch, _ = KINDS[kind]
        axis.barh(k, error, color=COLOURS[colour], hatch=hatch, ec="white", lw=0)
        beside = {"xycoords": axis.get_yaxis_transform(), "textcoords": "offset points", "va": "center"}
        axis.annotate(f"{value:.2f}", (1, k), (6, 0), **beside)
        axis.annotate(signed(error), (1, k), (98, 0), ha="right", **beside)
        if kind == "right":
            axis.plot(0, k, "D", color=COLOURS[colour], ms=7, zorder=3)
    axis.axvline(0, color=COLOURS["data"], lw=1)
    axis.set_xscale("symlog", linthresh=0.1, linscale=0.4)
    most = 1.6 * max(map(abs, errors))
    axis.set(xlim=(-most, most), ylim=(len(rows) - 0.4, -0.6), xticks=[-10, -1, 0, 1, 10])
    axis.set_xticklabels(["\N{MINUS SIGN}10%", "\N{MINUS SIGN}1%", "0", "+1%", "+10%"])
    axis.set_yticks(range(len(rows)), [label for label, *_ in rows])
    axis.set_xlabel("off the exact perplexity (logarithmic beyond 0.1%)")
    axis.grid(visible=False, axis="y")
    used = {kind for *_, kind in rows}
    marks = [Rectangle((0, 0), 1, 1, fc=COLOURS[c], hatch=h, ec="white") for c, h, _ in KINDS.values()]
    marks[0] = Line2D([], [], ls="", marker="D", ms=7, color=COLOURS["lstm"])
    keys = [(mark, word) for mark, (kind, (*_, word)) in zip(marks, KINDS.items(), strict=True) if kind in used]
    figure.legend(*zip(*keys, strict=True), loc="outside lower right", ncols=3, frameon=False)
    lowest, highest = min(value for _, value, _ in rows), max(value for _, value, _ in rows)
    headline(figure, f"One model, one text: perplexities from {lowest:.1f} to {highest:.1f}")
    listed = "; ".join(f"{row[0]} {row[1]:.2f} ({signed(e)})" for row, e in zip(rows, errors, strict=True))
    figure.alt = f"Bars: how far each score is off the exact perplexity, {exact:.2f}. {listed}."
    return figure


def box(axis: Axes, x: float, y: float, token: object, kind: str) -> None:
    """Draw one token in a box: ``"given"``, ``"dropped"`` (struck out), ``"cold"`` or ``"warm"``."""
    face = {"cold": COLOURS["wrong"], "warm": WARM}.get(kind, "white")
    ink = {"cold": "white", "dropped": COLOURS["grey"]}.get(kind, COLOURS["data"])
    axis.add_patch(Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, fc=face, ec=COLOURS["grey"], lw=0.8))
    axis.text(x, y, token, ha="center", va="center_baseline", color=ink, weight="bold" if kind == "cold" else None)
    if kind == "dropped":
        axis.plot([x - 0.4, x + 0.4], [y + 0.38, y - 0.38], color=COLOURS["wrong"], lw=1.5)


def fold(axis: Axes, tokens: Sequence[int], columns: int) -> tuple[int, int]:
    """Draw one text folded into columns, and return how many targets are cold and how many dropped."""
    rows = len(tokens) // columns
    for k, token in enumerate(tokens):
        b, r = divmod(k, rows)
        tail = b == columns
        dropped, cold = tail or (r == 0 and b > 0), r == 1 and not tail
        kind = "dropped" if dropped else "given" if k == 0 else "cold" if cold else "warm"
        box(axis, *((0.5 + r, rows + 0.6) if tail else (b, r)), token, kind)
    axis.set_title(f"{columns} columns", size=11, weight="normal")
    return columns, len(tokens) - columns * rows + columns - 1


@in_style
def folded(tokens: Sequence[int], sizes: Sequence[int]) -> Picture:
    """Draw one short text folded into several numbers of columns: what is dropped, what is predicted cold.

    Args:
        tokens: the text.
        sizes: numbers of columns, one a panel.
    """
    figure, axes = picture(1, len(sizes), height=5.6, width_ratios=[max(size, 4) for size in sizes])
    said, most = [], len(tokens) // min(sizes)
    for axis, columns in zip(axes, sizes, strict=True):
        cold, dropped = fold(axis, tokens, columns)
        axis.set(xlim=(-0.7, max(columns, 4) - 0.3), ylim=(most + 0.2, -0.6))  # boxes of one size in all panels
        axis.axis("off")
        said.append(f"{columns} columns: {cold} cold, {dropped} dropped")
    looks = {
        "given": "white",
        "never a target": "white",
        "predicted from one token": COLOURS["wrong"],
        "from more": WARM,
    }
    marks = [Rectangle((0, 0), 1, 1, fc=face, ec=COLOURS["grey"]) for face in looks.values()]
    marks[1].set(hatch="//", edgecolor=COLOURS["wrong"])
    figure.legend(marks, list(looks), loc="lower right")
    headline(figure, "Each column starts cold (red); all but the first cost a target (struck out)")
    figure.alt = f"A text of {len(tokens)} tokens folded into columns, read downwards. {'; '.join(said)}."
    return figure


@in_style
def window_errors(lengths: Sequence[int], curves: Mapping[str, Sequence[float]], exact: float) -> Picture:
    """Draw perplexity against the length of the windows, for several mistakes, and the exact value across.

    Args:
        lengths: tokens in a window.
        curves: a label to a perplexity for each length; the first is the right way.
        exact: the exact perplexity.
    """
    figure, axis = picture(height=4.2)
    beside = (((0, -9), "top"), ((0, 9), "bottom"), ((13, 0), "center"))  # the name is at the left end of its line
    for (colour, style), (at, side), (label, values) in zip(LINES, beside, curves.items(), strict=False):
        axis.plot(lengths, values, style, color=COLOURS[colour], ms=6)
        note = {"color": COLOURS[colour], "weight": "bold", "va": side, "textcoords": "offset points"}
        axis.annotate(label, (lengths[0], values[0]), at, **note)
    axis.set(xscale="log", yscale="log", xlabel="tokens in a window (logarithmic)", ylabel="perplexity (logarithmic)")
    axis.set_xticks(lengths, lengths)
    levels = [level for level in (50, 60, 70, 80, 100, 150, 200, 300) if exact < 1.1 * level]
    axis.set_yticks(levels, levels)
    axis.minorticks_off()
    axis.set_ylim(0.85 * exact, 1.08 * max(map(max, curves.values())))
    headline(figure, "The right score ignores the window's length; two mistakes do not")
    ends = f"windows of {lengths[0]} and of {lengths[-1]} tokens"
    said = "; ".join(f"{label} {values[0]:.2f} and {values[-1]:.2f}" for label, values in curves.items())
    figure.alt = f"Perplexity against the length of the windows; for {ends}: {said}. Exact: {exact:.2f}."
    return figure


@in_style
def error_by_columns(
    columns: Sequence[int], cold: Sequence[float], dropped: Sequence[float], chance: Sequence[float]
) -> Picture:
    """Draw the two errors that folding makes, and their sum, against the number of columns.

    Args:
        columns: numbers of columns.
        cold: what cold starts do to the loss of the targets that are left, in nats per token.
        dropped: what leaving out the others does.
        chance: the standard error of that, if any others of the text were left out.
    """
    figure, axis = picture(height=4.4)
    parts = {"cold starts": 100 * np.expm1(cold), "dropped targets": 100 * np.expm1(dropped)}
    parts["both"] = 100 * np.expm1(np.add(cold, dropped))
    looks = (("wrong", "--", 2), ("grey", ":", 2), ("data", "-", 1.5))
    for (colour, style, width), values in zip(looks, parts.values(), strict=True):
        axis.plot(columns, values, style, color=COLOURS[colour], lw=width)
    for (colour, *_), (label, values) in zip(looks, parts.items(), strict=True):
        note = {"color": COLOURS[colour], "weight": "bold", "va": "center", "textcoords": "offset points"}
        axis.annotate(label.replace(" ", "\n"), (columns[-1], values[-1]), (8, 0), annotation_clip=False, **note)
    band = 1.96 * 100 * np.asarray(chance)
    axis.fill_between(columns, -band, band, color=COLOURS["grey"], alpha=0.18, lw=0)
    axis.axhline(0, color=COLOURS["lstm"], lw=1)
    axis.set(xlabel="columns", ylabel="off the exact perplexity", xlim=(0, max(columns) + 1))
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:+.0f}%".replace("-", "\N{MINUS SIGN}") if y else "0")
    headline(figure, f"Cold starts add up to {parts['cold starts'].max():.1f}%; dropped targets go either way")
    said = "; ".join(f"{label} {signed(values.min())} to {signed(values.max())}" for label, values in parts.items())
    inside = np.mean(np.abs(parts["dropped targets"]) <= band)
    figure.alt = (
        f"How far the perplexity is off with {min(columns)} to {max(columns)} columns: {said}. The error by dropped "
        f"targets lies within the 95% band of chance for {100 * inside:.0f}% of them."
    )
    return figure
