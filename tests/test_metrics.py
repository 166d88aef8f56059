import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import bits_per_char, cross_entropy, entropy, masked_nll, perplexity
from tests.tiny import seeded

T, B, V = 4, 3, 5
weights = st.lists(st.floats(0, 1), min_size=6, max_size=6).filter(lambda w: sum(w) > 0.1)


def random_scores(seed=0):
    logits = torch.randn(T, B, V, dtype=torch.float64, generator=seeded(seed))
    targets = torch.randint(V, (T, B), generator=seeded(seed))
    mask = torch.arange(T).unsqueeze(1) < torch.tensor([4, 1, 2])  # (T, B)
    return logits, targets, mask


def normalised(w):
    return np.array(w) / np.sum(w)


def test_masked_nll_is_the_mean_over_real_tokens():
    logits, targets, mask = random_scores()
    losses = []
    for t in range(T):
        for b in range(B):
            if mask[t, b]:
                scores = logits[t, b].exp()
                losses.append(-math.log(scores[targets[t, b]] / scores.sum()))
    assert len(losses) == 7
    assert masked_nll(logits, targets, mask).item() == pytest.approx(sum(losses) / 7, rel=1e-12)


def test_without_a_mask_all_targets_count():
    logits, targets, mask = random_scores()
    everything = masked_nll(logits, targets, torch.ones_like(mask))
    assert masked_nll(logits, targets) == everything
    assert masked_nll(logits, targets, mask) != everything


def test_padding_changes_nothing_and_gets_no_gradient():
    logits, targets, mask = random_scores()
    other_logits = torch.where(mask.unsqueeze(-1), logits, 99.0).requires_grad_()
    other_targets = torch.where(mask, targets, 0)
    loss = masked_nll(other_logits, other_targets, mask)
    assert loss.item() == masked_nll(logits, targets, mask).item()
    loss.backward()
    assert (other_logits.grad[~mask] == 0).all()
    assert (other_logits.grad[mask] != 0).any(-1).all()


def test_the_batch_mean_is_the_token_weighted_mean_of_its_columns():
    logits, targets, mask = random_scores()
    columns = [masked_nll(logits[:, b : b + 1], targets[:, b : b + 1], mask[:, b : b + 1]).item() for b in range(B)]
    counts = mask.sum(0).tolist()
    assert masked_nll(logits, targets, mask).item() == pytest.approx(np.average(columns, weights=counts), rel=1e-12)
    assert abs(np.mean(columns) - np.average(columns, weights=counts)) > 0.01


def test_a_uniform_guess_costs_the_logarithm_of_v():
    nll = masked_nll(torch.zeros(T, B, V), torch.ones(T, B, dtype=torch.int64)).item()
    assert nll == pytest.approx(math.log(V))
    assert perplexity(nll) == pytest.approx(V)


@pytest.mark.parametrize(
    ("logits", "targets", "mask"),
    [((4, 3, 5), (3, 4), None), ((4, 3, 5), (4, 3), (3, 4)), ((4, 3, 5), (4, 3), (4, 1)), ((3, 5), (4, 3), None)],
)
def test_shapes_that_do_not_fit_are_refused(logits, targets, mask):
    mask = None if mask is None else torch.ones(mask, dtype=torch.bool)
    with pytest.raises(ValueError, match=r"masked_nll: logits .* must agree on \(T, B\)"):
        masked_nll(torch.zeros(logits), torch.zeros(targets, dtype=torch.int64), mask)


def test_nothing_to_score_is_refused():
    logits, targets, mask = random_scores()
    with pytest.raises(ValueError, match="masked_nll: no target"):
        masked_nll(logits, targets, torch.zeros_like(mask))
    with pytest.raises(ValueError, match="masked_nll: no target"):
        masked_nll(logits[:0], targets[:0])


def test_perplexity_is_that_of_the_mean_and_not_the_mean_of_perplexities():
    assert perplexity(np.mean([1, 5])) == pytest.approx(20.09, abs=0.005)
    assert np.mean([perplexity(1), perplexity(5)]) == pytest.approx(75.57, abs=0.01)
    windows = np.average([4, 4, 1], weights=[35, 35, 1])
    assert windows == pytest.approx(3.958, abs=0.0005)
    assert perplexity(windows) == pytest.approx(52.3, abs=0.05)


def test_perplexity_of_what_was_ruled_out_is_infinite():
    assert perplexity(0) == 1
    assert perplexity(math.inf) == perplexity(1e4) == math.inf
    assert perplexity(708) < math.inf


def test_bits_per_char():
    assert bits_per_char(math.log(2)) == 1
    assert bits_per_char(math.log(100), tokens=1000, chars=5600) == pytest.approx(1.1864, abs=5e-5)
    for counts in ({"tokens": 0}, {"chars": 0}, {"tokens": -1, "chars": 5}):
        with pytest.raises(ValueError, match=r"bits_per_char: got .* at least 1"):
            bits_per_char(1.0, **counts)


def test_entropy_of_known_distributions():
    assert entropy([0.5, 0.5]) == pytest.approx(math.log(2))
    assert entropy([1, 0, 0]) == 0
    assert entropy([[0.25] * 4, [1, 0, 0, 0]]).shape == (2,)
    scores = np.array([2, 1, 0]) / np.array([[0.5], [1], [2]])
    p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    assert entropy(p) == pytest.approx([0.441, 0.832, 1.020], abs=0.0005)


@given(weights, weights)
def test_cross_entropy_is_least_for_the_source_itself(w, v):
    p, q = normalised(w), normalised(v)
    assert -1e-12 <= entropy(p) <= math.log(6) + 1e-12
    assert cross_entropy(p, p) == pytest.approx(entropy(p), abs=1e-12)
    assert cross_entropy(p, q) >= entropy(p) - 1e-12


def test_cross_entropy_is_infinite_where_the_model_rules_out_what_happens():
    assert cross_entropy([0.5, 0.5], [1, 0]) == math.inf
    assert cross_entropy([1, 0], [0.5, 0.5]) == pytest.approx(math.log(2))
    assert cross_entropy([0, 1], [0, 1]) == 0
