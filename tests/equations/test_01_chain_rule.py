"""Each numbered equation of chapter 01; the label is in the test's name. The chapter's own functions are run."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import product
from math import exp, log, prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_pkg import NGram, Vocab, cross_entropy, entropy, perplexity
from tests.chapter import functions

CHAPTER = functions(
    "01_chain_rule",
    **{"Counter": Counter, "Fraction": Fraction, "defaultdict": defaultdict, "product": product, "prod": prod},
    **{"np": np, "cross_entropy": cross_entropy, "entropy": entropy},
)
FEW = ["anna", "ana", "nina", "ian"]
SYMBOLS = ".ain"
VOCAB = Vocab("ain")
NAMES = st.lists(st.text("ain", min_size=1, max_size=5), min_size=2, max_size=8)
SHARES = st.lists(st.floats(0.01, 1), min_size=2, max_size=6).map(lambda w: np.array(w) / sum(w))


def pieces(names: list[str], order: int) -> list[tuple[str, str]]:
    """Return every context of a list, with what followed it, found another way than the chapter's."""
    lines = [("." * (order - 1) + name + ".", len(name) + 1) for name in names]
    return [(line[t : t + order - 1], line[t + order - 1]) for line, count in lines for t in range(count)]


def encoded(names: list[str]) -> list[list[int]]:
    return [VOCAB.encode(name) for name in names]


@given(NAMES)
def test_eq_chain_rule(names):
    for name in names:
        assert prod(CHAPTER.whole_memory(names, name)) == Fraction(names.count(name), len(names))


def test_eq_chain_rule_by_hand():
    assert CHAPTER.whole_memory(FEW, "anna") == [Fraction(2, 4), 1, Fraction(1, 2), 1, 1]
    assert CHAPTER.whole_memory(FEW, "nia")[2] == 0


@given(NAMES, st.integers(1, 4))
def test_eq_ngram(names, order):
    table = CHAPTER.count(names, order)
    seen, contexts = Counter(pieces(names, order)), Counter(context for context, _ in pieces(names, order))
    expected = [Fraction(seen[piece], contexts[piece[0]]) for piece in pieces(names[:1], order)]
    assert CHAPTER.factors(table, names[0]) == expected


def test_eq_ngram_by_hand():
    table = CHAPTER.count(FEW, 2)
    assert {c: [table[c][x] for x in SYMBOLS] for c in SYMBOLS} == {
        ".": [0, 2, 1, 1],
        "a": [3, 0, 0, 3],
        "i": [0, 1, 0, 1],
        "n": [1, 3, 1, 1],
    }
    assert prod(CHAPTER.factors(table, "anna")) == prod(CHAPTER.factors(table, "nia")) == Fraction(1, 96)


@given(NAMES)
def test_eq_stop_sum(names):
    table = CHAPTER.count(names, 1)
    stop = table[""]["."] / table[""].total()
    by_length = [CHAPTER.sum_over_names(table, length) for length in range(5)]
    assert by_length == pytest.approx([(1 - stop) ** k * stop for k in range(5)])
    assert sum((1 - stop) ** k * stop for k in range(2000)) == pytest.approx(1)


@given(NAMES, st.integers(1, 4))
def test_eq_surprise(names, order):
    model = NGram(order, len(VOCAB)).fit(encoded(names))
    costs = model.token_nll(VOCAB.encode(names[0]))
    whole = prod(model.probs(VOCAB.encode(names[0][:t]))[i] for t, i in enumerate([*VOCAB.encode(names[0]), 0]))
    assert costs.sum() == pytest.approx(-log(whole))
    assert len(costs) == len(names[0]) + 1


@given(NAMES, st.integers(1, 3))
def test_eq_nll(names, order):
    model = NGram(order, len(VOCAB)).fit(encoded(FEW))
    costs = [model.token_nll(name) for name in encoded(names)]
    assert model.nll(encoded(names)) == pytest.approx(sum(map(np.sum, costs)) / sum(len(name) + 1 for name in names))


@given(st.integers(1, 60))
def test_eq_perplexity(sides):
    assert perplexity(log(sides)) == pytest.approx(sides)
    assert perplexity(float(entropy(np.full(sides, 1 / sides)))) == pytest.approx(sides)


def test_eq_perplexity_takes_the_mean_first():
    assert perplexity((1 + 5) / 2) == pytest.approx(20.09, abs=0.005)
    assert (exp(1) + exp(5)) / 2 == pytest.approx(75.57, abs=0.005)
    assert perplexity(np.average([4, 4, 1], weights=[35, 35, 1])) == pytest.approx(52.3, abs=0.05)


@given(SHARES, st.integers(0, 99))
def test_eq_entropy_plus_kl(p, seed):
    q = np.random.default_rng(seed).dirichlet(np.ones(len(p)))
    assume(q.min() > 1e-9)
    divergence = np.sum(p * np.log(p / q))
    assert cross_entropy(p, q) == pytest.approx(entropy(p) + divergence)
    assert divergence >= -1e-12


