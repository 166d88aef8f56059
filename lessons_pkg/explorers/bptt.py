"""The explorer of backpropagation through time: one number in every cell, forward and back (chapter 04).

What it shows: one shared weight collects a term from every step, and a bigger weight need not remember longer. It
reads a name, as ``numpy_rnn`` does, or one impulse: h_1 = tanh(1), h_t = tanh(w h_(t-1)), where the way back
starts from dh_T = 1. Letters: T time, V vocabulary, H hidden.
"""

import html
from collections.abc import Callable

import numpy as np

from ..numpy_rnn import Params
from ..vocab import STOP, Vocab
from .explorer import Explorer, check_states, label, minus, number, table
from .unroll import IMPULSE, IMPULSE_STEPS, memory, read_steps

LIMITS = {"name": 5, "impulse": IMPULSE_STEPS, "weight": {1: (-2.5, 2.5), 2: (0.0, 3.0)}, "vocab": 6}
SUBSCRIPTS, POWERS = "₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"
LETTERS = Vocab("aeln")
# One unit that tells vowels from the others: after the one kind it expects the other.
UNIT = {
    "W_xh": np.array([[0.0, 1.4, 1.0, -1.2, -1.0]]),
    "W_hh": np.array([[0.9]]),
    "b_h": np.array([-0.3]),
    "W_hy": np.array([[0.3], [-1.5], [-1.0], [1.2], [1.5]]),
    "b_y": np.array([-0.2, 0.5, 0.0, 0.0, 0.3]),
}


