"""Each numbered equation of chapter 07, on numbers of its own; the label is in the test's name."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_pkg import STOP, entropy, next_distribution
from tests.chapter import functions
from tests.tiny import AB, ab_model, exact

CHAPTER = functions("07_sampling_and_temperature", torch=torch, np=np)
logits = st.lists(st.floats(-6, 6), min_size=2, max_size=8).map(np.array)
temperatures = st.floats(0.3, 4)


def softmax(z: np.ndarray) -> np.ndarray:
    weights = np.exp(z - z.max())
    return weights / weights.sum()


def slope(function, x: float, step: float = 1e-4) -> float:
    return (function(x + step) - function(x - step)) / (2 * step)


@given(logits, st.floats(0, 1, exclude_max=True))
def test_eq_inverse_cdf(z, u):
    p = softmax(z)
    i = CHAPTER.draw(torch.tensor(p), u)
    assert p[:i].sum() - 1e-12 <= u < p[: i + 1].sum() + 1e-12


@pytest.mark.parametrize("p", [[0.3, 0.7 - 1e-6], [0.5, 0.5 - 1e-6, 0.0], [1 / 27] * 27])
def test_eq_inverse_cdf_stays_inside_when_rounding_leaves_the_sum_below_1(p):
    last = max(i for i, length in enumerate(p) if length)
    assert CHAPTER.draw(torch.tensor(p), 1 - 2**-53) == last
    assert CHAPTER.draw(torch.tensor(p), 0.0) == 0


def test_eq_inverse_cdf_gives_each_piece_its_length():
    p = np.array([0.4, 0.3, 0.0, 0.2, 0.1])
    grid = (np.arange(10_000) + 0.5) / 10_000
    hits = np.bincount(np.searchsorted(p.cumsum(), grid, side="right"), minlength=5)
    assert hits.tolist() == [4000, 3000, 0, 2000, 1000]


@given(logits, temperatures)
def test_eq_temperature(z, temperature):
    package = next_distribution(torch.tensor(z), temperature=temperature).numpy()
    assert package == pytest.approx(np.exp(z / temperature) / np.exp(z / temperature).sum())


def test_eq_temperature_has_the_limits_that_the_chapter_names():
    z = torch.tensor([2.0, 1.0, 0.0])
    assert next_distribution(z, temperature=1e-3).tolist() == pytest.approx([1, 0, 0])
    assert next_distribution(z, temperature=1e6).tolist() == pytest.approx([1 / 3] * 3, abs=1e-6)
    at = [entropy(next_distribution(z, temperature=t).double().numpy()) for t in (0.5, 1, 2)]
    assert at == pytest.approx([0.441, 0.832, 1.020], abs=5e-4)


@given(logits, temperatures)
def test_eq_temperature_odds(z, temperature):
    p, own = softmax(z / temperature), softmax(z)
    for i, j in itertools.combinations(range(len(z)), 2):
        assert p[i] / p[j] == pytest.approx(math.exp((z[i] - z[j]) / temperature))
        assert p[i] / p[j] == pytest.approx((own[i] / own[j]) ** (1 / temperature))
        assert (p[i] - p[j]) * (z[i] - z[j]) >= 0


@given(logits, temperatures)
def test_eq_entropy_slope(z, temperature):
    p = softmax(z / temperature)
    variance = (p * z**2).sum() - (p * z).sum() ** 2
    measured = slope(lambda t: float(entropy(softmax(z / t))), temperature)
    assert measured == pytest.approx(variance / temperature**3, abs=1e-5, rel=1e-4)
    assert measured >= -1e-6


@given(logits, st.floats(0.05, 1))
def test_eq_nucleus(z, share):
    p = np.sort(softmax(z))[::-1]
    assume(np.abs(p.cumsum() - share).min() > 1e-9)
    m = next(k for k in range(1, len(p) + 1) if p[:k].sum() >= share or k == len(p))
    kept = next_distribution(torch.tensor(z), top_p=share).sort(descending=True).values.numpy()
    assert np.count_nonzero(kept) == m
    assert kept[:m] == pytest.approx(p[:m] / p[:m].sum())


@pytest.mark.parametrize("seed", range(4))
def test_eq_beam_bound(seed):
    names = exact(ab_model(seed), 6)  # every name, those cut at 6 letters included
    assert sum(names.values()) == pytest.approx(1)
    for length in range(1, 6):
        beginnings = {}
        for name, p in names.items():
            start = (name + STOP if len(name) < 6 else name)[:length]
            beginnings[start] = beginnings.get(start, 0) + p
        for q in (0.5, 0.2, 0.1, 0.03, 0.01):
            assert sum(p > q for p in beginnings.values()) < 1 / q


@pytest.mark.parametrize("temperature", [0.3, 0.5, 2.0])
def test_eq_step_joint(temperature):
    model = ab_model()
    own, stepwise = exact(model, 3), exact(model, 3, temperature=temperature)
    power = 1 / temperature
    for name, p in own.items():
        z, prefixes = 1.0, [name[:t] for t in range(min(len(name) + 1, 3))]
        for prefix in prefixes:
            through = {c: sum(q for n, q in own.items() if (n + STOP).startswith(prefix + c)) for c in AB.tokens}
            total = sum(through.values())
            z *= sum((q / total) ** power for q in through.values())
        assert stepwise[name] == pytest.approx(p**power / z, rel=1e-4)


def test_eq_step_joint_is_not_the_sharpened_joint():
    first, second = {"A": 0.6, "B": 0.4}, {"A": {"A": 0.5, "B": 0.5}, "B": {"A": 0.9, "B": 0.1}}
    z_first = 0.6**2 + 0.4**2
    z_second = {a: sum(q**2 for q in second[a].values()) for a in "AB"}
    assert z_second == pytest.approx({"A": 0.5, "B": 0.82})
    steps = {a + b: (first[a] * q) ** 2 / z_first / z_second[a] for a in "AB" for b, q in second[a].items()}
    joint = {a + b: (first[a] * q) ** 2 for a in "AB" for b, q in second[a].items()}
    assert sum(steps.values()) == pytest.approx(1)
    assert steps["BA"] == pytest.approx(0.3039, abs=1e-4)
    assert joint["BA"] / sum(joint.values()) == pytest.approx(0.4165, abs=1e-4)
    assert max(steps, key=steps.get) != max(joint, key=joint.get) == "BA"
