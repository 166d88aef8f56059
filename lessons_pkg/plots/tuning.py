"""Figures about settings: learning rate, schedule, dropout and decay, size (chapter 12).

Every function takes losses that a notebook has computed or read. Blue is held-out text, grey the text that was trained
on; marks, and not colours alone, tell lines apart.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import COLOURS, Picture, headline, in_style, picture

LOOKS = (("#777777", "o-"), ("#5aa9d6", "s--"), ("#0072B2", "D-."), ("#003a5c", "X:"))  # one cell, so one hue
INK = {"lstm": "#0072B2", "wrong": "#a84a00"}  # words need more contrast than lines


def beside_ends(axis: Axes, x: float, ends: Mapping[str, float]) -> None:
    """Write the names of lines to the right of where they end, from above, with room between."""
    low, high = axis.get_ylim()
    below = np.inf
    for name in sorted(ends, key=lambda name: -ends[name]):
        below = min(below - 0.06 * (high - low), ends[name])
        axis.annotate(name, (x, below), va="center")
    axis.set_ylim(min(low, below - 0.05 * (high - low)), high)


@in_style
def one_batch(right: Sequence[float], wrong: Sequence[float], *, floor: float, bug: str) -> Picture:
    """Draw the loss on one batch of a text that a network learns by heart, and that of one which is hindered.

    Args:
        right: nats per token at each update.
        wrong: the same for the other network.
        floor: what no network can go below.
        bug: what hinders the other.
    """
    figure, axis = picture(height=3.8)
    ends = [float(np.mean(row[-20:])) for row in (right, wrong)]
    words = {f"right: {ends[0]:.2f}": ("lstm", "-", right), f"{bug}: {ends[1]:.2f}": ("wrong", "--", wrong)}
    for colour, line, losses in words.values():
        axis.plot(losses, line, color=COLOURS[colour])
    axis.axhline(floor, color=COLOURS["data"], ls=":", lw=1.5)
    axis.text(0, floor * 0.92, f"the floor, {floor:.3f}", va="top")
    axis.set(yscale="log", xlabel="updates", ylabel="nats per character (logarithmic)", ylim=(floor * 0.6, 6))
    axis.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    for word, (colour, _, losses) in words.items():
        top = max(losses[-(len(losses) // 3) :])  # above the stretch that the words cover
        look = {"ha": "right", "va": "bottom", "color": INK[colour], "weight": "bold"}
        axis.annotate(word, (len(losses) - 1, top), (0, 5), textcoords="offset points", **look)
    axis.set_title(f"A sound network comes down almost to its floor, {floor:.3f} nats")
    figure.alt = (
        f"Nats per character on one batch over {len(right)} updates, from {right[0]:.1f}. Mean of the last 20: "
        f"right {ends[0]:.2f}, {bug} {ends[1]:.2f}. The floor is {floor:.3f}."
    )
    return figure


@in_style
def range_test(rates: np.ndarray, losses: np.ndarray, *, steepest: float, lowest: float) -> Picture:
    """Draw training loss while the learning rate rises from update to update, a thin line a seed.

    Args:
        rates: (U,) the rate of each update.
        losses: (seeds, U) smoothed losses, nan from where a run broke off.
        steepest: the rate at which the loss falls fastest.
        lowest: the rate at which it is lowest.
    """
    figure, axis = picture(height=4)
    start, mean = np.nanmean(losses[:, 0]), np.nanmean(losses, axis=0)
    axis.plot(rates, losses.T, color=COLOURS["lstm"], lw=0.9, alpha=0.55)
    axis.plot(rates, mean, color=COLOURS["lstm"], lw=2.5)
    marks = ((steepest, "falls fastest", ":", "right", -5), (lowest, "lowest", "--", "left", 5))
    for rate, word, line, side, shift in marks:
        axis.axvline(rate, color=COLOURS["data"], ls=line, lw=1.3)
        axis.annotate(
            f"{word}\n{rate:.1g}", (rate, start + 0.12), (shift, 0), textcoords="offset points", ha=side, va="top"
        )
    axis.set(xscale="log", xlabel="learning rate, rising with each update (logarithmic)")
    axis.set(ylabel="training loss, nats per character", ylim=(np.nanmin(losses) - 0.2, start + 0.2))
    axis.set_title(f"The loss falls fastest at {steepest:.1g} and turns at {lowest:.1g}")
    figure.alt = (
        f"Training loss of {len(losses)} seeds while the rate rises over {len(rates)} updates from {rates[0]:.0e} to "
        f"{rates[-1]:.0f}. From {start:.2f} nats it falls fastest at a rate of {steepest:.1g}, is lowest, "
        f"{np.nanmin(mean):.2f}, at {lowest:.1g}, and then rises."
    )
    return figure


@in_style
def schedule_sweep(sweeps: Mapping[str, Mapping[float, Sequence[float]]], *, ceiling: float) -> Picture:
    """Draw held-out loss against the highest learning rate for up to four schedules, a mark a seed.

    Args:
        sweeps: a schedule to rates, and each of these to a loss for each seed.
        ceiling: losses above it are drawn at the upper edge.
    """
    figure, axis = picture(height=4.4)
    means = {name: {rate: float(np.mean(row)) for rate, row in runs.items()} for name, runs in sweeps.items()}
    best = {name: min(row, key=row.get) for name, row in means.items()}
    for (colour, style), row in zip(LOOKS, means.values(), strict=False):
        axis.plot(list(row), np.minimum(list(row.values()), ceiling), style[1:], color=colour)
    for k, ((colour, style), runs) in enumerate(zip(LOOKS, sweeps.values(), strict=False)):
        for rate, row in runs.items():
            places = np.full(len(row), rate * 1.05 ** (k - 1.5))
            axis.plot(places, np.minimum(row, ceiling), style[0], color=colour, mfc="none", ms=5)
    ends = [means[name][rate] for name, rate in best.items()]
    axis.set(xscale="log", xlabel="highest learning rate (logarithmic)", ylabel="nats per character, held out")
    tried = sorted({rate for row in means.values() for rate in row})
    axis.set_xticks(tried, [f"{rate:g}" for rate in tried])
    axis.minorticks_off()
    axis.set_ylim(min(ends) - 0.04, ceiling + 0.02)
    last = max(means[next(iter(means))])
    beside_ends(axis, 1.2 * last, {name: min(row[last], ceiling) for name, row in means.items()})
    axis.set_xlim(None, 6 * last)
    axis.set_title(f"At their own best rates they end {max(ends) - min(ends):.2f} nats apart")
    seeds = len(next(iter(next(iter(sweeps.values())).values())))
    listed = "; ".join(f"{name} {means[name][rate]:.3f} at {rate:g}" for name, rate in best.items())
    figure.alt = f"Held-out nats per character against the highest rate, {seeds} seeds a point. Lowest means: {listed}."
    return figure


@in_style
def gaps(curves: Mapping[str, np.ndarray], *, finding: str | None = None) -> Picture:
    """Draw training and held-out loss by epoch for four settings, thin lines for seeds.

    Args:
        curves: a setting to (seeds, epochs, 3): epoch, training loss, held-out loss.
        finding: the title; by default what the first setting shows.
    """
    figure, axes = picture(2, 2, height=5.4, sharex=True, sharey=True)
    said = []
    for axis, (name, runs) in zip(axes.flat, curves.items(), strict=True):
        epochs, train, held = np.moveaxis(np.asarray(runs), 2, 0)
        for rows, look in ((train, {"color": COLOURS["grey"], "ls": "--"}), (held, {"color": COLOURS["lstm"]})):
            axis.plot(epochs.T, rows.T, lw=0.8, alpha=0.6, **look)
            axis.plot(epochs[0], rows.mean(0), lw=2.5, **look)
        mean = held.mean(0)
        at = int(mean.argmin())
        axis.plot(epochs[0, at], mean[at], "o", color=COLOURS["data"], ms=6, zorder=5)
        side = {"ha": "right" if at == len(mean) - 1 else "center", "weight": "bold"}  # inside the frame
        axis.annotate(f"{mean[at]:.2f}", (epochs[0, at], mean[at]), (0, 7), textcoords="offset points", **side)
        axis.set_title(name, size=11)
        said.append(
            f"{name}: held out lowest {mean[at]:.2f} after {epochs[0, at]:.0f} epochs, {mean[-1]:.2f} at the end, "
            f"training {train.mean(0)[-1]:.2f}"
        )
    first = next(iter(curves.values()))
    held, train = np.asarray(first)[:, :, 2].mean(0), np.asarray(first)[:, :, 1].mean(0)
    note = {"textcoords": "offset points", "ha": "right", "weight": "bold"}
    above = 8 if held.argmin() < len(held) - 3 else 22  # clear of the number at the lowest point
    axes[0, 0].annotate("held out", (len(held), held[-1]), (0, above), color=INK["lstm"], **note)
    axes[0, 0].annotate("training", (len(held) / 2, train[len(held) // 2]), (0, -18), color="#555555", **note)
    for axis in axes[1]:
        axis.set_xlabel("epochs")
    for axis in axes[:, 0]:
        axis.set_ylabel("nats per word")
    turns = " and held-out loss turns up" if held[-1] > held.min() else ""
    grown = f"With {next(iter(curves))}, the gap grows to {held[-1] - train[-1]:.1f} nats{turns}"
    headline(figure, finding or grown)
    figure.alt = f"Loss by epoch, mean of {len(first)} seeds. " + ". ".join(said) + "."
    return figure


@in_style
def size_grid(table: Mapping[int, Mapping[int, np.ndarray]]) -> Picture:
    """Draw held-out loss by size of network for several amounts of text: at the end, and at the best look.

    Args:
        table: characters of text to sizes, and each of these to (seeds, 2): at the end, at the best look.
    """
    figure, axes = picture(1, 2, height=4.2, sharey=True)
    said = {"at the end": [], "at the best look": []}
    for part, (axis, word) in enumerate(zip(axes, said, strict=True)):
        for (colour, style), (characters, runs) in zip(LOOKS, table.items(), strict=False):
            sizes = list(runs)
            means = [float(np.mean(np.asarray(runs[size])[:, part])) for size in sizes]
            axis.plot(sizes, means, style[1:], color=colour)
            for size in sizes:
                row = np.asarray(runs[size])[:, part]
                axis.plot([size] * len(row), row, style[0], color=colour, mfc="none", ms=5)
            low = int(np.argmin(means))
            axis.plot(sizes[low], means[low], "*", color=COLOURS["data"], ms=9, zorder=5)
            said[word].append(
                f"{characters:,} characters " + ", ".join(f"{m:.2f} at {s}" for s, m in zip(sizes, means, strict=True))
            )
        axis.set(xscale="log", xticks=sizes, xticklabels=sizes, xlabel="hidden units", title=word)
        axis.minorticks_off()
    last = {f"{n:,}": float(np.mean(np.asarray(runs[sizes[-1]])[:, 1])) for n, runs in table.items()}
    beside_ends(axes[1], sizes[-1] * 1.2, last)
    axes[1].set_xlim(None, 4 * sizes[-1])
    axes[0].set_ylabel("nats per character, held out")
    few = next(iter(table.values()))
    ends = [float(np.mean(np.asarray(row)[:, 0])) for row in few.values()]
    harm = f"On the least text, the largest ends {ends[-1] - min(ends):.2f} nats above the best size"
    headline(figure, harm if ends[-1] > min(ends) else "Even on the least text, the largest is best")
    seeds = len(np.asarray(next(iter(few.values()))))
    parts = ". ".join(f"{word.capitalize()}: " + "; ".join(rows) for word, rows in said.items())
    figure.alt = f"Held-out nats per character by hidden units and characters of text, mean of {seeds} seeds. {parts}."
    return figure