def bptt_explorer(
    params: Params | None = None,
    vocab: Vocab | None = None,
    *,
    read: str | None = None,
    weight: float | None = None,
    cut: int = 0,
    step: int | str = "forward",
    states: dict[str, dict] | None = None,
    name: str = "bptt",
) -> Explorer:
    """Return the explorer, opened before the first step back.

    Args:
        params: of ``numpy_rnn`` with one or two hidden units; None: a unit that tells vowels from the other letters.
        vocab: their vocabulary, at most six tokens; None: the letters a, e, l and n.
        read: a name of one to five letters, or "impulse", which needs one hidden unit; None: the impulse where it
            can be, else the beginning of "anna" or of the vocabulary.
        weight: the recurrent weight itself with one unit, a factor of W_hh with two; None: as ``params`` have it.
        cut: c lets no gradient from step c into step c - 1; 0: no cut.
        step: how many steps have been made, forward and then back; "forward" is all forward, "end" all.
        states: more states that buttons in the prose can set, each a dict of the settings above.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    params, vocab = (UNIT, LETTERS) if params is None else (params, vocab)
    H = _check_network(params, vocab)
    word = vocab.tokens[1] * 2 if set("anna") - set(vocab.tokens) else "anna"
    opening = {"read": read or (IMPULSE if H == 1 else word), "cut": cut, "step": step}
    opening["weight"] = weight if weight is not None else float(params["W_hh"][0, 0]) if H == 1 else 1.0
    check = _checker(vocab, H, opening)
    check(step=step)
    T = IMPULSE_STEPS if opening["read"] == IMPULSE else len(opening["read"]) + 1
    opening["step"] = {"forward": T, "end": 2 * T}.get(step, step)
    more = check_states("bptt_explorer", states, opening, check)
    return Explorer(
        kind="bptt",
        name=name,
        sentence=_sentence(params, vocab, **opening),
        fallback=_fallback(params, vocab, opening),
        data={
            "limits": LIMITS | {"weight": LIMITS["weight"][H]},
            "params": {key: np.asarray(value, dtype=float).tolist() for key, value in params.items()},
            "states": _named_states(H, T, word) | more | {"open": opening},
            "title": "Explorer: backpropagation through time, step by step",
            "tokens": vocab.tokens,
            "word": word,
        },
        scripts=("number.js",),
        styles=("slider.css",),
    )


def _check_network(params: Params, vocab: Vocab | None) -> int:
    """Return H, or raise if the page cannot show these weights."""
    H, V = np.shape(params.get("W_xh", np.zeros((0, 0))))
    wanted = {"W_xh": (H, V), "W_hh": (H, H), "b_h": (H,), "W_hy": (V, H), "b_y": (V,)}
    shapes = {key: np.shape(value) for key, value in params.items()}
    if shapes != wanted or H not in (1, 2) or vocab is None or len(vocab) != V or len(vocab) > LIMITS["vocab"]:
        raise ValueError(
            f"bptt_explorer: got params of shapes {shapes} and {'no' if vocab is None else len(vocab)} tokens; it "
            f"needs those of numpy_rnn with 1 or 2 hidden units, and their vocabulary of at most {LIMITS['vocab']}"
        )
    if not all(np.isfinite(value).all() for value in params.values()):
        raise ValueError("bptt_explorer: the params hold numbers that are not finite")
    return H


def _checker(vocab: Vocab, H: int, opening: dict) -> Callable[..., None]:
    """Return a function that raises if settings cannot be shown."""
    low, high = LIMITS["weight"][H]

    def check(read=opening["read"], weight=opening["weight"], cut=opening["cut"], step="forward"):
        if read == IMPULSE and H == 1:
            T = IMPULSE_STEPS
        else:
            vocab.encode(read)
            if STOP in read or not 1 <= len(read) <= LIMITS["name"]:
                raise ValueError(f"bptt_explorer: got the name {read!r}; it needs 1 to {LIMITS['name']} letters")
            T = len(read) + 1
        if not low <= weight <= high:
            raise ValueError(f"bptt_explorer: got weight {weight}; it must be from {low} to {high}")
        if cut not in (0, *range(2, T + 1)):
            raise ValueError(f"bptt_explorer: got cut {cut!r}; it must be 0 or from 2 to {T}")
        if step not in ("forward", "end", *range(2 * T + 1)):
            raise ValueError(f"bptt_explorer: got step {step!r}; it must be 'forward', 'end' or from 0 to {2 * T}")

    return check


def _named_states(H: int, T: int, word: str) -> dict:
    done = {"step": "end"}
    more = {"big": {"weight": 2.0}, "small": {"weight": 0.5}, "one": {"weight": 1.0}, "cut": {"cut": T // 2 + 1}}
    named = {"done": done} | {key: value | done for key, value in more.items()} | {"ledger": done | {"opened": True}}
    return named | ({"name": {"read": word}} if H == 1 else {})


def _values(array: np.ndarray) -> str:
    if array.size == 1:
        return number(array.item())
    rows = [", ".join(map(number, np.atleast_1d(row))) for row in array]
    return f"({('; ' if array.ndim == 2 else ', ').join(rows)})"


def _total(run: list[dict], name: str = "W_hh") -> np.ndarray:
    return sum(step[name] for step in run)


def _sentence(params: Params, vocab: Vocab, read: str, weight: float, cut: int, **_) -> str:
    """Say what the whole way back has collected; bptt.js says the same at its end."""
    run, subject = read_steps(params, vocab, read, weight), "One impulse" if read == IMPULSE else f"“{read}”"
    T, total = len(run), _total(run)
    if len(params["b_h"]) == 1:
        told = (
            f"{subject}, recurrent weight {minus(weight)}: dh{SUBSCRIPTS[T]}/dh₁ is {number(memory(run, weight))}, "
            f"where w{POWERS[T - 1]} is {number(weight ** (T - 1))}; w collects {_values(total)} from {T} steps."
        )
    else:
        most = max(range(T), key=lambda t: np.linalg.norm(run[t]["W_hh"]))
        told = f"{subject}: W_hh collects terms from {T} steps, the largest of them from step {most + 1}."
    if not cut:
        return told
    short = _total(read_steps(params, vocab, read, weight, cut))
    return f"{told} Cut between steps {cut - 1} and {cut}, it gets {_values(short)} in place of {_values(total)}."


def _fallback(params: Params, vocab: Vocab, opening: dict) -> str:
    """Return the whole ledger of the recurrent weights, with the total of a history that was cut."""
    read, weight = opening["read"], opening["weight"]
    run = read_steps(params, vocab, read, weight)
    cut = opening["cut"] or len(run) // 2 + 1
    first = "the impulse" if read == IMPULSE else "nothing"
    rows = [
        [f"{t}", first if t == 1 else label(vocab, step["input"]) if step["input"] > 0 else "nothing"]
        + [_values(step[key]) for key in ("h", "dh", "slope", "da", "W_hh")]
        for t, step in reversed(list(enumerate(run, 1)))
    ]
    short = read_steps(params, vocab, read, weight, cut)
    for words, part in (("total", run), (f"total, cut between steps {cut - 1} and {cut}", short)):
        rows.append([words, "", "", "", "", "", _values(_total(part))])
    sentences = [_sentence(params, vocab, **opening)]
    if read == IMPULSE:
        sentences.append(_sentence(params, vocab, **opening | {"weight": 2.0}))
    header = ["step", "reads", "h", "dh", "slope 1 − h²", "da", "adds to W_hh"]
    told = "".join(f"<p>{html.escape(sentence)}</p>\n" for sentence in sentences)
    return told + table("The way back, last step first: each step adds da times the state before it.", header, rows)
