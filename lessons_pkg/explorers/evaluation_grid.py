"""The explorer of evaluation in columns: a trained model scores a short text in the page (chapter 10).

What it shows: columns lose targets and predict others cold, so the perplexity moves; some characters of warm-up mend
both; a state that is reset costs more; windows of unequal size must not weigh the same. The numbers of its fallback
come from the same weights, rounded the same way. Letters: B columns, R rows, N characters.
"""

import html
import math
from typing import NamedTuple

import torch

from ..batching import Batch
from ..evaluation import evaluation_columns, score_columns
from ..models import RNNLM
from ..texts import load_tales
from ..vocab import Vocab
from .explorer import Explorer, check_states, table
from .gru import pack_weights, round_weights

LIMITS = {"text": (40, 200), "columns": 16, "warmup": 20, "resets": [0, 20, 10, 5]}
LENGTH = 159  # at most, of the text that is used where none is given
WINDOW = 10  # rows, where the state is carried
NAMED_STATES = {
    "one": {"columns": 1},
    "sixteen": {"columns": 16},
    "warm": {"warmup": 20},
    "warm-5": {"warmup": 5},
    "reset": {"columns": 1, "reset": 10},
    "reset-5": {"columns": 1, "reset": 5},
    "windows": {"columns": 1, "average": "windows"},
}


