"""A model's state: what it carries from one batch to the next (chapter 09), and the mode it is in (chapter 10).

A hidden state is a list with one entry a layer: a tensor (1, B, H), or a pair of tensors whose second axis is the
batch.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

Hidden = torch.Tensor | tuple[torch.Tensor, torch.Tensor]


def detach(hidden: list[Hidden]) -> list[Hidden]:
    """Return the same state cut off from its history, so that no gradient flows further back."""
    return [tuple(t.detach() for t in h) if isinstance(h, tuple) else h.detach() for h in hidden]


def select(hidden: list[Hidden], columns: torch.Tensor) -> list[Hidden]:
    """Return the state of some of the batch's columns: ``columns`` is an index or a mask over B."""
    return [tuple(t[:, columns] for t in h) if isinstance(h, tuple) else h[:, columns] for h in hidden]


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Turn dropout and gradients off, and afterwards leave the model in the mode it was found in."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, was_training in modes:
            module.training = was_training
