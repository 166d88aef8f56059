from collections import Counter
from itertools import chain, pairwise

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from lessons_pkg import (
    Windows,
    batchify,
    bptt_windows,
    masked_nll,
    name_batches,
    overlapping_columns,
    pad_names,
    stack_windows,
)
from tests.tiny import ENCODED, seeded, tiny_model

sizes = st.integers(1, 9)
encoded = st.lists(st.lists(st.integers(1, 5), max_size=7), min_size=1, max_size=12)


def columns(batch):
    """Return the names in a batch, read off the real targets of its columns."""
    return [batch.targets[:, b][batch.mask[:, b]][:-1].tolist() for b in range(batch.mask.shape[1])]


@given(encoded)
def test_each_column_holds_its_name_between_stop_symbols(names):
    inputs, targets, mask = pad_names(names)
    T, B = max(map(len, names)) + 1, len(names)
    assert inputs.shape == targets.shape == mask.shape == (T, B)
    assert (inputs.dtype, targets.dtype, mask.dtype) == (torch.int64, torch.int64, torch.bool)
    for b, name in enumerate(names):
        n = len(name) + 1
        assert inputs[:n, b].tolist() == [0, *name]
        assert targets[:n, b].tolist() == [*name, 0]
        assert mask[:, b].tolist() == [True] * n + [False] * (T - n)
        assert not inputs[n:, b].any()
        assert not targets[n:, b].any()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_padded_batch_has_the_loss_and_gradients_of_its_names_one_by_one(cell):
    together, alone = (tiny_model(cell=cell, scale=3).double() for _ in range(2))
    inputs, targets, mask = pad_names(ENCODED)
    assert not mask.all()
    loss = masked_nll(together(inputs)[0], targets, mask)
    loss.backward()
    tokens = sum(len(name) + 1 for name in ENCODED)
    total = 0.0
    for name in ENCODED:
        one = pad_names([name])
        share = masked_nll(alone(one.inputs)[0], one.targets) * (len(name) + 1) / tokens
        share.backward()
        total += share.item()
    assert loss.item() == pytest.approx(total, rel=1e-12)
    for p, q in zip(together.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-9, atol=1e-12)


