"""Each numbered equation of chapter 05; the label is in the test's name. The chapter's own functions are run."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import clip_by_norm, clip_by_value, numpy_optim, numpy_rnn
from lessons_pkg.explorers.clipping import loss_and_gradient
from tests.chapter import functions

CHAPTER = functions("05_gradients_and_clipping", np=np, rnn=numpy_rnn, optim=numpy_optim)
SEEDS = st.integers(0, 2**32 - 1)
NUMBERS = st.lists(st.floats(-50, 50), min_size=1, max_size=8).filter(lambda g: any(abs(x) > 1e-6 for x in g))
THRESHOLDS = st.floats(0.01, 20)


def states_of(W: torch.Tensor, h: torch.Tensor, noise: torch.Tensor) -> list[torch.Tensor]:
    """Return the states of a tanh network with some inputs (T, H), the first state in front."""
    states = [h]
    for x in noise:
        states.append(torch.tanh(W @ states[-1] + x))
    return states


def case(seed: int):
    """Return a random recurrent matrix, first state and inputs, float64."""
    g = torch.Generator().manual_seed(seed % 2**31)
    H, T = (int(n) for n in torch.randint(1, 6, (2,), generator=g))
    draw = lambda *shape: torch.randn(*shape, generator=g, dtype=torch.float64)  # noqa: E731
    return draw(H, H), draw(H), draw(T, H)


@given(st.floats(-3, 3), st.floats(-1, 1), st.integers(0, 12))
def test_eq_scalar_product(w, start, steps):
    h = h0 = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        h = torch.tanh(w * h)
    h.backward()
    products, last = CHAPTER.scalar_slopes(w, start, steps)
    assert products[-1] == pytest.approx(h0.grad.item(), rel=1e-9, abs=1e-14)
    assert last == pytest.approx(h.item())


def test_eq_scalar_product_on_the_numbers_of_the_chapter():
    products, last = CHAPTER.scalar_slopes(2, 0.1, 100)
    assert products[[3, 10, 20]] == pytest.approx([3.94, 7.4e-5, 1.2e-12], rel=0.05)
    assert last == pytest.approx(0.9575, abs=5e-5)


@given(SEEDS)
def test_eq_step_jacobian(seed):
    W, h, noise = case(seed)
    truth = torch.autograd.functional.jacobian(lambda h: torch.tanh(W @ h + noise[0]), h)
    after = torch.tanh(W @ h + noise[0]).numpy()
    assert np.allclose(CHAPTER.step_jacobian(W.numpy(), after), truth)
    assert np.allclose(np.diag(1 - after**2) @ W.numpy(), truth)


@given(SEEDS)
def test_eq_jacobian_product(seed):
    W, h, noise = case(seed)
    truth = torch.autograd.functional.jacobian(lambda h: states_of(W, h, noise)[-1], h)
    assert np.allclose(CHAPTER.jacobian(W.numpy(), torch.stack(states_of(W, h, noise)).numpy()), truth)


@given(SEEDS)
def test_eq_gradient_back(seed):
    W, h, noise = case(seed)
    h.requires_grad_()
    states = states_of(W, h, noise)
    states[-1].retain_grad()
    (states[-1] ** 3).sum().backward()
    J = CHAPTER.jacobian(W.numpy(), torch.stack(states).detach().numpy())
    assert np.allclose(J.T @ states[-1].grad.numpy(), h.grad)


@given(SEEDS)
def test_eq_sigma_bound(seed):
    W, h, noise = case(seed)
    states = torch.stack(states_of(W, h, noise)).numpy()
    slopes, sigma = 1 - states[1:] ** 2, np.linalg.norm(W.numpy(), 2)
    norm = np.linalg.norm(CHAPTER.jacobian(W.numpy(), states), 2)
    between = np.prod(slopes.max(1) * sigma)
    assert norm <= between * (1 + 1e-9)
    assert between <= (slopes.max() * sigma) ** len(noise) * (1 + 1e-9)


def test_eq_sigma_bound_of_the_chapters_random_networks():
    rng = np.random.default_rng(1)
    for _ in range(50):
        norm, bound, rate = CHAPTER.random_case(rng)
        assert norm <= bound
        assert bound == pytest.approx(rate**20)


@given(st.integers(0, 60))
def test_eq_shear_power(t):
    W = np.array([[0.9, 2.0], [0.0, 0.9]])
    assert np.allclose(np.linalg.matrix_power(W, t), 0.9**t * np.array([[1, 2 * t / 0.9], [0, 1]]))


def unit(w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the last state of the sigmoid unit."""
    h = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(50):
        h = torch.sigmoid(w * h + b)
    return h


