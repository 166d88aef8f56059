"""Keeping one bad step from ruining a run: gradient clipping on torch parameters (chapter 05).

By norm, the whole gradient is shrunk by one factor, so its direction is kept. By value, each element is
cut on its own, so the direction changes.
"""

from collections.abc import Iterable

import torch


def _gradients(parameters: Iterable[torch.Tensor], limit: float, caller: str) -> list[torch.Tensor]:
    if not limit > 0:
        raise ValueError(f"{caller}: got a limit of {limit}; it must be above 0")
    return [p.grad for p in parameters if p.grad is not None]


def _norm(gradients: list[torch.Tensor]) -> torch.Tensor:
    """Return the length of all gradients laid end to end, a scalar."""
    if not gradients:
        return torch.zeros(())
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))


@torch.no_grad()
def clip_by_norm(parameters: Iterable[torch.Tensor], max_norm: float) -> float:
    """Multiply all gradients by min(1, max_norm / norm), in place.

    Args:
        parameters: tensors whose ``.grad`` is clipped; those without one are left out.
        max_norm: the largest length that the joint gradient may keep, above 0.

    Returns:
        The norm before clipping.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    gradients = _gradients(parameters, max_norm, "clip_by_norm")
    norm = _norm(gradients)
    # The tiny addend is torch's own: with it both clip to the same numbers.
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.to(gradient.device))
    return norm.item()


@torch.no_grad()
def clip_by_value(parameters: Iterable[torch.Tensor], max_value: float) -> float:
    """Cut each element of each gradient to [-max_value, max_value], in place; return the norm before."""
    gradients = _gradients(parameters, max_value, "clip_by_value")
    norm = _norm(gradients)
    for gradient in gradients:
        gradient.clamp_(-max_value, max_value)
    return norm.item()
