"""The explorer of temperature, top-k and top-p: a trained model runs in the page (chapter 07 and the front page).

What it shows: temperature reshapes a distribution and never reorders it, and one sample is not the distribution.
The numbers of its fallback come from the same weights, rounded the same way, and from the same random numbers.
"""

import html
import math
from collections.abc import Callable

import numpy as np
import torch

from ..metrics import entropy
from ..models import RNNLM
from ..sampling import next_distribution, read_start
from ..vocab import STOP, Vocab
from .explorer import Explorer, check_states, label, percent, table
from .gru import draw_names, pack_weights, round_weights

LIMITS = {"temperature": (0.1, 2.0), "prefix": 12, "length": 18, "names": 12}
FALLBACK_TEMPERATURES = (0.3, 0.8, 1.5)
NAMED_STATES = {
    "cold": {"temperature": 0.3},
    "own": {"temperature": 1.0},
    "hot": {"temperature": 1.5},
    "side-by-side": {"pins": [0.3, 1.5]},
    "top-k": {"top_k": 5},
    "top-p": {"top_p": 0.9},
}


def temperature_explorer(
    model: RNNLM,
    vocab: Vocab,
    *,
    prefix: str = "ma",
    temperature: float = 0.8,
    seed: int = 1,
    top_k: int | None = None,
    top_p: float | None = None,
    states: dict[str, dict] | None = None,
    name: str = "temperature",
) -> Explorer:
    """Return the explorer in its opening state.

    Args:
        model: a GRU of one layer; its weights go into the page as float16.
        vocab: its vocabulary.
        prefix: the text so far, at most 12 characters.
        temperature: from 0.1 to 2.
        seed: of the twelve names, a whole number from 0 to 999999.
        top_k: how many of the likeliest characters to keep; None: all.
        top_p: share of the probability to keep, in (0, 1]; None: all.
        states: more states that buttons in the prose can set, each a dict of the settings above, and of
            ``pins``, up to two temperatures to hold side by side.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    opening = {"prefix": prefix, "temperature": temperature, "seed": seed, "top_k": top_k, "top_p": top_p}
    check = _checker(vocab)
    check(**opening)
    more = check_states("temperature_explorer", states, opening | {"pins": []}, check)
    exact = round_weights(model, vocab)
    return Explorer(
        kind="temperature",
        name=name,
        sentence=_sentence(exact, vocab, opening),
        fallback=_fallback(exact, vocab, opening),
        data={
            "limits": LIMITS,
            "model": pack_weights(exact),
            "states": NAMED_STATES | more | {"open": opening},
            "title": "Explorer: temperature and sampling",
            "tokens": vocab.tokens,
        },
        scripts=("gru.js",),
    )


def _checker(vocab: Vocab) -> Callable[..., None]:
    """Return a function that raises if settings cannot be shown."""
    low, high = LIMITS["temperature"]

    def check(prefix="", temperature=1.0, seed=0, top_k=None, top_p=None, pins=()):
        if STOP in prefix:
            raise ValueError(f"temperature_explorer: the prefix {prefix!r} holds a line break, which ends a name")
        vocab.encode(prefix)
        if len(prefix) > LIMITS["prefix"]:
            raise ValueError(f"temperature_explorer: got a prefix of {len(prefix)} characters; it takes at most 12")
        if not all(low <= t <= high for t in (temperature, *pins)) or len(pins) > 2:
            raise ValueError(
                f"temperature_explorer: got temperature {temperature} and pins {list(pins)}; temperatures must be "
                f"from {low} to {high}, and two can be pinned"
            )
        if not (isinstance(seed, int) and 0 <= seed <= 999_999):
            raise ValueError(f"temperature_explorer: got seed {seed!r}; it must be a whole number from 0 to 999999")
        next_distribution(torch.zeros(1), top_k=top_k, top_p=top_p)  # raises what it must

    return check


@torch.no_grad()
def _next(model: RNNLM, vocab: Vocab, prefix: str, **settings) -> np.ndarray:
    return next_distribution(read_start(model, vocab, prefix, 1)[0][0], **settings).numpy()


def _where(prefix: str) -> str:
    return f"after “{prefix}”" if prefix else "at the start of a name"


def _sentence(model: RNNLM, vocab: Vocab, opening: dict) -> str:
    """Say what the opening state shows; temperature.js says the same of every state."""
    prefix, temperature = opening["prefix"], opening["temperature"]
    own = _next(model, vocab, prefix)
    p = _next(model, vocab, prefix, temperature=temperature, top_k=opening["top_k"], top_p=opening["top_p"])
    favourite, kept = int(own.argmax()), np.count_nonzero(p)
    who = f"the favourite {_where(prefix)}, “{label(vocab, favourite)}”,"
    if temperature == 1 and kept == len(p):
        return f"At temperature 1 the bars are the model's own: {who} has {percent(own[favourite])}."
    keeping = f", keeping {kept} of {len(p)} characters," if kept < len(p) else ""
    return (
        f"At temperature {temperature:.2f}{keeping} {who} goes from {percent(own[favourite])} to "
        f"{percent(p[favourite])}, and no character overtakes another."
    )


def _fallback(model: RNNLM, vocab: Vocab, opening: dict) -> str:
    """Return the table that stands where no script runs."""
    prefix, seed = opening["prefix"], opening["seed"]
    rows = []
    for temperature in FALLBACK_TEMPERATURES:
        p = _next(model, vocab, prefix, temperature=temperature)
        best = [f"{label(vocab, i)} {percent(p[i])}" for i in np.argsort(-p, kind="stable")[:5]]
        names = draw_names(
            model, vocab, prefix, count=LIMITS["names"], max_length=LIMITS["length"], seed=seed, temperature=temperature
        )
        choices = f"{math.exp(entropy(p)):.1f}"
        rows.append([f"{temperature}", ", ".join(best), choices, ", ".join(names)])
    caption = f"What comes next {_where(prefix)}, at three temperatures, and twelve names drawn at each (seed {seed})."
    header = ["temperature", "likeliest next characters", "as unsure as a fair choice among", "names"]
    return f"<p>{html.escape(_sentence(model, vocab, opening))}</p>\n{table(caption, header, rows)}"
