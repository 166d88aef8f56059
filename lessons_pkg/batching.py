"""Many names in one tensor (chapter 06), one long text in many columns (chapters 08 to 10).

Letters: T time, B batch, N tokens in the text, R rows. Names and text run down the columns, time first. A name of n
letters makes n + 1 pairs: the stop symbol predicts the first letter, and the last letter predicts the stop symbol. A
text of N tokens makes N - 1 pairs: its first token is never a target.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from .vocab import STOP_ID


class Batch(NamedTuple):
    """Columns side by side; all three are (T, B). For names, T is one more than the longest name.

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


class Columns(NamedTuple):
    """One text as ``batchify`` folds it.

    ``ids`` is (R, B): column b holds the R tokens that follow those of column b - 1. ``dropped`` counts the targets
    that are lost by it: the N mod B tokens of the tail, and the first token of every column but the first.
    """

    ids: torch.Tensor
    dropped: int


def batchify(ids: Sequence[int] | torch.Tensor, batch_size: int) -> Columns:
    """Fold one text into columns of equal length, and say what is lost by it.

    Args:
        ids: (N,) the text, at least two tokens a column.
        batch_size: columns, B, at least 1.

    Returns:
        ``Columns`` with R = N // B rows, and so B (R - 1) targets of the text's N - 1.

    Raises:
        ValueError: if the text is too short for two rows, or ``batch_size`` is below 1.
    """
    ids = _text(ids, "batchify")
    N, B = len(ids), batch_size
    if B < 1 or N < 2 * B:
        raise ValueError(
            f"batchify: got {N} tokens and batch_size {B}; it needs at least 1 column and two tokens a column, {2 * B}"
        )
    return Columns(ids[: N // B * B].view(B, -1).t().contiguous(), N % B + B - 1)


def bptt_windows(ids: torch.Tensor, bptt: int) -> Iterator[Batch]:
    """Yield one window below the other: each row but the last is an input once, and each but the first a target.

    Args:
        ids: (R, B) columns, as ``batchify`` makes them.
        bptt: rows in a window, T, at least 1; the last window may be shorter.

    Raises:
        ValueError: if ``bptt`` is below 1 or there are fewer than two rows.
    """
    if bptt < 1 or len(ids) < 2:
        raise ValueError(f"bptt_windows: got {len(ids)} rows and bptt {bptt}; it needs at least 2 and 1")
    for start in range(0, len(ids) - 1, bptt):
        targets = ids[start + 1 : start + 1 + bptt]
        yield Batch(ids[start : start + len(targets)], targets, torch.ones_like(targets, dtype=torch.bool))


def overlapping_columns(ids: Sequence[int] | torch.Tensor, batch_size: int, warmup: int) -> Batch:
    """Fold one text so that no target is lost and none is predicted cold: the way to an exact loss (chapter 10).

    Each column but the first begins ``warmup`` tokens early, inside the text of the column before it. Those tokens are
    read and not scored. The first column has nothing before it, so it scores from its first row on and takes a larger
    share. R = ceil((N - 1 + (B - 1) warmup) / B).

    Args:
        ids: (N,) the text.
        batch_size: columns, B, at least 1.
        warmup: tokens read before the first one is scored, at least 0; more than the text has is as much as it has.

    Returns:
        A ``Batch`` of (R, B), whose mask is True for each of the N - 1 targets exactly once.

    Raises:
        ValueError: if the text has fewer targets than columns, or a setting is impossible.
    """
    ids = _text(ids, "overlapping_columns")
    targets, B = len(ids) - 1, batch_size
    if B < 1 or warmup < 0 or targets < B:
        raise ValueError(
            f"overlapping_columns: got {targets + 1} tokens, batch_size {B} and warmup {warmup}; "
            f"it needs at least one target a column, {B + 1} tokens, and no negative number"
        )
    w = min(warmup, targets - 1)
    R = -(-(targets + (B - 1) * w) // B)
    position = torch.arange(R).unsqueeze(1) + torch.arange(B) * (R - w)  # (R, B): where in the text the input stands
    mask = (position < targets) & ((torch.arange(R).unsqueeze(1) >= w) | (torch.arange(B) == 0))
    position = position.clamp(max=targets - 1)
    return Batch(ids[position], ids[position + 1], mask)


class Windows(torch.utils.data.Dataset):
    """Windows of one text that may overlap, for a ``DataLoader`` that shuffles them (chapter 08).

    Item i is a pair of (T,) tensors, inputs and targets; a ``DataLoader`` with ``collate_fn=stack_windows`` lays them
    side by side. ``dropped`` counts the targets that are in no window.

    Args:
        ids: (N,) the text.
        bptt: tokens in a window, T, at least 1.
        stride: tokens from one window's start to the next, at least 1; below ``bptt`` windows overlap.

    Raises:
        ValueError: if the text is too short for one window, or a setting is impossible.
    """

    def __init__(self, ids: Sequence[int] | torch.Tensor, bptt: int, *, stride: int | None = None):
        self.ids, self.bptt, self.stride = _text(ids, "Windows"), bptt, bptt if stride is None else stride
        if min(bptt, self.stride) < 1 or len(self.ids) <= bptt:
            raise ValueError(
                f"Windows: got {len(self.ids)} tokens, bptt {bptt} and stride {self.stride}; it needs at least "
                f"{bptt + 1} tokens, and a window and a stride of at least 1"
            )
        self.dropped = len(self.ids) - 1 - bptt - (len(self) - 1) * min(self.stride, bptt)

    def __len__(self) -> int:
        return (len(self.ids) - 1 - self.bptt) // self.stride + 1

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        if not 0 <= i < len(self):
            raise IndexError(f"Windows: no window {i}; there are {len(self)}")
        window = self.ids[i * self.stride : i * self.stride + self.bptt + 1]
        return window[:-1], window[1:]


def stack_windows(windows: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> Batch:
    """Lay B windows side by side, time first: a ``collate_fn`` for ``DataLoader``."""
    inputs, targets = (torch.stack(part, dim=1) for part in zip(*windows, strict=True))  # (T, B)
    return Batch(inputs, targets, torch.ones_like(targets, dtype=torch.bool))


def _text(ids: Sequence[int] | torch.Tensor, caller: str) -> torch.Tensor:
    ids = torch.as_tensor(ids)
    if ids.dim() != 1 or (ids.is_floating_point() and len(ids)):  # of no ids, torch makes floats
        raise ValueError(f"{caller}: got ids {tuple(ids.shape)} of {ids.dtype}; it needs one text, (N,) integer ids")
    return ids
