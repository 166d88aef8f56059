import itertools
from collections import Counter

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_pkg import TrainConfig, evaluate_names, evaluate_stream, sources
from lessons_pkg.sources import names_source, stream_source
from tests.tiny import ENCODED, seeded, tale, tiny_model, trained_on_tale

TRAIN, HELD_OUT = ENCODED[:6], ENCODED[6:]


def test_the_order_depends_on_the_seed_and_the_epoch():
    def order(seed, epoch):
        config = TrainConfig(epochs=3, batch_size=2, seed=seed)
        return [batch.targets.T.tolist() for batch in names_source(ENCODED, ENCODED, config).batches(epoch, 0)]

    assert order(0, 1) == order(0, 1)
    orders = [order(seed, epoch) for seed in range(3) for epoch in range(3)]
    assert all(a != b for a, b in itertools.combinations(orders, 2))
    config = TrainConfig(epochs=3, batch_size=2)
    assert [b.targets.T.tolist() for b in names_source(ENCODED, ENCODED, config).batches(1, 2)] == order(0, 1)[2:]


@pytest.mark.parametrize(("train", "held_out"), [([], HELD_OUT), (TRAIN, [])])
def test_an_empty_list_is_refused(train, held_out):
    config = TrainConfig(epochs=1)
    with pytest.raises(ValueError, match=r"names_source: got \d names to train on and \d to judge by"):
        names_source(train, held_out, config)


@pytest.mark.parametrize(("batch_size", "updates"), [(1, 8), (3, 3), (8, 1), (100, 1)])
def test_an_epoch_of_names_reads_each_once(batch_size, updates):
    source = names_source(ENCODED, HELD_OUT, TrainConfig(epochs=1, batch_size=batch_size))
    batches = list(source.batches(0, 0))
    assert source.updates == len(batches) == updates
    assert source.eval_every == updates
    assert sum(batch.inputs.shape[1] for batch in batches) == len(ENCODED)
    assert (source.carry, source.dropped) == (False, 0)
    model = tiny_model()
    assert source.evaluate(model) == evaluate_names(model, HELD_OUT).nll


def test_a_long_list_is_judged_every_200_updates():
    assert names_source(ENCODED * 60, HELD_OUT, TrainConfig(epochs=1, batch_size=1)).eval_every == 200


def stream(N, **settings):
    """Return the source of a text whose token i is i, and its settings."""
    config = TrainConfig(**{"epochs": 1, "batch_size": 3, "bptt": 4} | settings)
    return stream_source(torch.arange(N), torch.arange(20), config), config


def texts_of(batches):
    """Return the inputs of batches, as lists."""
    return [batch.inputs.tolist() for batch in batches]


ways = st.sampled_from([{}, {"random_start": True}, {"shuffle": True}, {"carry": False, "random_start": True}])


@given(st.integers(2, 200), st.integers(1, 6), st.integers(1, 12), ways, st.integers(0, 3), st.integers(0, 3))
def test_every_epoch_has_the_same_number_of_updates_and_what_it_drops_is_counted(N, B, bptt, way, epoch, seed):
    spare = bptt - 1 if way.get("random_start") else 0
    assume((bptt + 1 if way.get("shuffle") else 2 * B + spare) <= N)
    source, _ = stream(N, batch_size=B, bptt=bptt, seed=seed, **way)
    batches = list(source.batches(epoch, 0))
    assert len(batches) == source.updates
    targets = Counter(i for batch in batches for i in batch.targets[batch.mask].tolist())
    assert set(targets.values()) == {1}
    assert len(targets) == N - 1 - source.dropped
    assert all(batch.targets.equal(batch.inputs + 1) for batch in batches)
    assert texts_of(source.batches(epoch, 0)) == texts_of(batches)
    for skip in (1, source.updates - 1, source.updates):
        assert texts_of(source.batches(epoch, skip)) == texts_of(batches)[skip:]
    assert source.carry == (way.get("carry", True) and not way.get("shuffle", False))


def test_columns_are_read_from_top_to_bottom_the_same_in_every_epoch():
    source, _ = stream(26, batch_size=4, bptt=2)
    batches = list(source.batches(0, 0))
    columns = torch.cat([batch.inputs for batch in batches])
    assert columns.T.tolist() == [[6 * b + r for r in range(5)] for b in range(4)]
    assert texts_of(source.batches(7, 0)) == texts_of(batches)
    assert source.dropped == 5
    assert [len(batch.inputs) for batch in batches] == [2, 2, 1]


