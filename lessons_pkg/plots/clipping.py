"""Figures about clipping: the cliff, the angle, and what it does to training (chapter 05).

Every function takes numbers that a notebook has computed and draws them. Blue is the recurrent network, red what goes
wrong, grey what either is compared with, black the second of two ways.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from .gradients import LOOKS, beside
from .style import COLOURS, Picture, in_style, picture

PLATE = {"fc": "white", "ec": "none", "pad": 1.5}


def dots(axis: Axes, xs: Sequence[float], ends: Mapping[str, np.ndarray], jitter: float = 0) -> None:
    """Draw one line a label through the medians over seeds, and a dot for each seed; ends are (xs, seeds)."""
    for (colour, line), values in zip(LOOKS, ends.values(), strict=False):
        axis.plot(xs, np.median(values, axis=1), line, color=COLOURS[colour], ms=6)
    for k, ((colour, line), values) in enumerate(zip(LOOKS, ends.values(), strict=False)):
        places = np.repeat(np.asarray(xs, dtype=float), values.shape[1]) * (1 + jitter * (k - (len(ends) - 1) / 2))
        axis.plot(places, values.ravel(), line[0], color=COLOURS[colour], ms=4, alpha=0.5)


@in_style
def cliff(
    ws: np.ndarray, bs: np.ndarray, losses: np.ndarray, paths: Mapping[str, np.ndarray], *, leap: np.ndarray
) -> Picture:
    """Draw a loss over two weights as a map, paths on it, and the step that leaves it.

    Args:
        ws: (W,), the weights along the map.
        bs: (B,), the biases up the map.
        losses: (B, W).
        paths: a label to points (steps, 2); the first is named on its left, the second on its right.
        leap: (2, 2), start and end of the step that leaves the map.
    """
    figure, axis = picture(height=4.6)
    levels = [0, 0.001, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5]
    shades = axis.contourf(ws, bs, losses, levels=levels, cmap="Greys", norm="linear", vmax=0.5)
    figure.colorbar(shades, ax=axis, label="loss", ticks=[0, 0.05, *levels[6:]])
    (start, end), way = leap, leap[1] - leap[0]
    reach = min((bs[-1] - start[1]) / way[1], (ws[-1] - start[0]) / way[0])
    sides = ((-6, 4, "right", "bottom"), (8, 2, "left", "bottom"))
    for (colour, line), (label, points), side in zip(LOOKS[1:], paths.items(), sides, strict=False):
        axis.plot(*points.T, line, color=COLOURS[colour], ms=3, lw=1.2)
        outermost = points[:, 0].argmin() if side[2] == "right" else points[:, 0].argmax()
        beside(axis, label, points[outermost], side, bbox=PLATE)
    arrow = {"arrowstyle": "-|>", "color": COLOURS["wrong"], "lw": 2.5, "mutation_scale": 18}
    axis.annotate("", start + reach * way, start, arrowprops=arrow)
    words = f"unclipped: {np.linalg.norm(way):.1f} long,\nto ({end[0]:.1f}, {end[1]:.1f})"
    beside(axis, words, start + reach * way, (8, -10, "left", "top"), bbox=PLATE)
    axis.plot(*start, "*", color=COLOURS["wrong"], ms=15, mec="white")
    beside(axis, "start", start, (4, -14, "left", "top"), bbox=PLATE)
    axis.set(xlabel="weight w", ylabel="bias b", xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]))
    axis.grid(visible=False)
    axis.set_title(f"The raw step from the edge is {np.linalg.norm(way):.1f} long and leaves the map")
    listed = "; ".join(f"the path clipped {k} ends at ({p[-1, 0]:.2f}, {p[-1, 1]:.2f})" for k, p in paths.items())
    figure.alt = (
        f"Map of the loss over weight and bias: high ground below, low ground above, and between them a wall that runs "
        f"from left to right. From the wall at ({start[0]:.2f}, {start[1]:.2f}) the unclipped step is "
        f"{np.linalg.norm(way):.1f} long and ends at ({end[0]:.1f}, {end[1]:.1f}), far off the map; {listed}."
    )
    return figure


@in_style
def turned(thresholds: Sequence[float], angles: np.ndarray, kept: Sequence[float]) -> Picture:
    """Draw how far clipping by value turns real gradients, for several thresholds.

    Args:
        thresholds: largest allowed elements.
        angles: (thresholds, gradients), degrees.
        kept: median share of the length that is left, one for each threshold.
    """
    figure, axis = picture(height=3.8)
    middle, low, high = np.median(angles, axis=1), *np.quantile(angles, (0.05, 0.95), axis=1)
    axis.fill_between(thresholds, low, high, color=COLOURS["data"], alpha=0.15)
    axis.plot(thresholds, middle, "s--", color=COLOURS["data"], ms=5)
    axis.plot(thresholds, angles.max(axis=1), "^", color=COLOURS["wrong"], ms=6)
    axis.plot(thresholds, np.zeros(len(thresholds)), "o-", color=COLOURS["rnn"], ms=5)
    axis.set(
        xscale="log", xlabel="threshold for an element (logarithmic scale)", ylabel="angle to the gradient, degrees"
    )
    axis.set_xticks(thresholds, [f"{c:g}\n{share:.0%} left" for c, share in zip(thresholds, kept, strict=True)])
    axis.minorticks_off()
    note = {"textcoords": "offset points"}
    axis.annotate("by value: median, 5% to 95%", (thresholds[1], high[1]), (14, 2), **note)
    axis.annotate("largest", (thresholds[0], angles[0].max()), (8, 2), **note)
    axis.annotate("by norm, at any threshold", (thresholds[0], 0), (4, 6), **note)
    axis.set_title(f"Clipping by value turns the gradient by up to {angles.max():.0f} degrees")
    listed = ", ".join(f"{m:.0f} at {c:g}" for c, m in zip(thresholds, middle, strict=True))
    figure.alt = (
        f"Angle between a gradient and itself clipped by value, {angles.shape[1]} gradients: medians in degrees "
        f"{listed}; the largest is {angles.max():.0f}. Clipping by norm turns by 0."
    )
    return figure


@in_style
def loss_by_rate(rates: Sequence[float], ends: Mapping[str, np.ndarray], *, level: float) -> Picture:
    """Draw held-out loss by learning rate for several ways of clipping, a dot a seed.

    Args:
        rates: learning rates, rising.
        ends: a label to losses (rates, seeds); the first is not clipped, and leaves the picture at the top.
        level: the loss of letter frequencies.
    """
    figure, axis = picture(height=4.2)
    dots(axis, rates, ends, jitter=0.06)
    (first, raw), *others = ends.items()
    lowest = min(values.min() for values in ends.values())
    top = level + (level - lowest)
    axis.axhline(level, color=COLOURS["counting"], ls="--")
    beside(axis, f"letter frequencies, {level:.2f}", (rates[0], level), (0, 4, "left", "bottom"))
    for rate, median in zip(rates, np.median(raw, axis=1), strict=True):
        if median > top:
            beside(axis, f"{first}:\n{median:.1f} ↑", (rate, top), (0, -4, "center", "top"), bbox=PLATE)
    beside(axis, first, (rates[0], np.median(raw[0])), (0, -8, "center", "top"))
    lower, higher = sorted((np.median(values[-2]), label) for label, values in others)
    beside(axis, lower[1], (rates[-2], lower[0]), (0, -10, "center", "top"))
    beside(axis, higher[1], (rates[-2], higher[0]), (0, 12, "center", "bottom"))
    axis.set(xscale="log", xlabel="learning rate (logarithmic scale)", ylim=(lowest - 0.08, top))
    axis.set(ylabel="nats per character, held out", xlim=(rates[0] * 0.75, rates[-1] * 1.6))
    axis.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axis.minorticks_off()
    best = {label: np.median(values, axis=1) for label, values in ends.items()}
    axis.set_title("Clipping widens the range of learning rates that work")
    listed = "; ".join(
        f"{label} {m.min():.2f} at its best rate {rates[m.argmin()]:g}, {m[-1]:.2f} at {rates[-1]:g}"
        for label, m in best.items()
    )
    figure.alt = f"Held-out loss by learning rate, median of {raw.shape[1]} seeds, in nats: {listed}."
    return figure


@in_style
def loss_by_delay(delays: Sequence[int], ends: Mapping[str, np.ndarray], *, chance: float) -> Picture:
    """Draw the loss at the end of training by how long a letter must be kept, a dot a seed.

    Args:
        delays: silent steps.
        ends: a label to losses (delays, seeds): not clipped, clipped, and clipped from a small matrix.
        chance: the loss of knowing nothing.
    """
    figure, axis = picture(height=4.0)
    dots(axis, delays, ends, jitter=0.03)
    middle = {label: np.median(values, axis=1) for label, values in ends.items()}
    places = ((10, 0, "left", "center"), (10, 8, "left", "bottom"), (10, -8, "left", "top"))
    for place, (label, medians) in zip(places, middle.items(), strict=True):
        beside(axis, label, (delays[-1], medians[-1]), place)
    axis.axhline(chance, color=COLOURS["grey"], ls=":")
    beside(axis, f"knowing nothing, {chance:.3f}", (delays[0], chance), (0, 4, "left", "bottom"))
    axis.set(xlabel="silent steps between letter and question", ylabel="loss after training, nats")
    axis.set(ylim=(-0.05, 1.1 * chance), xlim=(delays[0] - 0.5, delays[-1] + 0.55 * (delays[-1] - delays[0])))
    axis.set_xticks(delays)
    axis.set_title("Clipping mends what explodes; what has vanished stays lost")
    listed = "; ".join(
        f"{label}: " + ", ".join(f"{(row < 0.1).sum()} at {d}" for d, row in zip(delays, rows, strict=True))
        for label, rows in ends.items()
    )
    seeds = next(iter(ends.values())).shape[1]
    figure.alt = (
        f"Loss after training by silent steps, {seeds} seeds each. How many of the {seeds} end below 0.1 nats: "
        f"{listed}. Knowing nothing costs {chance:.3f}."
    )
    return figure
