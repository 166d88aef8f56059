import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import clip_by_norm, clip_by_value
from tests.tiny import seeded


def parameters(*gradients):
    """Return parameters with these gradients (None: without one)."""
    made = []
    for gradient in gradients:
        gradient = None if gradient is None else torch.as_tensor(gradient, dtype=torch.float32)
        parameter = torch.nn.Parameter(torch.zeros((2,) if gradient is None else gradient.shape))
        parameter.grad = gradient
        made.append(parameter)
    return made


def random_parameters(seed, scale):
    generator = seeded(seed)
    return parameters(*(scale * torch.randn(shape, generator=generator) for shape in [(3, 4), (5,), (2, 2, 2)]))


def joint(made):
    return torch.cat([p.grad.flatten() for p in made])


@given(st.integers(0, 99), st.sampled_from([1e-3, 1, 1e3]), st.sampled_from([0.01, 1, 100]))
def test_both_clip_as_torch_does(seed, scale, limit):
    ours, theirs = random_parameters(seed, scale), random_parameters(seed, scale)
    norm = clip_by_norm(ours, limit)
    assert norm == torch.nn.utils.clip_grad_norm_(theirs, limit, foreach=False).item()
    assert torch.equal(joint(ours), joint(theirs))
    ours, theirs = random_parameters(seed, scale), random_parameters(seed, scale)
    assert clip_by_value(ours, limit) == norm
    torch.nn.utils.clip_grad_value_(theirs, limit)
    assert torch.equal(joint(ours), joint(theirs))


@given(st.integers(0, 99), st.sampled_from([0.01, 1, 100]))
def test_by_norm_keeps_the_direction_over_all_parameters_jointly(seed, limit):
    made = random_parameters(seed, 3)
    before = joint(made).clone()
    clip_by_norm(made, limit)
    after = joint(made)
    assert torch.cosine_similarity(before, after, dim=0).item() == pytest.approx(1, abs=1e-6)
    assert after.norm().item() == pytest.approx(min(limit, before.norm().item()), rel=1e-5)


def test_by_element_turns_the_direction():
    by_norm, by_value = parameters([3, 4]), parameters([3, 4])
    assert clip_by_norm(by_norm, 1) == clip_by_value(by_value, 1) == 5
    assert by_norm[0].grad.tolist() == pytest.approx([0.6, 0.8])
    assert by_value[0].grad.tolist() == [1, 1]
    cosine = torch.cosine_similarity(by_norm[0].grad, by_value[0].grad, dim=0).item()
    assert cosine == pytest.approx(0.990, abs=0.0005)


def test_a_small_gradient_is_left_alone():
    for clip in (clip_by_norm, clip_by_value):
        made = parameters([0.3, -0.4], [0.0])
        assert clip(made, 1) == pytest.approx(0.5)
        assert torch.equal(joint(made), torch.tensor([0.3, -0.4, 0.0]))


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_zero_missing_and_unlimited_gradients(clip):
    zero = parameters([0.0, 0.0])
    assert clip(zero, 1) == 0
    assert zero[0].grad.tolist() == [0, 0]
    mixed = parameters(None, [0.0, -6.0], None)
    assert clip(iter(mixed), 2) == 6
    assert mixed[1].grad.tolist() == pytest.approx([0, -2])
    assert mixed[0].grad is None
    assert clip(parameters(None, None), 1) == 0
    large = parameters([3e4, 4e4])
    assert clip(large, math.inf) == 5e4
    assert large[0].grad.tolist() == [3e4, 4e4]


@pytest.mark.parametrize("limit", [0, -1, math.nan])
@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_an_impossible_limit_is_refused(clip, limit):
    made = parameters([3, 4])
    with pytest.raises(ValueError, match=f"{clip.__name__}: got a limit of {limit}; it must be above 0"):
        clip(made, limit)
    assert made[0].grad.tolist() == [3, 4]
