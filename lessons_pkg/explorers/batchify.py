"""The explorer of ``batchify``: one text folds into columns, and windows step down them (chapter 09).

What it shows: neighbouring columns are unrelated text; cutting the gradient between two windows does not reset the
state; folding drops the tail and the first letter of every column but the first. Letters: B columns, R rows, T rows
in a window, N letters in the text.
"""

import html
import string

from ..batching import Columns, batchify, bptt_windows
from .explorer import Explorer, check_states, table

LIMITS = {"text": 48, "columns": 8, "window": 12}
ALPHABET = string.ascii_uppercase
SENTENCE = "the miller heard the bell under the river"
NAMED_STATES = {
    "one": {"columns": 1},  # nothing is dropped
    "five": {"columns": 5},
    "wide": {"columns": 8},
    "foot": {"row": 48, "column": 1},  # the last row there is
    "top": {"row": 1, "column": 2},
    "short": {"window": 1},
    "long": {"window": 12},
    "last": {"row": 5, "column": 3},
    "sentence": {"text": SENTENCE},
}


def batchify_explorer(
    text: str = ALPHABET,
    *,
    columns: int = 4,
    window: int = 2,
    row: int = 4,
    column: int = 2,
    states: dict[str, dict] | None = None,
    name: str = "batchify",
) -> Explorer:
    """Return the explorer, opened on one letter of one window.

    Args:
        text: one line, 2 to 48 characters, at least two a column.
        columns: B, from 1 to 8.
        window: rows in a window, T, from 1 to 12.
        row: of the letter that is looked at, from 1; below the last row is the last row.
        column: of that letter, from 1; beyond the last column is the last column.
        states: more states that buttons in the prose can set, each a dict of the settings above.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    opening = {"text": text, "columns": columns, "window": window, "row": row, "column": column}
    check_settings(**opening)
    more = check_states("batchify_explorer", states, opening, lambda **state: check_settings(**opening | state))
    opening |= {"row": min(row, len(text) // columns), "column": min(column, columns)}
    return Explorer(
        kind="batchify",
        name=name,
        sentence=_sentence(text, columns),
        fallback=_fallback(text, columns, window),
        data={
            "limits": LIMITS,
            "states": NAMED_STATES | more | {"open": opening},
            "title": "Explorer: one text folded into columns",
            "tokens": [],
        },
        styles=("slider.css",),
    )


def check_settings(text: str, columns: int, window: int, row: int, column: int) -> None:
    """Raise ``ValueError`` if a setting cannot be shown."""
    if not 2 <= len(text) <= LIMITS["text"] or not text.isprintable():
        raise ValueError(
            f"batchify_explorer: got the text {text!r}; it needs 2 to {LIMITS['text']} characters on one line"
        )
    for key, value in (("columns", columns), ("window", window)):
        if value not in range(1, LIMITS[key] + 1):
            raise ValueError(f"batchify_explorer: got {key} {value!r}; it must be from 1 to {LIMITS[key]}")
    if len(text) < 2 * columns:
        raise ValueError(
            f"batchify_explorer: got {len(text)} characters and columns {columns}; a column needs two characters"
        )
    if not (isinstance(row, int) and isinstance(column, int) and min(row, column) >= 1):
        raise ValueError(f"batchify_explorer: got row {row!r} and column {column!r}; they are counted from 1")


def fold(text: str, columns: int) -> Columns:
    """Fold the places 0, 1, ... of the characters of a text."""
    return batchify(range(len(text)), columns)


def dropped_places(text: str, columns: int) -> list[int]:
    """Return the places whose characters are never a target, but for the first of all, which never is."""
    ids, _ = fold(text, columns)
    return [*ids[0, 1:].tolist(), *range(ids.numel(), len(text))]


def visible(character: str) -> str:
    """Return a character so that it can be seen: a space as a sign."""
    return "␣" if character == " " else character


def count(n: int, word: str) -> str:
    """Return a number and its word: 1 row, 2 rows."""
    return f"{n} {word}{'' if n == 1 else 's'}"


def _listed(text: str, places: list[int]) -> str:
    return ", ".join(visible(text[place]) for place in places)


def _sentence(text: str, columns: int) -> str:
    """Say what the fold keeps and what it drops; batchify.js says the same of every text."""
    ids, dropped = fold(text, columns)
    R, B = ids.shape
    folded = f"{len(text)} characters fold into {count(B, 'column')} of {R}"
    places = dropped_places(text, columns)
    first, tail = places[: B - 1], places[B - 1 :]
    said = [f"{_listed(text, first)} at the head of {'a column' if B == 2 else 'columns'}"] if first else []
    said += [f"{_listed(text, tail)} in the tail"] if tail else []
    lost = f"{dropped} dropped: {', and '.join(said)}" if dropped else "none is dropped"
    return f"{folded}: {count(B * (R - 1), 'target')}, {lost}."


def _fallback(text: str, columns: int, window: int) -> str:
    """Return the columns, and the windows with their inputs, their targets and the state that they start from."""
    ids, _ = fold(text, columns)

    def rows_of(places) -> list[str]:
        return [" ".join(visible(text[place]) for place in row) for row in places.tolist()]

    folded = [[f"row {r}", *(visible(text[place]) for place in row)] for r, row in enumerate(ids.tolist(), 1)]
    windows = [
        [f"{k}", " / ".join(rows_of(inputs)), " / ".join(rows_of(targets)), f"carried from window {k - 1}; no gradient"]
        for k, (inputs, targets, _) in enumerate(bptt_windows(ids, window), 1)
    ]
    windows[0][-1] = "zero"
    tail = text[ids.numel() :]
    left = f" Left over: {_listed(text, list(range(ids.numel(), len(text))))}." if tail else ""
    header = ["", *(f"column {b}" for b in range(1, ids.shape[1] + 1))]
    return "\n".join(
        [
            f"<p>{html.escape(_sentence(text, columns))}</p>",
            table(f"The text runs down the first column, then down the second.{left}", header, folded),
            table("Windows, row by row.", ["window", "inputs", "targets", "the state it starts from"], windows),
        ]
    )
