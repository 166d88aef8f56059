"""Tokens to ids and back (chapters 01 and 02).

A network computes with numbers, so every character gets one. The order is sorted, never the order of
a ``set``, so the same text gives the same ids on every run. Id 0 is always the stop symbol, a newline,
which also opens every name: what follows it is the distribution of first letters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

STOP = "\n"
STOP_ID = 0


class UnknownCharacterError(ValueError):
    """Text holds characters that the vocabulary has no id for."""


class Vocab:
    """A fixed, ordered set of tokens; ``tokens[i]`` is the token with id ``i``.

    Args:
        tokens: distinct tokens; the stop symbol goes to id 0 and the others follow in sorted order.

    Raises:
        ValueError: if there is no token besides the stop symbol.
    """

    def __init__(self, tokens: Iterable[str]):
        self.tokens = [STOP, *sorted(set(tokens) - {STOP})]
        if len(self.tokens) == 1:
            raise ValueError("Vocab: got no tokens besides the stop symbol; it needs at least one")
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    @classmethod
    def from_names(cls, names: Iterable[str]) -> "Vocab":
        """Collect the characters of ``names``; give it training names only, or it has seen the test part."""
        return cls(char for name in names for char in name)

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"Vocab({len(self)} tokens: {''.join(self.tokens)!r})"

    def unknown(self, text: str) -> list[str]:
        """Return the distinct characters of ``text`` that have no id, sorted."""
        return sorted(set(text) - self.ids.keys())

    def encode(self, text: str) -> list[int]:
        """Turn text into ids, one a character.

        Raises:
            UnknownCharacterError: a ``ValueError`` that names the characters that have no id.
        """
        if missing := self.unknown(text):
            raise UnknownCharacterError(
                f"Vocab.encode: {text!r} holds {missing}, which the vocabulary does not know; "
                f"it knows {''.join(self.tokens[1:])!r}"
            )
        return [self.ids[char] for char in text]

    def decode(self, ids: Sequence[int]) -> str:
        """Turn ids back into text, the stop symbol included as a newline."""
        return "".join(self.tokens[int(i)] for i in ids)


def split_known(vocab: Vocab, names: Iterable[str]) -> tuple[list[str], list[str], Counter]:
    """Part names into those the vocabulary can spell and those it cannot.

    Returns:
        The known names, the skipped names, and how many skipped names each unknown character stands in.
    """
    known, skipped, missing = [], [], Counter()
    for name in names:
        unknown = vocab.unknown(name)
        missing.update(unknown)
        (skipped if unknown else known).append(name)
    return known, skipped, missing
