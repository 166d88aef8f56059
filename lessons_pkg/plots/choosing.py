"""Figures about choosing: a search, the luck in its winner, and the last measurement (chapter 12).

Blue is what was measured, red what is too good to be true, black what is true or exact, grey a reference.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

RED, BLUE = "#a84a00", "#0072B2"  # of words, which need more contrast than lines


@in_style
def search_trials(rates: Sequence[float], losses: Sequence[float], again: Mapping[int, Sequence[float]]) -> Picture:
    """Draw the loss of each trial by its learning rate, and beside it fresh seeds of the best trials.

    Args:
        rates: of each trial.
        losses: of each trial, held out.
        again: the number of a trial to losses of the same setting with fresh seeds, the best trial first.
    """
    figure, (left, right) = picture(1, 2, height=4.2, width_ratios=(3, 2))
    left.plot(rates, losses, "o", color=COLOURS["lstm"], ms=6, alpha=0.75)
    chosen = list(again)
    left.plot([rates[k] for k in chosen], [losses[k] for k in chosen], "o", mfc="none", mec=COLOURS["wrong"], ms=11)
    left.set(xscale="log", xlabel="learning rate of the trial", ylabel="nats per character, held out")
    left.set_title(f"{len(losses)} trials", size=11)
    for place, (k, row) in enumerate(again.items()):
        right.plot(place - 0.28, losses[k], "X", color=COLOURS["wrong"], ms=8)
        right.plot(place + 0.12 + np.linspace(-0.12, 0.12, len(row)), row, "o", color=COLOURS["lstm"], ms=5)
        right.plot([place - 0.12, place + 0.36], [np.mean(row)] * 2, color=COLOURS["data"], lw=2)
    right.set(xticks=range(len(again)), xlim=(-0.6, len(again) - 0.4), xlabel="rank in the search")
    right.set_xticklabels([f"{place + 1}" for place in range(len(again))])
    right.set_title("the best, again", size=11)
    rises = [np.mean(row) - losses[k] for k, row in again.items()]
    worst = int(np.argmax(rises))
    beside = {"textcoords": "offset points", "fontsize": 10}
    place, highest = min(1, len(chosen) - 1), max(again[chosen[worst]])
    cross = (place - 0.28, losses[chosen[place]])
    right.annotate("search", cross, (0, 8), ha="center", va="bottom", color=RED, **beside)
    right.annotate("fresh seeds", (worst, highest), (-8, 0), ha="right", va="center", color=BLUE, **beside)
    headline(figure, f"Rank {worst + 1} was lucky: with fresh seeds it is {rises[worst]:.2f} nats worse")
    listed = "; ".join(f"{losses[k]:.3f} in the search, {np.mean(row):.3f} again" for k, row in again.items())
    figure.alt = (
        f"Held-out nats per character of {len(losses)} trials, from {min(losses):.3f} to {max(losses):.3f}, by the "
        f"learning rate. The best {len(again)}, with {len(again[chosen[0]])} fresh seeds each: {listed}."
    )
    return figure


@in_style
def best_of(curves: Mapping[str, Sequence[float]], *, ceiling: float) -> Picture:
    """Draw the expected best loss of k trials for two ways of drawing them.

    Args:
        curves: a label to expected losses for k = 1, 2, and so on.
        ceiling: where the axis ends above.
    """
    figure, axis = picture(height=3.8)
    for (colour, line), (label, row) in zip((("grey", "s--"), ("lstm", "o-")), curves.items(), strict=True):
        ks = np.arange(1, len(row) + 1)
        axis.plot(ks, np.minimum(row, ceiling), line, color=COLOURS[colour], ms=4)
        above = {"xytext": (4, 8), "va": "bottom", "color": "#444444"}
        below = {"xytext": (0, -12), "va": "top", "ha": "right", "color": BLUE}
        note = above if colour == "grey" else below
        axis.annotate(label, (ks[len(row) // 3], row[len(row) // 3]), textcoords="offset points", **note)
    wide, narrow = curves.values()
    same = int(np.argmax(np.asarray(wide) <= narrow[0])) + 1
    axis.set(xlabel="trials, k", ylabel="expected best of k, nats", ylim=(min(narrow) - 0.06, ceiling))
    axis.set_title(f"One trial of the narrow search is worth {same} of the wide one")
    figure.alt = "Expected lowest held-out loss of k trials. " + "; ".join(
        f"{label}: " + ", ".join(f"{row[k - 1]:.3f} for {k}" for k in (1, 2, 4, 8, 16) if k <= len(row))
        for label, row in curves.items()
    )
    figure.alt += f". The wide one needs {same} trials for what the narrow one expects of 1."
    return figure


Leads = Mapping[int, Sequence[float]]


@in_style
def optimism(by_count: Leads, by_text: Leads, *, theory: Sequence[float]) -> Picture:
    """Draw how far the best of several equal networks is ahead, on the text that chose it and on other text.

    Args:
        by_count: networks chosen among, to two leads over the average in nats: seen by the chooser, and kept.
        by_text: the characters that chose, to the same.
        theory: for each entry of ``by_count``, the lead expected of normal numbers.
    """
    figure, axes = picture(1, 2, height=4, sharey=True)
    for axis, leads in zip(axes, (by_count, by_text), strict=True):
        seen, kept = np.transpose(list(leads.values()))
        axis.plot(list(leads), seen, "X--", color=COLOURS["wrong"], ms=7)
        axis.plot(list(leads), kept, "o-", color=COLOURS["lstm"], ms=6)
        axis.axhline(0, color=COLOURS["data"], lw=1)
        axis.set(xscale="log", xticks=list(leads))
        axis.minorticks_off()
    axes[0].plot(list(by_count), theory, ":", color=COLOURS["data"], lw=1.5)
    axes[0].set_xticklabels(list(by_count))
    marks = list(by_text)[::2]
    axes[1].set_xticks(marks, [f"{mark:,}" for mark in marks])
    axes[0].set(xlabel="networks chosen among", ylabel="nats better than the average")
    axes[1].set(xlabel="characters that choose")
    (first, last), top = (by_text[min(by_text)], by_text[max(by_text)]), list(by_count)[-1]
    beside = {"textcoords": "offset points", "fontsize": 10}
    axes[1].annotate("on the text that chose", (max(by_text), first[0]), (0, -30), color=RED, ha="right", **beside)
    axes[1].annotate("on other text", (max(by_text), last[1]), (0, -14), color=BLUE, ha="right", va="top", **beside)
    headline(figure, f"Chosen by {min(by_text):,} characters, {100 * first[1] / first[0]:.0f}% of the lead is real")
    listed = "; ".join(f"{k:,}: seen {s:.3f}, kept {r:.3f}" for k, (s, r) in by_text.items())
    seen, kept = by_count[top]
    figure.alt = (
        f"Nats per character by which the best of equal networks beats their average. Best of {top}: seen {seen:.3f}, "
        f"kept {kept:.3f}, theory {theory[-1]:.3f}. By characters that choose, {listed}."
    )
    return figure


@in_style
def tale_by_tale(first: np.ndarray, second: np.ndarray, labels: Sequence[str], *, mean: float, error: float) -> Picture:
    """Draw what two models pay for each tale, in order of the first's loss, joined by a line.

    Args:
        first: (tales,) nats per character.
        second: the same, of the other model.
        labels: their names.
        mean: nats by which the second is better, over all characters.
        error: the standard error of that.
    """
    figure, axis = picture(height=4.2)
    order, places = np.argsort(first), np.arange(len(first))
    axis.vlines(places, second[order], first[order], color=COLOURS["grey"], lw=1)
    axis.plot(places, first[order], "s", color=COLOURS["grey"], mfc="white", ms=6)
    axis.plot(places, second[order], "o", color=COLOURS["lstm"], ms=6)
    middle = len(first) // 2
    for row, word, shift, va, colour in (
        (first, labels[0], 12, "bottom", "#444444"),
        (second, labels[1], -12, "top", BLUE),
    ):
        axis.annotate(
            word, (middle, row[order][middle]), (0, shift), textcoords="offset points", ha="center", va=va, color=colour
        )
    axis.set(xlabel="test tales, from the easiest to the hardest", ylabel="nats per character", xticks=[])
    wins = int((second < first).sum())
    axis.set_title(f"Better on {wins} of {len(first)} tales: by {mean:.3f} nats, give or take {error:.3f} by tale")
    axis.title.set_size(11)
    figure.alt = (
        f"Nats per character of {len(first)} test tales. {labels[0]}: from {first.min():.2f} to {first.max():.2f}; "
        f"{labels[1]}: from {second.min():.2f} to {second.max():.2f}, lower on {wins}. Over all characters the second "
        f"is better by {mean:.3f}, standard error {error:.3f}."
    )
    return figure
