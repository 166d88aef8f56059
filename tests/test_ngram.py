import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import NGram, tune_strength
from tests.tiny import ENCODED, VOCAB

V = 4  # the stop symbol and three letters
encoded = st.lists(st.lists(st.integers(1, V - 1), max_size=5), min_size=1, max_size=6)
orders = st.integers(1, 4)


def continuations(names, context, length):
    """Count what follows the last ``length`` symbols of a context, by looking at every place in every name."""
    context = [0] * length + list(context)
    found = Counter()
    for name in names:
        text = [0] * length + list(name) + [0]
        for t in range(length, len(text)):
            if text[t - length : t] == context[len(context) - length :]:
                found[text[t]] += 1
    return found


def witten_bell(names, context, length, strength):
    """The recursion of the book, from the longest context down, without any tables."""
    shorter = witten_bell(names, context, length - 1, strength) if length else [1 / V] * V
    found = continuations(names, context, length)
    if not found:
        return shorter
    doubt = strength * len(found)
    return [(found[s] + doubt * shorter[s]) / (found.total() + doubt) for s in range(V)]


@given(encoded, orders, st.lists(st.integers(0, V - 1), max_size=6), st.sampled_from([0, 0.5, 1, 4]))
def test_every_distribution_sums_to_one(names, order, context, strength):
    for smoothing in ("witten-bell", "add-k"):
        p = NGram(order, V, smoothing=smoothing, strength=strength).fit(names).probs(context)
        assert p.shape == (V,)
        assert p.sum() == pytest.approx(1)
        assert (p >= 0).all()


@given(encoded, orders, st.lists(st.integers(1, V - 1), max_size=4), st.sampled_from([0, 1, 3.5]))
def test_witten_bell_is_the_recursion_from_the_book(names, order, context, strength):
    p = NGram(order, V, strength=strength).fit(names).probs(context)
    assert p == pytest.approx(witten_bell(names, context, order - 1, strength))


@given(encoded, orders, st.lists(st.integers(1, V - 1), max_size=4), st.sampled_from([0.01, 1, 2]))
def test_add_k_adds_k_to_every_count(names, order, context, k):
    p = NGram(order, V, smoothing="add-k", strength=k).fit(names).probs(context)
    found = continuations(names, context, order - 1)
    assert p == pytest.approx([(found[s] + k) / (found.total() + k * V) for s in range(V)])


@pytest.mark.parametrize("smoothing", ["witten-bell", "add-k"])
def test_order_1_without_smoothing_is_the_relative_frequency(smoothing):
    model = NGram(1, len(VOCAB), smoothing=smoothing, strength=0).fit(ENCODED)
    found = Counter(symbol for name in ENCODED for symbol in [*name, 0])
    assert model.probs([]) == pytest.approx([found[s] / found.total() for s in range(len(VOCAB))])


def test_counting_is_maximum_likelihood():
    fitted = NGram(1, len(VOCAB), strength=0).fit(ENCODED)
    p = fitted.probs([])
    assert fitted.nll(ENCODED) == pytest.approx(-(p * np.log(p)).sum())
    for strength in (0.1, 1, 10):
        assert NGram(1, len(VOCAB), strength=strength).fit(ENCODED).nll(ENCODED) > fitted.nll(ENCODED)


def test_an_unseen_context_backs_off_to_a_shorter_one():
    names = [[1, 2], [2, 2], [1, 1]]
    trigram, bigram = (NGram(order, V).fit(names) for order in (3, 2))
    assert (trigram.probs([2, 1]) == bigram.probs([1])).all()  # 2 1 was never seen, 1 was
    assert (trigram.probs([1, 2]) != bigram.probs([2])).any()
    assert (trigram.probs([3, 3]) == NGram(1, V).fit(names).probs([])).all()  # not even 3 was seen


def test_an_unseen_context_of_add_k_is_uniform():
    for strength in (0, 1):
        model = NGram(2, V, smoothing="add-k", strength=strength).fit([[1, 2], [1]])
        assert model.probs([3]).tolist() == [1 / V] * V


