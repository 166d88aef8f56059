"""Each numbered equation of chapter 11; the label is in the test's name. The chapter's own functions are run."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import RNNLM, data_path, load_checkpoint
from lessons_pkg.attention import AttentionBlock
from tests.chapter import functions

VOCAB = range(61)  # the chapter asks for its length alone
CHAPTER = functions("11_lstm_gru_attention", np=np, torch=torch, nn=nn, RNNLM=RNNLM, vocab=VOCAB)
SEEDS = st.integers(0, 2**32 - 1)


def case(seed: int) -> tuple[torch.Generator, int, int, int, int]:
    """Return a generator and random sizes T, B, E, H."""
    generator = torch.Generator().manual_seed(seed % 2**31)
    return generator, *(int(n) for n in torch.randint(1, 6, (4,), generator=generator))


def weights_of(layer: nn.RNNBase, generator: torch.Generator) -> tuple[torch.Tensor, ...]:
    """Return the layer's W, U and both biases, drawn anew, with numbers that saturate some gates."""
    with torch.no_grad():
        for weight in layer.parameters():
            weight.normal_(generator=generator)
    return layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0


@given(SEEDS)
def test_eq_lstm_gates(seed):
    """The gates of the chapter's step are those of the equation, gate by gate."""
    generator, _, B, E, H = case(seed)
    W, U, b, _ = weights_of(nn.LSTM(E, H).double(), generator)
    x, h, c = (torch.randn(B, n, generator=generator, dtype=torch.float64) for n in (E, H, H))
    _, after, gates = CHAPTER.lstm_step(x, h, c, W, U, b)
    rows = [slice(k * H, (k + 1) * H) for k in range(4)]
    i, f, g, o = (x @ W[row].T + h @ U[row].T + b[row] for row in rows)
    for gate, expected in zip(gates, (i, f, o), strict=True):
        torch.testing.assert_close(gate, expected.sigmoid())
    torch.testing.assert_close(after, f.sigmoid() * c + i.sigmoid() * g.tanh())


@given(SEEDS)
def test_eq_lstm_state(seed):
    """What the rest of the network sees is o tanh(c), and the whole step is torch's."""
    generator, T, B, E, H = case(seed)
    layer = nn.LSTM(E, H).double()
    W, U, b, b_h = weights_of(layer, generator)
    x = torch.randn(T, B, E, generator=generator, dtype=torch.float64)
    h = c = torch.zeros(B, H, dtype=torch.float64)
    for t in range(T):
        h, c, (_, _, o) = CHAPTER.lstm_step(x[t], h, c, W, U, b + b_h)
        torch.testing.assert_close(h, o * c.tanh())
    out, (h_torch, c_torch) = layer(x)
    torch.testing.assert_close(h, h_torch[0])
    torch.testing.assert_close(c, c_torch[0])
    torch.testing.assert_close(out[-1], h)


@given(SEEDS)
def test_eq_cell_with_coupled_gates_is_a_mean(seed):
    generator, _, B, E, H = case(seed)
    W, U, b, _ = weights_of(nn.LSTM(E, H), generator)
    x, h, c = torch.randn(B, E, generator=generator), torch.zeros(B, H), torch.zeros(B, H)
    for _ in range(20):
        h, c, (i, f, _) = CHAPTER.coupled_step(x, h, c, W, U, b)
        torch.testing.assert_close(i + f, torch.ones(B, H))
    assert (c.abs() <= 1 + 1e-6).all()


def test_eq_forget_product():
    for steps in (1, 7, 30):
        J, product = CHAPTER.cell_gradient(0, steps)
        torch.testing.assert_close(J, torch.diag(product))
    J, product = CHAPTER.cell_gradient(1)
    assert np.linalg.norm(J, 2) > 10 * product.max()


@given(st.floats(-3, 8))
def test_eq_half_life(bias):
    f = 1 / (1 + np.exp(-bias))
    assert f ** (np.log(2) / -np.log(f)) == pytest.approx(0.5)


