"""Figures about gradients on their way back through time (chapter 05).

Every function takes numbers that a notebook has computed and draws them. Blue is the recurrent network, red what goes
wrong, grey what either is compared with, black the second of two ways.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import COLOURS, Picture, headline, in_style, picture

LOOKS = (("wrong", "^:"), ("rnn", "o-"), ("data", "s--"))
MATRICES = (("grey", "--"), ("rnn", "-"), ("wrong", "-."), ("data", ":"), ("gru", "-"))
HANGING = ("bottom", "bottom", "top")


def beside(axis: Axes, words: str, point: tuple[float, float], place: tuple[float, float, str, str], **looks) -> None:
    """Write words so many points (x, y) beside a point of an axis, held at their left, right, top or bottom."""
    x, y, ha, va = place
    axis.annotate(words, point, (x, y), textcoords="offset points", ha=ha, va=va, **looks)


@in_style
def training_spike(losses: np.ndarray, norms: np.ndarray, *, seed: int, chance: float) -> Picture:
    """Draw loss and gradient norm during training, one line a seed, one of them marked where its gradient is largest.

    Args:
        losses: (seeds, updates), nats.
        norms: (seeds, updates), the length of the gradient.
        seed: the line to be marked.
        chance: the loss of knowing nothing.
    """
    figure, (upper, lower) = picture(2, height=5.2, sharex=True)
    worst, updates = int(norms[seed].argmax()), np.arange(losses.shape[1])
    for axis, values in ((upper, losses), (lower, norms)):
        axis.plot(updates, values[np.arange(len(values)) != seed].T, color=COLOURS["grey"], lw=0.8, alpha=0.6)
        axis.plot(updates, values[seed], color=COLOURS["wrong"])
        axis.plot(worst, values[seed, worst], "^", color=COLOURS["wrong"], ms=9)
    upper.axhline(chance, color=COLOURS["data"], ls="--", lw=1)
    upper.text(updates[-1], chance + 0.05, f"knowing nothing, {chance:.3f}", ha="right", va="bottom")
    lower.set(yscale="log", xlabel="update", ylabel="gradient norm\n(logarithmic scale)")
    upper.set(ylabel="loss, nats", ylim=(0, None))
    note = {"xytext": (10, -4), "textcoords": "offset points", "weight": "bold"}
    lower.annotate(f"update {worst}: {norms[seed, worst]:,.0f}", (worst, norms[seed, worst]), **note)
    headline(figure, f"One step is enough: at update {worst} the gradient jumps to {norms[seed, worst]:,.0f}")
    learned = int((losses[:, -1] < 0.1).sum())
    figure.alt = (
        f"Loss and gradient norm of {len(losses)} runs. In the marked run the norm is {norms[seed, worst - 1]:.2f} at "
        f"update {worst - 1} and {norms[seed, worst]:,.0f} at update {worst}; its loss goes from "
        f"{losses[seed, worst - 1]:.2f} to {losses[seed, -1]:.2f}, where knowing nothing costs {chance:.3f}. "
        f"{learned} of the {len(losses)} runs end below 0.1."
    )
    return figure


@in_style
def slope_products(products: Mapping[float, np.ndarray]) -> Picture:
    """Draw the derivative of h_t by h_0 in h <- tanh(w h), and the power of the largest w that it is often taken for.

    Args:
        products: w to the derivative after 0, 1, 2, ... steps; the largest w first, then falling.
    """
    figure, axis = picture(height=4.2)
    largest, last = next(iter(products.items()))
    steps = np.arange(len(last))
    axis.plot(float(largest) ** steps, "--", color=COLOURS["grey"], lw=1.5)
    for (colour, line), values in zip(LOOKS, products.values(), strict=False):
        axis.plot(values, line, color=COLOURS[colour], ms=4)
    middle = len(last) * 2 // 3
    places = [(8, 6, "left", "bottom"), (0, 6, "center", "bottom"), (0, -8, "center", "top")]
    for place, (w, values) in zip(places, products.items(), strict=False):
        beside(axis, f"tanh, w = {w:g}", (middle, values[middle]), place)
    beside(axis, f"{largest:g} to the power t", (middle, float(largest) ** middle), (-8, 4, "right", "bottom"))
    axis.set(yscale="log", xlabel="steps t", ylabel="derivative of $h_t$ by $h_0$\n(logarithmic scale)")
    axis.set_xticks(steps[::5])
    assert last[-1] == min(values[-1] for values in products.values())
    axis.set_title("The largest weight forgets the most")
    listed = ", ".join(f"{values[-1]:.1e} for w = {w:g}" for w, values in products.items())
    figure.alt = (
        f"Derivative of the state after t steps by the first. After {len(last) - 1} steps: {listed}. With w = "
        f"{largest:g} it first grows to {last.max():.2f}, then falls, while {largest:g} to the power t rises to "
        f"{float(largest) ** (len(last) - 1):,.0f}."
    )
    return figure


@in_style
def norm_of_powers(norms: Sequence[float], radius: float) -> Picture:
    """Draw the norm of W^t for t = 0, 1, 2, ... against the power of the spectral radius."""
    norms = np.asarray(norms)
    figure, axis = picture(height=3.8)
    steps = np.arange(len(norms))
    peak, below = int(norms.argmax()), int(np.flatnonzero((norms < 1) & (steps > 0))[0])
    axis.plot(steps, norms, color=COLOURS["rnn"])
    axis.plot(steps, radius**steps, "--", color=COLOURS["grey"])
    axis.axhline(1, color=COLOURS["data"], lw=1)
    axis.plot([peak, below], norms[[peak, below]], "o", color=COLOURS["rnn"], ms=7)
    beside(axis, f"norm of $W^t$: {norms[peak]:.2f} at t = {peak}", (peak, norms[peak]), (6, 6, "left", "bottom"))
    beside(axis, f"below 1 from t = {below} on", (below, norms[below]), (6, 6, "left", "bottom"))
    beside(axis, f"{radius:g} to the power t", (peak, radius**peak), (2, 2, "left", "bottom"))
    axis.set(xlabel="steps t", ylabel="largest stretch", ylim=(0, norms.max() + 0.8))
    axis.set_title(f"With eigenvalues of {radius:g}, a vector can grow to {norms[peak]:.1f} times its length")
    figure.alt = (
        f"The norm of W to the power t is {norms[1]:.2f} at t = 1, rises to {norms[peak]:.2f} at t = {peak} and is "
        f"below 1 only from t = {below} on; the spectral radius to the power t falls from the start, to "
        f"{radius**peak:.2f} at t = {peak}."
    )
    return figure


@in_style
def gradient_by_distance(norms: Mapping[str, np.ndarray], gains: Sequence[float], ends: np.ndarray) -> Picture:
    """Draw how long the gradient is so many steps back, for several networks, and what is left by scale.

    Args:
        norms: a label to lengths (texts, distances), relative to the length at distance 0.
        gains: factors g of an orthogonal matrix.
        ends: (gains, seeds), the relative length at the last distance.
    """
    figure, (axis, scale) = picture(1, 2, height=4.4, gridspec_kw={"width_ratios": [3, 2]}, sharey=True)
    far = next(iter(norms.values())).shape[1] - 1
    middles = {label: np.median(values, axis=0) for label, values in norms.items()}
    for (colour, line), (label, values) in zip(MATRICES, norms.items(), strict=True):
        low, high = np.quantile(values, (0.1, 0.9), axis=0)
        axis.fill_between(range(far + 1), low, high, fc=COLOURS[colour], alpha=0.15)
        axis.plot(middles[label], line, color=COLOURS[colour])
        rank = sum(middle[far] > middles[label][far] for middle in middles.values())
        beside(axis, label, (far, middles[label][far]), (5, 0, "left", "center" if rank > 2 else HANGING[rank]))
    axis.set(yscale="log", xlabel="steps back", ylabel="gradient norm, 1 at the end\n(logarithmic scale)")
    axis.set(xlim=(0, 1.5 * far), xticks=np.arange(0, far + 1, 10))
    scale.plot(gains, np.asarray(gains, dtype=float) ** far, "--", color=COLOURS["grey"])
    scale.plot(gains, np.median(ends, axis=1), "o-", color=COLOURS["rnn"], ms=5)
    scale.plot(np.repeat(gains, ends.shape[1]), ends.ravel(), "o", color=COLOURS["rnn"], ms=3, alpha=0.5)
    beside(scale, f"g to the {far}", (gains[-1], float(gains[-1]) ** far), (-6, 4, "right", "top"))
    beside(scale, "with tanh", (gains[-1], np.median(ends[-1])), (0, -26, "right", "top"))
    scale.set(xlabel="g, for g times a rotation")
    axis.set_title("median, and 10% to 90% of texts", size=11, weight="normal")
    scale.set_title(f"{far} steps back, {ends.shape[1]} seeds", size=11, weight="normal")
    lengths = [middle[far] for middle in middles.values()]
    headline(figure, f"{far} steps back a gradient is {min(lengths):.0e} to {max(lengths):.2g} times its length")
    listed = "; ".join(f"{label} {middle[far]:.1e}" for label, middle in middles.items())
    figure.alt = (
        f"Gradient norm {far} steps back, as a share of what it was at the end, median over texts: {listed}. For g "
        f"times a rotation it goes from {np.median(ends[0]):.1e} at g = {gains[0]:g} to {np.median(ends[-1]):.1e} at "
        f"g = {gains[-1]:g}; the power of g itself reaches {float(gains[-1]) ** far:.1e}."
    )
    return figure