@given(st.floats(3.5, 5.5), st.floats(-3, -1.5))
def test_eq_cliff(w, b):
    point = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    loss = (unit(*point) - 0.7) ** 2
    loss.backward()
    ours, gradient = CHAPTER.cliff(w, b)
    assert ours == pytest.approx(loss.item(), abs=1e-9)
    assert gradient == pytest.approx(point.grad.numpy(), rel=1e-6, abs=1e-9)
    theirs, other = loss_and_gradient(w, b)
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert gradient == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_eq_cliff_on_the_numbers_of_the_chapter():
    raw, raw_losses = CHAPTER.descend((4.3, -2.15), 0.2, lambda g: g, 60)
    assert np.linalg.norm(raw[1] - raw[0]) == pytest.approx(10.79, abs=5e-3)
    assert raw_losses[[1, -1]] == pytest.approx([0.09, 0.09], abs=1e-6)
    assert CHAPTER.descend((4.3, -2.15), 0.2, CHAPTER.shrink, 40)[1][-1] == pytest.approx(0.00009, abs=1e-6)
    failing = CHAPTER.descend((4.8, -2.3), 0.1, lambda g: CHAPTER.shrink(g, 0.5), 60)[1]
    assert failing[-1] == pytest.approx(0.2384, abs=5e-5)


@given(st.floats(3.6, 4.4).filter(lambda w: abs(w - 4) > 1e-3))
def test_eq_cliff_gradient(w):
    b = torch.tensor(-w / 2, dtype=torch.float64, requires_grad=True)
    unit(torch.tensor(w, dtype=torch.float64), b).backward()
    a = w / 4
    assert (a**50 - 1) / (4 * (a - 1)) == pytest.approx(b.grad.item(), rel=1e-6)
    assert sum(a**k for k in range(50)) / 4 == pytest.approx(b.grad.item(), rel=1e-6)


def pieces(g) -> dict[str, np.ndarray]:
    """Return a gradient as two arrays of their own."""
    return {"one": np.array(g[:1], dtype=float), "rest": np.array(g[1:], dtype=float)}


def tensors(g) -> list[torch.Tensor]:
    """Return parameters that carry a gradient in two pieces."""
    parts = [torch.zeros(len(part)) for part in (g[:1], g[1:])]
    for part, values in zip(parts, (g[:1], g[1:]), strict=True):
        part.grad = torch.tensor(values, dtype=torch.float64).float()
    return parts


@given(NUMBERS, THRESHOLDS)
def test_eq_clip_norm(g, c):
    ours, parts = pieces(g), tensors(g)
    CHAPTER.clip_by_norm(ours, c)
    expected = np.array(g) * min(1, c / np.linalg.norm(g))
    assert np.concatenate(list(ours.values())) == pytest.approx(expected)
    assert CHAPTER.shrink(np.array(g), c) == pytest.approx(expected)
    clip_by_norm(parts, c)
    assert torch.cat([p.grad for p in parts]).numpy() == pytest.approx(expected, rel=1e-4, abs=1e-5)


@given(NUMBERS, THRESHOLDS)
def test_eq_clip_value(g, c):
    ours, parts = pieces(g), tensors(g)
    CHAPTER.clip_by_value(ours, c)
    expected = [max(-c, min(c, x)) for x in g]
    assert np.concatenate(list(ours.values())).tolist() == expected
    clip_by_value(parts, c)
    assert torch.cat([p.grad for p in parts]).numpy() == pytest.approx(expected, rel=1e-5)


def test_eq_clip_norm_and_eq_clip_value_on_the_numbers_of_the_chapter():
    by_norm, by_value = pieces([3, 4]), pieces([3, 4])
    CHAPTER.clip_by_norm(by_norm, 1.0)
    CHAPTER.clip_by_value(by_value, 1.0)
    assert np.concatenate(list(by_norm.values())) == pytest.approx([0.6, 0.8])
    assert np.concatenate(list(by_value.values())).tolist() == [1, 1]
    turn = CHAPTER.angle(np.array([3.0, 4.0]), np.array([1.0, 1.0]))
    assert np.cos(np.radians(turn)) == pytest.approx(0.990, abs=5e-4)


@given(NUMBERS, THRESHOLDS)
def test_eq_descent(g, c):
    g = np.array(g)
    inner = g @ np.clip(g, -c, c)
    assert inner == pytest.approx((np.abs(g) * np.minimum(np.abs(g), c)).sum())
    assert inner > 0
