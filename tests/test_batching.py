from collections import Counter
from itertools import chain, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import masked_nll, name_batches, pad_names
from tests.tiny import ENCODED, seeded, tiny_model

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
