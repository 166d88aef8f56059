"""Many names in one tensor (chapter 06).

Letters: T time, B batch. Names run down the columns, time first. A name of n letters makes n + 1 pairs:
the stop symbol predicts the first letter, and the last letter predicts the stop symbol.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from .vocab import STOP_ID


class Batch(NamedTuple):
    """Names side by side; all three are (T, B), T one more than the longest name.

    ``inputs`` and ``targets`` are int64 ids, ``mask`` is True where the target is real and not padding.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    mask: torch.Tensor


def pad_names(names: Sequence[Sequence[int]]) -> Batch:
    """Lay encoded names side by side and fill up the short ones.

    Args:
        names: B lists of ids, without stop symbols.

    Raises:
        ValueError: if there is no name.
    """
    if not names:
        raise ValueError("pad_names: got no names; it needs at least one")
    T = max(map(len, names)) + 1
    columns = [[STOP_ID, *name, *[STOP_ID] * (T - len(name))] for name in names]
    ids = torch.tensor(list(zip(*columns, strict=True)))  # (T + 1, B)
    lengths = torch.tensor([len(name) + 1 for name in names])  # (B,), the stop symbol counted
    mask = torch.arange(T).unsqueeze(1) < lengths  # (T, B)
    return Batch(ids[:-1], ids[1:], mask)


def name_batches(
    names: Sequence[Sequence[int]], batch_size: int, *, generator: torch.Generator | None = None
) -> Iterator[Batch]:
    """Yield every name once, in batches of names of about one length, so that little is padding.

    With a generator the names are shuffled first, and so are the batches; without, the order is fixed by
    length alone, as an evaluation wants it.

    Args:
        names: lists of ids, without stop symbols.
        batch_size: names in a batch, at least 1; the last batch of a length may run on into the next.
        generator: source of the shuffle.

    Raises:
        ValueError: if ``batch_size`` is below 1 or there is no name.
    """
    if batch_size < 1 or not names:
        raise ValueError(f"name_batches: got {len(names)} names and batch_size {batch_size}; both must be at least 1")
    order = range(len(names)) if generator is None else torch.randperm(len(names), generator=generator).tolist()
    by_length = sorted(order, key=lambda i: len(names[i]))  # stable: within a length, shuffled
    starts = torch.arange(0, len(names), batch_size)
    if generator is not None:
        starts = starts[torch.randperm(len(starts), generator=generator)]
    for start in starts.tolist():
        yield pad_names([names[i] for i in by_length[start : start + batch_size]])
