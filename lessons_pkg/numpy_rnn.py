"""The recurrent network by hand, in numpy alone (chapters 03 and 04).

The state h reads one symbol a step, and the next symbol is scored from it:

    h_t = tanh(W_xh x_t + W_hh h_(t-1) + b_h)        z_t = W_hy h_t + b_y        p_t = softmax(z_t)

Two forms of the same mathematics: one name at a time, as one first writes it, and many names side by side.
Letters: T time, B batch, V vocabulary, H hidden. Symbols are ids; x_t is the one-hot vector of id i, and the id
``NO_INPUT`` stands for a vector of zeros, which makes W_xh x_t nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .vocab import STOP_ID

NO_INPUT = -1
Params = dict[str, np.ndarray]


def init_params(vocab_size: int, hidden_size: int, *, rng: np.random.Generator, scale: float = 0.01) -> Params:
    """Draw small random matrices; the biases start at zero.

    Args:
        vocab_size: V.
        hidden_size: H.
        rng: source of the draws.
        scale: standard deviation of the weights. With all weights equal, all hidden units would stay equal.

    Returns:
        ``W_xh`` (H, V), ``W_hh`` (H, H), ``b_h`` (H,), ``W_hy`` (V, H) and ``b_y`` (V,), float64.

    Raises:
        ValueError: if a size is below 1 or the scale is negative.
    """
    if min(vocab_size, hidden_size) < 1 or not scale >= 0:
        raise ValueError(
            f"init_params: got vocab_size {vocab_size}, hidden_size {hidden_size} and scale {scale}; "
            "the sizes must be at least 1, the scale at least 0"
        )
    V, H = vocab_size, hidden_size
    shapes = {"W_xh": (H, V), "W_hh": (H, H), "b_h": (H,), "W_hy": (V, H), "b_y": (V,)}
    return {k: scale * rng.standard_normal(s) if k[0] == "W" else np.zeros(s) for k, s in shapes.items()}


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits (..., V) into probabilities (..., V); the largest is subtracted first, so that none overflows."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class NameTrace(NamedTuple):
    """What reading one name leaves behind for the way back."""

    inputs: list[int]  # T ids, NO_INPUT first
    targets: list[int]  # T ids, the stop symbol last
    hiddens: np.ndarray  # (T + 1, H), the state before the first step in front
    probs: np.ndarray  # (T, V)
    nll: float  # nats, summed over the T steps


def forward_name(params: Params, name: Sequence[int], hidden: np.ndarray | None = None) -> NameTrace:
    """Read one name and score each of its symbols and its end.

    Args:
        params: as ``init_params`` returns them.
        name: ids, without stop symbols; T is one more than its length.
        hidden: (H,), the state to start from; None: zeros.
    """
    inputs, targets = [NO_INPUT, *name], [*name, STOP_ID]
    hiddens = [np.zeros_like(params["b_h"]) if hidden is None else hidden]
    probs = []
    for x in inputs:
        total = params["W_hh"] @ hiddens[-1] + params["b_h"]
        if x != NO_INPUT:
            total = total + params["W_xh"][:, x]  # a one-hot vector picks a column
        hiddens.append(np.tanh(total))
        probs.append(softmax(params["W_hy"] @ hiddens[-1] + params["b_y"]))
    nll = -sum(np.log(p[y]) for p, y in zip(probs, targets, strict=True))
    return NameTrace(inputs, targets, np.array(hiddens), np.array(probs), nll)


def backward_name(params: Params, trace: NameTrace) -> Params:
    """Return the gradient of the summed nll by backpropagation through time.

    The state h_t is heard twice, by the output of its own step and by the next state, so dh has two parts.

    Args:
        params: those the trace was made with; the gradients have their names and shapes.
        trace: from ``forward_name``.

    Source: Werbos (1990); every line is derived in chapter 04.
    """
    d = {name: np.zeros_like(value) for name, value in params.items()}
    dh_next = np.zeros_like(params["b_h"])  # no step follows the last one
    for t in reversed(range(len(trace.inputs))):
        dz = trace.probs[t].copy()
        dz[trace.targets[t]] -= 1  # what was said minus what happened
        d["W_hy"] += np.outer(dz, trace.hiddens[t + 1])
        d["b_y"] += dz
        dh = params["W_hy"].T @ dz + dh_next
        da = (1 - trace.hiddens[t + 1] ** 2) * dh  # through the tanh
        d["W_hh"] += np.outer(da, trace.hiddens[t])
        d["b_h"] += da
        if trace.inputs[t] != NO_INPUT:
            d["W_xh"][:, trace.inputs[t]] += da
        dh_next = params["W_hh"].T @ da
    return d


class Trace(NamedTuple):
    """What reading a batch leaves behind for the way back."""

    hiddens: np.ndarray  # (T + 1, B, H), the state before the first step in front
    probs: np.ndarray  # (T, B, V)


def forward(params: Params, inputs: np.ndarray, hidden: np.ndarray | None = None) -> Trace:
    """Read B names side by side.

    Args:
        params: as ``init_params`` returns them.
        inputs: (T, B) ids, ``NO_INPUT`` for a vector of zeros.
        hidden: (B, H), the state to start from; None: zeros.

    Raises:
        ValueError: if ``inputs`` is not (T, B) or holds an id that is not in the vocabulary.
    """
    V, H = params["W_xh"].shape[1], len(params["b_h"])
    inputs = np.asarray(inputs)
    if inputs.ndim != 2 or inputs.min() < NO_INPUT or inputs.max() >= V:
        raise ValueError(f"forward: got inputs of shape {inputs.shape}; it needs (T, B) ids from {NO_INPUT} to {V - 1}")
    columns = np.vstack([params["W_xh"].T, np.zeros(H)])  # (V + 1, H): the last row, index -1, is no input
    hiddens = [np.zeros((inputs.shape[1], H)) if hidden is None else hidden]
    for x in inputs:
        hiddens.append(np.tanh(columns[x] + hiddens[-1] @ params["W_hh"].T + params["b_h"]))  # (B, H)
    logits = np.array(hiddens[1:]) @ params["W_hy"].T + params["b_y"]  # (T, B, V)
    return Trace(np.array(hiddens), softmax(logits))


def loss(trace: Trace, targets: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted sum of -ln p(target); ``token_weights`` gives the weights of a sum or a mean."""
    p = np.take_along_axis(trace.probs, np.asarray(targets)[..., None], axis=-1)[..., 0]  # (T, B)
    return -(weights * np.log(p)).sum()