def test_looking_up_a_context_adds_nothing_to_the_counts():
    model = NGram(3, V).fit([[1, 2]])
    known = set(model.counts)
    model.probs([3, 3])
    model.nll([[3, 2, 1]])
    assert set(model.counts) == known


def test_only_the_last_symbols_of_a_context_count():
    model = NGram(3, V).fit([[1, 2, 3], [2, 2]])
    assert (model.probs([3, 1, 2]) == model.probs([1, 2])).all()
    assert (model.probs([1]) == model.probs([0, 0, 1])).all()  # a name begins after stop symbols


def test_token_nll_is_the_chain_rule_with_the_stop_symbol():
    model = NGram(3, len(VOCAB)).fit(ENCODED[:5])
    name = VOCAB.encode("bella")
    factors = [model.probs(name[:t])[symbol] for t, symbol in enumerate([*name, 0])]
    assert model.token_nll(name).shape == (6,)
    assert model.token_nll(name).sum() == pytest.approx(-math.log(math.prod(factors)))


def test_nll_is_weighted_by_tokens():
    model = NGram(2, len(VOCAB)).fit(ENCODED)
    names = [VOCAB.encode("al"), VOCAB.encode("hannahanna")]
    by_name = [model.token_nll(name).mean() for name in names]
    assert model.nll(iter(names)) == pytest.approx((3 * by_name[0] + 11 * by_name[1]) / 14)
    assert model.nll(names) != pytest.approx(np.mean(by_name), abs=1e-3)
    with pytest.raises(ValueError, match=r"NGram\.nll: got no names"):
        model.nll([])


def test_what_was_ruled_out_is_infinitely_surprising(recwarn):
    model = NGram(1, V, strength=0).fit([[1, 2], [1]])
    assert model.nll([[3]]) == math.inf
    assert not recwarn.list


def test_fitting_in_two_parts_is_fitting_once():
    once, twice = NGram(3, len(VOCAB)).fit(ENCODED), NGram(3, len(VOCAB)).fit(ENCODED[:3]).fit(iter(ENCODED[3:]))
    assert {k: v.tolist() for k, v in once.counts.items()} == {k: v.tolist() for k, v in twice.counts.items()}


def test_samples_follow_the_distribution():
    model = NGram(2, V).fit([[1, 2, 1], [1], [2, 2], [3]])
    draws = model.sample(4000, rng=np.random.default_rng(0), max_length=1)
    found = Counter(name[0] if name else 0 for name in draws)
    expected = 4000 * model.probs([])
    chi_square = sum((found[s] - expected[s]) ** 2 / expected[s] for s in range(V))
    assert chi_square < 25  # three degrees of freedom: one run in 65,000 is above


def test_samples_end_at_the_stop_symbol_or_at_max_length():
    model = NGram(2, V).fit([[1, 2, 1, 3, 1, 2], [1, 3]])
    names = model.sample(300, rng=np.random.default_rng(0), max_length=4)
    assert len(names) == 300
    assert all(0 not in name for name in names)
    assert {len(name) for name in names} >= {2, 3, 4}
    assert max(map(len, names)) == 4
    assert names == model.sample(300, rng=np.random.default_rng(0), max_length=4)
    assert names != model.sample(300, rng=np.random.default_rng(1), max_length=4)


@pytest.mark.parametrize("smoothing", ["witten-bell", "add-k"])
def test_tune_strength_takes_the_best_of_those_it_may(smoothing):
    train, validation, strengths = ENCODED[:6], ENCODED[6:], (0.1, 0.5, 2, 8, 32)
    tuned = tune_strength(3, len(VOCAB), train, iter(validation), smoothing=smoothing, strengths=strengths)
    scores = {s: NGram(3, len(VOCAB), smoothing=smoothing, strength=s).fit(train).nll(validation) for s in strengths}
    assert tuned.strength == min(scores, key=scores.get)
    assert tuned.nll(validation) == pytest.approx(min(scores.values()))
    assert len(set(scores.values())) == len(strengths)


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": 0},
        {"vocab_size": 0},
        {"strength": -1},
        {"strength": math.nan},
        {"strength": math.inf},
        {"smoothing": "kneser-ney"},
    ],
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=r"NGram: got order .* it needs"):
        NGram(**({"order": 2, "vocab_size": V} | wrong))
