"""Tokens to ids and back (chapters 01, 02 and 08).

A network computes with numbers, so every token gets one: a character in a name, a character or a word in longer text.
The order is sorted, never the order of a ``set``, so the same text gives the same ids on every run. Id 0 is always the
stop symbol, a newline, which also opens every name: what follows it is the distribution of first letters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from .tokenizer import UNKNOWN, tokenizer

STOP = "\n"
STOP_ID = 0


class UnknownCharacterError(ValueError):
    """Text holds characters that the vocabulary has no id for."""


class Vocab:
    """A fixed, ordered set of tokens; ``tokens[i]`` is the token with id ``i``.

    If ``UNKNOWN`` is one of the tokens, then text may hold others: they get its id. If it is not, they are an error.

    Args:
        tokens: distinct tokens; the stop symbol goes to id 0 and the others follow in sorted order.
        level: how text is cut into tokens: ``"char"``, ``"word"`` or ``"token"`` (words parted by spaces).

    Raises:
        ValueError: if there is no token besides the stop symbol, or no such level.
    """

    def __init__(self, tokens: Iterable[str], *, level: str = "char"):
        self.level, self.tokenizer = level, tokenizer(level)
        self.tokens = [STOP, *sorted(set(tokens) - {STOP})]
        if len(self.tokens) == 1:
            raise ValueError("Vocab: got no tokens besides the stop symbol; it needs at least one")
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    @classmethod
    def from_names(cls, names: Iterable[str]) -> "Vocab":
        """Collect the characters of ``names``; give it training names only, or it has seen the test part."""
        return cls(char for name in names for char in name)

    @classmethod
    def from_text(cls, text: str, *, level: str = "word", min_count: int = 1, max_size: int | None = None) -> "Vocab":
        """Collect the tokens of ``text``, with ``UNKNOWN`` among them; give it training text only.

        Args:
            text: the text to learn from.
            level: as ``Vocab``.
            min_count: a token that occurs less often becomes unknown, at least 1.
            max_size: at most this many tokens, the stop symbol and ``UNKNOWN`` included: the most frequent, and of
                those equally frequent the first in sorted order; at least 3. None: no limit.

        Raises:
            ValueError: naming the setting that cannot be.
        """
        if min_count < 1 or (max_size is not None and max_size < 3):
            raise ValueError(
                f"Vocab.from_text: got min_count {min_count} and max_size {max_size}; "
                "they must be at least 1 and at least 3"
            )
        counts = Counter(tokenizer(level).split(text))
        kept = [token for token in sorted(counts, key=lambda t: (-counts[t], t)) if counts[token] >= min_count]
        room = None if max_size is None else max_size - 2
        return cls([*[token for token in kept if token not in (STOP, UNKNOWN)][:room], UNKNOWN], level=level)

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        if self.level == "char" and not self.reads_text:
            return f"Vocab({len(self)} tokens: {''.join(self.tokens)!r})"
        return f"Vocab({len(self)} tokens, level {self.level!r})"

    @property
    def reads_text(self) -> bool:
        """Whether it was made for running text, in which any token may turn up, and not for names."""
        return UNKNOWN in self.ids

    def unknown(self, text: str) -> list[str]:
        """Return the distinct tokens of ``text`` that have no id of their own, sorted."""
        return sorted(set(self.tokenizer.split(text)) - self.ids.keys())

    def encode(self, text: str) -> list[int]:
        """Turn text into ids, one a token.

        Raises:
            UnknownCharacterError: a ``ValueError`` that names the tokens that have no id, if there is no ``UNKNOWN``.
        """
        tokens = self.tokenizer.split(text)
        if self.reads_text:
            return [self.ids.get(token, self.ids[UNKNOWN]) for token in tokens]
        if missing := self.unknown(text):
            known = "".join(self.tokens[1:]) if self.level == "char" else f"{len(self)} others"
            raise UnknownCharacterError(
                f"Vocab.encode: {text!r} holds {missing}, which the vocabulary does not know; it knows {known!r}"
            )
        return [self.ids[token] for token in tokens]

    def decode(self, ids: Sequence[int]) -> str:
        """Turn ids back into text, the stop symbol included as a newline.

        Raises:
            ValueError: if there is no token of such an id.
        """
        ids = [int(i) for i in ids]
        if wrong := [i for i in ids if not 0 <= i < len(self)]:
            raise ValueError(f"Vocab.decode: got the id {wrong[0]}; it needs ids from 0 to {len(self) - 1}")
        return self.tokenizer.join([self.tokens[i] for i in ids])


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
