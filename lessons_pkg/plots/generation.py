"""Figures about drawing: what samplers and searches do to a distribution (chapter 07).

Every function draws numbers that a notebook has computed; none of them samples. Green is the network, red what
goes wrong.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np

from ..metrics import entropy
from .labels import label_lines
from .style import COLOURS, Picture, in_style, percent, picture, shown, ticks

DASHES = ("-", "--", ":", "-.")


@in_style
def letter_bars(tokens: Sequence[str], p: Sequence[float], *, prefix: str) -> Picture:
    """Draw the distribution of the next letter.

    Args:
        tokens: the V tokens.
        p: probabilities (V,).
        prefix: the letters so far.
    """
    p = np.asarray(p, dtype=float)
    top, second = np.argsort(-p, kind="stable")[:2]
    figure, axis = picture(height=2.8)
    axis.bar(range(len(p)), p, color=COLOURS["gru"])
    for k in (top, second):
        axis.text(k, p[k], f"{shown(tokens[k])} {percent(p[k])}", ha="center", va="bottom")
    axis.set_xticks(range(len(p)), ticks(tokens))
    axis.set(xlabel=f"next letter after “{prefix}”", ylabel="probability", ylim=(0, 1.15 * p[top]))
    axis.grid(visible=False, axis="x")
    axis.set_title(f"After “{prefix}” the model leans towards {shown(tokens[top])}, and rules nothing out")
    figure.alt = (
        f"Probability of each of {len(p)} next symbols after {prefix}: {shown(tokens[top])} {percent(p[top])}, then "
        f"{shown(tokens[second])} {percent(p[second])}; none is zero. Entropy {entropy(p):.2f} nats."
    )
    return figure


@in_style
def unit_interval(labels: Sequence[str], p: Sequence[float], draws: Sequence[float]) -> Picture:
    """Draw the interval from 0 to 1 cut into pieces as long as the probabilities, and where draws fall.

    Args:
        labels: a name for each piece.
        p: their lengths, which sum to 1.
        draws: numbers in [0, 1).
    """
    ends = np.cumsum(p)
    figure, axis = picture(height=2.3)
    for k, (label, length, end) in enumerate(zip(labels, p, ends, strict=True)):
        axis.barh(0, length, left=end - length, height=0.6, color=COLOURS["gru"], alpha=1 - 0.22 * k, edgecolor="white")
        axis.text(end - length / 2, 0, f"{label}\n{length:g}", ha="center", va="center")
    hits = [labels[int(np.searchsorted(ends, u, side="right"))] for u in draws]
    for u, hit in zip(draws, hits, strict=True):
        axis.annotate(f"u = {u:g}: {hit}", (u, 0.3), (u, 0.75), ha="center", arrowprops={"arrowstyle": "->", "lw": 1.5})
    axis.set(xlim=(0, 1), ylim=(-0.35, 1.05), yticks=[], xlabel="running sum of the probabilities")
    axis.set_xticks([0, *ends], [f"{x:.3g}" for x in [0, *ends]])
    axis.spines["left"].set_visible(False)
    axis.grid(visible=False)
    axis.set_title("A piece is hit as often as it is long")
    pieces = ", ".join(f"{label} up to {end:.3g}" for label, end in zip(labels, ends, strict=True))
    figure.alt = f"The interval from 0 to 1 in pieces: {pieces}. " + " ".join(
        f"The draw {u:g} falls on {hit}." for u, hit in zip(draws, hits, strict=True)
    )
    return figure


@in_style
def two_step_tree(first: Mapping[str, float], second: Mapping[str, Mapping[str, float]]) -> Picture:
    """Draw every two-letter string with its probability, the greedy path and the best one.

    Args:
        first: probability of each first letter.
        second: for each first letter, the probability of each second one.
    """
    joint = {a + b: p * q for a, p in first.items() for b, q in second[a].items()}
    best, a = max(joint, key=joint.get), max(first, key=first.get)
    greedy = a + max(second[a], key=second[a].get)
    heights = dict(zip(joint, range(len(joint), 0, -1), strict=True))
    middle = {a: np.mean([y for leaf, y in heights.items() if leaf[0] == a]) for a in first}
    figure, axis = picture(height=3.0)

    def edge(x: float, y0: float, y1: float, p: float, *, chosen: bool, likeliest: bool) -> None:
        colour = COLOURS["wrong"] if chosen else COLOURS["gru"] if likeliest else COLOURS["grey"]
        axis.plot([x, x + 1], [y0, y1], "--" if chosen else "-", color=colour, lw=3 if chosen or likeliest else 1)
        axis.text(x + 0.5, (y0 + y1) / 2, f"{p:g}", ha="center", va="center", backgroundcolor="white")

    for a, p in first.items():
        edge(0, np.mean(list(middle.values())), middle[a], p, chosen=a == greedy[0], likeliest=a == best[0])
        axis.text(1, middle[a], a, ha="center", va="center", bbox={"boxstyle": "circle", "fc": "white"})
        for b, q in second[a].items():
            edge(1, middle[a], heights[a + b], q, chosen=a + b == greedy, likeliest=a + b == best)
    for leaf, p in joint.items():
        note = {greedy: "  greedy takes this", best: "  most probable"}.get(leaf, "")
        axis.text(2.05, heights[leaf], f"{leaf}: {p:.2f}{note}", va="center", weight="bold" if note else "normal")
    axis.set(xlim=(-0.05, 3.3), ylim=(0.5, len(joint) + 0.5))
    axis.axis("off")
    axis.set_title(f"The likeliest first letter leads away from the likeliest string, {best}")
    figure.alt = (
        f"A tree of two steps. Greedy search goes to {greedy} with probability {joint[greedy]:.2f}; "
        f"the most probable string is {best} with {joint[best]:.2f}."
    )
    return figure


@in_style
def entropy_curves(temperatures: Sequence[float], curves: Mapping[str, Sequence[float]], size: int) -> Picture:
    """Draw entropy against temperature, with the entropy of a uniform choice above it.

    Args:
        temperatures: x, rising, above 0.
        curves: a label to entropies in nats.
        size: how many tokens there are; ln(size) is the limit.
    """
    limit = math.log(size)
    figure, axis = picture(height=3.4)
    for h, dash in zip(curves.values(), cycle(DASHES)):
        axis.plot(temperatures, h, dash, color=COLOURS["gru"])
    axis.axhline(limit, color=COLOURS["grey"], lw=1)
    axis.text(temperatures[0], limit, f"ln {size} = {limit:.2f}: all alike", va="bottom")
    axis.set(xlabel="temperature", ylabel="entropy (nats)", ylim=(0, 1.15 * limit), xlim=(0, None))
    label_lines(axis, list(curves))
    rising = all(np.all(np.diff(h) >= -1e-9) for h in curves.values())
    axis.set_title("Entropy only rises with temperature" if rising else "Entropy against temperature")
    ends = [
        f"{label} from {h[0]:.2f} nats at {temperatures[0]:g} to {h[-1]:.2f} at {temperatures[-1]:g}"
        for label, h in curves.items()
    ]
    figure.alt = f"Entropy of the next letter against temperature: {'; '.join(ends)}. The limit is {limit:.2f}."
    return figure


@in_style
def kept_letters(tokens: Sequence[str], rows: Mapping[str, Sequence[float]], *, top_k: int, top_p: float) -> Picture:
    """Draw sorted distributions, with where top-k and top-p cut each of them.

    Args:
        tokens: the V tokens.
        rows: a prefix to probabilities (V,).
        top_k: letters that top-k keeps.
        top_p: share that top-p keeps.
    """
    figure, axes = picture(len(rows), height=1.0 + 1.7 * len(rows), sharey=True, squeeze=False)
    sizes, said = [], []
    for axis, (prefix, row) in zip(axes[:, 0], rows.items(), strict=True):
        order = np.argsort(-np.asarray(row), kind="stable")
        p = np.asarray(row)[order]
        sizes.append(int(np.sum(np.cumsum(p) - p < top_p)))
        share = percent(p[:top_k].sum())
        axis.bar(range(len(p)), p, color=[COLOURS["gru"]] * sizes[-1] + ["#bbbbbb"] * (len(p) - sizes[-1]))
        axis.axvline(top_k - 0.5, color=COLOURS["wrong"], ls="--")
        axis.text(top_k, 0.95, f"top-k cuts here, {share} kept", transform=axis.get_xaxis_transform(), va="top")
        axis.text(top_k, 0.6, f"top-p keeps the green {sizes[-1]}", transform=axis.get_xaxis_transform(), va="top")
        axis.set_xticks(range(len(p)), ticks([tokens[k] for k in order]))
        axis.grid(visible=False)
        axis.set(ylabel="probability", xlabel=f"after “{prefix}”, likeliest first", ylim=(0, None))
        said.append(f"after {prefix} top-p keeps {sizes[-1]} letters, and top-k keeps {share} of the probability")
    axes[0, 0].set_title(f"Top-p = {top_p:g} keeps {' or '.join(map(str, sizes))} letters, top-k always {top_k}")
    figure.alt = f"Sorted next-letter probabilities, with top-p = {top_p:g} and top-k = {top_k}: {'; '.join(said)}."
    return figure


@in_style
def name_odds(temperatures: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Picture:
    """Draw the probability of whole names against the temperature of each step.

    Args:
        temperatures: x, rising.
        curves: a name to its log probabilities.
    """
    figure, axis = picture(height=3.4)
    for (name, logs), dash in zip(curves.items(), cycle(DASHES)):
        axis.plot(temperatures, np.exp(logs), dash, color=COLOURS["gru"])
        axis.annotate(name, (temperatures[-1], math.exp(logs[-1])), (6, 0), textcoords="offset points", va="center")
    axis.set(yscale="log", xlabel="temperature of each step", ylabel="probability of the name")
    axis.set_xlim(right=temperatures[-1] + 0.15 * (temperatures[-1] - temperatures[0]))
    first, last = (max(curves, key=lambda name: curves[name][k]) for k in (0, -1))
    axis.set_title(f"Cold, {first} leads; warm, {last} does" if first != last else f"{first} leads throughout")
    figure.alt = (
        f"Probability of {', '.join(curves)} against temperature, on a logarithmic scale. At {temperatures[0]:g} the "
        f"likeliest of them is {first}, at {temperatures[-1]:g} it is {last}."
    )
    return figure
