import itertools
import math
from collections import Counter

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_pkg import (
    UNKNOWN,
    UnknownCharacterError,
    Vocab,
    entropy,
    greedy,
    next_distribution,
    sample_names,
    sample_text,
)
from lessons_pkg.models import CELLS
from lessons_pkg.tokenizer import LEVELS
from tests.tiny import AB, NAMES, VOCAB, ab_model, exact, seeded, tale, tiny_model, trained, trained_on_tale

scores = st.lists(st.integers(-3, 3), min_size=2, max_size=7)  # whole numbers, so that ties are common
temperatures = st.sampled_from([1e-4, 0.3, 1.0, 2.5, 100.0])


def slow_distribution(logits, temperature, top_k, top_p):
    """What ``next_distribution`` promises, with plain numbers and loops."""
    weights = [math.exp((z - max(logits)) / temperature) for z in logits]
    ranked = sorted(range(len(logits)), key=lambda i: (-weights[i], i))[:top_k]
    total, before, kept = sum(weights[i] for i in ranked), 0.0, []
    for i in ranked:
        assume(top_p is None or abs(before - top_p) > 1e-9)  # a border that rounding decides is no test
        if top_p is None or before < top_p:
            kept.append(i)
        before += weights[i] / total
    total = sum(weights[i] for i in kept)
    return [weights[i] / total if i in kept else 0.0 for i in range(len(logits))]


@given(scores, temperatures, st.none() | st.integers(1, 9), st.none() | st.floats(0.01, 1))
def test_the_distribution_is_what_it_promises(logits, temperature, top_k, top_p):
    p = next_distribution(torch.tensor(logits).double(), temperature=temperature, top_k=top_k, top_p=top_p)
    assert p.tolist() == pytest.approx(slow_distribution(logits, temperature, top_k, top_p), abs=1e-12)


@given(st.lists(scores.map(lambda s: (s * 4)[:7]), min_size=2, max_size=3), temperatures, st.integers(1, 9))
def test_many_distributions_at_once_are_those_one_by_one(rows, temperature, top_k):
    logits = torch.tensor(rows).float()
    together = next_distribution(logits, temperature=temperature, top_k=top_k, top_p=0.83)
    alone = [next_distribution(row, temperature=temperature, top_k=top_k, top_p=0.83) for row in logits]
    torch.testing.assert_close(together, torch.stack(alone))
    torch.testing.assert_close(together.sum(-1), torch.ones(len(rows)))
    assert next_distribution(logits.unsqueeze(1), temperature=temperature).shape == (len(rows), 1, 7)


@given(scores, temperatures, temperatures)
def test_a_temperature_never_reorders(logits, cold, hot):
    logits = torch.tensor(logits).float()
    for temperature in (cold, hot):
        p = next_distribution(logits, temperature=temperature)
        for i, j in itertools.permutations(range(len(logits)), 2):
            if logits[i] >= logits[j]:
                assert p[i] >= p[j]


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=7), st.floats(0.1, 10), st.floats(0.1, 10))
def test_a_higher_temperature_is_never_less_uncertain(logits, one, other):
    cold, hot = sorted([one, other])
    before, after = (entropy(next_distribution(torch.tensor(logits).double(), temperature=t)) for t in (cold, hot))
    assert after >= before - 1e-9


