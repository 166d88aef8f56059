"""Figures that compare kinds of network (chapter 11): by distance, by how far back they feel, by the clock.

Every function takes numbers that a notebook has computed and draws them. A kind has its colour of the book; where two
of one kind stand in a figure, the second one's line is broken.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from .style import COLOURS, Picture, headline, in_style, percent, picture

DASHES = ("-", "--", ":")


def looks(labels: Sequence[str]) -> list[dict]:
    """Return how to draw the line of each label: the colour of its first word, a new dash for each further one."""
    kinds = [label.replace(",", " ").split()[0] for label in labels]
    return [
        {"color": COLOURS.get(kind, COLOURS["grey"]), "ls": DASHES[kinds[:k].count(kind) % len(DASHES)]}
        for k, kind in enumerate(kinds)
    ]


def name_ends(axis: Axes, labels: Sequence[str], gap: float = 0.055) -> None:
    """Write labels at the right ends of the first lines, moved up or down so that none lies on another.

    Args:
        axis: its limits are final but for room at the right, which this makes.
        labels: one for each line.
        gap: least distance of two labels, as a share of the axis.
    """
    ends = []
    for line, label in zip(axis.lines, labels, strict=False):
        x, y = np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)
        last = np.flatnonzero(np.isfinite(y))[-1]
        place = axis.transAxes.inverted().transform(axis.transData.transform((x[last], y[last])))
        ends.append([place[1], x[last], label])
    ends.sort(key=lambda end: end[0])
    for _ in range(20 * len(ends)):  # both of a crowded pair give way, so that none goes far from its line
        for below, above in pairwise(ends):
            if np.isclose(below[1], above[1], rtol=0.05):
                push = max(0, gap - (above[0] - below[0])) / 2
                below[0], above[0] = below[0] - push, above[0] + push
    for height, x, label in ends:
        axis.text(x, max(height, 0.03), f"  {label}", transform=axis.get_xaxis_transform(), va="center", size=10)


def room_at_right(axis: Axes, last: float, room: float) -> None:
    """Let an axis from 0 to ``last`` go on by a share of its length, without ticks there, for labels."""
    axis.set_xlim(0, (1 + room) * last)
    axis.set_xticks([tick for tick in axis.get_xticks() if tick <= last])
    axis.spines["bottom"].set_bounds(0, last)


@in_style
def recall_by_distance(distances: Sequence[int], right: Mapping[str, np.ndarray], chance: float) -> Picture:
    """Draw how often a letter is told rightly by how long ago it was read, a panel a kind of network.

    Args:
        distances: steps between the letter and the question.
        right: a label, its kind first, to shares (distances, seeds).
        chance: the share that guessing gets.
    """
    kinds = {}
    for label in right:
        kinds.setdefault(label.replace(",", " ").split()[0], []).append(label)
    figure, axes = picture(2, 2, height=5.6, sharex=True, sharey=True)
    for axis, (kind, labels) in zip(axes.flat, kinds.items(), strict=True):
        for style, label in zip(looks(labels), labels, strict=True):
            middle = np.median(right[label], axis=1)
            axis.plot(distances, middle, marker="o", ms=5, **style)
            axis.plot(distances, right[label], ".", color=style["color"], ms=5, alpha=0.6)
            words = label.removeprefix(kind).strip(", ")
            place = int(np.flatnonzero(middle > 0.6)[-1]) if (middle > 0.6).any() else 0
            at, look = (distances[place], middle[place]), {"textcoords": "offset points", "va": "top", "ha": "right"}
            axis.annotate(words, at, (-2, -8), **look)
        axis.axhline(chance, color=COLOURS["data"], lw=1, ls=":")
        axis.set_title(kind, size=11)
        axis.set(xscale="log", ylim=(0, 1.06))
        axis.set_xticks(list(distances), [str(d) for d in distances])
        axis.minorticks_off()
        axis.yaxis.set_major_formatter(lambda value, _: percent(value))
    for low, left in zip(axes[1], axes[:, 0], strict=True):
        low.set_xlabel("steps since the letter")
        left.set_ylabel("letters told rightly")
    axes[0, 0].text(distances[0], chance + 0.03, "guessing", ha="left", va="bottom")
    safe = [label for label, shares in right.items() if np.median(shares[-1]) > 0.95]
    headline(figure, f"After {distances[-1]} steps, still right: {' and '.join(safe) or 'none'}")
    listed = "; ".join(
        f"{label} {', '.join(percent(share) for share in np.median(shares, axis=1))}" for label, shares in right.items()
    )
    figure.alt = (
        f"Share of letters told rightly, {', '.join(map(str, distances))} steps later, median of "
        f"{next(iter(right.values())).shape[1]} seeds: {listed}. Guessing gets {percent(chance)}."
    )
    return figure


@in_style
def felt_back(lengths: Mapping[str, Sequence[float]], *, finding: str, floor: float = 1e-9) -> Picture:
    """Draw how strongly the last prediction hangs on what was read so many steps ago, on a logarithmic scale.

    Args:
        lengths: a label to the gradient's length 0, 1, 2, ... steps back, 1 at 0; zeros are not drawn.
        finding: the title.
        floor: where the axis ends.
    """
    figure, axis = picture(height=4.2)
    for look, values in zip(looks(list(lengths)), lengths.values(), strict=True):
        values = np.asarray(values, dtype=float)
        axis.plot(np.where(values > floor, values, np.nan), **look)
    top = 3 * max(1, *map(max, lengths.values()))  # a label at the highest line stays below the title
    axis.set(yscale="log", ylim=(floor, top), xlabel="steps back", ylabel="gradient's length, 1 at the end")
    axis.set_title(finding)
    far = len(next(iter(lengths.values()))) - 1
    room_at_right(axis, far, 0.28)
    name_ends(axis, list(lengths))
    places = [k for k in (10, 50, far) if k <= far]
    listed = "; ".join(
        f"{label} {', '.join(f'{value:.1e}' if (value := values[k]) else '0' for k in places)}"
        for label, values in lengths.items()
    )
    figure.alt = f"{finding}. Length of the gradient {', '.join(map(str, places))} steps back, 1 at the end: {listed}."
    return figure


@in_style
def against_seconds(curves: Mapping[str, Sequence[np.ndarray]], *, finding: str, top: float) -> Picture:
    """Draw held-out nats against seconds of training, a thin line a seed.

    Args:
        curves: a label to one (marks, 2) array a seed: seconds, nats per letter.
        finding: the title.
        top: where the vertical axis ends.
    """
    figure, axis = picture(height=4.4)
    means = {label: np.mean([np.asarray(run) for run in runs], axis=0) for label, runs in curves.items()}
    styles = looks(list(curves))
    for look, mean in zip(styles, means.values(), strict=True):
        axis.plot(*mean.T, **look)
    lowest = min(mean[:, 1].min() for mean in means.values())
    axis.set(xlabel="seconds of training", ylabel="held-out nats per letter", ylim=(lowest - 0.05, top))
    axis.set_title(finding)
    room_at_right(axis, round(max(mean[-1, 0] for mean in means.values())), 0.2)
    name_ends(axis, list(curves))
    for look, runs in zip(styles, curves.values(), strict=True):
        for run in runs:
            axis.plot(*np.asarray(run).T, color=look["color"], lw=0.7, alpha=0.7)
    ends = {label: [float(np.asarray(run)[-1, 1]) for run in runs] for label, runs in curves.items()}
    listed = "; ".join(f"{label} {min(e):.2f} to {max(e):.2f}" for label, e in ends.items())
    figure.alt = (
        f"{finding}. Held-out nats per letter at the end, {len(next(iter(ends.values())))} seeds each: {listed}."
    )
    return figure