@given(NAMES, st.integers(1, 3), st.integers(0, 99))
def test_eq_count_share(names, order, seed):
    model = NGram(order, len(VOCAB), smoothing="add-k", strength=0).fit(encoded(names))
    table = CHAPTER.count(names, order)
    for context, counts in model.counts.items():
        seen = table["".join(SYMBOLS[i] for i in context)]
        assert (counts / counts.sum()).tolist() == pytest.approx([seen[x] / seen.total() for x in SYMBOLS])
    best = model.nll(encoded(names))
    rng = np.random.default_rng(seed)
    for context, counts in model.counts.items():  # no other distribution in this context fits better
        model.counts[context] = rng.dirichlet(np.ones(len(VOCAB)))
        assert model.nll(encoded(names)) >= best - 1e-12
        model.counts[context] = counts


@given(NAMES, st.floats(0.01, 5))
def test_eq_add_k(names, k):
    model = NGram(2, len(VOCAB), smoothing="add-k", strength=k).fit(encoded(names))
    seen = CHAPTER.count(names, 2)["a"]
    assert model.probs(VOCAB.encode("na")) == pytest.approx([(seen[x] + k) / (seen.total() + 4 * k) for x in SYMBOLS])


def test_eq_add_k_by_hand():
    by_hand = NGram(2, 4, smoothing="add-k", strength=1).fit(encoded(FEW)).probs(VOCAB.encode("i"))
    assert by_hand[VOCAB.ids["i"]] == pytest.approx(1 / 6)
    assert by_hand[VOCAB.ids["a"]] == pytest.approx(1 / 3)


@given(NAMES, st.text("ain", max_size=5), st.integers(1, 6))
def test_eq_witten_bell(names, context, s):
    tables = [CHAPTER.count(names, n) for n in (1, 2, 3)]
    ours = CHAPTER.witten_bell(tables, (".." + context)[-2:], SYMBOLS, s)
    model = NGram(3, len(VOCAB), strength=s).fit(encoded(names))
    assert sum(ours.values()) == 1
    assert [float(ours[x]) for x in SYMBOLS] == pytest.approx(model.probs(VOCAB.encode(context)).tolist())


def test_eq_witten_bell_by_hand():
    ours = CHAPTER.witten_bell([CHAPTER.count(FEW, 1), CHAPTER.count(FEW, 2)], "i", SYMBOLS, 1)
    assert ours == {".": Fraction(5, 44), "a": Fraction(9, 22), "i": Fraction(3, 44), "n": Fraction(9, 22)}


@given(st.integers(0, 99))
def test_eq_entropy_rate(seed):
    rng = np.random.default_rng(seed)
    P = rng.dirichlet(np.ones(4), size=4)
    pi = np.linalg.matrix_power(P, 500)[0]
    assert pi @ P == pytest.approx(pi)
    joint = np.zeros(4**3).reshape(4, 4, 4)  # three steps of the chain, once it has forgotten its start
    for a, b, c in product(range(4), repeat=3):
        joint[a, b, c] = pi[a] * P[a, b] * P[b, c]
    more = entropy(joint.ravel()) - entropy(joint.sum(2).ravel())  # what one more symbol adds
    assert pi @ entropy(P) == pytest.approx(more)
    assert pi @ entropy(P) <= entropy(pi) + 1e-12


def test_eq_entropy_rate_is_the_floor_of_every_model():
    P = np.random.default_rng(3).dirichlet(np.ones(4), size=4)
    source = NGram(2, 4, smoothing="add-k", strength=0)
    source.counts.update({(i,): row for i, row in enumerate(P)})
    names = source.sample(3000, rng=np.random.default_rng(0))
    floor = np.linalg.matrix_power(P, 500)[0] @ entropy(P)
    assert source.nll(names) == pytest.approx(floor, abs=0.03)
    assert gap_of(source, source, names[:20]) == pytest.approx(0)
    poor, right, rich = (gap_of(source, NGram(n, 4).fit(names), names[:200]) for n in (1, 2, 5))
    assert 0 < right < 0.005 < rich < 0.05 < poor


def gap_of(source: NGram, model: NGram, names: list) -> float:
    """Run the chapter's ``gap``, which reads the source from its notebook."""
    function = CHAPTER.gap
    function.__globals__["village"] = source
    return function(model, names)


def test_sum_over_names_and_mean_within_names_are_two_questions():
    model = NGram(1, 3, smoothing="add-k", strength=0).fit([[1], [2, 2, 2]])  # a, bbb
    stop = model.probs([])[0]
    assert (stop, (1 - stop) / stop) == pytest.approx((1 / 3, 2))
    within = (1 / 2 + 1 / 4) / 2  # the share of stops, each name weighing one
    assert (within, (1 - within) / within) == pytest.approx((3 / 8, 5 / 3))
