import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import clip_by_norm as torch_clip_by_norm
from lessons_pkg import clip_by_value as torch_clip_by_value
from lessons_pkg.numpy_optim import adam, clip_by_norm, clip_by_value, norm, rmsprop, sgd, smoothed


def gradients(seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return {"W": scale * rng.standard_normal((3, 2)), "b": scale * rng.standard_normal(2)}


OURS_AND_TORCHS = [
    (sgd(lr=0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    (rmsprop(lr=0.01), lambda p: torch.optim.RMSprop(p, lr=0.01)),
    (rmsprop(lr=0.01, decay=0.9, eps=1e-3), lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-3)),
    (adam(lr=0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
    (adam(lr=0.02, betas=(0.8, 0.9), eps=1e-3), lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.9), eps=1e-3)),
]


@pytest.mark.parametrize(("update", "make"), OURS_AND_TORCHS)
def test_twenty_updates_equal_torch_s(update, make):
    params, memory = gradients(seed=99), {}
    tensors = {name: torch.tensor(value.copy(), requires_grad=True) for name, value in params.items()}
    optimizer = make(tensors.values())
    for seed in range(20):
        step = gradients(seed)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(step[name])
        optimizer.step()
        update(params, step, memory)
    for name, tensor in tensors.items():
        assert np.allclose(params[name], tensor.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("limit", [0.5, 2.0, 1e6])
@pytest.mark.parametrize(("ours", "theirs"), [(clip_by_norm, torch_clip_by_norm), (clip_by_value, torch_clip_by_value)])
def test_clipping_equals_that_of_torch_s_parameters(ours, theirs, limit):
    g = gradients()
    tensors = [torch.zeros_like(torch.tensor(value)) for value in g.values()]
    for tensor, value in zip(tensors, g.values(), strict=True):
        tensor.grad = torch.tensor(value.copy())
    assert ours(g, limit) == pytest.approx(theirs(tensors, limit))
    for tensor, value in zip(tensors, g.values(), strict=True):
        assert np.allclose(value, tensor.grad, rtol=1e-5)  # torch adds 1e-6 to the norm


@given(st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_clipping_by_norm_keeps_the_direction_and_by_value_keeps_descending(seed, scale, limit):
    before = gradients(seed, scale)
    shrunk, cut = copy.deepcopy(before), copy.deepcopy(before)
    assert clip_by_norm(shrunk, limit) == clip_by_value(cut, limit) == norm(before)
    factor = min(1, limit / norm(before))
    assert all(np.allclose(shrunk[name], factor * before[name], rtol=1e-12) for name in before)
    assert sum((before[name] * cut[name]).sum() for name in before) > 0
    assert max(np.abs(g).max() for g in cut.values()) <= limit


def test_three_and_four():
    g = {"w": np.array([3.0, 4.0])}
    assert clip_by_norm(g, 1.0) == 5.0
    assert np.allclose(g["w"], [0.6, 0.8])
    g = {"w": np.array([3.0, 4.0])}
    clip_by_value(g, 1.0)
    assert g["w"].tolist() == [1.0, 1.0]


def test_the_smoothed_loss_and_its_bias():
    raw = smoothed([2.0] * 10, corrected=False)
    assert raw[-1] == pytest.approx(2 * (1 - 0.99**10))
    assert np.round(raw[-1], 3) == 0.191
    assert np.allclose(smoothed([2.0] * 10), 2.0)
    assert np.allclose(smoothed([2.0] * 10, start=7.0), 2.0)
    assert smoothed([1.0, 3.0], beta=0.0).tolist() == [1.0, 3.0]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=20), st.floats(0, 0.999), st.floats(-5, 5))
def test_the_corrected_mean_stays_within_the_losses_and_forgets_its_start(losses, beta, start):
    values = smoothed(losses, beta=beta, start=start)
    assert values.min() >= min(losses) - 1e-6
    assert values.max() <= max(losses) + 1e-6
    assert np.allclose(values, smoothed(losses, beta=beta), atol=1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_limits_must_be_above_zero(bad):
    for clip in (clip_by_norm, clip_by_value):
        with pytest.raises(ValueError, match="must be above 0"):
            clip(gradients(), bad)


@pytest.mark.parametrize("beta", [1.0, -0.1])
def test_beta_below_one(beta):
    with pytest.raises(ValueError, match="must be in"):
        smoothed([1.0], beta=beta)
