"""How surprised a model is: nats, perplexity and bits (chapter 01).

All logarithms are natural, so surprise is in nats; divide by ln 2 for bits.
"""

import math

import numpy as np
import torch
from torch.nn import functional as F


def masked_nll(logits: torch.Tensor, targets: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Average the negative log-likelihood over real tokens.

    Args:
        logits: (T, B, V), one score a token of the vocabulary.
        targets: (T, B), the ids that came next.
        mask: (T, B), True where the target is real and False where it is padding; None: all real.

    Returns:
        A scalar, nats per token, with a gradient.

    Raises:
        ValueError: if the shapes do not fit or no target is real.
    """
    if logits.shape[:-1] != targets.shape or (mask is not None and mask.shape != targets.shape):
        raise ValueError(
            f"masked_nll: logits {tuple(logits.shape)}, targets {tuple(targets.shape)} and mask "
            f"{None if mask is None else tuple(mask.shape)} must agree on (T, B)"
        )
    if targets.numel() == 0 or (mask is not None and not mask.any()):
        raise ValueError("masked_nll: no target to score; it needs at least one")
    if mask is not None:
        targets = targets.masked_fill(~mask, -100)
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-100)


def perplexity(nll: float) -> float:
    """Return exp(nll): the number of equally likely choices that would be as hard to guess.

    Give it the mean over all tokens. The mean of several perplexities is another, larger number.
    """
    return math.inf if nll >= 709 else math.exp(nll)


def bits_per_char(nll: float, *, tokens: int = 1, chars: int = 1) -> float:
    """Turn nats per token into bits per character: nll / ln 2 * tokens / chars.

    Args:
        nll: nats per token, the mean over ``tokens`` tokens.
        tokens: how many tokens the text has.
        chars: how many characters the same text has, ends of line treated alike.
    """
    if tokens < 1 or chars < 1:
        raise ValueError(f"bits_per_char: got {tokens} tokens and {chars} characters; both must be at least 1")
    return nll / math.log(2) * tokens / chars


def entropy(p: np.ndarray) -> np.ndarray:
    """Return the entropy in nats of distributions along the last axis; 0 log 0 is 0.

    Source: Shannon (1948), theorem 2.
    """
    p = np.asarray(p, dtype=float)
    return np.sum(p * -np.log(np.where(p > 0, p, 1.0)), axis=-1)


def cross_entropy(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the nats per symbol that model ``q`` pays on a source ``p``, along the last axis.

    It is at least ``entropy(p)``; the difference is the Kullback-Leibler divergence. It is infinite where
    ``q`` rules out something that ``p`` can produce.
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(divide="ignore"):
        return -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, q, 1.0)), 0.0), axis=-1)
