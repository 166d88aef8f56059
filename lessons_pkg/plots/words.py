"""Figures about words: how text is cut into them, how often they come, and what a vocabulary lacks (chapter 08).

Black is the text, orange counting, red what goes wrong. V is the size of a vocabulary.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes

from .style import COLOURS, Picture, headline, in_style, percent, picture

MONO = {"family": "monospace", "fontsize": 14, "va": "center"}
LINE = 56  # characters of text in a line of a figure


def plain_axes(axis: Axes) -> None:
    """Write 1,000 along logarithmic axes, not a power of ten."""
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(lambda value, _: f"{value:,.0f}")


@in_style
def reach(text: str, spans: Mapping[str, int], *, tokens: int) -> Picture:
    """Draw the end of a text, and how far back so many tokens of each kind reach in it.

    Args:
        text: one line of text; its end is where the model stands.
        spans: a kind of token to the characters that the last ``tokens`` of them cover, shortest first.
        tokens: how many tokens a model may look back on.
    """
    lines, looks = wrap(text, LINE), ((COLOURS["gru"], 0.0, None), (COLOURS["lstm"], 0.1, "///"))
    figure, axis = picture(height=0.6 + 0.42 * len(lines))
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    for span, (colour, depth, hatch) in zip(spans.values(), looks, strict=True):
        for row, (line, start) in enumerate(zip(lines, starts, strict=False)):
            if (first := max(0, len(text) - span - start)) < len(line):
                box = {"height": 0.78 - 2 * depth, "left": first, "fc": (colour, 0.3), "ec": (colour, 0.3), "lw": 0}
                axis.barh(-row, len(line) - first, hatch=hatch, **box)
    for row, line in enumerate(lines):
        for place, letter in enumerate(line):
            axis.text(place + 0.5, -row, letter, ha="center", **MONO)
    axis.set(xlim=(0, LINE), ylim=(-len(lines) + 0.4, 0.6))
    axis.axis("off")
    (short, few), (long, many) = spans.items()
    axis.set_title(f"{tokens} {short} reach {few} characters back, {tokens} {long} {many}")
    figure.alt = (
        f"The end of a passage of {len(text)} characters. The last {tokens} {short} cover {few} characters of it: "
        f"“{text[-few:]}”. The last {tokens} {long} cover {many} and begin at “{text[-many:][:40]}”."
    )
    return figure


@in_style
def cuts(rows: Mapping[str, Sequence[str]], *, wrong: Sequence[str] = ()) -> Picture:
    """Draw one sentence as each of some rules cuts it: a row a rule, a box a token.

    Args:
        rows: what a rule does to its tokens.
        wrong: the rules that are not good enough.
    """
    widest = max(sum(len(token) + 1.3 for token in tokens) for tokens in rows.values())
    figure, axis = picture(height=0.5 + 0.85 * len(rows))
    for row, (rule, tokens) in enumerate(rows.items()):
        left, colour = 0.0, COLOURS["wrong" if rule in wrong else "lstm"]
        axis.text(0, -row + 0.42, f"{rule}: {len(tokens)} tokens", va="center")
        for token in tokens:
            width = len(token) + 0.7
            axis.barh(-row, width, left=left, height=0.46, color=colour, alpha=0.25)
            axis.barh(-row, width, left=left, height=0.46, fill=False, ec=colour, ls="--" if rule in wrong else "-")
            axis.text(left + width / 2, -row - 0.01, token, ha="center", **MONO)
            left += width + 0.6
    axis.set(xlim=(-0.1, max(widest, 30)), ylim=(-len(rows) + 0.7, 0.65))
    axis.axis("off")
    sizes = sorted(map(len, rows.values()))
    axis.set_title(f"One sentence makes {sizes[0]} to {sizes[-1]} tokens, as the rules have it")
    cut = "; ".join(f"{rule}: {' | '.join(tokens)}" for rule, tokens in rows.items())
    figure.alt = f"One sentence cut into tokens in {len(rows)} ways, the last of which we keep. {cut}"
    return figure


@in_style
def zipf(counts: Sequence[int], words: Sequence[str], *, named: Sequence[int] = (0, 2, 9, 99)) -> Picture:
    """Draw how often each word comes against its rank, both on logarithmic axes.

    Args:
        counts: occurrences, the largest first.
        words: the words in the same order.
        named: ranks, from 0, whose words are written beside their points.
    """
    counts = np.asarray(counts)
    ranks, once = np.arange(1, len(counts) + 1), (counts == 1).mean()
    figure, axis = picture(height=4.0)
    axis.loglog(ranks, counts[0] / ranks, ":", color=COLOURS["grey"])
    axis.loglog(ranks, counts, ".", color=COLOURS["data"], ms=4)
    beside = {"textcoords": "offset points", "va": "center"}
    for k in named:
        axis.plot(ranks[k], counts[k], "o", color=COLOURS["counting"], ms=8)
        label = words[k] if words[k].isalpha() else f"“{words[k]}”"
        axis.annotate(f"{label}, {counts[k]:,} times", (ranks[k], counts[k]), (9, 3 if k else 10), **beside)
    axis.annotate("first count / rank", (30, counts[0] / 30), (-8, -8), ha="right", **beside)
    axis.annotate(f"once: {(counts == 1).sum()} types", (ranks[counts > 1][-1], 1), (-8, 0), ha="right", **beside)
    axis.set(xlabel="rank of the type", ylabel="times it occurs", ylim=(0.7, counts[0] * 2))
    plain_axes(axis)
    half = int(np.searchsorted(counts.cumsum(), counts.sum() / 2)) + 1
    axis.set_title(f"{half} types make half of the text, and {percent(once)} of the types come once")
    figure.alt = (
        f"Times each of {len(counts):,} types occurs against its rank, on logarithmic axes: {counts[0]:,} at rank 1, "
        f"{counts[9]:,} at rank 10, {counts[99]:,} at rank 100. {half} types make half of all tokens; "
        f"{(counts == 1).sum():,} types, {percent(once)}, occur once."
    )
    return figure


@in_style
def growth(curves: Mapping[str, Sequence[int]], *, new: float) -> Picture:
    """Draw how many different tokens have been met against how many were read, on logarithmic axes.

    Args:
        curves: a kind of token to the types met after 1, 2, 3, ... tokens.
        new: types per token over the last tenth of the longest text of words.
    """
    figure, axis = picture(height=3.8)
    for (kind, types), (dash, colour) in zip(curves.items(), (("-", "lstm"), ("--", "gru")), strict=True):
        at = np.unique(np.geomspace(1, len(types), 200).astype(int)) - 1
        axis.loglog(at + 1, np.asarray(types)[at], dash, color=COLOURS[colour])
        axis.annotate(f"{types[-1]:,} {kind}", (len(types), types[-1]), (-2, 7), textcoords="offset points", ha="right")
    axis.set(xlabel="tokens read", ylabel="different ones so far", ylim=(0.8, 6000))
    plain_axes(axis)
    axis.set_title(f"New letters soon stop; one word in {1 / new:.0f} is still new")
    ends = " and ".join(f"{types[-1]:,} {kind} in {len(types):,} tokens" for kind, types in curves.items())
    figure.alt = (
        f"Different tokens met against tokens read, on logarithmic axes: {ends}. Over the last tenth of the text one "
        f"word in {1 / new:.0f} is new; no new letter comes."
    )
    return figure


@in_style
def unknowns(sizes: Sequence[int], shares: Mapping[str, Sequence[float]], cutoffs: Mapping[int, int]) -> Picture:
    """Draw the share of tokens that a vocabulary lacks against its size.

    Args:
        sizes: values of V, rising.
        shares: a text to the share of its tokens that is unknown at each size.
        cutoffs: a smallest count to the V that it leaves, for marks on the first line.
    """
    figure, axis = picture(height=4.2)
    styles = (("-", "lstm", (14, 8), "left"), ("--", "grey", (-10, -8), "right"))
    middle = len(sizes) // 2 - 1
    for (text, values), (dash, colour, offset, side) in zip(shares.items(), styles, strict=True):
        axis.semilogx(sizes, values, dash, color=COLOURS[colour])
        axis.annotate(text, (sizes[middle], values[middle]), offset, textcoords="offset points", ha=side)
    held_out = next(iter(shares.values()))
    for count, size in cutoffs.items():
        share = float(np.interp(np.log(size), np.log(sizes), held_out))
        axis.plot(size, share, "o", color=COLOURS["lstm"], ms=6)
        axis.annotate(f"{count}", (size, share), (4, 7), textcoords="offset points", fontsize=10)
    axis.set(xlabel="size of the vocabulary V (dots: cut-off 1, 2, 3, ...)", ylabel="unknown tokens", ylim=(0, None))
    axis.set_xticks([10, 30, 100, 300, 1000, 2000], ["10", "30", "100", "300", "1,000", "2,000"])
    axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
    axis.set_title(f"Every training word known: {percent(held_out[-1])} of new tales is not")
    said = "; ".join(
        f"{text}: {percent(values[0])} at V = {sizes[0]:,}, {percent(values[-1])} at {sizes[-1]:,}"
        for text, values in shares.items()
    )
    marks = ", ".join(f"{count} leaves {size:,}" for count, size in cutoffs.items())
    figure.alt = f"Share of tokens that are unknown against the size of the vocabulary. {said}. Cut-offs: {marks}."
    return figure


@in_style
def fooled(sizes: Sequence[int], perplexities: Sequence[float], bits: Sequence[float]) -> Picture:
    """Draw perplexity per token and honest bits per character of one kind of model against the vocabulary size.

    Args:
        sizes: values of V, rising.
        perplexities: per token, unknown words counted as guessed.
        bits: per character, unknown words spelt.
    """
    figure, axes = picture(2, 1, height=5.4, sharex=True)
    lowest, best = (int(np.argmin(values)) for values in (perplexities, bits))
    panels = ((axes[0], perplexities, "wrong", 1, "right"), (axes[1], bits, "counting", 2, "left"))
    for axis, values, colour, digits, side in panels:
        axis.semilogx(sizes, values, "s--" if colour == "wrong" else "o-", color=COLOURS[colour])
        for size, value in zip(sizes, values, strict=True):
            at, ha = ((0, -18), "center") if value == bits[best] else ((3, 8), side)
            axis.annotate(f"{value:.{digits}f}", (size, value), at, textcoords="offset points", ha=ha)
    axes[0].set(ylabel="perplexity per token", ylim=(0, 1.2 * max(perplexities)))
    axes[1].set(ylabel="bits per character", xlabel="size of the vocabulary V", xmargin=0.08, ymargin=0.2)
    axes[1].set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes[1].minorticks_off()
    headline(figure, f"Perplexity is best with {sizes[lowest]} tokens, bits per character with {sizes[best]:,}")
    listed = "; ".join(f"{size:,}: {p:.1f} and {b:.2f}" for size, p, b in zip(sizes, perplexities, bits, strict=True))
    figure.alt = (
        f"Perplexity per token, unknowns counted as guessed, and bits per character, unknowns spelt, for vocabularies "
        f"of {listed}. Perplexity only rises; bits per character are lowest at {sizes[best]:,}."
    )
    return figure
