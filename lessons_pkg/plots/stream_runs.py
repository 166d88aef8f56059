"""Figures about networks trained on one long text: what a cut costs and what a carried state gains (chapter 09).

Green, unbroken: the state is carried. Red, dashed: it is thrown away. Grey: what they are compared with.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

CARRIED = {"color": COLOURS["gru"], "marker": "o"}
RESET = {"color": COLOURS["wrong"], "marker": "X"}
INK = {"carried": "#00694c", "reset": "#a84a00"}  # words need more contrast than lines


@in_style
def fresh_states(cold: Mapping[str, np.ndarray], carried: Mapping[str, Sequence[float]]) -> Picture:
    """Draw loss by place in a window that begins with a fresh state, a thin line a seed, and the carried loss.

    Args:
        cold: a way of training to nats (seeds, T); the two are drawn beside each other.
        carried: the same keys, to what the same networks pay with the state carried, one number a seed.
    """
    figure, axes = picture(1, 2, height=4, sharey=True, sharex=True)
    said = []
    for axis, (way, rows) in zip(axes, cold.items(), strict=True):
        rows, level = np.asarray(rows), float(np.mean(carried[way]))
        places = np.arange(1, rows.shape[1] + 1)
        axis.plot(places, rows.T, color=COLOURS["wrong"], lw=0.7, alpha=0.6)
        axis.plot(places, rows.mean(0), "--", color=COLOURS["wrong"], lw=2.5)
        axis.axhline(level, color=COLOURS["gru"], lw=2.5)
        axis.annotate(f"{rows[:, 0].mean():.2f}", (1, rows[:, 0].mean()), (7, -2), textcoords="offset points")
        axis.text(places[-1], level - 0.05, f"carried, {level:.2f}", color=INK["carried"], ha="right", va="top")
        axis.text(7, rows.mean(0)[6] + 0.12, "fresh state", color=INK["reset"])
        axis.set(xlabel="place in the window", title=f"trained with the {way}", xticks=[1, 10, 20, 30])
        axis.set_ylim(level - 0.25, None)
        axis.title.set(size=11, weight="normal")
        ends = rows.mean(0)[[0, 4, -1]]
        said.append(
            f"Trained with the {way}: {ends[0]:.2f} at place 1, {ends[1]:.2f} at 5, {ends[2]:.2f} at "
            f"{len(places)}; carried {level:.2f}"
        )
    axes[0].set_ylabel("nats per character, held out")
    extra = [np.mean(np.asarray(rows).mean(0)[0] - np.mean(carried[way])) for way, rows in cold.items()]
    headline(figure, f"A fresh state costs {min(extra):.2f} to {max(extra):.2f} nats on the first letter")
    figure.alt = f"Loss by place in a window, {len(rows)} seeds each. " + ". ".join(said) + "."
    return figure


@in_style
def truncation(
    keeps: Sequence[int], cosine: Mapping[str, Sequence[float]], error: Mapping[str, Sequence[float]], *, noise: float
) -> Picture:
    """Draw how far the gradient of windows is from the whole one, by their length: direction, and relative error.

    Args:
        keeps: rows in a window.
        cosine: a network to the cosine of the angle between the two gradients.
        error: the same keys, to the length of the difference over that of the whole gradient.
        noise: the same error of one batch of the trained network, its gradient taken for that of the text.
    """
    figure, axes = picture(1, 2, height=4, sharex=True)
    ticks = sorted({keeps[0], 5, 35, keeps[-1]})  # 35 is what the title speaks of
    for axis, part in zip(axes, (cosine, error), strict=True):
        for (colour, line), values in zip([("grey", "s--"), ("gru", "o-")], part.values(), strict=True):
            axis.plot(keeps, values, line, color=COLOURS[colour], ms=5)
        axis.set(xscale="log", xticks=ticks, xticklabels=ticks, xlabel="rows in a window, K")
        axis.minorticks_off()
    axes[0].set(ylabel="cosine with the whole gradient", ylim=(min(map(min, cosine.values())) - 0.08, 1.03))
    axes[1].axhline(noise, color=COLOURS["wrong"], ls=":")
    axes[1].text(keeps[0], noise, f"one batch of 35 rows, {noise:.1f}", color=INK["reset"], va="bottom")
    axes[1].set(ylabel="relative error", yscale="log", ylim=(None, 2 * noise))
    axes[1].set(yticks=[0.01, 0.1, 1], yticklabels=["0.01", "0.1", "1"])
    for axis, part in zip(axes, (cosine, error), strict=True):
        above = part is error  # where the trained network's line runs
        for (label, values), up, key in zip(part.items(), (not above, above), ("untrained", "carried"), strict=True):
            look = {"color": INK.get(key, COLOURS["grey"]), "ha": "left" if up == above else "right", "va": "center"}
            shift = (8 if up == above else -8, 9 if up else -9)
            axis.annotate(label, (keeps[2], values[2]), shift, textcoords="offset points", **look)
    at, last = list(keeps).index(35), list(error)[-1]
    headline(figure, f"A cut every 35 rows is off by {100 * error[last][at]:.0f}%, one batch by far more")
    listed = "; ".join(
        f"{label}: " + ", ".join(f"{c:.2f} at {k}" for k, c in zip(keeps, values, strict=True))
        for label, values in cosine.items()
    )
    errors = "; ".join(
        f"{label}: {values[0]:.2f} at {keeps[0]}, {values[at]:.2f} at 35" for label, values in error.items()
    )
    figure.alt = f"Cosine with the whole gradient by window. {listed}. Relative error. {errors}; one batch {noise:.1f}."
    return figure


@in_style
def echo_threshold(echo: Mapping[str, Mapping[int, Sequence[float]]], *, delay: int) -> Picture:
    """Draw what a network that repeats bits after a delay pays for each, by the rows of its windows, a mark a seed.

    Args:
        echo: ``"carried"`` and ``"reset"`` to rows, and each of these to bits per bit for each seed.
        delay: steps between a bit and its echo.
    """
    figure, axis = picture(height=4)
    for key, look, offset in (("carried", CARRIED, -0.07), ("reset", RESET, 0.07)):
        for rows, losses in echo[key].items():
            axis.plot(np.full(len(losses), rows) + offset, losses, ls="", ms=6, alpha=0.6, **look)
    rows = np.linspace(min(echo["reset"]), max(echo["reset"]), 300)
    axis.plot(rows, np.minimum(1, delay / rows), ":", color=COLOURS["grey"], lw=1.5)
    axis.axvline(delay + 0.5, color=COLOURS["grey"], lw=1)
    axis.text(delay + 0.35, 0.5, f"windows of {delay}\nor fewer", ha="right", va="center")
    axis.text(max(rows) + 0.2, delay / max(rows) + 0.17, "state reset", color=INK["reset"], ha="right", weight="bold")
    axis.text(max(rows) + 0.2, 0.05, "state carried", color=INK["carried"], ha="right", weight="bold")
    axis.set(xlabel="rows in a window, K", ylabel="bits paid for each bit", ylim=(-0.05, 1.15))
    axis.set_xticks(list(echo["carried"]))
    below = np.mean([np.mean(losses) for k, losses in echo["carried"].items() if k <= delay])
    above = np.mean([np.mean(losses) for k, losses in echo["carried"].items() if k > delay])
    axis.set_title(f"A window of {delay + 1} teaches an echo after {delay} steps, one of {delay} does not")
    listed = "; ".join(
        f"{key}: " + ", ".join(f"{np.mean(losses):.2f} at {k}" for k, losses in runs.items())
        for key, runs in echo.items()
    )
    figure.alt = (
        f"Bits paid for each echoed bit by rows in a window, mean of {len(echo['carried'][delay])} seeds. "
        f"{listed}. With the state carried, {below:.2f} on average up to {delay} rows and {above:.2f} beyond."
    )
    return figure


@in_style
def ways_to_read(ways: Mapping[str, Mapping[str, Sequence[float]]]) -> Picture:
    """Draw what several ways of training end at, a mark a seed, read with the state carried and with it reset.

    Args:
        ways: a way of training to ``"carried"`` and ``"reset"``, and these to a loss for each seed; the title compares
            the first way with the third.
    """
    figure, axis = picture(height=1.4 + 0.62 * len(ways))
    for y, runs in enumerate(ways.values()):
        for key, look, side in (("carried", CARRIED, -0.14), ("reset", RESET, 0.14)):
            axis.plot(runs[key], np.full(len(runs[key]), y + side), ls="", ms=7, mfc="none", **look)
            axis.plot([np.mean(runs[key])] * 2, [y + side - 0.13, y + side + 0.13], color=look["color"], lw=2.5)
            right = max(runs[key])
            axis.annotate(
                f"{np.mean(runs[key]):.3f}", (right, y + side), (9, 0), textcoords="offset points", va="center"
            )
    axis.set(yticks=range(len(ways)), yticklabels=list(ways), xlabel="nats per character, held out")
    axis.invert_yaxis()
    low, high = axis.get_xlim()
    axis.set_xlim(low, high + 0.12 * (high - low))
    axis.grid(visible=False, axis="y")
    first, _, other, *_ = ways
    less = np.mean(ways[other]["carried"]) - np.mean(ways[first]["carried"])
    headline(figure, f"{first.capitalize()}: {less:.3f} nats {'below' if less > 0 else 'from'} {other}")
    axis.set_title("circles: read with the state carried; crosses: reset every 35", size=11, weight="normal")
    seeds = len(next(iter(ways.values()))["carried"])
    figure.alt = f"Held-out nats per character, mean of {seeds} seeds. " + "; ".join(
        f"{way}: read carried {np.mean(runs['carried']):.3f}, reset {np.mean(runs['reset']):.3f}"
        for way, runs in ways.items()
    )
    figure.alt += "."
    return figure


@in_style
def shapes_of_updates(carried: Mapping[int, Sequence[float]], reset: Mapping[int, Sequence[float]]) -> Picture:
    """Draw held-out loss by the rows of a window, the tokens of an update being the same for all; a mark a seed.

    Args:
        carried: rows to a loss for each seed, trained and read with the state carried.
        reset: the same, trained and read with the state reset at each window.
    """
    figure, axis = picture(height=4)
    for key, runs, look, line in (("carried", carried, CARRIED, "-"), ("reset", reset, RESET, "--")):
        rows = list(runs)
        axis.plot(rows, [np.mean(runs[k]) for k in rows], line, color=look["color"])
        for k in rows:
            axis.plot([k] * len(runs[k]), runs[k], ls="", ms=6, mfc="none", **look)
        near = rows[1]
        axis.annotate(
            f"state {key}",
            (near, np.mean(runs[near])),
            (10, 8),
            textcoords="offset points",
            color=INK[key],
            weight="bold",
        )
    axis.set(xscale="log", xticks=list(carried), xticklabels=list(carried), xlabel="rows in a window, K")
    axis.minorticks_off()
    axis.set_ylabel("nats per character, held out")
    first, last = min(carried), max(carried)
    gap = {k: np.mean(reset[k]) - np.mean(carried[k]) for k in (first, last)}
    axis.set_title(f"A reset costs {gap[first]:.2f} nats with K = {first}, and {gap[last]:.2f} with K = {last}")
    figure.alt = "Held-out nats per character by rows in a window. " + ". ".join(
        f"{key}: " + ", ".join(f"{np.mean(values):.2f} at {k}" for k, values in runs.items())
        for key, runs in (("Carried", carried), ("Reset", reset))
    )
    figure.alt += "."
    return figure