def evaluation_grid_explorer(
    model: RNNLM,
    vocab: Vocab,
    text: str | None = None,
    *,
    columns: int = 8,
    warmup: int = 0,
    reset: int = 0,
    average: str = "tokens",
    states: dict[str, dict] | None = None,
    name: str = "evaluation-grid",
) -> Explorer:
    """Return the explorer in its opening state.

    Args:
        model: a GRU of one layer; its weights go into the page as float16.
        vocab: its characters.
        text: one line of 40 to 200 of them, which the model has not seen; None: from the tales held out for
            validation.
        columns: B, from 1 to 16.
        warmup: characters that a column reads before its first target, from 0 to 20.
        reset: rows after which the state is set to zero: 5, 10 or 20; 0: it is carried.
        average: "tokens", or "windows", the common mistake: of each window its mean, and of those the mean.
        states: more states that buttons in the prose can set, each a dict of the four settings above.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    text = held_out_line() if text is None else text
    opening = {"columns": columns, "warmup": warmup, "reset": reset, "average": average}
    check_settings(**opening)
    more = check_states("evaluation_grid_explorer", states, opening, lambda **state: check_settings(**opening | state))
    check_text(text, vocab)
    exact = round_weights(model, vocab, caller="evaluation_grid_explorer")
    return Explorer(
        kind="evaluation-grid",
        name=name,
        sentence=_sentence(exact, vocab, text, opening),
        fallback=_fallback(exact, vocab, text, opening),
        data={
            "ids": vocab.encode(text),
            "limits": LIMITS,
            "model": pack_weights(exact),
            "states": NAMED_STATES | more | {"open": opening},
            "title": "Explorer: one text, many perplexities",
            "tokens": vocab.tokens,
            "window": WINDOW,
        },
        scripts=("gru.js",),
        styles=("slider.css",),
    )


def held_out_line() -> str:
    """Return the beginning of the first long paragraph of the tales held out for validation, to the end of a word."""
    paragraph = next(line for line in load_tales().validation.splitlines() if len(line) > LENGTH)
    return paragraph[: paragraph.rindex(" ", 0, LENGTH + 1)]


def check_text(text: str, vocab: Vocab) -> None:
    """Raise ``ValueError`` if a text cannot be shown."""
    (low, high), unknown = LIMITS["text"], sorted(set(text) - set(vocab.tokens))
    if unknown or not low <= len(text) <= high or not text.isprintable():
        raise ValueError(
            f"evaluation_grid_explorer: got a text of {len(text)} characters, of which the vocabulary does not know "
            f"{unknown}; it needs {low} to {high} known characters on one line"
        )


def check_settings(columns: int, warmup: int, reset: int, average: str) -> None:
    """Raise ``ValueError`` if a setting cannot be shown."""
    for key, value, allowed in (
        ("columns", columns, range(1, LIMITS["columns"] + 1)),
        ("warmup", warmup, range(LIMITS["warmup"] + 1)),
        ("reset", reset, sorted(LIMITS["resets"])),
        ("average", average, ["tokens", "windows"]),
    ):
        if value not in allowed:
            raise ValueError(f"evaluation_grid_explorer: got {key} {value!r}; it must be one of {list(allowed)}")


class Score(NamedTuple):
    """A text scored in columns: the layout, the nats of each target (R, B), their mean, and how many were lost."""

    batch: Batch
    nlls: torch.Tensor
    nll: float
    dropped: int

    @property
    def perplexity(self) -> float:
        """The exponential of the mean."""
        return math.exp(self.nll)


def score(
    model: RNNLM, ids: list[int], *, columns: int = 1, warmup: int = 0, reset: int = 0, average: str = "tokens"
) -> Score:
    """Score a text as ``evaluate_stream`` does, or with a mistake that is asked for."""
    batch, dropped = evaluation_columns(ids, columns, warmup)
    bptt = reset or WINDOW
    nlls = score_columns(model, batch, bptt=bptt, reset=bool(reset))
    if average == "tokens":
        return Score(batch, nlls, nlls[batch.mask].mean().item(), dropped)
    windows = zip(nlls.split(bptt), batch.mask.split(bptt), strict=True)
    means = [part[mask].mean() for part, mask in windows if mask.any()]
    return Score(batch, nlls, torch.stack(means).mean().item(), dropped)


def signed_percent(x: float) -> str:
    """Write a change in per cent: +38%, +3.1%, −0.31%."""
    size = abs(100 * x)
    digits = 0 if size >= 9.95 else 1 if size >= 0.995 else 2
    text = f"{size:.{digits}f}%"
    return text if float(text[:-1]) == 0 else ("+" if x > 0 else "−") + text


def _settings(columns: int, warmup: int, reset: int, average: str) -> str:
    parts = ["One column" if columns == 1 else f"{columns} columns"]
    parts += [f"{warmup} characters of warm-up"] if warmup and columns > 1 else []
    parts += [f"a state reset every {reset} rows"] if reset else []
    parts += ["the mean of windows"] if average == "windows" else []
    return ", ".join(parts)


def _sentence(model: RNNLM, vocab: Vocab, text: str, opening: dict) -> str:
    """Say what the settings do to the perplexity; evaluation_grid.js says the same of every state."""
    ids = vocab.encode(text)
    exact, found = score(model, ids), score(model, ids, **opening)
    targets, settings = len(ids) - 1, _settings(**opening)
    if settings == "One column":
        told = f"One column: each of the {targets} targets is scored once, with all before it read"
        return f"{told}; perplexity {exact.perplexity:.2f}."
    are = "is" if found.dropped == 1 else "are"
    lost = f"{found.dropped} of {targets} targets {are} dropped" if found.dropped else "no target is dropped"
    change = signed_percent(found.perplexity / exact.perplexity - 1)
    return f"{settings}: perplexity {found.perplexity:.2f} in place of {exact.perplexity:.2f} ({change}); {lost}."


def _fallback(model: RNNLM, vocab: Vocab, text: str, opening: dict) -> str:
    """Return the perplexity of several settings, each beside the exact one."""
    ids = vocab.encode(text)
    exact = score(model, ids)
    few = {"columns": 1, "warmup": 0, "reset": 0, "average": "tokens"}
    columns, mended = [few | {"columns": b} for b in (1, 2, 4, 8, 16)], few | {"columns": 8}
    others = [mended | {"warmup": 5}, mended | {"warmup": 20}, few | {"reset": 10}, few | {"average": "windows"}]
    rows = []
    for settings in [*columns, *others, *([opening] if opening not in columns + others else [])]:
        found = score(model, ids, **settings)
        change = signed_percent(found.perplexity / exact.perplexity - 1)
        counts = [f"{found.batch.mask.sum()}", f"{found.dropped}"]
        rows.append([_settings(**settings), *counts, f"{found.perplexity:.2f}", change])
    caption = f"The perplexity of “{text}”, which the model has not seen."
    header = ["how it is scored", "targets", "dropped", "perplexity", "off by"]
    return f"<p>{html.escape(_sentence(model, vocab, text, opening))}</p>\n{table(caption, header, rows)}"
