"""The trained network as a page runs it (chapter 07): its weights as text, and names drawn the page's way.

``gru.js`` is the other half: the same sums, and the same random numbers.
"""

import base64
import copy
from collections.abc import Callable

import numpy as np
import torch

from ..models import RNNLM
from ..sampling import next_distribution, read_start
from ..states import select
from ..vocab import STOP_ID, Vocab


def round_weights(model: RNNLM, vocab: Vocab, *, caller: str = "temperature_explorer") -> RNNLM:
    """Return a copy of the model whose weights are rounded to float16, and which computes in float64.

    Raises:
        ValueError: if the page cannot run the model.
    """
    config = model.config
    if config.cell != "gru" or config.layers != 1 or config.vocab_size != len(vocab):
        raise ValueError(
            f"{caller}: got a {config.cell} of {config.layers} layers for {config.vocab_size} tokens and a "
            f"vocabulary of {len(vocab)}; it needs a gru of 1 layer, and equal sizes"
        )
    exact = copy.deepcopy(model).cpu().eval().half()
    if not all(weight.isfinite().all() for weight in exact.parameters()):
        raise ValueError(f"{caller}: a weight is too large for float16, or is not a number")
    return exact.double()


def pack_weights(model: RNNLM) -> dict:
    """Return the shapes of the arrays and their numbers as float16 in base64, in the order that gru.js reads."""
    gru = model.rnn[0]
    arrays = {
        "W_ih": gru.weight_ih_l0,
        "W_hh": gru.weight_hh_l0,
        "b_ih": gru.bias_ih_l0,
        "b_hh": gru.bias_hh_l0,
        "W_hy": model.output.weight,
        "b_y": model.output.bias,
    }
    if model.embedding is not None:
        arrays["embedding"] = model.embedding.weight
    numbers = np.concatenate([a.detach().numpy().ravel() for a in arrays.values()])
    return {
        "shapes": [[name, list(a.shape)] for name, a in arrays.items()],
        "float16": base64.b64encode(numbers.astype("<f2").tobytes()).decode(),
    }


def mulberry32(seed: int) -> Callable[[], float]:
    """Return a source of numbers in [0, 1): 32 bits of state and a few lines, so that the page draws the same."""
    state = seed & 0xFFFFFFFF

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ state >> 15) * (state | 1)) & 0xFFFFFFFF
        t ^= (t + (t ^ t >> 7) * (t | 61)) & 0xFFFFFFFF
        return ((t ^ t >> 14) & 0xFFFFFFFF) / 2**32

    return draw


@torch.no_grad()
def draw_names(
    model: RNNLM, vocab: Vocab, prefix: str, *, count: int, max_length: int, seed: int, **settings
) -> list[str]:
    """Draw the names that the page draws; the settings are those of ``next_distribution``.

    Each name has random numbers of its own, one a character. The characters stand in a row, likeliest first,
    each as wide as its probability, and the number says which is taken. So the same numbers serve every
    temperature, and a lower one can move the next character only towards the favourite.
    """
    sources = [mulberry32(1000 * seed + i) for i in range(count)]
    logits, hidden = read_start(model, vocab, prefix, count)
    names, ended = [prefix] * count, [False] * count
    for _ in range(max_length - len(prefix)):
        p, order = next_distribution(logits, **settings).sort(dim=-1, descending=True, stable=True)  # (B, V)
        drawn = torch.tensor([[source()] for source in sources], dtype=p.dtype)  # (B, 1)
        ranks = (p.cumsum(-1) <= drawn).sum(-1).minimum((p > 0).sum(-1) - 1)  # rounding never picks a zero
        ids = order.gather(-1, ranks.unsqueeze(-1)).squeeze(-1)  # (B,)
        ended = [done or i == STOP_ID for done, i in zip(ended, ids.tolist(), strict=True)]
        if all(ended):
            return names
        names = [n if done else n + vocab.tokens[i] for n, done, i in zip(names, ended, ids.tolist(), strict=True)]
        logits, hidden = model(ids.unsqueeze(0), select(hidden, torch.arange(count)))
        logits = logits[0]
    return [name if done else name + "…" for name, done in zip(names, ended, strict=True)]