def test_eq_half_life_on_the_numbers_of_the_chapter():
    f = 1 / (1 + np.exp(-np.array([0, 1, 3, 5])))
    assert (np.log(2) / -np.log(f))[[1, 3]] == pytest.approx([2.2, 103], rel=0.01)
    assert f**100 == pytest.approx([8e-31, 2.5e-14, 0.0078, 0.51], rel=0.02)
    f = 2 ** (-1 / 1000)  # question 1
    assert np.log(f / (1 - f)) == pytest.approx(7.27, abs=5e-3)


@given(SEEDS)
def test_eq_gru(seed):
    generator, T, B, E, H = case(seed)
    layer = nn.GRU(E, H).double()
    weights = weights_of(layer, generator)
    x = torch.randn(T, B, E, generator=generator, dtype=torch.float64)
    h = torch.zeros(B, H, dtype=torch.float64)
    for t in range(T):
        h, z = CHAPTER.gru_step(x[t], h, *weights)
        assert ((z > 0) & (z < 1)).all()
    torch.testing.assert_close(h, layer(x)[1][0])


def test_eq_gru_of_the_paper_is_another_network():
    generator = torch.Generator().manual_seed(0)
    weights = weights_of(nn.GRU(3, 4), generator)
    x, h = torch.randn(2, 3, generator=generator), torch.randn(2, 4, generator=generator)
    ours, paper = CHAPTER.gru_step(x, h, *weights)[0], CHAPTER.paper_step(x, h, *weights)[0]
    assert (ours - paper).abs().max() > 0.1
    no_bias = (*weights[:3], torch.zeros(12))  # from a zero state and without a second bias they agree
    torch.testing.assert_close(CHAPTER.gru_step(x, 0 * h, *no_bias)[0], CHAPTER.paper_step(x, 0 * h, *no_bias)[0])


@given(SEEDS, st.integers(1, 9))
def test_eq_attention(seed, context):
    generator, T, _, _, H = case(seed)
    block = AttentionBlock(H, H, heads=1, context=context).double()
    with torch.no_grad():
        for weight in block.parameters():
            weight.normal_(generator=generator)
    x = torch.randn(T, H, generator=generator, dtype=torch.float64)
    made = block.query_key_value
    weights, mixed = CHAPTER.one_head(x, made.weight, made.bias, block.distance[0])
    query, key, value = made(x.unsqueeze(1)).chunk(3, dim=-1)
    torch.testing.assert_close(weights, block.attention(query, key)[0, 0])
    torch.testing.assert_close(mixed, block.attend(query, key, value)[:, 0])
    for t in range(T):
        assert (weights[t] > 0).tolist() == [t - context < j <= t for j in range(T)]


@given(st.integers(1, 3), st.integers(1, 5))
def test_eq_attention_reach(layers, context):
    model = CHAPTER.network("attention", layers=layers, context=context, hidden_size=8).double()
    x = torch.randn(20, 1, 32, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    y = x
    for layer in model.rnn:
        y, _ = layer(y)
    (gradient,) = torch.autograd.grad(y[-1].pow(3).sum(), x)
    assert int((gradient.abs().sum((1, 2)) > 0).sum()) == 1 + layers * (context - 1)


def test_the_networks_that_the_chapter_watches_are_those_that_its_commands_make():
    lstm, attention = (load_checkpoint(data_path(f"tales-{kind}.pt")) for kind in ("lstm", "attention"))
    assert (lstm.model.config.cell, lstm.model.config.hidden_size) == ("lstm", 64)
    shape = attention.model.config
    assert (shape.cell, shape.layers, shape.heads, shape.context, shape.hidden_size) == ("attention", 1, 4, 64, 48)
    assert [c.notes["config"]["epochs"] for c in (lstm, attention)] == [8, 5]
    assert [c.notes["config"]["lr"] for c in (lstm, attention)] == [0.01, 0.005]
