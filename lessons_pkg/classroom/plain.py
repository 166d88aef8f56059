"""Answers as plain data, so that answers written in different ways can be compared, printed and sent.

A number, an array, a tensor and a list of numbers become the same thing: a numpy array of float64 that keeps the shape.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import torch

LONGEST = 100  # characters of an answer that are shown


@dataclass(frozen=True)
class Unknown:
    """Stands for what is no plain data, such as a model or a generator: the name of its type."""

    kind: str


def plain(value: Any) -> Any:
    """Return a value as None, text, an array of float64, a list, a dict, or ``Unknown``.

    Tuples count as lists, sets as sorted lists, and lists of numbers of one shape as arrays.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)  # text of numpy has a type of its own
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = (value.double() if value.is_floating_point() else value).resolve_conj().numpy()
    if isinstance(value, Real):
        value = float(value)  # also what is too large for an integer of numpy, and a fraction
    if isinstance(value, Real | np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind == "U":
            return plain(array.tolist())
        return array.astype(np.float64) if array.dtype.kind in "biuf" else Unknown(f"array of {array.dtype}")
    if isinstance(value, dict):
        return {name_of(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return plain(sorted(value, key=repr))
    if isinstance(value, list | tuple | range):
        return stacked([plain(item) for item in value])
    return Unknown(type(value).__name__)


def name_of(key: Any) -> str:
    """Return a key of a dict as a text; whole numbers of numpy count as those of Python."""
    key = key.item() if isinstance(key, np.generic) else key
    return key if isinstance(key, str) else repr(key)


def stacked(items: list) -> Any:
    """Return a list of arrays of one shape as one array, and any other list as it is."""
    arrays = [item for item in items if isinstance(item, np.ndarray)]
    if len(arrays) == len(items) and len({array.shape for array in arrays}) == 1:
        return np.stack(arrays)
    return items


def same(ours: Any, theirs: Any, tolerance: float) -> bool:
    """Return whether two plain values have one shape and their numbers differ by at most the tolerance.

    Args:
        ours: what is compared with.
        theirs: what is compared.
        tolerance: largest difference of two numbers, absolute below 1 and relative above.
    """
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        if ours.shape != theirs.shape:
            return False
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - theirs) <= tolerance * np.maximum(1, np.abs(ours))
        return bool((near & np.isfinite(ours) | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))).all())
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key], tolerance) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs, [tolerance] * len(ours)))
    return type(ours) is type(theirs) and ours == theirs


def form(value: Any) -> str:
    """Return what kind of thing a plain value is, in words."""
    if isinstance(value, np.ndarray):
        return f"numbers of shape {value.shape}" if value.shape else "a number"
    if isinstance(value, dict):
        keys = " and ".join(", ".join(sorted(value)).rsplit(", ", 1))
        return f"a dict with the key{'s' * (len(value) > 1)} {keys}" if value else "an empty dict"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, Unknown):
        return f"{'an' if value.kind[0].lower() in 'aeiou' else 'a'} {value.kind}"
    return "None" if value is None else "text"


def shown(value: Any) -> str:
    """Return a plain value as a short text."""
    if isinstance(value, np.ndarray):
        whole = np.isfinite(value).all() and (value == value.round()).all() and np.abs(value).max(initial=0) < 2**53
        value = value.astype(np.int64) if whole else value
        text = np.array2string(value, precision=4, threshold=12, edgeitems=2, separator=", ", max_line_width=10_000)
        text = re.sub(r"(?<=\[) +| +(?=[],])", "", " ".join(text.split()))
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key!r}: {shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(map(shown, value)) + "]"
    else:
        text = f"<{value.kind}>" if isinstance(value, Unknown) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def to_json(value: Any) -> str:
    """Return a plain value as JSON; ``from_json`` reads it back. Nothing in it can run."""
    return json.dumps(value, default=encode)


def encode(value: Any) -> Any:
    """Return what JSON does not know as a dict: an array by its shape and numbers, the unknown by its kind."""
    if isinstance(value, Unknown):
        return {"kind of the unknown": value.kind}
    return {"shape of an array": value.shape, "numbers": value.ravel().tolist()}


def from_json(text: str) -> Any:
    """Return the plain value that ``to_json`` has written.

    Raises:
        ValueError: if the text is no such JSON.
    """
    return json.loads(text, object_hook=decode)


def decode(found: dict) -> Any:
    """Return a dict that stands for something else as that, and any other as it is."""
    if found.keys() == {"kind of the unknown"}:
        return Unknown(str(found["kind of the unknown"]))
    if found.keys() != {"shape of an array", "numbers"}:
        return found
    return np.array(found["numbers"], dtype=np.float64).reshape(found["shape of an array"])


def holds_ellipsis(value: Any) -> bool:
    """Return whether ``...``, which marks what is not filled in yet, stands anywhere in an answer."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, Iterable) and isinstance(value, list | tuple | type({}.values())):
        return any(map(holds_ellipsis, value))
    return value is ...
