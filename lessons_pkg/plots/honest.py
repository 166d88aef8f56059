"""Figures about one model that gets many scores (chapter 10).

Blue is the exact answer and what agrees with it, red what goes wrong, grey what answers another question.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .labels import label_lines
from .style import COLOURS, Picture, headline, in_style, picture

KINDS = {
    "right": ("lstm", "", "exact"),
    "wrong": ("wrong", "///", "a mistake"),
    "other": ("grey", "...", "other tokens"),
}
CELLS = {"gru": ("gru", "s--"), "lstm": ("lstm", "o-")}


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
    marks = [Rectangle((0, 0), 1, 1, fc=COLOURS[c], hatch=h, ec="white") for k, (c, h, _) in KINDS.items() if k in used]
    words = [word for kind, (*_, word) in KINDS.items() if kind in used]
    figure.legend(marks, words, loc="outside lower right", ncols=3, frameon=False)
    lowest, highest = min(value for _, value, _ in rows), max(value for _, value, _ in rows)
    headline(figure, f"One model, one text: perplexities from {lowest:.1f} to {highest:.1f}")
    listed = "; ".join(f"{row[0]} {row[1]:.2f} ({signed(e)})" for row, e in zip(rows, errors, strict=True))
    figure.alt = f"Bars: how far each score is off the exact perplexity, {exact:.2f}. {listed}."
    return figure


def fold(axis: Axes, tokens: Sequence[int], columns: int) -> tuple[int, int]:
    """Draw one text folded into columns, and return how many targets are cold and how many dropped."""
    rows = len(tokens) // columns
    for k, token in enumerate(tokens):
        b, r = divmod(k, rows)
        tail = b == columns
        x, y = (0.5 + r, rows + 1.1) if tail else (b, r)
        dropped, cold = tail or (r == 0 and b > 0), r == 1 and not tail
        face = COLOURS["wrong"] if cold else "white" if dropped or k == 0 else "#d6e6f2"
        ink = "white" if cold else COLOURS["grey"] if dropped else COLOURS["data"]
        axis.add_patch(Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, fc=face, ec=COLOURS["grey"], lw=0.8))
        axis.text(x, y, token, ha="center", va="center_baseline", color=ink, weight="bold" if cold else None)
        if dropped:
            axis.plot([x - 0.4, x + 0.4], [y + 0.38, y - 0.38], color=COLOURS["wrong"], lw=1.5)
    axis.set(xlim=(-0.7, max(columns, 4) - 0.3), ylim=(max(rows + 1.7, 10), -0.6))
    axis.axis("off")
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
    said = []
    for axis, columns in zip(axes, sizes, strict=True):
        cold, dropped = fold(axis, tokens, columns)
        said.append(f"{columns} columns: {cold} cold, {dropped} dropped")
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
    looks = (("lstm", "o-"), ("wrong", "s--"), ("wrong", "^:"))
    for (colour, style), values in zip(looks, curves.values(), strict=False):
        axis.plot(lengths, values, style, color=COLOURS[colour], ms=6)
    axis.set(xscale="log", yscale="log", xlabel="tokens in a window (logarithmic)", ylabel="perplexity (logarithmic)")
    axis.set_xticks(lengths, lengths)
    levels = [level for level in (50, 60, 70, 80, 100, 150, 200, 300) if exact < 1.1 * level]
    axis.set_yticks(levels, levels)
    axis.minorticks_off()
    axis.set_ylim(0.93 * exact, 1.08 * max(map(max, curves.values())))
    for note, (colour, _) in zip(label_lines(axis, list(curves)), looks, strict=False):
        note.set(color=COLOURS[colour], weight="bold")
    headline(figure, "The window's length matters to two mistakes, and to nothing else")
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
    band = 1.96 * 100 * np.asarray(chance)
    axis.fill_between(columns, -band, band, color=COLOURS["grey"], alpha=0.18, lw=0)
    axis.axhline(0, color=COLOURS["lstm"], lw=1)
    axis.set(xlabel="columns", ylabel="off the exact perplexity", xlim=(0, max(columns) + 1))
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:+.0f}%".replace("-", "\N{MINUS SIGN}") if y else "0")
    for note, (colour, *_) in zip(label_lines(axis, list(parts)), looks, strict=True):
        note.set(color=COLOURS[colour], weight="bold")
    headline(figure, f"Cold starts add up to {parts['cold starts'].max():.1f}%; dropped targets add noise")
    said = "; ".join(f"{label} {signed(values.min())} to {signed(values.max())}" for label, values in parts.items())
    inside = np.mean(np.abs(parts["dropped targets"]) <= band)
    figure.alt = (
        f"How far the perplexity is off with {min(columns)} to {max(columns)} columns: {said}. The error by dropped "
        f"targets lies within the 95% band of chance for {100 * inside:.0f}% of them."
    )
    return figure


@in_style
def cold_start(extra: Mapping[str, np.ndarray]) -> Picture:
    """Draw what having started afresh costs a target, against how many tokens were read since.

    Args:
        extra: a cell (``"lstm"``, ``"gru"``) and words, such as ``"lstm, words"``, to extra nats (starts, positions).
    """
    figure, axis = picture(height=4.2)
    said = []
    for label, nats in extra.items():
        colour, style = CELLS[label.split(",")[0]]
        read, mean, error = np.arange(1, nats.shape[1] + 1), nats.mean(0), 1.96 * nats.std(0) / len(nats) ** 0.5
        axis.plot(read, mean, style, color=COLOURS[colour], ms=4, lw=1.5, label=label.upper()[:4] + label[4:])
        axis.fill_between(read, mean - error, mean + error, color=COLOURS[colour], alpha=0.2, lw=0)
        ten = f"{mean[9]:.2f} with 10"
        said.append(
            f"{label} ({len(nats)} starts): {mean[0]:.2f} with 1 token read, {ten}, {mean[-1]:.3f} with {read[-1]}"
        )
    axis.axhline(0, color=COLOURS["data"], lw=1)
    axis.set(xscale="log", xlabel="tokens read since the start (logarithmic)", ylabel="extra nats for the next one")
    axis.set_xticks(ticks := [1, 2, 5, 10, 20, 50, 100], ticks)
    axis.legend(loc="upper right", handlelength=3)
    headline(figure, "A cold start is dear for a few tokens, and then forgotten")
    figure.alt = f"Extra nats after a cold start, mean and 95% interval. {'; '.join(said)}."
    return figure
