"""Each numbered equation of chapter 09; the label is in the test's name. The chapter's own functions are run."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import RNNLM, batchify, bptt_windows, detach
from tests.chapter import functions

CHAPTER = functions("09_stateful_batches", np=np, torch=torch)
SIZES = st.tuples(st.integers(1, 12), st.integers(0, 60)).map(lambda s: (2 * s[0] + s[1], s[0]))  # N, B


@given(SIZES)
def test_eq_fold_dropped(sizes):
    N, B = sizes
    rows = CHAPTER.fold(torch.arange(N), B)
    targets = {int(i) for i in rows[1:].flatten()}
    assert len(targets) == B * (N // B - 1)
    assert len(set(range(1, N)) - targets) == CHAPTER.dropped(N, B) == N % B + B - 1
    assert (N - 1) - B * (N // B - 1) == N % B + B - 1
    assert torch.equal(rows, batchify(torch.arange(N), B).ids)
    assert (rows[1:] == rows[:-1] + 1).all()


def test_eq_fold_dropped_on_the_alphabet():
    assert CHAPTER.dropped(26, 4) == 5
    assert CHAPTER.fold(torch.arange(26), 4)[1:].numel() == 20


@given(SIZES, st.integers(1, 9))
def test_windows_of_the_chapter_are_the_packages(sizes, T):
    rows = CHAPTER.fold(torch.arange(sizes[0]), sizes[1])
    ours, theirs = list(CHAPTER.windows(rows, T)), list(bptt_windows(rows, T))
    assert len(ours) == len(theirs)
    assert all(torch.equal(x, b.inputs) and torch.equal(y, b.targets) for (x, y), b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_eq_stop_gradient(cell):
    model = RNNLM(vocab_size=5, cell=cell, hidden_size=3, generator=torch.Generator().manual_seed(0))
    ids = torch.tensor([[0, 1], [2, 3], [4, 0]])
    _, hidden = model(ids)
    after = detach(hidden)
    flat = lambda states: [t for h in states for t in (h if isinstance(h, tuple) else (h,))]  # noqa: E731
    for was, now in zip(flat(hidden), flat(after), strict=True):
        assert torch.equal(was, now)
        assert not now.requires_grad
    logits, _ = model(ids, after)
    assert set(torch.autograd.grad(logits.sum(), flat(hidden), allow_unused=True)) == {None}
    if cell != "lstm":
        assert torch.equal(CHAPTER.cut(hidden)[0], hidden[0])


@given(st.integers(1, 12))
def test_eq_window_reach(K):
    rows = 40 * K  # many windows, so that the ends of the text do not count
    lags = [s - t for s in range(K, rows) for t in range(s - s % K, s + 1)]  # within the window of the loss
    kept = np.bincount(lags, minlength=K + 2) / (rows - K)
    assert kept[: K + 2] == pytest.approx([max(0, 1 - j / K) for j in range(K + 2)])
    assert kept.sum() == pytest.approx((K + 1) / 2)


@given(st.floats(0.1, 1.0), st.integers(1, 12))
def test_eq_window_reach_of_an_impulse(w, K):
    steps = 40
    slopes = [CHAPTER.impulse_slope(w, steps, K, offset) for offset in range(K)]
    each = w ** (steps - 2)
    assert np.mean(slopes) == pytest.approx(each * (K + 1) / 2, rel=1e-3)


def test_eq_window_reach_on_the_numbers_of_the_chapter():
    assert CHAPTER.impulse_slope(0.9, 11, 99) == pytest.approx(3.874, abs=5e-4)
    left = [CHAPTER.impulse_slope(0.9, 11, 5, offset) for offset in range(5)]
    assert sorted(left) == pytest.approx([0.9**9 * n for n in range(1, 6)], rel=1e-4)
    assert max(left) == pytest.approx(1.937, abs=5e-4)


@pytest.mark.parametrize(("D", "K"), [(1, 1), (1, 4), (2, 3), (3, 3), (4, 3), (3, 6)])
def test_eq_echo_floor(D, K):
    """The least loss is the entropy of each wanted bit given the bits its window has shown, by counting all texts."""
    bits = 0.0
    for t in range(K):
        seen = Counter()
        for text in itertools.product((0, 1), repeat=D + K):
            seen[text[D : D + t + 1], text[t]] += 1  # shown in the window so far, and wanted
        shown = Counter()
        for (window, _), count in seen.items():
            shown[window] += count
        bits -= sum(n * math.log2(n / shown[window]) for (window, _), n in seen.items()) / 2 ** (D + K)
    assert bits / K == pytest.approx(min(1, D / K))