def test_a_random_start_cuts_the_windows_elsewhere_in_each_epoch():
    source, _ = stream(103, bptt=10, random_start=True, seed=2)
    firsts = [next(source.batches(epoch, 0)).inputs for epoch in range(60)]
    starts = [first[0, 0].item() for first in firsts]
    assert set(starts) == set(range(10))  # up to bptt - 1 tokens later
    for first, start in zip(firsts, starts, strict=True):
        assert first.equal(firsts[0] - starts[0] + start)  # all columns move together
    assert source.dropped == 94 % 3 + 2 + 9
    other, _ = stream(103, bptt=10, random_start=True, seed=3)
    assert starts != [next(other.batches(epoch, 0)).inputs[0, 0].item() for epoch in range(60)]
    no, _ = stream(103, bptt=10)
    assert {next(no.batches(epoch, 0)).inputs[0, 0].item() for epoch in range(9)} == {0}


def test_shuffled_windows_come_in_another_order_in_each_epoch():
    source, _ = stream(62, bptt=5, shuffle=True, random_start=True)
    orders = [[i for batch in source.batches(epoch, 0) for i in batch.inputs[0].tolist()] for epoch in range(4)]
    assert all(sorted(order) == list(range(0, 60, 5)) for order in orders)
    assert all(a != b for a, b in itertools.combinations(orders, 2))
    assert source.dropped == 1


@pytest.mark.parametrize("way", [{}, {"random_start": True}, {"shuffle": True}], ids=str)
def test_the_global_generator_is_left_alone(way):
    state = torch.get_rng_state()
    source, _ = stream(62, **way)
    list(source.batches(1, 0))
    assert torch.equal(torch.get_rng_state(), state)


def test_held_out_text_is_judged_whole_and_warm(monkeypatch):
    _, text, held_out = tale()
    source = stream_source(text, held_out, TrainConfig(epochs=1, batch_size=20, bptt=50))
    exact = evaluate_stream(trained_on_tale(), held_out).nll
    assert source.evaluate(trained_on_tale()) == pytest.approx(exact, rel=1e-3)
    found = []

    def look(model, ids, **settings):
        found.append((evaluate_stream(model, ids, **settings), settings))
        return found[-1][0]

    monkeypatch.setattr(sources, "evaluate_stream", look)
    for N in (2, 5, 11, 400):
        source = stream_source(text, held_out[:N], TrainConfig(epochs=1, batch_size=20, bptt=50))
        assert source.evaluate(trained_on_tale()) == found[-1][0].nll
        assert (found[-1][0].tokens, found[-1][0].dropped) == (N - 1, 0)
        assert found[-1][1] == {"batch_size": min(10, N - 1), "bptt": 50, "warmup": 50}


@pytest.mark.parametrize(("judged", "expected"), [(2, 1), (100, 25), (1000, 250)])
def test_judging_takes_about_a_tenth_of_the_time(judged, expected):
    config = TrainConfig(epochs=1, batch_size=3, bptt=4)
    assert stream_source(range(50), range(judged), config).eval_every == expected


def test_a_list_of_ids_will_do():
    config = TrainConfig(epochs=1, batch_size=3, bptt=4)
    ids = torch.randint(5, (50,), generator=seeded())
    pairs = zip(*(stream_source(train, train, config).batches(0, 0) for train in (ids, ids.tolist())), strict=True)
    assert all(a.inputs.equal(b.inputs) for a, b in pairs)


@pytest.mark.parametrize(
    ("train", "judged", "settings", "message"),
    [
        (50, 1, {}, "stream_source: got 1 tokens to judge by; it needs at least 2"),
        (50, 0, {}, "stream_source: got 0 tokens to judge by"),
        (5, 9, {}, "stream_source: got 5 tokens to learn from, batch_size 3 and bptt 4; .* two tokens a column, 6"),
        (0, 9, {}, "stream_source: got 0 tokens to learn from"),
        (8, 9, {"random_start": True}, "got 8 tokens to learn from, .* those that random_start may skip, 9"),
        (2, 9, {"random_start": True, "bptt": 50}, "got 2 tokens to learn from, .* may skip, 55"),
        (4, 9, {"shuffle": True}, "Windows: got 4 tokens, bptt 4"),
    ],
)
def test_a_text_that_is_too_short_is_refused(train, judged, settings, message):
    config = TrainConfig(**{"epochs": 1, "batch_size": 3, "bptt": 4} | settings)
    with pytest.raises(ValueError, match=message):
        stream_source(list(range(train)), list(range(judged)), config)
