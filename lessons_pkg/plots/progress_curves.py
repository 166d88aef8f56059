"""Figures about training on names: is it right, is it well set, and what does it cost (chapter 06)?

Blue shades are the recurrent networks, orange counting, grey what is compared with, red what goes wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .labels import label_lines
from .style import COLOURS, Picture, headline, in_style, picture

RULES = {"SGD": ("grey", "o:"), "RMSProp": ("rnn", "s--"), "Adam": ("lstm", "D-")}
RUNS = (("grey", ":"), ("rnn", "--"), ("gru", "-."), ("lstm", "-"))


@in_style
def by_heart(right: Sequence[float], wrong: Mapping[str, Sequence[float]], *, floor: float) -> Picture:
    """Draw the loss on a few names that a network learns by heart, and that of networks with a bug.

    Args:
        right: nats per token at each step.
        wrong: a label to the same, for networks with a bug.
        floor: the loss of a model that gives each of the names the same probability and nothing to others.
    """
    figure, axis = picture(height=3.8)
    axis.plot(right, color=COLOURS["rnn"], lw=3)
    for line, losses in zip(("--", "-."), wrong.values(), strict=False):
        axis.plot(losses, line, color=COLOURS["wrong"])
    axis.axhline(floor, color=COLOURS["data"], ls=":", lw=1.5)
    axis.text(0.99 * len(right), floor + 0.03, f"the floor, {floor:.3f}", ha="right", va="bottom")
    axis.set(xlabel="steps", ylabel="nats per token", xlim=(0, len(right)), ylim=(-0.1, right[0] + 0.1))
    ends = {"right": right[-1]} | {label: losses[-1] for label, losses in wrong.items()}
    notes = label_lines(axis, [f"{label}: {end:.3f}" for label, end in ends.items()])
    for note, line in zip(notes, axis.lines, strict=False):
        note.set_color(line.get_color())
    axis.set_title("A right network stops at the floor; a wrong one above it or below")
    listed = ", ".join(f"{label} {end:.3f}" for label, end in ends.items())
    figure.alt = (
        f"Nats per token on a few names learned by heart, over {len(right)} steps from {right[0]:.2f}. "
        f"At the end: {listed}. The floor is {floor:.3f}."
    )
    return figure


@in_style
def smoothing(losses: Sequence[float], raw: Sequence[float], corrected: Sequence[float]) -> Picture:
    """Draw losses as they come, one a name, with two running means: as it is, and corrected for its start at zero."""
    figure, axis = picture(height=3.8)
    times = np.arange(1, len(losses) + 1)
    axis.plot(times, raw, "--", color=COLOURS["wrong"])
    axis.plot(times, corrected, "-", color=COLOURS["rnn"], lw=3)
    axis.plot(times, losses, ".", color=COLOURS["grey"], ms=3, alpha=0.6, zorder=1)
    axis.set(xlabel="names read", ylabel="nats per token", xlim=(0, len(losses)), ylim=(0, 4.2))
    middle = len(losses) // 2
    for at, y, word, key in ((middle, 3.8, "corrected", "rnn"), (middle // 4, 0.6, "as it is", "wrong")):
        axis.text(at, y, word, color=COLOURS[key], weight="bold")
    late = int(np.argmax(np.abs(np.subtract(raw, corrected)) < 0.1)) + 1
    axis.set_title(f"A mean from 0 is off by over 0.1 for {late - 1} names")
    figure.alt = (
        f"Losses of {len(losses)} names, from {min(losses):.1f} to {max(losses):.1f} nats per token, and two running "
        f"means. The corrected one begins at {corrected[0]:.2f} and ends at {corrected[-1]:.2f}. The other begins at "
        f"{raw[0]:.2f} and comes within 0.1 of it after {late} names."
    )
    return figure


@in_style
def rate_sweep(sweeps: Mapping[str, Mapping[float, Sequence[float]]]) -> Picture:
    """Draw held-out loss against the learning rate for several rules, a mark a seed.

    Args:
        sweeps: a rule (``"SGD"``, ``"RMSProp"``, ``"Adam"``) to rates, and each of these to a loss for each seed.
    """
    figure, axis = picture(height=4.2)
    best, inside = {}, True
    for rule, losses in sweeps.items():
        colour, style = RULES[rule]
        means = {rate: float(np.mean(row)) for rate, row in losses.items()}
        best[rule] = min(means, key=means.get)
        inside &= best[rule] not in (min(means), max(means))
        axis.plot(list(means), list(means.values()), style[1:], color=COLOURS[colour])
    for rule, losses in sweeps.items():
        colour, style = RULES[rule]
        for rate, row in losses.items():
            axis.plot([rate] * len(row), row, style[0], color=COLOURS[colour], mfc="none", ms=6)
    axis.set(xscale="log", xlabel="learning rate (logarithmic)", ylabel="nats per character, held out")
    for note, rule in zip(label_lines(axis, list(sweeps)), sweeps, strict=True):
        note.set(color=COLOURS[RULES[rule][0]], weight="bold")
    seeds = len(next(iter(next(iter(sweeps.values())).values())))
    lowest = [np.mean(sweeps[rule][rate]) for rule, rate in best.items()]
    axis.set_title(f"Each at its best rate, the rules are within {max(lowest) - min(lowest):.2f} nats")
    rises = "; each curve falls, then rises" if inside else ""
    listed = "; ".join(f"{rule} {np.mean(sweeps[rule][rate]):.3f} at {rate:g}" for rule, rate in best.items())
    figure.alt = (
        f"Held-out nats per character against the learning rate, {seeds} seeds a point{rises}. Lowest means: {listed}."
    )
    return figure


@in_style
def length_of_names(lengths: Mapping[str, Sequence[float]], *, truth: float, error: float) -> Picture:
    """Draw the mean length of sampled names after several kinds of training, a mark a seed.

    Args:
        lengths: a label to mean lengths in letters, one a seed.
        truth: mean length of the training names.
        error: standard error of each mean, from the finite sample.
    """
    figure, axis = picture(height=2.6)
    means = {label: float(np.mean(row)) for label, row in lengths.items()}
    shortest = min(means, key=means.get)
    for k, (label, row) in enumerate(lengths.items()):
        colour = COLOURS["wrong" if label == shortest else "rnn"]
        marks = {"color": colour, "marker": "X" if label == shortest else "o", "ls": "", "ms": 7}
        axis.errorbar(row, [k] * len(row), xerr=error, elinewidth=1, alpha=0.9, **marks)
    axis.plot(np.array(list(lengths.values())), range(len(lengths)), color=COLOURS["grey"], lw=0.8, zorder=1)
    axis.axvline(truth, color=COLOURS["data"], ls=":")
    axis.text(truth, -0.75, f"training names {truth:.2f} ", ha="right", va="center")
    axis.set_yticks(range(len(lengths)), [label.replace(", ", ",\n") for label in lengths])
    axis.set(xlabel="mean length of drawn names, letters", ylim=(len(lengths) - 0.5, -1.1))
    axis.grid(visible=False, axis="y")
    axis.set_title(f"One of these ways makes names shorter by {truth - means[shortest]:.1f} letters")
    listed = "; ".join(f"{label} {mean:.2f}" for label, mean in means.items())
    seeds = len(next(iter(lengths.values())))
    figure.alt = (
        f"Mean length of drawn names in letters, mean of {seeds} seeds: {listed}. Training names have {truth:.2f}."
    )
    return figure


@in_style
def against_clock(runs: Mapping[str, Sequence[Sequence[float]]], counting: Mapping[str, float]) -> Picture:
    """Draw held-out loss against seconds of training, with counting models as lines across.

    Args:
        runs: a label to rows of (seconds, names read, nats per character).
        counting: a label to nats per character.
    """
    figure, axis = picture(height=5.0)
    for (colour, style), rows in zip(RUNS, runs.values(), strict=False):
        seconds, _, nats = np.transpose(rows)
        axis.plot(seconds[1:], nats[1:], style, color=COLOURS[colour])
    lowest = min(min(row[2] for row in rows) for rows in runs.values())
    axis.set(xscale="log", xlabel="seconds of training (logarithmic)", ylabel="nats per character, held out")
    axis.set(ylim=(min(lowest, *counting.values()) - 0.05, 3.0), xlim=(0.05, 80), xticks=[0.1, 1, 10, 60])
    axis.set_xticklabels(["0.1", "1", "10", "60"])
    for label, nats in counting.items():
        axis.axhline(nats, color=COLOURS["counting"], ls="--", lw=1.5)
        axis.annotate(
            f"{label}: {nats:.3f}", (0.01, nats), (0, 3), axis.get_yaxis_transform(), textcoords="offset points"
        )
    ends = {label: rows[-1][2] for label, rows in runs.items()}
    for note, (colour, _) in zip(label_lines(axis, list(runs)), RUNS, strict=False):
        note.set(color=COLOURS[colour], weight="bold")
    headline(figure, f"From {max(ends.values()):.2f} to {min(ends.values()):.2f} nats in the same minute")
    listed = "; ".join(f"{label} {nats:.3f}" for label, nats in ends.items())
    across = "; ".join(f"{label} {nats:.3f}" for label, nats in counting.items())
    figure.alt = (
        f"Held-out nats per character against seconds of training, a minute each. At the end: {listed}. "
        f"Counting models as lines across: {across}."
    )
    return figure
