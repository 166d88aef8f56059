"""Each numbered equation of chapter 03; the label is in the test's name. The chapter's own functions are run."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import STOP_ID, Vocab, numpy_rnn, pad_names
from tests.chapter import functions

NO_INPUT = numpy_rnn.NO_INPUT
CHAPTER = functions(
    "03_recurrent_network",
    **{"np": np, "torch": torch, "nn": nn, "F": F, "numpy_rnn": numpy_rnn},
    **{"NO_INPUT": NO_INPUT, "STOP_ID": STOP_ID, "vocab": Vocab("ain")},
)
HAND = {  # the weights of the page
    "W_xh": np.array([[0.5, 1.5, 1.0, -1.5], [-1.0, 0.0, 0.5, 0.0]]),
    "W_hh": np.array([[0.0, 0.2], [1.5, 0.0]]),
    "b_h": np.array([0.1, -0.2]),
    "W_hy": np.array([[2.0, -2.0], [-2.0, -1.0], [-1.0, 0.5], [0.5, 2.5]]),
    "b_y": np.array([-1.5, 1.0, 0.0, 0.5]),
}
ANNA = [1, 3, 3, 1]
NAMES = st.lists(st.integers(1, 3), max_size=9)
BATCHES = st.lists(NAMES, min_size=2, max_size=5)
SEEDS = st.integers(0, 1000)


def weights(seed: int, V: int = 4, H: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    drawn = numpy_rnn.init_params(V, H, rng=rng, scale=0.8)
    return {name: value + 0.3 * rng.standard_normal(value.shape) for name, value in drawn.items()}


@given(NAMES, SEEDS)
def test_eq_network_state(name, seed):
    params, onehot = weights(seed), np.eye(4)
    _, _, hiddens, _, _ = CHAPTER.forward_name(params, name)
    assert not hiddens[0].any()
    for t, x in enumerate([np.zeros(4), *onehot[name]], 1):
        h = np.tanh(params["W_xh"] @ x + params["W_hh"] @ hiddens[t - 1] + params["b_h"])
        assert np.allclose(hiddens[t], h, rtol=0, atol=1e-12)
        assert np.allclose(CHAPTER.step(params, x, hiddens[t - 1]), h, rtol=0, atol=1e-12)


def test_eq_network_state_on_the_numbers_of_the_page():
    hiddens, _ = CHAPTER.read(HAND, ANNA)
    assert hiddens[1] == pytest.approx([0.0997, -0.1974], abs=5e-5)
    assert hiddens[2] == pytest.approx([0.9155, -0.0505], abs=5e-5)
    assert np.arctanh(hiddens[2]) == pytest.approx([1.5605, -0.0505], abs=5e-5)
    assert hiddens[1:, 1].round(2).tolist() == [-0.2, -0.05, 0.83, -0.91, -0.9]


@given(NAMES, SEEDS)
def test_eq_network_scores(name, seed):
    params = weights(seed)
    _, _, hiddens, probs, _ = CHAPTER.forward_name(params, name)
    z = hiddens[1:] @ params["W_hy"].T + params["b_y"]
    assert np.allclose(probs, np.exp(z) / np.exp(z).sum(1, keepdims=True), rtol=0, atol=1e-12)


def test_eq_network_scores_on_the_numbers_of_the_page():
    hiddens, probs = CHAPTER.read(HAND, ANNA)
    assert HAND["W_hy"][3] @ hiddens[2] + HAND["b_y"][3] == pytest.approx(0.83, abs=5e-3)
    assert probs[1].round(2).tolist() == [0.33, 0.1, 0.08, 0.49]


@given(NAMES, SEEDS)
def test_eq_network_name(name, seed):
    params = weights(seed)
    _, targets, _, probs, nll = CHAPTER.forward_name(params, name)
    assert targets == [*name, STOP_ID]
    assert np.exp(-nll) == pytest.approx(np.prod([p[y] for p, y in zip(probs, targets, strict=True)]))


def test_eq_network_name_sums_to_what_has_ended():
    params, total, open_names = weights(0), 0.0, [[]]
    for _ in range(5):  # all names of up to four letters, and those that go on
        total += sum(np.exp(-CHAPTER.forward_name(params, name)[4]) for name in open_names)
        open_names = [[*name, letter] for name in open_names for letter in (1, 2, 3)]
    going_on = 0.0
    for name in open_names:
        probs = CHAPTER.forward_name(params, name)[3]
        going_on += np.prod([p[y] for p, y in zip(probs[:-1], name, strict=True)])
    assert total + going_on == pytest.approx(1)


@pytest.mark.parametrize(("V", "H", "printed"), [(4, 2, 26), (27, 64, 7643), (27, 32, 2811)])
def test_eq_network_parameters(V, H, printed):
    count = sum(value.size for value in weights(0, V, H).values())
    assert count == H * V + H * H + H + V * H + V == printed


@given(SEEDS)
def test_eq_first_state(seed):
    params = weights(seed)
    first = numpy_rnn.forward(params, [[NO_INPUT, STOP_ID]]).hiddens[1]
    assert np.allclose(first[0], np.tanh(params["b_h"]))
    assert np.allclose(first[1], np.tanh(params["W_xh"][:, STOP_ID] + params["b_h"]))


@given(NAMES, SEEDS)
def test_eq_first_state_teaches_an_idle_column_nothing(name, seed):
    params = weights(seed)
    gradients = numpy_rnn.backward_name(params, numpy_rnn.forward_name(params, name))
    assert not gradients["W_xh"][:, STOP_ID].any()


@given(NAMES, SEEDS)
def test_eq_same_start(name, seed):
    params, letters = weights(seed), [[i] for i in name]
    if np.linalg.cond(params["W_hh"]) > 1e4:
        return
    h0 = np.linalg.solve(params["W_hh"], params["W_xh"][:, STOP_ID])
    by_state = numpy_rnn.forward(params, [[NO_INPUT], *letters], h0[None])
    by_symbol = numpy_rnn.forward(params, [[STOP_ID], *letters])
    assert np.allclose(by_state.probs, by_symbol.probs, rtol=0, atol=1e-9)


@given(BATCHES, SEEDS)
def test_eq_network_batch(names, seed):
    params = weights(seed)
    for first in (NO_INPUT, STOP_ID):
        inputs, targets, mask = CHAPTER.pad(names, first)
        if first == STOP_ID:
            for mine, theirs in zip((inputs, targets, mask), pad_names(names), strict=True):
                assert np.array_equal(mine, theirs)
            hiddens, probs = CHAPTER.forward(params, inputs)
        trace = numpy_rnn.forward(params, inputs)
        for b, name in enumerate(names):
            if first == NO_INPUT:
                alone = numpy_rnn.forward_name(params, name)
                assert np.allclose(trace.hiddens[: len(name) + 2, b], alone.hiddens, rtol=0, atol=1e-12)
            else:
                assert np.allclose(trace.hiddens, hiddens, rtol=0, atol=1e-12)
                _, nats = CHAPTER.surprises(params, [*name, STOP_ID])
                real = np.arange(len(name) + 1)
                assert np.allclose(-np.log(probs[real, b, targets[real, b]]), nats, rtol=0, atol=1e-12)


@given(BATCHES, SEEDS)
def test_eq_network_masked(names, seed):
    params = weights(seed)
    inputs, targets, mask = CHAPTER.pad(names)
    one_by_one = np.concatenate([CHAPTER.surprises(params, [*name, STOP_ID])[1] for name in names])
    trace = numpy_rnn.forward(params, inputs)
    assert numpy_rnn.loss(trace, targets, numpy_rnn.token_weights(mask)) == pytest.approx(one_by_one.mean())


@given(st.lists(st.integers(1, 3), min_size=1, max_size=9), SEEDS)
def test_torch_loop_and_module_agree_with_numpy(name, seed):
    params = weights(seed)
    probs = CHAPTER.forward_name(params, name)[3]
    for by_torch in (CHAPTER.torch_loop, CHAPTER.torch_module):
        assert np.allclose(by_torch(params, name), probs, rtol=0, atol=1e-12)


def test_own_letters_are_fed_when_asked_for():
    params = weights(1)
    fed, nats = CHAPTER.surprises(params, [1, 2, 0], np.argmax)
    told, _ = CHAPTER.surprises(params, [3, 3, 3], np.argmax)
    assert fed == told  # whatever is scored
    true, by_name = CHAPTER.surprises(params, [1, 2, 0])
    assert true == [0, 1, 2]
    assert nats[0] == by_name[0]


def test_collect_counts_letters_from_the_one_just_read():
    params, names = weights(0), [[1, 2, 3], [2]]
    reading = CHAPTER.read_all(params, names)
    states, letter, read = CHAPTER.collect(*reading)
    assert letter.tolist() == [1, 2, 2, 3]
    assert read.tolist() == [1, 1, 2, 3]
    assert np.allclose(states[3], numpy_rnn.forward(params, [[0], [1], [2], [3]]).hiddens[-1, 0])
    assert CHAPTER.collect(*reading, 1)[1].tolist() == [1, 2]
    assert CHAPTER.collect(*reading, 2)[2].tolist() == [3]


def test_read_out_finds_a_linear_map():
    rng = np.random.default_rng(0)
    states, true = rng.standard_normal((50, 3)), rng.standard_normal((3, 2))
    told = CHAPTER.read_out(states, states @ true + 4)
    assert np.allclose(told(states[:5] + 1), (states[:5] + 1) @ true + 4)
