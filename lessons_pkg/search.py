"""Looking for the likeliest names instead of drawing any (chapter 07).

Drawing gives a name as often as the model finds it likely. Searching asks for the one name it finds likeliest, and
must not try them all. V vocabulary, B beginnings at a time.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch

from .models import RNNLM
from .sampling import read_start
from .states import evaluation_mode, select
from .vocab import STOP_ID, Vocab


class Scored(NamedTuple):
    """A name and the natural logarithm of its probability, the stop symbol counted."""

    name: str
    log_prob: float


def greedy(model: RNNLM, vocab: Vocab, *, start: str = "", max_length: int = 40) -> Scored:
    """Take the likeliest character at each step; it need not give the likeliest name."""
    return beam_search(model, vocab, width=1, start=start, max_length=max_length)[0]


def beam_search(model: RNNLM, vocab: Vocab, *, width: int = 10, start: str = "", max_length: int = 40) -> list[Scored]:
    """Look for the likeliest names by keeping the ``width`` best beginnings at each step.

    It stops when no beginning can still beat the ``width`` best finished names. Log probabilities are those of what
    follows the start, at temperature 1.

    Args:
        model: a trained model.
        vocab: its vocabulary.
        width: beginnings kept, at least 1; 1 is greedy search.
        start: what every name begins with; it does not count in the probability.
        max_length: beginnings longer than this are given up.

    Returns:
        Up to ``width`` finished names, likeliest first.

    Raises:
        ValueError: if ``width`` is below 1, or no name ends within ``max_length``.
    """
    if width < 1:
        raise ValueError(f"beam_search: got width {width}; it must be at least 1")
    with evaluation_mode(model):
        finished = sorted(_beam(model, vocab, width, start, max_length), key=lambda s: -s.log_prob)
    if not finished:
        raise ValueError(f"beam_search: no name ended within {max_length} characters; raise max_length or width")
    return finished[:width]


def _beam(model, vocab, width, start, max_length) -> Iterator[Scored]:
    logits, hidden = read_start(model, vocab, start, 1)
    names, scores = [start], torch.zeros(1, device=model.device)
    best: list[float] = []  # log probabilities of the finished names, the best ``width``
    while names and len(names[0]) <= max_length:
        totals = scores.unsqueeze(1) + logits.log_softmax(-1)  # (B, V)
        values, places = totals.flatten().topk(min(width, totals.numel()))
        rows, symbols = places // totals.shape[1], places % totals.shape[1]
        ends = symbols == STOP_ID
        for row, value in zip(rows[ends].tolist(), values[ends].tolist(), strict=True):
            best = sorted([*best, value], reverse=True)[:width]
            yield Scored(names[row], value)
        rows, symbols, scores = rows[~ends], symbols[~ends], values[~ends]
        if not len(rows) or (len(best) == width and scores.max() <= best[-1]):
            return
        names = [names[r] + vocab.tokens[s] for r, s in zip(rows.tolist(), symbols.tolist(), strict=True)]
        logits, hidden = model(symbols.unsqueeze(0), select(hidden, rows))
        logits = logits[0]
