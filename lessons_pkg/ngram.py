"""Counting models: the baseline that every network must beat (chapter 01).

An n-gram model predicts a character from the n - 1 before it, by counting. Counts of long contexts are
sharp but rare, those of short ones blunt but plenty; interpolation uses both. V is the vocabulary size.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from .vocab import STOP_ID

Names = Iterable[Sequence[int]]


class NGram:
    """A counting model of one order.

    Args:
        order: n, at least 1; the model looks at n - 1 characters of context.
        vocab_size: V.
        smoothing: ``"witten-bell"`` interpolates all orders up to n; ``"add-k"`` uses order n alone and adds
            ``strength`` to every count.
        strength: for Witten-Bell, how many times over a kind of continuation counts as a reason to doubt the
            context (1 is the original); for add-k, the k. At least 0.

    Raises:
        ValueError: naming the setting that cannot be.

    Source: Witten and Bell (1991), method C; Chen and Goodman (1999) for its interpolated form.
    """

    def __init__(self, order: int, vocab_size: int, *, smoothing: str = "witten-bell", strength: float = 1.0):
        possible = order >= 1 and vocab_size >= 1 and 0 <= strength < math.inf
        if not possible or smoothing not in ("witten-bell", "add-k"):
            raise ValueError(
                f"NGram: got order {order}, vocab_size {vocab_size}, smoothing {smoothing!r}, strength "
                f"{strength}; it needs order and size at least 1, 'witten-bell' or 'add-k', at least 0 and finite"
            )
        self.order, self.vocab_size, self.smoothing, self.strength = order, vocab_size, smoothing, strength
        self.counts: dict[tuple[int, ...], np.ndarray] = defaultdict(lambda: np.zeros(vocab_size))

    def fit(self, names: Names) -> "NGram":
        """Count every continuation in encoded names (lists of ids without stop symbols); returns itself."""
        # Add-k reads only the longest context; interpolation reads every shorter one too.
        shortest = 0 if self.smoothing == "witten-bell" else self.order - 1
        for name in names:
            padded = [STOP_ID] * (self.order - 1) + [*name, STOP_ID]
            for t in range(self.order - 1, len(padded)):
                for length in range(shortest, self.order):
                    self.counts[tuple(padded[t - length : t])][padded[t]] += 1
        return self

    def probs(self, context: Sequence[int]) -> np.ndarray:
        """Return the distribution (V,) of what follows ``context``, the ids since the name began."""
        context = ([STOP_ID] * (self.order - 1) + [*context])[len(context) :]
        if self.smoothing == "add-k":
            counts = self.counts.get(tuple(context), np.zeros(self.vocab_size)) + self.strength
            total = counts.sum()
            return counts / total if total else np.full(self.vocab_size, 1 / self.vocab_size)
        p = np.full(self.vocab_size, 1 / self.vocab_size)
        for start in range(len(context), -1, -1):  # from no context to all of it
            counts = self.counts.get(tuple(context[start:]))
            if counts is not None:
                doubt = self.strength * np.count_nonzero(counts)
                p = (counts + doubt * p) / (counts.sum() + doubt)
        return p

    def token_nll(self, name: Sequence[int]) -> np.ndarray:
        """Return the surprise in nats of each character of one name and of its end: (len(name) + 1,)."""
        with np.errstate(divide="ignore"):
            return -np.log([self.probs(name[:t])[symbol] for t, symbol in enumerate([*name, STOP_ID])])

    def nll(self, names: Names) -> float:
        """Return nats per token over encoded names, the stop symbol counted.

        Raises:
            ValueError: if there is no name.
        """
        losses = [self.token_nll(name) for name in names]
        if not losses:
            raise ValueError("NGram.nll: got no names; it needs at least one")
        return float(np.concatenate(losses).mean())

    def sample(self, count: int, *, rng: np.random.Generator, max_length: int = 40) -> list[list[int]]:
        """Draw names, one character after the other, until the stop symbol or ``max_length``."""
        return [self._sample_one(rng, max_length) for _ in range(count)]

    def _sample_one(self, rng: np.random.Generator, max_length: int) -> list[int]:
        name: list[int] = []
        while len(name) < max_length:
            symbol = int(rng.choice(self.vocab_size, p=self.probs(name)))
            if symbol == STOP_ID:
                break
            name.append(symbol)
        return name


def tune_strength(
    order: int,
    vocab_size: int,
    train: Names,
    validation: Names,
    *,
    smoothing: str = "witten-bell",
    strengths: Sequence[float] = (0.5, 1, 2, 3, 4, 5, 6, 8, 12),
) -> NGram:
    """Fit once, and return the model with the strength that predicts ``validation`` best."""
    model = NGram(order, vocab_size, smoothing=smoothing).fit(train)
    validation = list(validation)

    def score(strength: float) -> float:
        model.strength = strength
        return model.nll(validation)

    model.strength = min(strengths, key=score)
    return model