@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 1e-45, 1e-300, 5e-324])
def test_a_tiny_temperature_leaves_the_best_and_shares_between_equals(temperature):
    logits = torch.tensor([[3.0, -80.0, 2.9], [5.0, 5.0, -1e4]])
    p = next_distribution(logits, temperature=temperature)
    assert p.tolist() == [[1, 0, 0], [0.5, 0.5, 0]]
    assert next_distribution(logits, temperature=temperature, top_k=1).tolist() == [[1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("temperature", [1e6, 1e300])
def test_an_enormous_temperature_is_uniform(temperature):
    p = next_distribution(torch.tensor([[3.0, -8.0, 2.9, 0.0]]), temperature=temperature)
    assert p[0].tolist() == pytest.approx([0.25] * 4, abs=1e-5)


@pytest.mark.parametrize("top_p", [1e-9, 1e-60, 5e-324])  # 32 bits take the last two for zero
def test_a_tiny_top_p_keeps_the_likeliest(top_p):
    assert next_distribution(torch.tensor([0.0, 2.0, 1.0]), top_p=top_p).tolist() == [0, 1, 0]


def test_a_token_that_was_ruled_out_stays_ruled_out():
    p = next_distribution(torch.tensor([0.0, -math.inf, 0.0]), temperature=0.5, top_k=3, top_p=1)
    assert p.tolist() == [0.5, 0, 0.5]


def test_of_equals_the_lower_id_is_kept():
    logits = torch.tensor([[0.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0]])
    assert (next_distribution(logits, top_k=2) > 0).tolist() == [[False, True, True, False], [True, True, False, False]]
    assert (next_distribution(logits[1], top_p=0.5) > 0).tolist() == [True, True, False, False]
    assert (next_distribution(logits[1], top_p=0.51) > 0).tolist() == [True, True, True, False]


@given(st.lists(st.floats(-4, 4), min_size=2, max_size=7))
def test_settings_that_keep_everything_change_nothing(logits):
    logits = torch.tensor(logits)
    own = logits.softmax(-1)
    for settings in ({}, {"top_k": len(logits)}, {"top_k": 10**6}, {"top_p": 1.0}, {"temperature": 1.0}):
        torch.testing.assert_close(next_distribution(logits, **settings), own, atol=1e-6, rtol=1e-6)


def test_a_top_p_of_one_keeps_even_what_rounding_would_lose():
    logits = 4 * torch.randn((300, 27), generator=torch.Generator().manual_seed(0))
    assert torch.equal(next_distribution(logits, top_p=1.0), logits.softmax(-1))
    assert (next_distribution(logits, top_k=20, top_p=1.0) > 0).sum(-1).tolist() == [20] * 300


def test_the_logits_are_left_alone():
    logits = torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
    before = logits.clone()
    next_distribution(logits, temperature=0.5, top_k=2, top_p=0.7)
    assert torch.equal(logits, before)


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": t} for t in (0, -1, math.inf, -math.inf, math.nan)]
    + [{"top_k": k} for k in (0, -3)]
    + [{"top_p": p} for p in (0, -0.1, 1.5, math.nan, math.inf)],
)
def test_impossible_settings_are_refused(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"next_distribution: got {name} {value}; it must be"):
        next_distribution(torch.zeros(2, 3), **wrong)
    with pytest.raises(ValueError, match=f"got {name} {value}"):
        sample_names(tiny_model(), VOCAB, 2, **wrong)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"temperature": 0.5},
        {"temperature": 2.0, "top_k": 2},
        {"top_p": 0.7, "min_length": 1},
        {"start": "b", "temperature": 1.5},
        {"start": "a", "min_length": 3},
    ],
)
def test_names_come_as_often_as_their_probability_says(settings):
    model, count = ab_model(), 8000
    expected = exact(model, 3, **settings)
    assert sum(expected.values()) == pytest.approx(1)
    assert len([p for p in expected.values() if p > 0.01]) > 2
    names = sample_names(model, AB, count, max_length=3, batch_size=3000, generator=seeded(7), **settings)
    found = Counter(names)
    assert found.keys() <= {name for name, p in expected.items() if p}
    common = [name for name, p in expected.items() if count * p >= 5]
    chi_square = sum((found[name] - count * expected[name]) ** 2 / (count * expected[name]) for name in common)
    freedom = len(common)
    assert chi_square < freedom + 4 * math.sqrt(2 * freedom) + 6


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_sampling_repeats_with_its_generator(cell):
    model = tiny_model(cell=cell, layers=2)
    first, again, other = (sample_names(model, VOCAB, 20, generator=seeded(seed)) for seed in (1, 1, 2))
    assert first == again != other
    state = torch.get_rng_state()
    sample_names(model, VOCAB, 5, generator=seeded())
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("count", "batch_size"), [(1, 1), (5, 2), (6, 3), (7, 100)])
def test_there_are_as_many_names_as_asked_for(count, batch_size):
    assert len(sample_names(tiny_model(), VOCAB, count, batch_size=batch_size, generator=seeded())) == count


def test_names_are_of_the_vocabulary_and_no_longer_than_allowed():
    names = sample_names(tiny_model(), VOCAB, 300, max_length=4, generator=seeded())
    assert {len(name) for name in names} == {0, 1, 2, 3, 4}
    assert set("".join(names)) <= set(VOCAB.tokens[1:])


def test_every_name_begins_with_the_start():
    names = sample_names(tiny_model(), VOCAB, 50, start="ha", max_length=5, generator=seeded())
    assert all(name.startswith("ha") for name in names)
    assert len(set(names)) > 10
    assert max(map(len, names)) == 5


def test_without_choice_sampling_is_greedy():
    best = greedy(trained(), VOCAB)
    for settings in ({"top_k": 1}, {"temperature": 1e-6}, {"top_p": 1e-9}):
        assert sample_names(trained(), VOCAB, 3, generator=seeded(), **settings) == [best.name] * 3


def test_a_network_that_learned_names_by_heart_says_them():
    found = Counter(sample_names(trained(), VOCAB, 400, generator=seeded()))
    assert sum(found[name] for name in NAMES) > 320
    assert all(found[name] > 10 for name in NAMES)


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_used_in_evaluation_mode_and_left_as_found(training):
    model = tiny_model(dropout=0.9, scale=5).train(training)
    names = sample_names(model, VOCAB, 10, generator=seeded())
    assert model.training == training
    with pytest.raises(ValueError, match="does not know"):
        sample_names(model, VOCAB, 2, start="z")
    assert model.training == training
    assert names == sample_names(model.eval(), VOCAB, 10, generator=seeded())


