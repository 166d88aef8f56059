"""The explorer of the chain rule: a typed name, its factors, their logarithms and their sum (chapter 01).

What it shows: a product becomes a sum, one surprise dominates it, later factors change with the prefix, and ending
costs something too. The counts of an n-gram model go into the page, which computes what ``NGram.probs`` computes.
"""

import html
import math

import numpy as np

from ..ngram import NGram
from ..vocab import STOP, STOP_ID, Vocab
from .explorer import Explorer, check_states, label, minus, percent, table, times

LIMITS = {"length": 15}


def chain_rule_explorer(
    model: NGram,
    vocab: Vocab,
    *,
    names: tuple[str, str] = ("christina", "christnia"),
    guess: str | None = None,
    states: dict[str, dict] | None = None,
    name: str = "chain-rule",
) -> Explorer:
    """Return the explorer, opened on two names one under the other.

    Args:
        model: a fitted Witten-Bell model; order 4 is about 60 kB in the page, order 5 two and a half times that.
        vocab: its vocabulary, without digits.
        names: the two names that it opens on, 2 to 15 characters each, such as a common name and its misspelling.
        guess: the name of which the reader guesses the most surprising character; None: the first name with its
            third and fourth characters swapped.
        states: more states that buttons in the prose can set, each a dict of ``first`` and ``second``.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    first, second = names
    i = min(2, max(0, len(first) - 2))
    guess = guess or first[:i] + first[i : i + 2][::-1] + first[i + 2 :]

    def check(first=first, second=second, guess=guess):
        for text in (first, second, guess):
            vocab.encode(text)
            if STOP in text or not 2 <= len(text) <= LIMITS["length"]:
                raise ValueError(
                    f"chain_rule_explorer: got the name {text!r}; it needs 2 to {LIMITS['length']} letters on one line"
                )

    check()
    opening = {"first": first, "second": second}
    more = check_states("chain_rule_explorer", states, opening, check)
    return Explorer(
        kind="chain-rule",
        name=name,
        sentence=_sentence(model, vocab, first, second),
        fallback=_fallback(model, vocab, first, second),
        data={
            "guess": guess,
            "limits": LIMITS,
            "model": pack_counts(model, vocab),
            "states": {"guess": {"answer": None}} | more | {"open": opening},  # "guess" asks the question again
            "title": "Explorer: the chain rule on a typed name",
            "tokens": vocab.tokens,
        },
        scripts=("ngram.js",),
    )


def pack_counts(model: NGram, vocab: Vocab) -> dict:
    """Return the counts as text: a line for each longest context, then every continuation and how often it came.

    A count of one is left out, so ``mar`` followed by i twelve times and by y once is the line ``mari12y``. Shorter
    contexts need no lines of their own: their counts are sums over the longer ones.

    Raises:
        ValueError: if the model or the vocabulary cannot be written so.
    """
    if model.smoothing != "witten-bell" or model.vocab_size != len(vocab) or not model.counts:
        raise ValueError(
            f"chain_rule_explorer: got a {model.smoothing} model of {model.vocab_size} tokens with {len(model.counts)} "
            f"contexts and a vocabulary of {len(vocab)}; it needs a fitted witten-bell model, and equal sizes"
        )
    if clash := sorted(t for t in vocab.tokens[1:] if len(t) != 1 or t in ".0123456789"):
        raise ValueError(f"chain_rule_explorer: the vocabulary holds {clash}; it needs single characters, no digits")
    symbols = [".", *vocab.tokens[1:]]
    lines = []
    for context in sorted(c for c in model.counts if len(c) == model.order - 1):
        counts = model.counts[context]
        pairs = ((symbols[i], int(counts[i])) for i in np.flatnonzero(counts))
        lines.append("".join(symbols[i] for i in context) + "".join(s + (str(n) if n > 1 else "") for s, n in pairs))
    return {"order": model.order, "strength": model.strength, "counts": "\n".join(lines)}


def factors(model: NGram, vocab: Vocab, name: str) -> np.ndarray:
    """Return the probability of each character of a name given those before it, and of its end: (len(name) + 1,)."""
    ids = vocab.encode(name)
    return np.array([model.probs(ids[:t])[i] for t, i in enumerate([*ids, STOP_ID])])


def _place(vocab: Vocab, name: str, t: int) -> str:
    """Say which factor this is: “n” after “christ”."""
    character = name[t] if t < len(name) else label(vocab, STOP_ID)
    return f"“{character}” {f'after “{name[:t]}”' if t else 'at the start'}"


def _sentence(model: NGram, vocab: Vocab, first: str, second: str) -> str:
    """Say what the comparison shows; chain_rule.js says the same of every pair."""
    costs = {name: -np.log(factors(model, vocab, name)) for name in (first, second)}
    likely, unlikely = sorted((first, second), key=lambda name: costs[name].sum())
    ratio = times(math.exp(costs[unlikely].sum() - costs[likely].sum()))
    compared = "about as likely as" if ratio == "1.0" else f"{ratio} times less likely than"
    t = int(costs[unlikely].argmax())
    return (
        f"“{unlikely}” is {compared} “{likely}”; {_place(vocab, unlikely, t)} alone costs "
        f"{costs[unlikely][t]:.1f} of its {costs[unlikely].sum():.1f} nats."
    )


def _fallback(model: NGram, vocab: Vocab, first: str, second: str) -> str:
    """Return the comparison as two tables."""
    tables = []
    for name in (first, second):
        p = factors(model, vocab, name)
        logs = np.log(p)
        characters = [*name, label(vocab, STOP_ID)]
        rows = [
            [character, name[:t] or "(start)", percent(p[t]), minus(logs[t]), minus(logs[: t + 1].sum())]
            for t, character in enumerate(characters)
        ]
        caption = f"“{name}”: 1 in {times(1 / p.prod())}, perplexity {math.exp(-logs.mean()):.1f}."
        tables.append(table(caption, ["character", "given", "probability", "its logarithm", "sum so far"], rows))
    return "\n".join([f"<p>{html.escape(_sentence(model, vocab, first, second))}</p>", *tables])