@given(encoded, st.integers(1, 5), st.sampled_from([None, 0, 1]))
def test_every_name_comes_once(names, batch_size, seed):
    batches = list(name_batches(names, batch_size, generator=None if seed is None else seeded(seed)))
    found = Counter(tuple(name) for batch in batches for name in columns(batch))
    assert found == Counter(map(tuple, names))
    sizes = [batch.mask.shape[1] for batch in batches]
    assert max(sizes) <= batch_size
    assert len(sizes) == -(-len(names) // batch_size)


@given(encoded, st.integers(1, 5), st.sampled_from([None, 0, 1]))
def test_batches_are_of_about_one_length(names, batch_size, seed):
    generator = None if seed is None else seeded(seed)
    lengths = [[len(name) for name in columns(batch)] for batch in name_batches(names, batch_size, generator=generator)]
    ranges = sorted((min(batch), max(batch)) for batch in lengths)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    if seed is None:
        assert list(chain.from_iterable(lengths)) == sorted(map(len, names))


def test_a_generator_shuffles_names_and_batches_and_repeats():
    names = [[1 + i % 5] * (1 + i % 4) + [1 + i // 5] for i in range(24)]

    def order(generator):
        return [columns(batch) for batch in name_batches(names, 4, generator=generator)]

    assert order(seeded(1)) == order(seeded(1))
    assert order(seeded(1)) != order(seeded(2))
    assert order(None) == order(None)
    lengths = [len(batch[0]) for batch in order(seeded(1))]
    assert lengths != sorted(lengths)
    assert {tuple(map(tuple, batch)) for batch in order(seeded(1))} != {tuple(map(tuple, b)) for b in order(seeded(2))}


def test_nothing_to_batch_is_refused():
    with pytest.raises(ValueError, match="pad_names: got no names"):
        pad_names([])
    with pytest.raises(ValueError, match="name_batches: got 0 names"):
        list(name_batches([], 4))
    with pytest.raises(ValueError, match="name_batches: got 8 names and batch_size 0"):
        list(name_batches(ENCODED, 0))


def test_the_alphabet_in_four_columns():
    columns, dropped = batchify(range(26), 4)
    text = "abcdefghijklmnopqrstuvwxyz"
    assert ["".join(text[i] for i in column) for column in columns.T] == ["abcdef", "ghijkl", "mnopqr", "stuvwx"]
    assert columns.shape == (6, 4)
    assert dropped == 2 + 3  # y and z; and g, m and s, which open a column


@given(st.integers(2, 120), sizes)
def test_columns_hold_the_text_and_what_is_dropped_is_counted(N, B):
    assume(N >= 2 * B)
    ids = torch.arange(N)
    columns, dropped = batchify(ids, B)
    R = N // B
    assert columns.shape == (R, B)
    assert columns.T.flatten().tolist() == list(range(R * B))
    assert dropped == N % B + B - 1
    assert B * (R - 1) + dropped == N - 1
    assert batchify(ids.tolist(), B).ids.equal(columns)
    assert columns.is_contiguous()


@given(st.integers(2, 40), sizes, st.integers(1, 45))
def test_windows_go_down_the_columns_and_lose_no_row(R, B, bptt):
    ids = torch.arange(R * B).view(R, B)
    windows = list(bptt_windows(ids, bptt))
    assert len(windows) == -(-(R - 1) // bptt)
    assert [len(window.inputs) for window in windows[:-1]] == [bptt] * (len(windows) - 1)
    assert torch.cat([window.inputs for window in windows]).equal(ids[:-1])
    assert torch.cat([window.targets for window in windows]).equal(ids[1:])
    for inputs, targets, mask in windows:
        assert inputs.shape == targets.shape == mask.shape
        assert mask.dtype == torch.bool
        assert mask.all()


def scored(batch):
    """Return the (input, target) pairs that a batch scores."""
    return list(zip(batch.inputs[batch.mask].tolist(), batch.targets[batch.mask].tolist(), strict=True))


@given(st.integers(2, 80), sizes, st.integers(0, 90))
def test_overlapping_columns_score_every_target_once_and_none_cold(N, B, warmup):
    assume(N > B)
    batch = overlapping_columns(range(N), B, warmup)
    w = min(warmup, N - 2)
    R = -(-(N - 1 + (B - 1) * w) // B)
    assert batch.inputs.shape == batch.targets.shape == batch.mask.shape == (R, B)
    assert sorted(scored(batch)) == [(i, i + 1) for i in range(N - 1)]
    assert batch.targets.equal(batch.inputs + 1)
    for b in range(B):
        rows = batch.mask[:, b].nonzero().flatten().tolist()
        if not rows:
            continue  # the text ended in a column before it
        assert rows[0] == (0 if b == 0 else w)
        assert rows == list(range(rows[0], rows[-1] + 1))
        assert batch.inputs[: rows[-1] + 1, b].tolist() == list(
            range(batch.inputs[0, b], batch.inputs[rows[-1], b] + 1)
        )
    assert batch.inputs[0, 0] == 0


def test_overlapping_columns_of_a_short_text_by_hand():
    inputs, targets, mask = overlapping_columns(range(10, 20), 3, 2)  # 9 targets, ceil((9 + 2 * 2) / 3) = 5 rows
    assert inputs.T.tolist() == [[10, 11, 12, 13, 14], [13, 14, 15, 16, 17], [16, 17, 18, 18, 18]]
    assert targets.T.tolist() == [[11, 12, 13, 14, 15], [14, 15, 16, 17, 18], [17, 18, 19, 19, 19]]
    assert mask.T.int().tolist() == [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 1, 0, 0]]


@given(st.integers(2, 90), st.integers(1, 12), st.none() | st.integers(1, 15))
def test_windows_that_may_overlap(N, bptt, stride):
    assume(bptt < N)
    windows = Windows(range(N), bptt, stride=stride)
    step = stride or bptt
    starts = [start for start in range(0, N, step) if start + bptt < N]
    assert len(windows) == len(starts)
    for (inputs, targets), start in zip(windows, starts, strict=True):
        assert inputs.tolist() == list(range(start, start + bptt))
        assert targets.tolist() == list(range(start + 1, start + bptt + 1))
    seen = Counter(i for _, targets in windows for i in targets.tolist())
    assert windows.dropped == N - 1 - len(seen)
    if step == bptt:
        assert set(seen.values()) == {1}
        assert windows.dropped == (N - 1) % bptt
    if step == 1:
        assert windows.dropped == 0
        assert max(seen.values()) == min(bptt, N - bptt)


def test_a_loader_shuffles_windows_and_lays_them_side_by_side():
    windows = Windows(range(31), 5)

    def order(seed):
        loader = DataLoader(windows, 4, shuffle=True, collate_fn=stack_windows, generator=seeded(seed))
        return list(loader)

    first = order(0)
    assert [batch.inputs.shape for batch in first] == [(5, 4), (5, 2)]
    assert all(batch.mask.all() for batch in first)
    assert all(batch.targets.equal(batch.inputs + 1) for batch in first)
    starts = [start for batch in first for start in batch.inputs[0].tolist()]
    assert sorted(starts) == [0, 5, 10, 15, 20, 25] != starts
    assert all(a.inputs.equal(b.inputs) for a, b in zip(first, order(0), strict=True))
    assert any(not a.inputs.equal(b.inputs) for a, b in zip(first, order(1), strict=True))


@pytest.mark.parametrize("i", [-1, 6, 100])
def test_a_window_that_is_not_there(i):
    with pytest.raises(IndexError, match=f"Windows: no window {i}; there are 6"):
        Windows(range(31), 5)[i]


@pytest.mark.parametrize(
    ("fold", "message"),
    [
        (lambda: batchify(range(7), 4), "batchify: got 7 tokens and batch_size 4; .* 8"),
        (lambda: batchify([], 1), "batchify: got 0 tokens and batch_size 1"),
        (lambda: batchify(range(7), 0), "batchify: got 7 tokens and batch_size 0"),
        (lambda: batchify(range(7), -1), "batchify: got 7 tokens and batch_size -1"),
        (lambda: list(bptt_windows(torch.zeros(1, 4).long(), 5)), "bptt_windows: got 1 rows and bptt 5"),
        (lambda: list(bptt_windows(torch.zeros(4, 4).long(), 0)), "bptt_windows: got 4 rows and bptt 0"),
        (lambda: overlapping_columns(range(4), 4, 0), "overlapping_columns: got 4 tokens, batch_size 4 .* 5 tokens"),
        (lambda: overlapping_columns([1], 1, 0), "overlapping_columns: got 1 tokens"),
        (lambda: overlapping_columns(range(4), 0, 0), "overlapping_columns: .* batch_size 0"),
        (lambda: overlapping_columns(range(4), 2, -1), "overlapping_columns: .* warmup -1"),
        (lambda: Windows(range(5), 5), "Windows: got 5 tokens, bptt 5 .* at least 6 tokens"),
        (lambda: Windows(range(5), 0), "Windows: got 5 tokens, bptt 0"),
        (lambda: Windows(range(5), 2, stride=0), "Windows: .* stride 0"),
        (
            lambda: batchify(torch.zeros(6, 2).long(), 2),
            r"batchify: got ids \(6, 2\) of torch.int64; it needs one text",
        ),
        (lambda: Windows([0.5, 1.5, 2.5], 1), r"Windows: got ids \(3,\) of torch.float32"),
        (lambda: overlapping_columns(torch.zeros(4), 2, 0), r"overlapping_columns: got ids \(4,\) of torch.float32"),
    ],
)
def test_a_text_that_cannot_be_folded_is_refused(fold, message):
    with pytest.raises(ValueError, match=message):
        fold()
