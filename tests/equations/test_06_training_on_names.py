"""Each numbered equation of chapter 06; the label is in the test's name. The chapter's own functions are run."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import cross_entropy, masked_nll, name_batches, numpy_optim, pad_names
from lessons_pkg import numpy_rnn as rnn
from lessons_pkg.numpy_optim import clip_by_norm
from tests.chapter import functions

NAMES = [[1, 2, 2, 1], [2, 3, 1], [3], [1, 3, 3, 2, 1, 2], [2, 2]]
V = 4
PER_NAME = sum(len(name) + 1 for name in NAMES) / len(NAMES)
CHAPTER = functions(
    "06_training_on_names",
    **{"np": np, "torch": torch, "rnn": rnn, "numpy_optim": numpy_optim, "clip_by_norm": clip_by_norm},
    **{"name_batches": name_batches, "pad_names": pad_names, "train": NAMES, "V": V, "per_name": PER_NAME, "stop": 0},
)
SEEDS = st.integers(0, 10**6)
LOSSES = st.lists(st.floats(0, 10), min_size=1, max_size=40)
NAME_LISTS = st.lists(st.lists(st.integers(1, V - 1), min_size=1, max_size=7), min_size=2, max_size=6)


def network(seed: int = 0, scale: float = 0.5) -> rnn.Params:
    return rnn.init_params(V, 5, rng=np.random.default_rng(seed), scale=scale)


def nll(params: rnn.Params, names) -> float:
    return sum(rnn.forward_name(params, name).nll for name in names)


def gradients(rng: np.random.Generator, scale: float = 1.0) -> rnn.Params:
    return {"W": scale * rng.standard_normal((3, 2)), "b": scale * rng.standard_normal(2)}


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=12))
def test_eq_heart_floor(weights):
    N, p = len(weights), np.array(weights) / max(1.0, sum(weights))
    assert -np.log(p).sum() >= N * np.log(N) - 1e-9
    assert -np.log(np.full(N, 1 / N)).sum() == pytest.approx(N * np.log(N), abs=1e-12)
    assert cross_entropy(np.full(N, 1 / N), p) == pytest.approx(-np.log(p).mean())


def test_eq_heart_floor_is_where_a_network_ends():
    inputs, targets, mask = CHAPTER.arrays(NAMES)
    params, memory, weights = rnn.init_params(V, 24, rng=np.random.default_rng(0), scale=0.1), {}, None
    weights, update = rnn.token_weights(mask), numpy_optim.adam(lr=0.03)
    for _ in range(400):
        trace = rnn.forward(params, inputs)
        update(params, rnn.backward(params, inputs, targets, weights, trace), memory)
    floor = 5 * np.log(5) / mask.sum()
    assert floor < rnn.loss(rnn.forward(params, inputs), targets, weights) < floor + 0.005


@given(SEEDS)
def test_eq_first_order(seed):
    params = network(seed)
    g = rnn.backward_name(params, rnn.forward_name(params, NAMES[0]))

    def off(eta):
        moved = {name: value - eta * g[name] for name, value in params.items()}
        return nll(moved, NAMES[:1]) - (nll(params, NAMES[:1]) - eta * numpy_optim.norm(g) ** 2)

    assert off(1e-5) == pytest.approx(4 * off(5e-6), rel=0.02, abs=1e-10)


@given(SEEDS, st.floats(1e-4, 1))
def test_eq_sgd(seed, lr):
    rng = np.random.default_rng(seed)
    params, g = gradients(rng), gradients(rng)
    expected = {name: params[name] - lr * g[name] for name in params}
    memory = {}
    CHAPTER.sgd(lr)(params, g, memory)
    assert all(np.array_equal(params[name], expected[name]) for name in params)
    assert memory == {}


@given(SEEDS)
def test_eq_unbiased(seed):
    params = network(seed)
    each = [rnn.backward_name(params, rnn.forward_name(params, name)) for name in NAMES]
    name, k, eps = "W_hh", (1, 3), 1e-5
    up, down = ({**params, name: params[name].copy()} for _ in range(2))
    up[name][k] += eps
    down[name][k] -= eps
    whole = (nll(up, NAMES) - nll(down, NAMES)) / (2 * eps) / len(NAMES)
    assert np.mean([g[name][k] for g in each]) == pytest.approx(whole, rel=1e-5, abs=1e-8)


@given(st.floats(0.1, 10), st.floats(0.05, 2.5), st.integers(0, 60))
def test_eq_parabola(curvature, share, steps):
    eta, theta = share / curvature, 1.0
    for _ in range(steps):
        theta -= eta * curvature * theta
    assert theta == pytest.approx((1 - eta * curvature) ** steps, rel=1e-6, abs=1e-12)
    assert abs(1 - eta * curvature) < 1 or share >= 1.999


@given(LOSSES, st.floats(0, 0.99), st.floats(-3, 3))
def test_eq_smoothed(losses, beta, start):
    out = CHAPTER.smoothed(losses, beta, start)
    before = [start, *out[:-1]]
    assert out == pytest.approx([beta * s + (1 - beta) * x for s, x in zip(before, losses, strict=True)])


@given(st.floats(0, 10), st.floats(0.1, 0.999), st.floats(-3, 3), st.integers(1, 50))
def test_eq_smoothed_bias(mean, beta, start, t):
    exact = mean + beta**t * (start - mean)
    assert CHAPTER.smoothed([mean] * t, beta, start)[-1] == pytest.approx(exact)
    noisy = np.random.default_rng(0).normal(mean, 1.0, (4000, t))
    drawn = [CHAPTER.smoothed(row, beta, start)[-1] for row in noisy[:: 4000 // 400]]
    assert np.mean(drawn) == pytest.approx(exact, abs=5 / 400**0.5)


def test_eq_smoothed_bias_on_the_numbers_of_the_chapter():
    assert CHAPTER.smoothed([2.0] * 10)[-1] == pytest.approx(2 - 0.99**10 * 2) == pytest.approx(0.191, abs=5e-4)


@given(LOSSES, st.floats(0.1, 0.99), st.floats(-3, 3))
def test_eq_smoothed_corrected(losses, beta, start):
    powers = beta ** np.arange(1, len(losses) + 1)
    corrected = (CHAPTER.smoothed(losses, beta, start) - powers * start) / (1 - powers)
    assert corrected == pytest.approx(numpy_optim.smoothed(losses, beta=beta, start=start), abs=1e-9)
    weights = (1 - beta) * beta ** np.arange(len(losses))[::-1]
    assert corrected[-1] == pytest.approx(np.average(losses, weights=weights), abs=1e-6)


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_eq_smoothed_lag(beta):
    falling = 50 - 0.01 * np.arange(4000)
    for out in (CHAPTER.smoothed(falling, beta), numpy_optim.smoothed(falling, beta=beta)):
        assert out[-1] - falling[-1] == pytest.approx(beta / (1 - beta) * 0.01)


@given(SEEDS)
def test_eq_rmsprop(seed):
    rng = np.random.default_rng(seed)
    ours, memory, update = gradients(rng), {}, CHAPTER.rmsprop(0.01, decay=0.9, eps=1e-3)
    params, v = ours["W"].copy(), 0.0
    for _ in range(5):
        g = gradients(rng)
        update(ours, g, memory)
        v = 0.9 * v + 0.1 * g["W"] ** 2
        params = params - 0.01 * g["W"] / (np.sqrt(v) + 1e-3)
    assert np.allclose(ours["W"], params, rtol=1e-12)


@given(st.floats(0.5, 0.999), st.floats(1e-4, 1e4), st.sampled_from([-1, 1]))
def test_eq_rmsprop_first(decay, size, sign):
    params = {"w": np.zeros(1)}
    CHAPTER.rmsprop(0.01, decay=decay)(params, {"w": np.array([sign * size])}, {})
    assert -params["w"][0] == pytest.approx(0.01 / math.sqrt(1 - decay) * sign, rel=1e-2)


@given(SEEDS)
def test_eq_adam(seed):
    rng = np.random.default_rng(seed)
    ours, memory, update = gradients(rng), {}, CHAPTER.adam(0.01, betas=(0.8, 0.95), eps=1e-3)
    params, m, v = ours["W"].copy(), 0.0, 0.0
    tensor = torch.tensor(params, requires_grad=True)
    theirs = torch.optim.Adam([tensor], lr=0.01, betas=(0.8, 0.95), eps=1e-3)
    for t in range(1, 6):
        g = gradients(rng)
        update(ours, g, memory)
        m, v = 0.8 * m + 0.2 * g["W"], 0.95 * v + 0.05 * g["W"] ** 2
        params = params - 0.01 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-3)
        tensor.grad = torch.tensor(g["W"])
        theirs.step()
    assert np.allclose(ours["W"], params, rtol=1e-12)
    assert np.allclose(ours["W"], tensor.detach(), rtol=1e-9)


@given(st.floats(1e-4, 1e4), st.sampled_from([-1, 1]))
def test_eq_adam_takes_a_first_step_of_one_rate(size, sign):
    params = {"w": np.zeros(1)}
    CHAPTER.adam(0.01)(params, {"w": np.array([sign * size])}, {})
    assert -params["w"][0] == pytest.approx(0.01 * sign, rel=1e-3)


@given(NAME_LISTS, SEEDS)
def test_eq_three_losses(names, seed):
    inputs, targets, mask = CHAPTER.arrays(names)
    trace = rnn.forward(network(seed), inputs)
    each = [-np.log(rnn.forward_name(network(seed), name).probs[range(len(name) + 1), [*name, 0]]) for name in names]
    summed, tokens = sum(row.sum() for row in each), sum(map(len, each))
    by = {kind: rnn.loss(trace, targets, rnn.token_weights(mask, reduction=kind)) for kind in ("sum", "mean")}
    assert by["sum"] == pytest.approx(summed / len(names))
    assert by["mean"] == pytest.approx(summed / tokens)
    assert by["sum"] == pytest.approx(tokens / len(names) * by["mean"])
    within = rnn.loss(trace, targets, mask / mask.sum(0) / len(names))
    assert within == pytest.approx(np.mean([row.mean() for row in each]))


def test_eq_three_losses_agree_on_a_batch_of_one_length():
    *_, mask = CHAPTER.arrays([[1, 2, 3], [2, 2, 1], [3, 1, 1]])
    assert np.allclose(rnn.token_weights(mask), mask / mask.sum(0) / 3)


@pytest.mark.parametrize(
    ("weights", "stop", "length"), [([1] * 6, 1 / 3, 2.0), ([1 / 2] * 2 + [1 / 4] * 4, 3 / 8, 5 / 3)]
)
def test_eq_weighted_share(weights, stop, length):
    assert CHAPTER.share_of_stops(weights) == pytest.approx(stop)
    assert (1 - stop) / stop == pytest.approx(length)
    logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)  # stop, a, b
    symbols, w = torch.tensor([1, 0, 2, 2, 2, 0]), torch.tensor(weights, dtype=torch.float64)
    for _ in range(2000):
        (grad,) = torch.autograd.grad(-(w * logits.log_softmax(0)[symbols]).sum(), logits)
        logits = (logits - 0.5 * grad).detach().requires_grad_()
    assert logits.softmax(0)[0].item() == pytest.approx(stop, abs=1e-6)


@given(NAME_LISTS, SEEDS)
def test_eq_masked_loss(names, seed):
    inputs, targets, mask = CHAPTER.arrays(names)
    params = network(seed)
    assert rnn.loss(rnn.forward(params, inputs), targets, mask.astype(float)) == pytest.approx(nll(params, names))


@given(NAME_LISTS, SEEDS)
def test_eq_masked_gradient(names, seed):
    params = network(seed)
    one, side = CHAPTER.one_by_one(params, names), CHAPTER.side_by_side(params, names)
    assert all(np.allclose(one[name], side[name], rtol=1e-9, atol=1e-12) for name in params)


def test_eq_masked_gradient_needs_its_mask():
    params = network()
    inputs, targets, mask = CHAPTER.arrays(NAMES)
    trace = rnn.forward(params, inputs)
    blind = rnn.backward(params, inputs, targets, np.ones(mask.shape), trace)
    assert not np.allclose(blind["b_y"], CHAPTER.one_by_one(params, NAMES)["b_y"])
    logits = torch.log(torch.from_numpy(trace.probs))
    right = masked_nll(logits, torch.from_numpy(targets), torch.from_numpy(mask)) * mask.sum()
    assert right.item() == pytest.approx(nll(params, NAMES))
