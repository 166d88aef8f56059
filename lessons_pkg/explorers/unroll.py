"""Backpropagation through time with its terms apart: what each step holds and what it adds (chapter 04)."""

import numpy as np

from ..numpy_rnn import NO_INPUT, Params, forward, forward_name
from ..vocab import Vocab

IMPULSE, IMPULSE_STEPS = "impulse", 8


def read_steps(params: Params, vocab: Vocab, read: str, weight: float, cut: int = 0) -> list[dict]:
    """Read a name or the impulse, go back, and return what each step holds and adds, first step first.

    Args:
        params: of ``numpy_rnn``.
        vocab: their vocabulary.
        read: a name, or "impulse".
        weight: the recurrent weight of one unit, or a factor of W_hh.
        cut: c lets no gradient from step c into step c - 1; 0: no cut.

    Returns:
        For each step ``before`` and ``h`` (H,), ``dh``, ``slope`` and ``da`` (H,), and what it adds to each gradient,
        under the gradient's name; for a name also ``dz`` (V,).
    """
    W_hh = np.array([[weight]]) if len(params["b_h"]) == 1 else weight * params["W_hh"]
    if read == IMPULSE:
        params = {"W_xh": np.eye(1), "b_h": np.zeros(1), "W_hy": np.ones((1, 1)), "b_y": np.zeros(1), "W_hh": W_hh}
        inputs = [0] + [NO_INPUT] * (IMPULSE_STEPS - 1)
        hiddens = forward(params, np.array(inputs)[:, None]).hiddens[:, 0]
        dz = np.eye(len(inputs))[-1:].T  # (T, 1): 1 at the last step
    else:
        params = params | {"W_hh": W_hh}
        trace = forward_name(params, vocab.encode(read))
        inputs, hiddens = trace.inputs, trace.hiddens
        dz = trace.probs - np.eye(len(vocab))[trace.targets]
    return _steps_back(params, inputs, hiddens, dz, cut)


def _steps_back(params: Params, inputs: list[int], hiddens: np.ndarray, dz: np.ndarray, cut: int) -> list[dict]:
    """Return the terms that ``backward_name`` sums, apart."""
    steps, dh_next = [], np.zeros_like(hiddens[0])
    for t in reversed(range(len(inputs))):
        before, h = hiddens[t], hiddens[t + 1]
        dh = params["W_hy"].T @ dz[t] + dh_next
        slope = 1 - h**2
        da = slope * dh
        W_xh = np.zeros_like(params["W_xh"])
        if inputs[t] != NO_INPUT:
            W_xh[:, inputs[t]] = da
        adds = {"W_xh": W_xh, "W_hh": np.outer(da, before), "b_h": da, "W_hy": np.outer(dz[t], h), "b_y": dz[t]}
        steps.append({"input": inputs[t], "before": before, "h": h, "dh": dh, "slope": slope, "da": da} | adds)
        dh_next = np.zeros_like(dh) if t + 1 == cut else params["W_hh"].T @ da
    return steps[::-1]


def memory(run: list[dict], weight: float) -> float:
    """Return dh_T / dh_1 of one unit: the product of w (1 - h_t^2) over all steps but the first."""
    return float(np.prod([weight * step["slope"][0] for step in run[1:]]))
