"""Getting names (chapter 07) and text (chapter 08) back out of a model.

A model gives a distribution over the next character. Drawing from it again and again, until the stop symbol,
gives a name. Temperature, top-k and top-p reshape the distribution first. V vocabulary, B names at a time.
"""

import math

import torch

from .models import RNNLM
from .states import Hidden, evaluation_mode, select
from .tokenizer import UNKNOWN
from .vocab import STOP, STOP_ID, Vocab


def next_distribution(
    logits: torch.Tensor, *, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> torch.Tensor:
    """Turn logits into the distribution to draw from.

    Divide by the temperature, apply the softmax, keep the ``top_k`` likeliest, then the smallest set of those that
    holds ``top_p`` of what is left, and rescale. Below 1 a temperature sharpens, above 1 it flattens; the order
    stays. Of equally likely tokens the one with the lower id counts as likelier.

    Args:
        logits: (..., V).
        temperature: above 0, finite.
        top_k: how many tokens to keep, at least 1; None: all.
        top_p: share of the probability to keep, in (0, 1]; None: all.

    Returns:
        Probabilities (..., V) that sum to 1.

    Raises:
        ValueError: naming the setting that cannot be.

    Source: Ackley, Hinton and Sejnowski (1985) for the temperature, Fan, Lewis and Dauphin (2018) for top-k,
        Holtzman et al. (2020) for top-p.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(f"next_distribution: got temperature {temperature}; it must be a number above 0, and finite")
    if top_k is not None and top_k < 1:
        raise ValueError(f"next_distribution: got top_k {top_k}; it must be at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"next_distribution: got top_p {top_p}; it must be above 0 and at most 1")
    # Subtracting the largest logit first keeps a tiny temperature from overflowing; below 1e-30, where 32 bits
    # soon end, it changes nothing more.
    p = ((logits - logits.amax(-1, keepdim=True)) / max(temperature, 1e-30)).softmax(-1)
    if top_p == 1:
        top_p = None  # all: rounding in the sums below must not cut the tail
    if top_k is None and top_p is None:
        return p
    p, order = p.sort(dim=-1, descending=True, stable=True)  # (..., V), likeliest first
    if top_k is not None:
        p[..., top_k:] = 0
        p /= p.sum(-1, keepdim=True)
    if top_p is not None:
        before = p.cumsum(-1) - p  # what the likelier tokens hold together
        p = p.masked_fill((before > 0) & (before >= top_p), 0)  # the likeliest stays, however small top_p is
        p /= p.sum(-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, p)


@torch.no_grad()
def read_start(model: RNNLM, vocab: Vocab, start: str, count: int) -> tuple[torch.Tensor, list[Hidden]]:
    """Feed the stop symbol and ``start`` to ``count`` columns; return logits (count, V) and the state.

    Raises:
        ValueError: if ``start`` holds an unknown character or the stop symbol.
    """
    if STOP in start:
        raise ValueError(f"read_start: the start {start!r} holds a line break, which ends a name; leave it out")
    ids = torch.tensor([STOP_ID, *vocab.encode(start)], device=model.device)
    logits, hidden = model(ids.unsqueeze(1))  # (T, 1, V)
    columns = torch.zeros(count, dtype=torch.int64, device=model.device)
    return logits[-1].expand(count, -1), select(hidden, columns)


@torch.no_grad()
def sample_names(
    model: RNNLM,
    vocab: Vocab,
    count: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    start: str = "",
    min_length: int = 0,
    max_length: int = 40,
    batch_size: int = 1000,
    generator: torch.Generator | None = None,
) -> list[str]:
    """Draw names, many at a time: one character each, until every one has drawn the stop symbol.

    The same generator gives the same names; another ``batch_size`` gives others of the same kind.

    Args:
        model: a trained model; it is used in evaluation mode and left as it was found.
        vocab: its vocabulary.
        count: how many names, at least 1.
        temperature: as ``next_distribution``.
        top_k: as ``next_distribution``.
        top_p: as ``next_distribution``.
        start: what every name begins with.
        min_length: the stop symbol cannot be drawn before this many characters; 0 leaves the model as it is.
        max_length: a name is cut after this many characters, at least 1, and at least the length of the start.
        batch_size: columns to draw at a time.
        generator: source of the draws; None: torch's global one.

    Returns:
        ``count`` names, the start included.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    if min(count, max_length, batch_size) < 1:
        raise ValueError(
            f"sample_names: got count {count}, max_length {max_length} and batch_size {batch_size}; "
            "each must be at least 1"
        )
    if not (0 <= min_length <= max_length and len(start) <= max_length):
        raise ValueError(
            f"sample_names: got min_length {min_length}, max_length {max_length}, a start of {len(start)} characters; "
            "the first must be at least 0, and neither it nor the start longer than max_length"
        )
    names = []
    with evaluation_mode(model):
        while len(names) < count:
            logits, hidden = read_start(model, vocab, start, min(batch_size, count - len(names)))
            chosen = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
            rows = _draw(model, logits, hidden, (min_length - len(start), max_length - len(start)), chosen, generator)
            names += [start + vocab.decode(row) for row in rows]
    return names


def _draw(model, logits, hidden, lengths, chosen, generator) -> list[list[int]]:
    """Continue each of the B columns until its stop symbol; finished columns are dropped from the batch."""
    rows: list[list[int]] = [[] for _ in range(len(logits))]
    alive = torch.arange(len(rows), device=logits.device)  # which name each column of the batch continues
    shortest, longest = lengths
    for length in range(longest):
        if length < shortest:
            logits = logits.index_fill(1, torch.tensor(STOP_ID, device=logits.device), -math.inf)
        drawn = torch.multinomial(next_distribution(logits, **chosen), 1, generator=generator).squeeze(1)  # (B,)
        going = drawn != STOP_ID
        alive, drawn = alive[going], drawn[going]
        if not len(alive):
            break
        for row, symbol in zip(alive.tolist(), drawn.tolist(), strict=True):
            rows[row].append(symbol)
        logits, hidden = model(drawn.unsqueeze(0), select(hidden, going))
        logits = logits[0]  # (B, V)
    return rows


def sample_text(
    model: RNNLM,
    vocab: Vocab,
    length: int,
    *,
    start: str = "",
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> str:
    """Draw a piece of text, token by token, as if it began a line; the unknown token is never drawn.

    Args:
        model: a trained model of text.
        vocab: its vocabulary.
        length: how many tokens to draw, at least 1.
        start: what the text begins with; it may hold line ends, and tokens that the vocabulary lacks.
        temperature: as ``next_distribution``.
        top_k: as ``next_distribution``.
        top_p: as ``next_distribution``.
        generator: source of the draws; None: torch's global one.

    Returns:
        The start and what was drawn after it.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    if length < 1:
        raise ValueError(f"sample_text: got length {length}; it must be at least 1")
    never = torch.tensor([vocab.ids[UNKNOWN]] if vocab.reads_text else [], dtype=torch.int64, device=model.device)
    given, drawn, hidden = vocab.tokenizer.split(start), [], None
    if given[-1:] == [STOP] and not start.endswith(STOP):
        given.pop()  # the tokenizer has ended a line that goes on
    ids = [STOP_ID, *vocab.encode(start)[: len(given)]]
    with evaluation_mode(model):
        for _ in range(length):
            logits, hidden = model(torch.tensor(ids, device=model.device).unsqueeze(1), hidden)  # (T, 1, V)
            logits = logits[-1, 0].index_fill(0, never, -math.inf)  # (V,)
            p = next_distribution(logits, temperature=temperature, top_k=top_k, top_p=top_p)
            drawn += (ids := torch.multinomial(p, 1, generator=generator).tolist())
    return vocab.tokenizer.join([*given, *(vocab.tokens[i] for i in drawn)])