def token_weights(mask: np.ndarray, *, reduction: str = "mean") -> np.ndarray:
    """Return what each token counts in the loss, (T, B): 0 where it is padding.

    Args:
        mask: (T, B), True where the target is real.
        reduction: ``"mean"`` over the batch's tokens; ``"sum"`` over a name's tokens, averaged over the B names.

    Raises:
        ValueError: if the reduction is another or no target is real.
    """
    if reduction not in ("mean", "sum") or not np.any(mask):
        real = np.sum(mask)
        raise ValueError(
            f"token_weights: got reduction {reduction!r} and {real} real targets; it needs 'mean' or 'sum', and 1"
        )
    mask = np.asarray(mask, dtype=float)
    return mask / (mask.sum() if reduction == "mean" else mask.shape[1])


def backward(params: Params, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray, trace: Trace) -> Params:
    """Return the gradient of ``loss`` by backpropagation through time, for a batch.

    The same lines as ``backward_name``; the products that need no loop over time are made at once.

    Args:
        params: those the trace was made with; the gradients have their names and shapes.
        inputs: (T, B) ids.
        targets: (T, B) ids.
        weights: (T, B), from ``token_weights``.
        trace: from ``forward``.
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    (T, B), V, H = inputs.shape, len(params["b_y"]), len(params["b_h"])
    after = trace.hiddens[1:]  # (T, B, H)
    dz = trace.probs.copy()
    np.put_along_axis(dz, targets[..., None], np.take_along_axis(dz, targets[..., None], -1) - 1, -1)
    dz *= weights[..., None]  # (T, B, V)
    from_outputs = dz @ params["W_hy"]  # (T, B, H)
    da, dh_next = np.empty((T, B, H)), np.zeros((B, H))
    for t in reversed(range(T)):
        da[t] = (1 - after[t] ** 2) * (from_outputs[t] + dh_next)
        dh_next = da[t] @ params["W_hh"]
    flat = da.reshape(-1, H)  # (T B, H)
    dW_xh = np.zeros((V + 1, H))
    np.add.at(dW_xh, inputs.ravel(), flat)  # the row of no input, the last one, is dropped
    return {
        "W_xh": dW_xh[:V].T,
        "W_hh": flat.T @ trace.hiddens[:-1].reshape(-1, H),
        "b_h": flat.sum(0),
        "W_hy": dz.reshape(-1, V).T @ after.reshape(-1, H),
        "b_y": dz.sum((0, 1)),
    }
