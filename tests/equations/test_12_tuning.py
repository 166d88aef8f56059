"""Each numbered equation of chapter 12; the label is in the test's name. The chapter's own functions are run."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import RNNLM, TrainConfig, batchify, bptt_windows, start_training
from lessons_pkg.models import drop
from lessons_pkg.recipe import SCHEDULES
from lessons_pkg.training import train_step
from tests.chapter import functions

LOSSES = st.lists(st.floats(1, 5), min_size=1, max_size=12)
TALES = st.lists(st.lists(st.floats(0, 6), min_size=1, max_size=9), min_size=2, max_size=6)
COLUMNS = st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=8)
TEXT = torch.arange(600) % 7


def network(seed: int, **shape) -> RNNLM:
    return RNNLM(vocab_size=7, hidden_size=8, generator=torch.Generator().manual_seed(seed), **shape)


CHAPTER = functions(
    "12_tuning",
    **{"np": np, "torch": torch, "math": math, "Counter": Counter, "TrainConfig": TrainConfig, "train": TEXT},
    **{"valid": TEXT, "test": TEXT},
    **{"start_training": start_training, "train_step": train_step, "batchify": batchify, "bptt_windows": bptt_windows},
)
CHAPTER.range_test.__globals__["network"] = network


@given(COLUMNS)
def test_eq_batch_floor(columns):
    ids = torch.tensor(columns).T  # (R, B)
    nats = 0.0
    for column in columns:  # step by step, each next character at its share among the columns that agree so far
        for r in range(1, len(column)):
            same = [c for c in columns if c[:r] == column[:r]]
            nats -= math.log(sum(c[r] == column[r] for c in same) / len(same))
    assert CHAPTER.floor(ids) == pytest.approx(nats / (len(columns) * (len(ids) - 1)), abs=1e-12)


def test_eq_batch_floor_is_that_of_chapter_06():
    ids = torch.tensor([[0] * 8, list(range(8)), [1] * 8])
    assert CHAPTER.floor(ids) == pytest.approx(8 * math.log(8) / 16)


def test_eq_range():
    rates, losses = CHAPTER.range_test(0, low=1e-4, high=1.0, updates=5)
    assert rates == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1])
    assert rates[2] == pytest.approx(math.sqrt(1e-4 * 1.0))
    assert len(losses) == 5


@given(st.floats(0, 0.9))
def test_eq_dropout(p):
    factor = drop(torch.ones(400_000), p, torch.Generator().manual_seed(0)).double()
    spread = math.sqrt(p / (1 - p))
    assert factor.mean() == pytest.approx(1, abs=1e-4 + 5 * spread / math.sqrt(400_000))
    assert factor.var() == pytest.approx(p / (1 - p), rel=0.05, abs=1e-3)


@given(st.floats(0, 1), st.lists(st.floats(0, 0.05), min_size=1, max_size=50))
def test_eq_decay_left(decay, rates):
    weight = torch.nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimizer = torch.optim.AdamW([weight], weight_decay=decay)
    for rate in rates:
        optimizer.param_groups[0]["lr"], weight.grad = rate, torch.zeros_like(weight)
        optimizer.step()
    assert weight.item() / 2 == pytest.approx(CHAPTER.left(rates, decay))
    squares = sum((rate * decay) ** 2 for rate in rates)
    assert CHAPTER.left(rates, decay) == pytest.approx(math.exp(-decay * sum(rates)), rel=squares + 1e-9)


@given(st.floats(0, 1))
def test_eq_schedules(x):
    assert SCHEDULES["constant"](x) == 1
    assert SCHEDULES["linear"](x) == 1 - x
    assert SCHEDULES["cosine"](x) == pytest.approx((1 + math.cos(math.pi * x)) / 2)
    for name in ("linear", "cosine"):
        assert SCHEDULES[name](x) + SCHEDULES[name](1 - x) == pytest.approx(1)  # so that each has the mean 1/2


@given(LOSSES, st.integers(1, 6))
def test_eq_best_of_k(losses, k):
    value = CHAPTER.expected_best(losses, k)
    assert min(losses) - 1e-9 <= value <= np.mean(losses) + 1e-9
    assert CHAPTER.expected_best(losses, k + 1) <= value + 1e-9
    assert CHAPTER.expected_best(losses, 10_000) == pytest.approx(min(losses), abs=1e-6)


def test_eq_best_of_k_is_the_mean_over_all_draws():
    losses = [3.0, 1.0, 2.0]
    every = [min(a, b) for a in losses for b in losses]
    assert CHAPTER.expected_best(losses, 2) == pytest.approx(np.mean(every))
    assert CHAPTER.expected_best(losses, 1) == pytest.approx(2.0)


@pytest.mark.parametrize(("k", "exact"), [(1, 0), (2, 1 / math.sqrt(math.pi)), (3, 1.5 / math.sqrt(math.pi))])
def test_eq_expected_max(k, exact):
    assert CHAPTER.expected_max(k) == pytest.approx(exact, abs=1e-6)


@given(st.integers(1, 2000))
def test_eq_expected_max_bound(k):
    assert CHAPTER.expected_max(k) <= math.sqrt(2 * math.log(k)) + 1e-9
    assert CHAPTER.expected_max(k + 1) > CHAPTER.expected_max(k)


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=2, max_size=9))
def test_eq_paired(pairs):
    a, b = np.array(pairs).T
    assert (a - b).var(ddof=1) == pytest.approx(a.var(ddof=1) + b.var(ddof=1) - 2 * np.cov(a, b)[0, 1], abs=1e-9)


@given(TALES)
def test_eq_by_tale(tales):
    nats = np.concatenate(tales)
    CHAPTER.by_tale.__globals__["tale_of"] = np.repeat(np.arange(len(tales)), [len(tale) for tale in tales])
    mean, m = nats.mean(), len(tales)
    squares = sum((sum(tale) - len(tale) * mean) ** 2 for tale in tales)
    assert CHAPTER.by_tale(nats) == pytest.approx(math.sqrt(m / (m - 1) * squares) / len(nats), abs=1e-9)


def test_eq_by_tale_of_tales_of_one_length_is_the_usual_error():
    nats, tales = np.random.default_rng(0).normal(size=40), 8
    CHAPTER.by_tale.__globals__["tale_of"] = np.repeat(np.arange(tales), 5)
    means = nats.reshape(tales, 5).mean(1)
    assert CHAPTER.by_tale(nats) == pytest.approx(means.std(ddof=1) / math.sqrt(tales))


def test_early_stopping_is_that_of_the_package():
    """The chapter's count of looks, and that of ``train_stream`` with the same losses."""
    from lessons_pkg import training

    losses = [3.0, 2.0, 2.5, 1.9, 2.2, 2.1, 1.8]
    for patience in (1, 2, 3):
        state = type("Run", (), {"history": []})()
        config, looks = TrainConfig(epochs=1, patience=patience), 0
        for looks, loss in enumerate(losses, 1):  # noqa: B007, the count is read after the loop
            state.history.append({"validation": loss})
            if training._out_of_patience(state, config):
                break
        assert CHAPTER.stops_after(losses, patience) == looks
