"""Between characters and words: byte-pair encoding, by hand (chapter 08).

Begin with characters. Count which two neighbours occur together most often, make them one symbol, and do it again.
After enough rounds the common words are single symbols, the rare ones are spelt from pieces, and nothing is unknown.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

END = "·"
"""Marks the end of a word, so that the pieces of a line say where the spaces were."""

Pair = tuple[str, str]


def merge(symbols: Sequence[str], pair: Pair) -> list[str]:
    """Replace each occurrence of a pair of neighbours, from left to right, by one symbol."""
    pair = tuple(pair)  # a list, which is never equal to a tuple, comes out of JSON
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def learn_merges(words: Iterable[str], count: int) -> list[Pair]:
    """Find the merges that byte-pair encoding makes, the first one first.

    Of pairs that occur equally often the first in sorted order wins, so the result depends on the text alone.

    Args:
        words: the words of the training text, repeats included.
        count: how many merges to make; there are fewer if every word has become one symbol.

    Returns:
        At most ``count`` pairs of symbols.

    Raises:
        ValueError: if ``count`` is negative.

    Source: Sennrich, Haddow and Birch (2016), algorithm 1.
    """
    if count < 0:
        raise ValueError(f"learn_merges: got a count of {count}; it must be at least 0")
    counts = Counter(words)
    spelt = {word: [*word, END] for word in counts}
    merges: list[Pair] = []
    while len(merges) < count:
        pairs = Counter()
        for word, symbols in spelt.items():
            for pair in pairwise(symbols):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        spelt = {word: merge(symbols, best) if best[0] in symbols else symbols for word, symbols in spelt.items()}
    return merges


def apply_merges(word: str, merges: Sequence[Pair]) -> list[str]:
    """Spell a word in the symbols that the merges make, the end mark included; no word is unknown."""
    symbols = [*word, END]
    for pair in merges:
        symbols = merge(symbols, pair)
    return symbols


def join_pieces(pieces: Sequence[str]) -> list[str]:
    """Turn pieces back into words: the inverse of ``apply_merges`` on one word after the other.

    No word may hold the end mark itself. Pieces after the last end mark are not a whole word, and are left out.
    """
    return "".join(pieces).split(END)[:-1]
