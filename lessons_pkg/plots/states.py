"""Figures about what a hidden state holds and loses (chapter 03).

Every function takes numbers that a notebook has computed and draws them. Sky blue is the trained network, grey the
untrained ones, black what needs no network.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, percent, picture, shown

DEEP = "#1a6fa3"  # sky blue, dark enough to be read as words


@in_style
def state_map(letters: Sequence[str], states: np.ndarray, marked: Mapping[str, int], *, finding: str) -> Picture:
    """Draw a state over the letters of a name: marked units on top, with numbers, and all units below.

    Args:
        letters: what was read at each of T steps; the empty string for the start.
        states: (T, H), after each step.
        marked: a label to a unit.
        finding: the title over all.
    """
    T, H = states.shape
    ratios = {"height_ratios": [len(marked), 5]}
    figure, (top, below) = picture(2, 1, height=5.2, sharex=True, gridspec_kw=ratios)
    chosen = states[:, list(marked.values())].T
    for axis, rows in ((top, chosen), (below, states.T)):
        axis.imshow(rows, cmap="PuOr", vmin=-1.6, vmax=1.6, aspect="auto", interpolation="nearest")
        axis.grid(visible=False)
    for (row, t), value in np.ndenumerate(chosen):
        top.text(t, row, f"{value:.1f}", ha="center", va="center")
    top.set_yticks(range(len(marked)), [f"{label}\n(unit {unit})" for label, unit in marked.items()])
    below.set_xticks(range(T), [letter or "start" for letter in map(shown, letters)])
    below.set(
        xlabel="letter read (purple: above zero, orange: below)", ylabel=f"all {H} units", yticks=[0, H // 2, H - 1]
    )
    headline(figure, finding)
    said = "; ".join(
        f"{label} (unit {unit}): {', '.join(f'{value:.1f}' for value in row)}"
        for (label, unit), row in zip(marked.items(), chosen, strict=True)
    )
    full = np.abs(states[1:]) > 0.9
    figure.alt = (
        f"{finding}. The {H} numbers of the state after each letter of {''.join(letters[1:])}, the start in front. "
        f"{said}. After the start {percent(full.mean())} of all values lie beyond 0.9 in size."
    )
    return figure


@in_style
def memory_by_distance(after: np.ndarray, before: Mapping[str, np.ndarray], favourite: Sequence[float]) -> Picture:
    """Draw how often the letter read k steps ago can be told from the state.

    Args:
        after: (networks, K) shares of held-out cases, for k = 0 to K - 1, K at least 5.
        before: a label to the shares of untrained networks (seeds, K), one for each of two ways to begin.
        favourite: K shares for always naming the commonest letter.

    Raises:
        ValueError: training does not end in one short memory, as the title says.
    """
    starts = {f"before, {label}": values.mean(0) for label, values in before.items()}
    if np.ptp(after, axis=0).max() > 0.1 or not all((after.mean(0) < start)[1:4].all() for start in starts.values()):
        raise ValueError("memory_by_distance: got numbers that do not bear out its title")
    ago = np.arange(after.shape[1])
    figure, axis = picture(height=3.8)
    for label, values, style, k in zip(starts, before.values(), ("s--", "^-."), (3, 2), strict=True):
        axis.plot(ago, values.T, style, color=COLOURS["grey"], lw=1.2, ms=5)
        above = values[:, k : k + 2].max(0).mean() + 0.03  # beside the line, half way from k to k + 1
        axis.text(k + 0.5, above, label, color=COLOURS["grey"], weight="bold")
    axis.plot(ago, after.T, "o-", color=COLOURS["rnn"], lw=1.2, ms=5)
    axis.plot(ago, favourite, ":", color=COLOURS["data"])
    axis.set(ylim=(0, 1.06), xticks=ago, xlabel="letters ago", ylabel="share told rightly")
    axis.yaxis.set_major_formatter(lambda value, _: percent(value))
    axis.text(0.95, after[:, 1].min() - 0.1, "after", ha="right", va="center", color=DEEP, weight="bold")
    axis.text(1.5, favourite[1] - 0.03, "always the commonest letter", va="top")
    axis.set_title("From either start, training ends in the same short memory")
    means = {"after training": after.mean(0), **starts}
    said = "; ".join(f"{label} {', '.join(map(percent, values))}" for label, values in means.items())
    figure.alt = (
        f"Share of held-out cases in which a linear read-out of the state names the letter read, 0 to {ago[-1]} "
        f"letters ago, means: {said}. Always naming the commonest letter: {percent(favourite[0])} to "
        f"{percent(favourite[-1])}."
    )
    return figure


@in_style
def distance_by_shared(shared: Sequence[int], gaps: Mapping[str, np.ndarray], *, finding: str) -> Picture:
    """Draw how far apart two prefixes are by how many last letters they share, one panel a measure.

    Args:
        shared: numbers of shared last letters.
        gaps: a label of the y axis to (len(shared), 3): what 10%, 50% and 90% of the pairs stay below.
        finding: the title over all.
    """
    figure, axes = picture(1, len(gaps), height=3.6, squeeze=False)
    said = []
    for axis, (label, bands) in zip(axes[0], gaps.items(), strict=True):
        low, middle, high = np.asarray(bands).T
        axis.fill_between(shared, low, high, color=COLOURS["rnn"], alpha=0.3, lw=0)
        axis.plot(shared, middle, "o-", color=DEEP)
        axis.set(xticks=list(shared), xlabel="last letters shared", ylabel=label, ylim=(0, high.max() * 1.1))
        axis.annotate("middle pair", (shared[0], middle[0]), (9, 3), textcoords="offset points", color=DEEP)
        axis.text(shared[-1], high[-3:].max(), "8 of 10 pairs", ha="right", va="bottom")  # clear of the falling band
        values = ", ".join(f"{m:.2f}" for m in middle)
        said.append(f"{label}, median: {values} (10% and 90% at the last: {low[-1]:.2f}, {high[-1]:.2f})")
    headline(figure, finding)
    figure.alt = f"{finding}. By last letters shared, {shared[0]} to {shared[-1]}: " + "; ".join(said) + "."
    return figure
