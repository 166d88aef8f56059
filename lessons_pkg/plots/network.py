"""Figures about the recurrent network (chapter 03): its weights counted, its inputs chosen and padded.

Every function takes numbers that a notebook has computed and draws them. Sky blue is the recurrent network, grey what
it is compared with, red what goes wrong.
"""

from collections.abc import Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture, shown

MIDDLE = {"ha": "center", "va": "center"}


@in_style
def weights_by_context(
    reach: Sequence[int], window: Sequence[int], counting: Sequence[int], recurrent: int, *, hidden_size: int
) -> Picture:
    """Draw what it costs to look further back: a counting table, a window network, a recurrent network.

    Args:
        reach: how many letters back.
        window: weights of a window network for each.
        counting: rows of a counting table for each.
        recurrent: weights of the recurrent network, the same for every reach.
        hidden_size: H of both networks.
    """
    figure, axis = picture(height=3.6)
    axis.plot(reach, counting, "s--", color=COLOURS["counting"])
    axis.plot(reach, window, "o-", color=COLOURS["grey"])
    axis.plot(reach, [recurrent] * len(reach), "-", color=COLOURS["rnn"], lw=3)
    limit = 30 * max(window)
    axis.set(yscale="log", ylim=(min(min(window), recurrent) / 6, limit), xticks=list(reach))
    axis.set(xlabel="letters of context", ylabel="weights or rows (log scale)")
    fits = [rows for rows in counting if rows < limit]
    axis.text(reach[len(fits) - 1] + 0.35, fits[-1], "rows of a\ncounting table", color="#9a6700", va="center")
    axis.text(reach[-1], window[-1] * 1.5, "window network", color=COLOURS["grey"], ha="right", va="bottom")
    axis.text(reach[-1], recurrent / 1.5, "recurrent network", color="#1a6fa3", ha="right", va="top", weight="bold")
    axis.set_title("A longer name costs a recurrent network no weights")
    figure.alt = (
        f"Weights to look {reach[0]} to {reach[-1]} letters back with {hidden_size} hidden units. The window network "
        f"grows from {window[0]:,} to {window[-1]:,}; the recurrent network has {recurrent:,} at any length; a "
        f"counting table has {counting[0]:,} rows for {reach[0]} and {counting[min(3, len(counting) - 1)]:,} for "
        f"{reach[min(3, len(reach) - 1)]}."
    )
    return figure


@in_style
def feedings(
    letters: Sequence[str], fed: Sequence[str], forced: Sequence[float], own: Sequence[float], *, finding: str
) -> Picture:
    """Draw the surprise at each symbol of a name, read from the name itself and from the network's own guesses.

    Args:
        letters: the T symbols that came.
        fed: the T symbols that the network read in the second case, one before each; the empty string for nothing.
        forced: T surprises in nats with the true letters fed.
        own: T surprises with its own letters fed.
        finding: the title.
    """
    steps = np.arange(1, len(letters) + 1)
    figure, axis = picture(height=3.8)
    axis.plot(steps, forced, "o-", color=COLOURS["rnn"])
    axis.plot(steps, own, "s--", color=COLOURS["wrong"])
    before = ["", *letters[:-1]]
    marks = [f"{shown(y)}\n{shown(x) or '-'}\n{shown(o) or '-'}" for y, x, o in zip(letters, before, fed, strict=True)]
    axis.set_xticks(steps, marks)
    axis.set(ylabel="surprise at what came, nats", ylim=(0, max(*forced, *own) * 1.15))
    axis.set_xlabel("rows: what came; the letter fed from the name; the network's own letter fed")
    high = int(np.argmax(np.asarray(own) - np.asarray(forced)))
    note = {"textcoords": "offset points", "va": "center", "weight": "bold"}
    right = high < len(letters) / 2
    beside = {"xytext": (10 if right else -10, 6), "ha": "left" if right else "right"}
    axis.annotate("its own letters fed", (steps[high], own[high]), color=COLOURS["wrong"], **beside, **note)
    axis.annotate("the name fed", (steps[high], forced[high]), color="#1a6fa3", **beside | {"xytext": (0, -14)}, **note)
    axis.set_title(finding)
    figure.alt = (
        f"{finding}. Surprise in nats at each symbol: "
        + ", ".join(f"{shown(y)} {a:.1f} and {b:.1f}" for y, a, b in zip(letters, forced, own, strict=True))
        + f"; with the name fed {sum(forced):.1f} in all, with its own letters fed {sum(own):.1f}."
    )
    return figure


@in_style
def padded(inputs: Sequence[Sequence[str]], targets: Sequence[Sequence[str]], mask: np.ndarray) -> Picture:
    """Draw a batch of names, time down, one name a column: what is read, what is to be said, what counts.

    Args:
        inputs: T rows of B tokens; the empty string for nothing.
        targets: T rows of B tokens.
        mask: (T, B), True where the target is real.
    """
    T, B = mask.shape
    figure, axes = picture(1, 2, height=0.9 + 0.36 * T, sharey=True)
    for axis, grid, title in zip(axes, (inputs, targets), ("inputs, (T, B)", "targets, (T, B)"), strict=True):
        axis.imshow(mask, cmap="Greys_r", vmin=-3, vmax=1, aspect="auto")
        for (t, b), real in np.ndenumerate(mask):
            word = shown(grid[t][b]) or "-"
            axis.text(b, t, word if real else "pad", color="black", alpha=1 if real else 0.75, **MIDDLE)
        axis.set(xticks=range(B), yticks=range(T), xticklabels=range(1, B + 1), yticklabels=range(1, T + 1))
        axis.set(xlabel="name", ylabel="step" if axis is axes[0] else "")
        axis.set_title(title, size=11, weight="normal")
        axis.grid(visible=False)
    real, every = int(mask.sum()), mask.size
    headline(figure, f"{real} of {every} places are letters or ends; the rest is padding")
    columns = ", ".join(
        f"{''.join(shown(grid[b]) for grid in inputs[1 : int(mask[:, b].sum())])} {int(mask[:, b].sum())}"
        for b in range(B)
    )
    figure.alt = (
        f"Two grids of {T} steps by {B} names, what is read and what is to be said one step later. Real steps by name: "
        f"{columns}; {every - real} of {every} places are padding and count for nothing."
    )
    return figure
