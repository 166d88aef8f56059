import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import TrainConfig, default_recipe, text_recipe
from lessons_pkg.recipe import learning_rate, make_optimizer
from tests.tiny import tiny_model

amounts = st.integers(1, 10**7)
DROPS = ("dropout", "input_dropout", "weight_drop")


@given(amounts, amounts)
def test_fewer_names_never_get_less_against_learning_by_heart(one, other):
    few, many = sorted([one, other])
    (small, less), (large, more) = (default_recipe(names, 27, hidden_size=256) for names in (few, many))
    assert all(getattr(small, kind) >= getattr(large, kind) for kind in DROPS)
    assert less["weight_decay"] >= more["weight_decay"]


@given(amounts, st.sampled_from([None, 16, 64, 256, 512]), st.sampled_from([1.0, 60.0, 600.0]))
def test_every_recipe_can_be_used(names, hidden_size, seconds):
    model, settings = default_recipe(names, 30, hidden_size=hidden_size, seconds=seconds)
    config = TrainConfig(seconds=seconds, **settings)
    assert model.vocab_size == 30
    assert model.hidden_size == (hidden_size or model.hidden_size)
    assert 0 < config.lr < 0.1
    assert all(0 <= getattr(model, kind) <= 0.7 for kind in DROPS)


def test_a_smaller_network_gets_less_of_it():
    for names in (100, 10_000, 100_000):
        small, large = (default_recipe(names, 27, hidden_size=size)[0] for size in (32, 256))
        assert all(getattr(small, kind) < getattr(large, kind) for kind in DROPS)


def test_beyond_the_tuned_range_the_recipe_stays_at_its_ends():
    assert default_recipe(1, 27) == default_recipe(3000, 27)
    assert default_recipe(40_000, 27) == default_recipe(10**7, 27)
    assert default_recipe(3000, 27) != default_recipe(40_000, 27)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"epochs": math.inf},
        {"epochs": -1},
        {"seconds": 0.0},
        {"seconds": -5.0},
        {"seconds": math.nan},
        {"seconds": math.inf},
        {"batch_size": 0},
        {"lr": 0.0},
        {"lr": math.nan},
        {"lr": math.inf},
        {"max_norm": -1.0},
        {"max_norm": math.nan},
        {"eval_every": 0},
        {"warmup": 1.0},
        {"warmup": -0.1},
        {"weight_decay": -0.1},
        {"weight_decay": math.nan},
        {"weight_decay": math.inf},
        {"bptt": 0},
        {"bptt": -3},
        {"patience": 0},
        {"anneal": 0.9},
        {"anneal": math.nan},
        {"anneal": math.inf},
        {"schedule": "sawtooth"},
        {"optimizer": "adam"},
        {"seed": 2**64},
        {"seed": -(2**64)},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(wrong):
    (name,) = wrong
    length = {} if name == "seconds" else {"epochs": 1}
    with pytest.raises(ValueError, match=rf"TrainConfig: got {name} [^;,]*; it must be "):
        TrainConfig(**(length | wrong))


def test_a_run_has_one_length():
    for both_or_none in ({}, {"epochs": 1, "seconds": 1.0}):
        with pytest.raises(ValueError, match=r"TrainConfig: got epochs .* it needs one of them"):
            TrainConfig(**both_or_none)


def test_the_rate_rises_and_falls():
    config = TrainConfig(epochs=1, lr=0.5, warmup=0.1)
    rates = [learning_rate(done / 100, config) for done in range(101)]
    assert rates[0] == 0
    assert rates[:11] == sorted(rates[:11])
    assert rates[10] == max(rates) == pytest.approx(0.5)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[55] == pytest.approx(0.25)  # half way down the cosine
    assert rates[100] == pytest.approx(0, abs=1e-12)
    assert learning_rate(1.2, config) == pytest.approx(0, abs=1e-12)
    assert learning_rate(0, TrainConfig(epochs=1, lr=0.5, warmup=0)) == 0.5


def test_only_matrices_decay():
    model = tiny_model()
    optimizer = make_optimizer(model, TrainConfig(epochs=1, weight_decay=0.3))
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert {name: decay.pop(id(p)) for name, p in model.named_parameters()} == {
        name: 0.3 if p.dim() > 1 else 0 for name, p in model.named_parameters()
    }
    assert not decay
    assert isinstance(optimizer, torch.optim.AdamW)


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        ("constant", [1, 1, 1, 1, 1]),
        ("linear", [1, 0.75, 0.5, 0.25, 0]),
        ("cosine", [1, (1 + 0.5**0.5) / 2, 0.5, (1 - 0.5**0.5) / 2, 0]),
    ],
)
@pytest.mark.parametrize("warmup", [0, 0.2])
def test_each_schedule_has_its_values(schedule, values, warmup):
    config = TrainConfig(epochs=1, lr=3.0, schedule=schedule, warmup=warmup)
    rates = [learning_rate(warmup + share * (1 - warmup), config) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert rates == pytest.approx([3 * value for value in values], abs=1e-12)
    assert learning_rate(1.5, config) == pytest.approx(rates[-1], abs=1e-12)  # a run by the clock may overshoot
    if warmup:
        assert [learning_rate(x, config) for x in (0, 0.05, 0.15)] == pytest.approx([0, 0.75, 2.25])


def test_plain_gradient_descent_is_that():
    model = tiny_model()
    optimizer = make_optimizer(model, TrainConfig(epochs=1, optimizer="sgd", lr=0.1, weight_decay=0.5))
    assert isinstance(optimizer, torch.optim.SGD)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    model(torch.ones(3, 2, dtype=torch.int64))[0].square().sum().backward()
    optimizer.step()
    for name, p in model.named_parameters():
        decay = 0.5 * before[name] if p.dim() > 1 else 0
        torch.testing.assert_close(p.detach(), before[name] - 0.1 * (p.grad + decay))


@given(amounts, st.integers(3, 40_000), st.sampled_from([None, 8, 64, 256]))
def test_every_recipe_for_a_text_can_be_used(tokens, vocab_size, hidden_size):
    model, settings = text_recipe(tokens, vocab_size, hidden_size=hidden_size)
    config = TrainConfig(epochs=1, **settings)
    assert (model.vocab_size, model.hidden_size) == (vocab_size, hidden_size or model.hidden_size)
    assert 0 < config.lr < 0.1
    assert all(0 <= getattr(model, kind) <= 0.7 for kind in DROPS)


@given(amounts, amounts, st.sampled_from([60, 5000]))
def test_less_text_never_gets_less_against_learning_by_heart(one, other, vocab_size):
    few, many = sorted([one, other])
    (small, less), (large, more) = (text_recipe(tokens, vocab_size) for tokens in (few, many))
    assert all(getattr(small, kind) >= getattr(large, kind) for kind in DROPS)
    assert less["weight_decay"] >= more["weight_decay"]


def test_a_long_vocabulary_is_tied_and_a_short_one_is_not():
    assert not text_recipe(200_000, 70)[0].tied
    model, _ = text_recipe(200_000, 2500)
    assert model.tied
    assert model.embedding_size == model.hidden_size
