"""How good is a model on text it has not seen? Chapters 01 and 10."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from .batching import name_batches
from .metrics import bits_per_char, masked_nll, perplexity
from .models import RNNLM


class Evaluation(NamedTuple):
    """A model's score: nats per token, the same as perplexity and bits, and how many tokens were scored."""

    nll: float
    perplexity: float
    bits_per_char: float
    tokens: int


@torch.no_grad()
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
    was_training = model.training
    model.eval()
    total = tokens = 0
    try:
        for inputs, targets, mask in name_batches(names, batch_size):
            logits, _ = model(inputs.to(model.device))
            count = int(mask.sum())
            total += masked_nll(logits.double().cpu(), targets, mask).item() * count
            tokens += count
    finally:
        model.train(was_training)
    nll = total / tokens
    return Evaluation(nll, perplexity(nll), bits_per_char(nll), tokens)
