"""Figures about pieces: windows that overlap, and words built from letters by merging (chapter 08).

Black is the text itself, green letters, blue words, red what is lost.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

LABEL = {"textcoords": "offset points", "va": "center"}


@in_style
def times_seen(counts: Mapping[int, Sequence[int]], *, bptt: int) -> Picture:
    """Draw how many windows hold each token of a text as a target, a panel a stride.

    Args:
        counts: a stride to the windows that each position of the text is a target of; position 0 never is.
        bptt: the length of a window.
    """
    figure, axes = picture(len(counts), 1, height=1.15 * len(counts) + 0.9, sharex=True, squeeze=False)
    said = []
    for axis, (stride, seen) in zip(axes[:, 0], counts.items(), strict=True):
        seen = np.asarray(seen)
        axis.bar(np.arange(len(seen)), seen, width=1.0, color=COLOURS["lstm"])
        never = np.flatnonzero(seen == 0)
        axis.plot(never, np.zeros(len(never)), "x", color=COLOURS["wrong"], ms=6, clip_on=False)
        axis.set(ylim=(0, 1.25 * seen.max()), yticks=sorted({0, int(seen.max())}))
        text = f"stride {stride}: at most {seen.max()}×, {len(never)} never"
        axis.set_title(text, size=11, weight="normal", pad=3)
        often, lost = "once" if seen.max() == 1 else f"{seen.max()} times", len(never)
        said.append(f"stride {stride}: at most {often}, {seen.sum():,} in all, {lost} token{'s' * (lost != 1)} never")
    axes[-1, 0].set(xlabel="place of the token in the text (cross: never a target)", xlim=(-1.5, len(seen) + 0.5))
    figure.supylabel(f"windows of {bptt} it is a target in", size=11)
    headline(figure, "Closer windows show the middle more often than the ends")
    figure.alt = f"How often each of {len(seen)} tokens is a target, in windows of {bptt}. {'; '.join(said)}."
    return figure


@in_style
def merge_rounds(words: Sequence[str], rounds: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> Picture:
    """Draw how some words are spelt after each merge: a row a round, a column a word.

    Args:
        words: what is written over the columns.
        rounds: what was merged (empty at the start), and the symbols of each word after it.
    """
    figure, axis = picture(height=0.9 + 0.52 * len(rounds))
    wide = [1.35 * max(len(spelt[k]) + sum(map(len, spelt[k])) / 3 for _, spelt in rounds) for k in range(len(words))]
    lefts = 5.2 + np.cumsum([0, *wide[:-1]])
    for k, word in enumerate(words):
        axis.text(lefts[k], 0.9, word, va="center", weight="bold")
    for row, (merged, spelt) in enumerate(rounds):
        axis.text(0, -row, merged or "letters", va="center")
        for left, symbols in zip(lefts, spelt, strict=True):
            for symbol in symbols:
                colour, width = COLOURS["gru" if len(symbol) == 1 else "lstm"], 0.75 + 0.5 * (len(symbol) - 1)
                axis.barh(-row, width, left=left, height=0.66, color=colour, alpha=0.25, edgecolor=colour)
                axis.text(left + width / 2, -row - 0.02, symbol, ha="center", va="center", family="monospace", size=12)
                left += width + 0.12
    axis.set(xlim=(-0.1, lefts[-1] + wide[-1]), ylim=(-len(rounds) + 0.4, 1.4))
    axis.axis("off")
    first, last = (sum(map(len, spelt)) for _, spelt in (rounds[0], rounds[-1]))
    axis.set_title(f"{len(rounds) - 1} merges turn {first} symbols into {last}")
    steps = ". ".join(
        f"{merged or 'At first'}: {', '.join(' '.join(symbols) for symbols in spelt)}" for merged, spelt in rounds
    )
    figure.alt = f"How {', '.join(words)} are spelt, round by round. {steps}."
    return figure


@in_style
def tokens_per_word(merges: Sequence[int], lengths: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how many symbols a word needs against the number of merges.

    Args:
        merges: how many were made, rising from 0.
        lengths: a kind of word to its mean symbols.
    """
    figure, axis = picture(height=3.9)
    styles = (("o-", "data", (-8, -13), "right"), ("^:", "grey", (6, 13), "left"), ("s--", "wrong", (8, 11), "left"))
    for (kind, values), (dash, colour, offset, side) in zip(lengths.items(), styles, strict=True):
        axis.plot(merges, values, dash, color=COLOURS[colour], ms=5)
        middle = len(merges) // 2
        axis.annotate(kind, (merges[middle], values[middle]), offset, ha=side, **LABEL)
        if colour != "data":  # its last value is in the title
            axis.annotate(f"{values[-1]:.2f}", (merges[-1], values[-1]), (9, 3), **LABEL)
    axis.axhline(1, color=COLOURS["lstm"], lw=1)
    axis.annotate("a word a token", (merges[0], 1), (0, -9), color=COLOURS["lstm"], **LABEL)
    axis.set_xscale("symlog", linthresh=25, linscale=0.4)
    axis.set_xticks(merges, [f"{count:,}" for count in merges])
    axis.minorticks_off()
    axis.set(xlabel="merges", ylabel="symbols a word, mean", ylim=(0.5, None), xlim=(-3, 1.5 * merges[-1]))
    every, unseen = next(iter(lengths.values())), list(lengths.values())[-1]
    axis.set_title(f"{merges[-1]:,} merges: {every[-1]:.2f} symbols a word, {unseen[-1]:.1f} an unseen one")
    said = "; ".join(f"{kind} from {values[0]:.2f} to {values[-1]:.2f}" for kind, values in lengths.items())
    figure.alt = f"Mean symbols in a word, end mark counted, from {merges[0]} to {merges[-1]:,} merges: {said}."
    return figure


@in_style
def bits_by_pieces(labels: Sequence[str], bits: Sequence[Sequence[float]], tokens: Sequence[int]) -> Picture:
    """Draw held-out bits per character of one network that read one text in tokens of several sizes.

    Args:
        labels: the kinds of token, short ones first.
        bits: (labels, seeds), bits per character.
        tokens: how many of them the training text has.
    """
    figure, axis = picture(height=4.0)
    means, places = np.mean(bits, axis=1), np.arange(len(labels))
    axis.plot(places, means, "-", color=COLOURS["grey"], lw=1)
    for place, values in zip(places, bits, strict=True):
        axis.plot([place] * len(values), values, "o", color=COLOURS["lstm"], ms=7, mfc="none")
        axis.annotate(f"{np.mean(values):.2f}", (place, np.mean(values)), (10, 9), **LABEL)
    names = [f"{label}\n{count / 1000:.0f}k" for label, count in zip(labels, tokens, strict=True)]
    axis.set_xticks(places, names)
    axis.set(xlabel="tokens (and how many of them the training text has)", ylabel="bits per character, held out")
    axis.set_xlim(-0.4, len(labels) - 0.4)
    best = int(means.argmin())
    axis.set_title(f"One small network, {len(bits[0])} seeds each: best with {labels[best]}".replace("\n", " "))
    listed = "; ".join(
        f"{label} {np.mean(b):.2f} ({min(b):.2f} to {max(b):.2f}), {count:,} tokens"
        for label, b, count in zip(labels, bits, tokens, strict=True)
    )
    figure.alt = f"Held-out bits per character, mean and range of {len(bits[0])} seeds: {listed}.".replace("\n", " ")
    return figure
