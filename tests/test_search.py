import math

import pytest
import torch

from lessons_pkg import STOP_ID, UnknownCharacterError, beam_search, greedy
from tests.tiny import AB, NAMES, VOCAB, ab_model, exact, tiny_model, trained


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("start", ["", "b"])
def test_a_wide_beam_finds_the_exact_best(seed, start):
    model = ab_model(seed)
    ended = exact(model, 6, start=start)  # of these, the ones cut at 6 are not finished: leave them out
    ranked = sorted(((p, name) for name, p in ended.items() if len(name) < 6), reverse=True)
    found = beam_search(model, AB, width=500, start=start, max_length=5)
    assert len(found) == len(ranked)
    assert [s.name for s in found[:10]] == [name for _, name in ranked[:10]]
    assert [s.log_prob for s in found] == pytest.approx([math.log(p) for p, _ in ranked], abs=1e-4)
    narrow = beam_search(model, AB, width=4, start=start, max_length=5)
    assert len(narrow) <= 4
    assert narrow[0].log_prob <= found[0].log_prob + 1e-6


@pytest.mark.parametrize("start", ["", "h", "l", "ne"])
def test_greedy_takes_the_likeliest_symbol_at_each_step(start):
    name, log_prob = start, 0.0
    while True:
        logits, _ = trained()(torch.tensor([[STOP_ID, *VOCAB.encode(name)]]).T)
        best = logits[-1, 0].log_softmax(-1).max(0)
        log_prob += best.values.item()
        if best.indices == STOP_ID:
            break
        name += VOCAB.tokens[best.indices]
    found = greedy(trained(), VOCAB, start=start)
    assert found == (name, pytest.approx(log_prob, abs=1e-5))
    assert found == beam_search(trained(), VOCAB, width=1, start=start)[0]


def test_a_network_that_learned_names_by_heart_finds_them():
    found = beam_search(trained(), VOCAB, width=len(NAMES))
    assert {s.name for s in found} == set(NAMES)
    assert [s.log_prob for s in found] == sorted((s.log_prob for s in found), reverse=True)
    assert [s.name for s in beam_search(trained(), VOCAB, width=2, start="be")[:2]] in (["bea", "ben"], ["ben", "bea"])


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_used_in_evaluation_mode_and_left_as_found(training):
    model = tiny_model(4, dropout=0.9, scale=5).train(training)
    found = beam_search(model, VOCAB, width=3)
    assert model.training == training
    with pytest.raises(ValueError, match="does not know"):
        beam_search(model, VOCAB, start="z")
    assert model.training == training
    assert found == beam_search(model.eval(), VOCAB, width=3)


@pytest.mark.parametrize("search", [beam_search, greedy])
def test_a_start_that_cannot_be_is_refused(search):
    with pytest.raises(UnknownCharacterError, match=r"'hxz' holds \['x', 'z'\]"):
        search(tiny_model(), VOCAB, start="hxz")
    with pytest.raises(ValueError, match=r"the start 'a\\nb' holds a line break"):
        search(tiny_model(), VOCAB, start="a\nb")


class ByHand(torch.nn.Module):
    """A source written by hand: A or B, then A or B, then the end. Its state counts the symbols."""

    device = torch.device("cpu")
    tables = torch.tensor(
        [
            [[0, 0.6, 0.4]] * 3,  # first A with 0.6
            [[0, 0, 0], [0, 0.5, 0.5], [0, 0.9, 0.1]],  # after A both are as likely, after B comes A
            [[1.0, 0, 0]] * 3,
        ]
    )

    def forward(self, inputs, hidden=None):
        step = torch.zeros(1, inputs.shape[1], 1, dtype=torch.int64) if hidden is None else hidden[0] + 1
        return (self.tables[step.flatten(), inputs[0]] + 1e-9).log().unsqueeze(0), [step]


def test_greedy_is_not_the_most_probable():
    model = ByHand()
    assert greedy(model, AB).log_prob == pytest.approx(math.log(0.30), abs=1e-6)
    best, *_ = beam_search(model, AB, width=2)
    assert best.name == "ba"
    assert best.log_prob == pytest.approx(math.log(0.36), abs=1e-6)


def test_a_search_that_cannot_end_is_refused():
    with pytest.raises(ValueError, match="beam_search: got width 0"):
        beam_search(tiny_model(), VOCAB, width=0)
    with pytest.raises(ValueError, match="no name ended within 1 characters; raise max_length or width"):
        beam_search(ByHand(), AB, width=2, max_length=1)