def test_a_start_that_cannot_be_is_refused():
    with pytest.raises(UnknownCharacterError, match=r"'hxz' holds \['x', 'z'\]"):
        sample_names(tiny_model(), VOCAB, 2, start="hxz")
    with pytest.raises(ValueError, match=r"the start 'a\\nb' holds a line break"):
        sample_names(tiny_model(), VOCAB, 2, start="a\nb")


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": -1}, {"max_length": 0}, {"batch_size": 0}])
def test_impossible_amounts_are_refused(wrong):
    with pytest.raises(ValueError, match=r"sample_names: got count .* each must be at least 1"):
        sample_names(tiny_model(), VOCAB, **({"count": 2} | wrong))


@pytest.mark.parametrize("wrong", [{"min_length": -1}, {"min_length": 5}, {"start": "hannah", "min_length": 0}])
def test_impossible_lengths_are_refused(wrong):
    with pytest.raises(ValueError, match=r"sample_names: got min_length .* nor the start longer than max_length"):
        sample_names(tiny_model(), VOCAB, 2, max_length=4, **wrong)


LINES = "the cat saw the dog .\na dog saw a cat .\n"


def writer(level="word", seed=0, **settings):
    """Return an untrained network of text with uneven distributions, and its vocabulary."""
    vocab = Vocab.from_text(LINES, level=level)
    return tiny_model(seed, vocab_size=len(vocab), scale=4, **settings), vocab


def slow_text(model, vocab, length, start, generator, **settings):
    """Draw token by token; before each, read everything from the beginning."""
    ids = [0, *[vocab.ids.get(token, vocab.ids[UNKNOWN]) for token in start]]
    given = len(ids)
    with torch.no_grad():
        for _ in range(length):
            logits = model(torch.tensor(ids).unsqueeze(1))[0][-1, 0].clone()
            logits[vocab.ids[UNKNOWN]] = -math.inf
            ids.append(torch.multinomial(next_distribution(logits, **settings), 1, generator=generator).item())
    return [*start, *(vocab.tokens[i] for i in ids[given:])]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("start", [[], ["the", "cat"], ["the", "\n"], ["bats"]])
def test_text_is_drawn_from_all_that_stands_before_it(cell, start):
    model, vocab = writer("token", cell=cell, context=3)
    model.double()
    expected = slow_text(model, vocab, 30, start, seeded(5), temperature=1.3, top_k=6)
    joined = vocab.tokenizer.join(start)
    text = sample_text(model, vocab, 30, start=joined, temperature=1.3, top_k=6, generator=seeded(5))
    assert text == vocab.tokenizer.join(expected)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("start", ["", "the cat", "the ", "the cat\n", "\n"])
def test_text_begins_with_its_start_and_goes_on_in_its_line(level, start):
    model, vocab = writer(level, seed=1)
    text = sample_text(model, vocab, 12, start=start, generator=seeded())
    split = vocab.tokenizer.split
    assert split(text)[:1] == split(start)[:1] or not start
    assert text.startswith(start.strip(" ") if level != "token" else start.strip())
    if level == "char":
        assert len(text) == len(start) + 12
    if level == "token" and start == "the cat":  # a line that the start left open is not ended for it
        texts = [sample_text(model, vocab, 1, start=start, generator=seeded(seed)) for seed in range(40)]
        assert any(not one.startswith("the cat\n") for one in texts)


@pytest.mark.parametrize("level", LEVELS)
def test_the_unknown_token_is_never_drawn(level):
    model, vocab = writer(level)
    with torch.no_grad():
        model.output.bias[vocab.ids[UNKNOWN]] = 50.0  # it would be drawn every time
    assert UNKNOWN not in sample_text(model, vocab, 200, generator=seeded())


def test_a_start_may_hold_what_the_vocabulary_lacks():
    model, vocab = writer()
    text = sample_text(model, vocab, 5, start="The zebra saw", generator=seeded())
    assert text.startswith("The zebra saw")
    same = sample_text(model, vocab, 5, start="Three bats saw", generator=seeded())  # read as <unk> <unk> saw
    assert text.removeprefix("The zebra saw") == same.removeprefix("Three bats saw")


def test_text_repeats_with_its_generator_and_leaves_the_global_one_alone():
    model, vocab = writer(dropout=0.5)
    model.train()
    state = torch.get_rng_state()
    first, again, other = (sample_text(model, vocab, 40, generator=seeded(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


def test_a_trained_model_writes_its_kind_of_text():
    text = sample_text(trained_on_tale(), tale().vocab, 2000, generator=seeded())
    assert 0.1 < text.count(" ") / len(text) < 0.3
    likeliest = sample_text(trained_on_tale(), tale().vocab, 200, top_k=1)
    assert len(set(likeliest.split())) < len(set(text[:200].split()))  # without choice it goes round in circles


@pytest.mark.parametrize("length", [0, -1])
def test_no_text_is_refused(length):
    with pytest.raises(ValueError, match=f"sample_text: got length {length}; it must be at least 1"):
        sample_text(*writer(), length)


@pytest.mark.parametrize("wrong", [{"temperature": 0}, {"top_k": 0}, {"top_p": 1.5}])
def test_text_refuses_what_names_refuse(wrong):
    model, vocab = writer()
    model.train()
    with pytest.raises(ValueError, match="next_distribution: got "):
        sample_text(model, vocab, 3, **wrong)
    assert model.training
