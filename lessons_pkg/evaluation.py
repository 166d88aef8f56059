"""How good is a model on text it has not seen? Chapters 01 and 10. Letters: T time, B batch, R rows, N tokens."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F

from .batching import Batch, batchify, name_batches, overlapping_columns
from .metrics import bits_per_char, masked_nll, perplexity
from .models import RNNLM
from .states import evaluation_mode

ROWS = 1024  # targets scored at a time: with a long vocabulary their scores would fill the memory


class Evaluation(NamedTuple):
    """A model's score: nats per token, the same as perplexity and bits; how many tokens were scored, how many lost."""

    nll: float
    perplexity: float
    bits_per_char: float
    tokens: int
    dropped: int = 0


def evaluate_names(model: RNNLM, names: Sequence[Sequence[int]], *, batch_size: int = 500) -> Evaluation:
    """Score encoded names, each from a fresh state, the stop symbol counted, weighted by tokens.

    The batch size changes only the speed. The model is left in the mode (training or not) it was found in.

    Args:
        model: any model that maps (T, B) ids to logits (T, B, V).
        names: lists of ids, without stop symbols.
        batch_size: names scored at a time.

    Raises:
        ValueError: if there is no name.
    """
    total = tokens = 0
    with evaluation_mode(model):
        for inputs, targets, mask in name_batches(names, batch_size):
            logits, _ = model(inputs.to(model.device))
            count = int(mask.sum())
            total += masked_nll(logits.double().cpu(), targets, mask).item() * count
            tokens += count
    nll = total / tokens
    return Evaluation(nll, perplexity(nll), bits_per_char(nll), tokens)


def evaluation_columns(ids: Sequence[int] | torch.Tensor, batch_size: int, warmup: int) -> tuple[Batch, int]:
    """Lay a text out in columns as ``evaluate_stream`` reads it; return them, and how many targets are lost."""
    if warmup or batch_size == 1:
        return overlapping_columns(ids, batch_size, warmup), 0
    rows, dropped = batchify(ids, batch_size)
    return Batch(rows[:-1], rows[1:], torch.ones_like(rows[1:], dtype=torch.bool)), dropped


def score_columns(model: RNNLM, columns: Batch, *, bptt: int = 35, reset: bool = False) -> torch.Tensor:
    """Return what each target costs, read window by window down the columns, the state carried.

    Args:
        model: any model with ``features`` and ``output``, as ``RNNLM``.
        columns: (R, B) inputs and targets.
        bptt: rows read at a time, at least 1; with the state carried it changes the speed and nothing else.
        reset: begin each window from a fresh state, as a common mistake does.

    Returns:
        (R, B), nats, on the CPU, those that the mask leaves out included.

    Raises:
        ValueError: if ``bptt`` is below 1.
    """
    if bptt < 1:
        raise ValueError(f"score_columns: got bptt {bptt}; it must be at least 1")
    scores, hidden = [], None
    with evaluation_mode(model):
        for inputs, targets in zip(columns.inputs.split(bptt), columns.targets.split(bptt), strict=True):
            features, hidden = model.features(inputs.to(model.device), None if reset else hidden)  # (T, B, H)
            pairs = zip(features.flatten(0, 1).split(ROWS), targets.to(model.device).flatten().split(ROWS), strict=True)
            nll = torch.cat([F.cross_entropy(model.output(x), y, reduction="none") for x, y in pairs])
            scores.append(nll.view(targets.shape).cpu())
    return torch.cat(scores)


def evaluate_stream(
    model: RNNLM,
    ids: Sequence[int] | torch.Tensor,
    *,
    batch_size: int = 1,
    bptt: int = 35,
    warmup: int = 0,
    reset: bool = False,
    chars: int | None = None,
) -> Evaluation:
    """Score one text, weighted by tokens, its first token given.

    With one column the loss is exact: every target is predicted from all that stands before it. More columns are
    faster. Without a warm-up they are those of ``batchify``: each starts cold, and some targets are lost, which
    ``dropped`` counts. With a warm-up none is lost and none is predicted cold, so the loss is as good as exact.

    Args:
        model: as ``score_columns``.
        ids: (N,) the text.
        batch_size: columns, B, at least 1.
        bptt: rows read at a time; it does not change the loss unless ``reset``.
        warmup: tokens that a column reads before its first target, at least 0.
        reset: begin each window from a fresh state, as a common mistake does.
        chars: characters in the whole text, for bits per character; None: a token is a character.

    Returns:
        An ``Evaluation`` over ``tokens`` targets; ``tokens + dropped`` is N - 1.

    Raises:
        ValueError: if the text is too short for so many columns, or a setting is impossible.
    """
    columns, dropped = evaluation_columns(ids, batch_size, warmup)
    nlls = score_columns(model, columns, bptt=bptt, reset=reset)[columns.mask].double()
    nll, tokens = nlls.mean().item(), len(nlls)
    per_char = bits_per_char(nll, tokens=len(ids) - 1, chars=len(ids) - 1 if chars is None else chars)
    return Evaluation(nll, perplexity(nll), per_char, tokens, dropped)
