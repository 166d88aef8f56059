"""Figures about small networks that learn, and what they cost (chapter 02).

Every function takes numbers that a notebook has computed and draws them. Green is the network, orange counting, grey
what the network is compared with, red what goes wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

MARKERS = "osD^v"
LINES = ("--", "-", "-.", ":")


@in_style
def lookup_cost(
    sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], memory: Mapping[str, Sequence[int]]
) -> Picture:
    """Draw time and memory of a one-hot product and of a lookup against the vocabulary size.

    Args:
        sizes: values of V, rising.
        seconds: the time of ``"product"`` and of ``"lookup"`` at each size.
        memory: the bytes of the input of each, with the same keys.
    """
    figure, axes = picture(1, 2, height=3.6)
    styles = {"product": ("one-hot product", "wrong", "o--"), "lookup": ("lookup", "gru", "s-")}
    for axis, costs, scale in ((axes[0], seconds, 1e6), (axes[1], memory, 1e-3)):
        for key, (name, colour, line) in styles.items():
            axis.loglog(sizes, np.array(costs[key]) * scale, line, color=COLOURS[colour], ms=5)
            near = (sizes[-3], costs[key][-3] * scale)  # the last point but two has room on its left
            note = {"color": COLOURS[colour], "weight": "bold", "ha": "right", "textcoords": "offset points"}
            axis.annotate(name, near, (-8, 6), **note)
        axis.set(xlabel="vocabulary size V", xticks=[100, 10_000], xticklabels=["100", "10,000"])
    axes[0].set(ylabel="microseconds", title="Time grows with V")
    axes[1].set(ylabel="kilobytes", title="So does the input")
    ratio, more = seconds["product"][-1] / seconds["lookup"][-1], memory["product"][-1] / memory["lookup"][-1]
    figure.alt = (
        f"From {sizes[0]:,} to {sizes[-1]:,} tokens the time and memory of the one-hot product grow with the "
        f"vocabulary, those of the lookup do not. At {sizes[-1]:,} the product takes about {ratio:,.0f} times as long, "
        f"and its input {more:,.0f} times the memory."
    )
    return figure


@in_style
def descent(losses: Sequence[float], floor: float, *, marked: int) -> Picture:
    """Draw a loss that falls towards the one that counting reaches at once.

    Args:
        losses: nats before the first step, after it, and so on.
        floor: the loss of the counting model.
        marked: a step to be labelled with its loss.
    """
    figure, axis = picture(height=3.4)
    axis.semilogx(np.arange(1, len(losses)), losses[1:], color=COLOURS["gru"])
    axis.axhline(floor, color=COLOURS["counting"], ls="--")
    axis.text(1, floor - 0.04, f"counting: {floor:.4f}", va="top")
    axis.plot(marked, losses[marked], "o", color=COLOURS["gru"])
    label = f"step {marked}: {losses[marked]:.4f}"
    axis.annotate(label, (marked, losses[marked]), (0, 18), textcoords="offset points")
    axis.set(xlabel="steps of gradient descent", ylabel="nats per letter", ylim=(floor - 0.2, None))
    axis.set_title("Gradient descent comes near the counts and never arrives")
    figure.alt = (
        f"The loss falls from {losses[0]:.3f} nats before the first step to {losses[marked]:.4f} after {marked} and "
        f"{losses[-1]:.4f} after {len(losses) - 1:,}; the counting model's {floor:.4f} stays below it throughout."
    )
    return figure


@in_style
def loss_by_size(
    sizes: Sequence[int], losses: np.ndarray, *, alphabet: float, unigram: float, bigram: float
) -> Picture:
    """Draw how well the next letter can be told from so many learned numbers for each letter.

    Args:
        sizes: numbers per letter.
        losses: (sizes, seeds), nats.
        alphabet: the loss with one number per letter, its place in the alphabet.
        unigram: the loss of knowing nothing of the letter.
        bigram: the loss of counting, with a row of its own for each letter.
    """
    losses, places = np.asarray(losses), np.arange(1, len(sizes) + 1)
    figure, axis = picture(height=3.8)
    for level, label in ((unigram, "no number: letter frequencies"), (bigram, "counting pairs")):
        axis.axhline(level, color=COLOURS["counting"], ls="--")
        axis.text(places[-1], level - 0.008, f"{label}, {level:.3f}", ha="right", va="top")
    axis.plot(places, losses.min(1), color=COLOURS["gru"], lw=1)
    axis.plot(np.repeat(places, losses.shape[1]), losses.ravel(), "o", color=COLOURS["gru"], ms=5)
    axis.plot(1, alphabet, "X", color=COLOURS["wrong"], ms=10)
    axis.text(1.2, alphabet, f"place in the alphabet, {alphabet:.3f}", color=COLOURS["wrong"], va="center")
    axis.text(1.2, losses[0].min(), f"one learned number, {losses[0].min():.3f}", va="bottom")
    axis.set_xticks(places, sizes)
    axis.set(xlabel="numbers per letter", ylabel="nats per letter", ylim=(bigram - 0.05, unigram + 0.02))
    axis.set_title("One learned number tells more than the alphabet does")
    listed = ", ".join(f"{row.min():.3f} with {size}" for size, row in zip(sizes, losses, strict=True))
    figure.alt = (
        f"Nats per letter by learned numbers per letter, best of {losses.shape[1]} starts: {listed}. With the place in "
        f"the alphabet as the only number: {alphabet:.3f}; letter frequencies alone {unigram:.3f}, counting pairs "
        f"{bigram:.3f}."
    )
    return figure


@in_style
def seed_curves(steps: Sequence[int], runs: Mapping[str, np.ndarray], *, finding: str) -> Picture:
    """Draw held-out loss during training, a thin line a seed, and where each run ended.

    Args:
        steps: when the loss was measured.
        runs: a label to losses (seeds, len(steps)); the first is what the others are compared with.
        finding: the title over all.
    """
    figure, (during, end) = picture(1, 2, height=4.2, gridspec_kw={"width_ratios": [3, 2]}, sharey=True)
    ends, seeds = {label: losses[:, -1] for label, losses in runs.items()}, len(next(iter(runs.values())))
    for k, (label, losses) in enumerate(runs.items()):
        style = {"color": COLOURS["grey" if k == 0 else "gru"]}
        lines = during.plot(steps, losses.T, LINES[k], lw=1, **style)
        lines[0].set_label(label)
        end.plot(np.full(seeds, k), ends[label], MARKERS[k], ms=7, mfc="none", **style)
        end.text(k, ends[label].max() + 0.01, f"{ends[label].mean():.3f}", ha="center")
    lowest, highest = min(map(np.min, ends.values())), max(map(np.max, ends.values()))
    during.set(xlabel="steps", ylabel="nats per character, held out", ylim=(lowest - 0.02, highest + 0.15))
    during.legend(loc="upper right", handlelength=3)
    during.set_title(f"{seeds} seeds each, while they train", size=11, weight="normal")
    end.set_xticks(range(len(runs)), runs)
    end.set(xlim=(-0.6, len(runs) - 0.4), xlabel="numbers per character")
    end.set_title("at the end", size=11, weight="normal")
    end.grid(visible=False, axis="x")
    headline(figure, finding)
    listed = "; ".join(f"{k} {last.mean():.3f} ({last.min():.3f} to {last.max():.3f})" for k, last in ends.items())
    figure.alt = f"{finding}. Held-out loss at the end, mean and range of {seeds} seeds, in nats: {listed}."
    return figure
