"""Following a gradient, in numpy alone: clipping, SGD, RMSProp, Adam and the smoothed loss (chapters 05 and 06).

Parameters and gradients are dicts with the same names and shapes. Updates work in place. ``memory`` is a dict that is
empty before the first update; the optimizer keeps there what it remembers.
"""

from collections.abc import Callable, Iterable

import numpy as np

from .numpy_rnn import Params

Update = Callable[[Params, Params, dict], None]


def norm(gradients: Params) -> float:
    """Return the length of all gradients laid end to end."""
    return float(np.sqrt(sum((g**2).sum() for g in gradients.values())))


def clip_by_norm(gradients: Params, max_norm: float) -> float:
    """Shrink all gradients by one factor, in place, if together they are longer than ``max_norm``; return the old norm.

    Raises:
        ValueError: if ``max_norm`` is not above 0.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_by_norm: got a max_norm of {max_norm}; it must be above 0")
    before = norm(gradients)
    if before > max_norm:
        for g in gradients.values():
            g *= max_norm / before
    return before


def clip_by_value(gradients: Params, max_value: float) -> float:
    """Cut each element to [-max_value, max_value], in place; return the norm before.

    Raises:
        ValueError: if ``max_value`` is not above 0.
    """
    if not max_value > 0:
        raise ValueError(f"clip_by_value: got a max_value of {max_value}; it must be above 0")
    before = norm(gradients)
    for g in gradients.values():
        np.clip(g, -max_value, max_value, out=g)
    return before


def sgd(*, lr: float) -> Update:
    """Return the update theta <- theta - lr g."""

    def update(params: Params, gradients: Params, memory: dict) -> None:
        for name, g in gradients.items():
            params[name] -= lr * g

    return update


def rmsprop(*, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Update:
    """Return the update that divides each gradient by the root of a running mean of its square.

    Source: Tieleman and Hinton (2012).
    """

    def update(params: Params, gradients: Params, memory: dict) -> None:
        for name, g in gradients.items():
            square = memory.setdefault(name, np.zeros_like(g))
            square += (1 - decay) * (g**2 - square)
            params[name] -= lr * g / (np.sqrt(square) + eps)

    return update


def adam(*, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> Update:
    """Return RMSProp's update with a running mean of the gradient too, both corrected for having begun at zero.

    Source: Kingma and Ba (2015), algorithm 1.
    """
    b1, b2 = betas

    def update(params: Params, gradients: Params, memory: dict) -> None:
        step = memory["step"] = memory.get("step", 0) + 1
        for name, g in gradients.items():
            mean, square = memory.setdefault(name, (np.zeros_like(g), np.zeros_like(g)))
            mean += (1 - b1) * (g - mean)
            square += (1 - b2) * (g**2 - square)
            params[name] -= lr * (mean / (1 - b1**step)) / (np.sqrt(square / (1 - b2**step)) + eps)

    return update


def smoothed(losses: Iterable[float], *, beta: float = 0.99, start: float = 0.0, corrected: bool = True) -> np.ndarray:
    """Return the running mean s_t = beta s_(t-1) + (1 - beta) loss_t of a row of losses.

    It begins at ``start``, which is not a loss. What is left of it after t steps is beta^t start; corrected, that is
    taken out again: (s_t - beta^t start) / (1 - beta^t).

    Raises:
        ValueError: if beta is outside [0, 1).
    """
    if not 0 <= beta < 1:
        raise ValueError(f"smoothed: got beta {beta}; it must be in [0, 1)")
    s, out = start, []
    for t, loss in enumerate(losses, start=1):
        s = beta * s + (1 - beta) * loss
        out.append((s - beta**t * start) / (1 - beta**t) if corrected else s)
    return np.array(out)
