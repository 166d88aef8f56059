"""Figures of chapter 01: a name cut out of a strip, the mass of all names, pairs, orders, the floor, the leak.

Letters: V vocabulary, S seeds.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import cycle

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, PowerNorm

from .style import COLOURS, Picture, in_style, picture


@in_style
def nested_strips(shares: Sequence[Mapping[str, Fraction]], name: str) -> Picture:
    """Draw a name as a piece of a strip that is cut once a symbol, each row a close-up of the piece before it.

    Args:
        shares: one mapping a symbol of the name, from symbol to probability given what was written.
        name: the symbols that were chosen, the sign for the end included.
    """
    figure, axes = picture(height=0.85 * len(shares) + 0.4)
    product = Fraction(1)
    for row, (share, chosen) in enumerate(zip(shares, name, strict=True)):
        top, left = -1.5 * row, 0.0
        for symbol, p in share.items():
            colour, weight = (COLOURS["counting"], "bold") if symbol == chosen else ("#eeeeee", "normal")
            axes.barh(top, float(p), left=left, height=0.9, color=colour, edgecolor="white", linewidth=2)
            axes.text(left + p / 2, top, symbol, ha="center", va="center", fontsize=16, fontweight=weight)
            if symbol == chosen and row + 1 < len(shares):
                axes.plot([left, 0], [top - 0.48, top - 1.02], color=COLOURS["grey"], linewidth=1)
                axes.plot([left + p, 1], [top - 0.48, top - 1.02], color=COLOURS["grey"], linewidth=1)
            left += float(p)
        product *= share[chosen]
        axes.text(1.02, top, f"× {share[chosen]}\n= {product}", va="center", fontsize=13)
    axes.set(xlim=(0, 1.2), title=f"{len(shares)} cuts leave {name.rstrip('.')} one part in {1 / product}")
    axes.axis("off")
    figure.alt = (
        f"A strip of length 1 is cut by the first symbol, the chosen piece by the next, and so on: the pieces for "
        f"{', '.join(name)} have the shares {', '.join(str(s[c]) for s, c in zip(shares, name, strict=True))}, which "
        f"leaves {product} of the strip."
    )
    return figure


@in_style
def mass_of_names(masses: Mapping[str, Sequence[float]], endless: str) -> Picture:
    """Draw the probability of all names up to each length, for models that can stop and one that cannot.

    Args:
        masses: label to the sum over all names of at most 0, 1, 2, ... letters.
        endless: the label of the model without a stop symbol.
    """
    figure, axes = picture(height=3.4)
    axes.axhline(1, color=COLOURS["grey"], linewidth=1)
    places = [(1, (0, 12), "right"), (1, (12, -14), "left")]
    for (label, mass), dash in zip(masses.items(), cycle(("-", "--", "-."))):
        colour = COLOURS["wrong" if label == endless else "counting"]
        axes.plot(mass, dash, marker="o", markersize=4, color=colour)
        at, offset, side = (2, (8, -4), "left") if label == endless else places.pop(0)
        axes.annotate(label, (at, mass[at]), offset, textcoords="offset points", ha=side)
    longest = len(masses[endless]) - 1
    proper = [f"{label}: {mass[-1]:.2f}" for label, mass in masses.items() if label != endless]
    axes.set(xlabel="letters in the name, at most", ylabel="sum of P(name)", ylim=(0, 3.3))
    axes.set_title("With a stop symbol all names share one unit of probability")
    figure.alt = (
        f"Sum of the probabilities of all names up to a length. With a stop symbol it climbs towards 1 "
        f"({'; '.join(proper)} at {longest} letters); {endless} it grows by 1 a letter, to {masses[endless][-1]:.0f}."
    )
    return figure


@in_style
def pair_table(probs: np.ndarray, symbols: Sequence[str], *, ringed: Sequence[str] = ()) -> Picture:
    """Draw the bigram probabilities (V, V), row given, column next; symbol 0 starts and ends names."""
    figure, axes = picture(height=6.6)
    scale = LinearSegmentedColormap.from_list("counting", ["#ffffff", COLOURS["counting"], "#4d2f00"])
    image = axes.imshow(probs, cmap=scale, norm=PowerNorm(0.5, vmin=0, vmax=probs.max()))
    ticks = range(len(symbols))
    axes.set(xticks=ticks, yticks=ticks, xlabel="next symbol", ylabel="symbol before")
    axes.set_xticklabels(symbols)
    axes.set_yticklabels(symbols)
    axes.tick_params(length=0, labeltop=True)
    axes.grid(False)
    found = {pair: (symbols.index(pair[0]), symbols.index(pair[1])) for pair in ringed}
    for given, following in found.values():
        axes.plot(following, given, "o", markersize=17, markerfacecolor="none", markeredgecolor=COLOURS["data"])
    figure.colorbar(image, ax=axes, label="probability", shrink=0.6, pad=0.02)
    given, following = np.unravel_index(probs.argmax(), probs.shape)
    never = f"{(probs == 0).sum()} of {probs.size} pairs never occur"
    axes.set_title(f"After {symbols[given]} comes {symbols[following]} in {probs.max():.0%} of cases; {never}")
    pairs = ", ".join(f"{pair[1]} after {pair[0]} {probs[place]:.0%}" for pair, place in found.items())
    first, last = probs[0].argmax(), probs[:, 0].argmax()
    figure.alt = (
        f"Table of how often each symbol follows each other one; {never}. Ringed: {pairs}. The commonest first letter "
        f"is {symbols[first]} ({probs[0, first]:.0%}); a name that has reached {symbols[last]} ends there most often "
        f"({probs[last, 0]:.0%})."
    )
    return figure


@in_style
def surprise_by_order(panels: Mapping[str, Mapping[str, Sequence[float]]]) -> Picture:
    """Draw training and held-out surprise against the order, one panel a way of smoothing.

    Args:
        panels: title to ``{"train": [...], "held out": [...], "bars": [...]}``, nats per token for orders 1, 2, ...;
            the bars are how far a held-out figure may be off, either way.
    """
    figure, row = picture(1, len(panels), height=3.8, sharey=True, squeeze=False)
    said = []
    for axes, (title, lines) in zip(row[0], panels.items(), strict=True):
        train, held_out = np.array(lines["train"]), np.array(lines["held out"])
        orders, best = np.arange(1, len(train) + 1), held_out.argmin()
        axes.fill_between(orders, train, held_out, color=COLOURS["wrong"], alpha=0.12, linewidth=0)
        axes.plot(orders, train, "--s", color=COLOURS["grey"], markersize=5)
        axes.errorbar(orders, held_out, yerr=lines["bars"], fmt="-o", color=COLOURS["counting"], capsize=3)
        axes.plot(orders[best], held_out[best], "*", color=COLOURS["data"], markersize=13, zorder=3)
        axes.annotate("held out", (orders[-1], held_out[-1]), (0, 14), textcoords="offset points", ha="right")
        axes.annotate("train", (orders[-1], train[-1]), (0, -18), textcoords="offset points", ha="right")
        axes.set(xlabel="order n", xticks=orders, title=f"{title}: best at order {orders[best]}")
        said.append(
            f"{title}: training names fall from {train[0]:.2f} to {train[-1]:.2f}, held-out names are lowest at order "
            f"{orders[best]} ({held_out[best]:.2f}) and stand at {held_out[-1]:.2f} at order {orders[-1]}"
        )
    row[0][0].set(ylabel="nats per token", ylim=(min(min(lines["train"]) for lines in panels.values()) - 0.2, None))
    bars = [bar for lines in panels.values() for bar in lines["bars"]]
    figure.alt = f"Nats per token by order. {'; '.join(said)}. The bars: {min(bars):.3f} to {max(bars):.3f} either way."
    return figure


@in_style
def gap_to_floor(tokens: Sequence[float], gaps: Mapping[int, np.ndarray], price: Sequence[float]) -> Picture:
    """Draw how far models of several orders stay above the entropy of a known source, against the data they saw.

    Args:
        tokens: tokens of training data, increasing.
        gaps: order to nats per token above the entropy, (S, len(tokens)).
        price: what learning the probabilities of the right order should cost, one number a size.
    """
    figure, axes = picture(height=4.2)
    axes.plot(tokens, price, ":", color=COLOURS["data"])
    axes.annotate("theory", (tokens[1], price[1]), (-12, -22), textcoords="offset points")
    for marker, (order, runs) in zip(cycle("os^Dv"), gaps.items()):
        axes.plot(tokens, runs.T, color=COLOURS["counting"], linewidth=0.8, alpha=0.7)
        axes.plot(tokens, runs.mean(0), marker=marker, color=COLOURS["counting"])
        axes.annotate(f"order {order}", (tokens[-1], runs[:, -1].mean()), (8, -4), textcoords="offset points")
    axes.set(xscale="log", yscale="log", xlabel="tokens of training data", ylabel="nats per token above the entropy")
    axes.set_xlim(tokens[0] / 1.3, tokens[-1] * 2.8)
    ends = {order: runs[:, -1].mean() for order, runs in gaps.items()}
    axes.set_title(f"Order {min(ends, key=ends.get)} nears the floor first; order {max(ends, key=ends.get)} never will")
    last = ", ".join(f"order {order} {gap:.4f}" for order, gap in ends.items())
    figure.alt = (
        f"Nats per token above the entropy of a known source, for {tokens[0]:,.0f} to {tokens[-1]:,.0f} tokens of "
        f"training data, {len(next(iter(gaps.values())))} draws of the data each. At the end: {last}."
    )
    return figure


@in_style
def leak_by_order(rows: Sequence[float], names: Sequence[float], *, shared: float) -> Picture:
    """Draw the surprise that two ways of splitting measure, against the order.

    Args:
        rows: nats per token for orders 1, 2, ... with rows split at random.
        names: the same with distinct names split.
        shared: share of the test rows whose name is also a training row, when rows are split.
    """
    figure, axes = picture(height=3.8)
    orders, gap = np.arange(1, len(rows) + 1), names[-1] - rows[-1]
    axes.plot(orders, names, "-o", color=COLOURS["counting"])
    axes.plot(orders, rows, "--s", color=COLOURS["wrong"])
    axes.annotate("", (orders[-1], rows[-1]), (orders[-1], names[-1]), arrowprops={"arrowstyle": "<->"})
    middle = (rows[-1] + names[-1]) / 2
    axes.text(orders[-1] - 0.1, middle, f"flattered by\n{gap:.2f} nats", ha="right", va="center")
    axes.annotate("distinct names split", (orders[-1], names[-1]), (0, 10), textcoords="offset points", ha="right")
    axes.annotate("rows split", (orders[-1], rows[-1]), (0, -20), textcoords="offset points", ha="right")
    axes.set(xlabel="order n", ylabel="nats per token, test part", xticks=orders, ylim=(min(rows) - 0.3, None))
    axes.set_title(f"With rows split, {shared:.0%} of the test rows carry a training name")
    figure.alt = (
        f"Test surprise by order. Split by rows it falls from {rows[0]:.2f} to {rows[-1]:.2f} nats; split by distinct "
        f"names it is {names[0]:.2f} at order 1, lowest at order {np.argmin(names) + 1} ({min(names):.2f}), and "
        f"{names[-1]:.2f} at order {orders[-1]}: the repeats flatter the last model by {gap:.2f} nats."
    )
    return figure
