"""Where the text comes from: the course's names, any text file, and splits that leak nothing (chapter 01)."""

import csv
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class NameRecord(NamedTuple):
    """One row of ``names.csv``; ``usage`` is feminine, masculine or either."""

    name: str
    origin: str
    usage: str


class Split(NamedTuple):
    """Three lists with no name in common."""

    train: list[str]
    validation: list[str]
    test: list[str]


def data_path(filename: str) -> Path:
    """Return the path of a data file of the course, in an installed wheel or in a checkout.

    Raises:
        ValueError: if there is no such file; the message lists those there are.
    """
    folder = next(f for f in (HERE / "data", HERE.parent / "data") if (f / "names.csv").exists())
    path = folder / filename
    if not path.exists():
        raise ValueError(f"data_path: no file {filename!r}; there are {sorted(p.name for p in folder.iterdir())}")
    return path


def load_records() -> list[NameRecord]:
    """Return every row of the course's list of names: distinct names, sorted, with origin and usage."""
    with data_path("names.csv").open(encoding="utf-8", newline="") as file:
        return [NameRecord(**row) for row in csv.DictReader(file)]


def load_names() -> Split:
    """Return the course's names, split 80 : 10 : 10 on distinct names, the same on every machine."""
    return split_names(record.name for record in load_records())


def in_hash_order(keys: Iterable[str]) -> list[str]:
    """Return strings in the order of their SHA-256 hashes: as good as shuffled, and the same on every machine."""
    return sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest())


def split_names(names: Iterable[str], *, validation: float = 0.1, test: float = 0.1) -> Split:
    """Split on distinct names: a name that occurs twice goes to one part, both times.

    The order is that of a hash of each name (SHA-256), so neither the order of the list nor the machine
    matters, and each part comes back in that order, which is as good as shuffled.

    Args:
        names: any number of names, repeats allowed.
        validation: share of the distinct names held out for choosing settings, in [0, 1).
        test: share held out for the last measurement, in [0, 1).

    Raises:
        ValueError: if a share is impossible or no training name would be left.
    """
    if min(validation, test) < 0 or validation + test >= 1:
        raise ValueError(f"split_names: shares {validation} and {test} must be at least 0 and sum to less than 1")
    ranked = in_hash_order(names)
    distinct = list(dict.fromkeys(ranked))
    n_test, n_validation = (max(1, round(len(distinct) * share)) if share else 0 for share in (test, validation))
    held_out = n_test + n_validation
    if held_out >= len(distinct):
        raise ValueError(f"split_names: got {len(distinct)} distinct names; it needs at least {held_out + 1}")
    end_of_test, end_of_validation = (ranked.index(name) for name in (distinct[n_test], distinct[held_out]))
    return Split(ranked[end_of_validation:], ranked[end_of_test:end_of_validation], ranked[:end_of_test])


def hold_out_spellable(split: Split) -> Split:
    """Hold out another name if the training names can spell none of those held out, as happens in a very short list."""
    if any(set(name) <= set("".join(split.train)) for name in split.validation):
        return split
    for name in split.train:
        others = [other for other in split.train + split.validation if other != name]
        if set(name) <= set("".join(others)):
            return Split(others, [name], [])
    return split


def read_text(path: str | Path) -> str:
    """Read a text file of the user's, or say what is wrong with it; each line end becomes a newline.

    Raises:
        ValueError: if the file is missing, is a folder, cannot be read, is empty, is binary or is not UTF-8.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        if os.path.isdir(path) or isinstance(error, FileNotFoundError):
            found = "is a folder" if os.path.isdir(path) else "does not exist"
            raise ValueError(f"read_text: {str(path)!r} {found}; it needs a text file") from None
        raise ValueError(f"read_text: cannot read {str(path)!r}: {error.strerror}") from None
    if b"\0" in raw:
        raise ValueError(f"read_text: {str(path)!r} looks binary (byte {raw.index(0)} is zero); it needs plain text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"read_text: {str(path)!r} is not UTF-8 (byte {error.start} is 0x{raw[error.start]:02x}); save it as UTF-8"
        ) from None
    if not text.strip():
        raise ValueError(f"read_text: {str(path)!r} is empty; it needs text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_names(path: str | Path) -> list[str]:
    """Read a list of names, one a line; blank lines and space around a name are dropped, repeats are kept.

    Raises:
        ValueError: as ``read_text``.
    """
    lines = (line.strip() for line in read_text(path).splitlines())
    return [line for line in lines if line]
