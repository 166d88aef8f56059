"""Each numbered equation of chapter 02; the label is in the test's name. The chapter's own functions are run."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import RNNLM, Vocab
from tests.chapter import functions

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
CHAPTER = functions(
    "02_onehot_vs_embeddings",
    **{"np": np, "torch": torch, "F": F, "itertools": itertools},
    **{"V": 27, "vocab": Vocab(ALPHABET), "letters": list(ALPHABET)},
)
SCORES = st.lists(st.floats(-20, 20), min_size=2, max_size=8)
IDS = st.lists(st.integers(0, 6), min_size=1, max_size=12)


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def onehot(ids, size: int = 7) -> torch.Tensor:
    return torch.tensor([[float(i == c) for i in range(size)] for c in ids], dtype=torch.float64)


@given(IDS)
def test_eq_onehot(ids):
    assert torch.equal(F.one_hot(torch.tensor(ids), 7).double(), onehot(ids))
    distances = torch.cdist(onehot(range(7)), onehot(range(7)))
    assert torch.allclose(distances, 2**0.5 * (1 - torch.eye(7, dtype=torch.float64)))


@given(IDS)
def test_eq_lookup(ids):
    table = random(7, 3)
    assert torch.equal(onehot(ids) @ table, table[ids])
    assert torch.equal(F.embedding(torch.tensor(ids), table), table[ids])


@pytest.mark.parametrize(("size", "flops", "memory"), [(27, 442_368, 27_648), (50_000, 819_200_000, 51_200_000)])
def test_eq_onehot_flops(size, flops, memory):
    from torch.utils.flop_counter import FlopCounterMode

    X, ids = torch.zeros(256, size), torch.zeros(256, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter:
        _ = X @ torch.zeros(size, 32)
    assert counter.get_total_flops() == 2 * 256 * size * 32 == flops
    assert X.numel() * X.element_size() == 4 * 256 * size == memory
    assert ids.numel() * ids.element_size() == 8 * 256
    with FlopCounterMode(display=False) as counter:
        _ = torch.zeros(size, 32)[ids]
    assert counter.get_total_flops() == 0


def table_gradient(ids, G: torch.Tensor) -> torch.Tensor:
    table = torch.zeros(7, G.shape[1], dtype=torch.float64, requires_grad=True)
    (table[ids] * G).sum().backward()
    return table.grad


@given(IDS)
def test_eq_row_gradient(ids):
    G = random(len(ids), 3)
    assert torch.allclose(onehot(ids).T @ G, table_gradient(ids, G))


@given(IDS)
def test_eq_scatter_add(ids):
    G = random(len(ids), 3)
    own = CHAPTER.scatter_add(ids, G.numpy(), 7)
    assert np.allclose(own, table_gradient(ids, G))
    for v in range(7):
        assert np.allclose(own[v], sum((G[t].numpy() for t, c in enumerate(ids) if c == v), np.zeros(3)))
    assert not own[[v for v in range(7) if v not in ids]].any()


def test_eq_scatter_add_on_the_numbers_of_the_chapter():
    G = np.array([[1.0, 0.0], [2.0, -1.0], [3.0, 5.0], [4.0, 2.0]])
    assert CHAPTER.scatter_add([1, 2, 2, 1], G, 3).tolist() == [[0, 0], [5, 2], [5, 4]]


@given(SCORES, st.data())
def test_eq_softmax_nll(scores, data):
    y, z = data.draw(st.integers(0, len(scores) - 1)), np.array(scores)
    p = np.exp(z) / np.exp(z).sum()
    assert CHAPTER.softmax(z) == pytest.approx(p)
    second_form = -z[y] + np.log(np.exp(z).sum())
    assert -np.log(p[y]) == pytest.approx(second_form, abs=1e-9)
    assert F.cross_entropy(torch.tensor(z), torch.tensor(y)).item() == pytest.approx(second_form, abs=1e-9)


@given(SCORES, st.data())
def test_eq_logit_gradient(scores, data):
    y = data.draw(st.integers(0, len(scores) - 1))
    z = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    F.cross_entropy(z, torch.tensor(y)).backward()
    happened = np.arange(len(scores)) == y
    assert z.grad.numpy() == pytest.approx(CHAPTER.softmax(np.array(scores)) - happened, abs=1e-12)


def test_eq_bigram_gradient():
    n = np.array([[0, 3, 1], [2, 2, 0], [1, 0, 0]])
    W = random(3, 3).requires_grad_()
    first, second = zip(*[(v, j) for v in range(3) for j in range(3) for _ in range(n[v, j])], strict=True)
    F.cross_entropy(W[list(first)], torch.tensor(second)).backward()
    n_v, p = n.sum(1, keepdims=True), CHAPTER.softmax(W.detach().numpy())
    assert np.allclose(W.grad, n_v / n.sum() * (p - n / n_v))


def test_eq_bigram_gradient_leads_descent_to_the_counts():
    pairs = np.array([[1.0, 3.0, 4.0], [2.0, 5.0, 1.0], [2.0, 2.0, 4.0]])
    W, losses = CHAPTER.descend(pairs, rate=1.0, steps=3000)
    assert np.allclose(CHAPTER.softmax(W), pairs / pairs.sum(1, keepdims=True), atol=1e-6)
    assert np.all(np.diff(losses) < 1e-12)


def test_eq_bigram_gradient_on_abracadabra():
    pairs = np.zeros((5, 5))
    for a, b in itertools.pairwise("abracadabra"):
        pairs["abcdr".index(a), "abcdr".index(b)] += 1
    W, losses = CHAPTER.descend(pairs, rate=1.0, steps=1)
    assert np.allclose(-W[0], [0.08, -0.12, -0.02, -0.02, 0.08])
    assert losses[0] == pytest.approx(np.log(5))
    assert CHAPTER.descend(pairs, rate=1.0, steps=100)[1][-1] == pytest.approx(0.4670, abs=5e-5)


@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_eq_low_rank(width):
    assert torch.linalg.matrix_rank(random(7, width) @ random(width, 7, seed=1)) == min(width, 7)


def test_eq_tied_gradient():
    ids, targets, mix = [1, 4, 4, 2], torch.tensor([4, 4, 2, 0]), random(3, 3, seed=1)
    table = random(7, 3).requires_grad_()
    F.cross_entropy(torch.tanh(table[ids] @ mix) @ table.T, targets).backward()
    E = table.detach()
    Y = E[ids].requires_grad_()
    H = torch.tanh(Y @ mix)
    Z = H @ E.T
    Z.retain_grad()
    F.cross_entropy(Z, targets).backward()
    as_input, as_output = onehot(ids).T @ Y.grad, Z.grad.T @ H.detach()
    assert torch.allclose(table.grad, as_input + as_output)
    assert as_input.any(1).tolist() == [v in ids for v in range(7)]
    assert as_output.any(1).all()


def test_eq_tied_gradient_of_the_package():
    model = RNNLM(vocab_size=7, cell="rnn", hidden_size=3, embedding_size=3, tied=True)
    logits, _ = model(torch.tensor([[1], [4]]))
    F.cross_entropy(logits[:, 0], torch.tensor([4, 0])).backward()
    assert model.embedding.weight.grad.any(1).all()


@pytest.mark.parametrize("size", [None, 2, 8])
def test_eq_window_network(size):
    weights = CHAPTER.start(size, seed=0)
    table, W1, b1, W2, b2 = weights
    context = [3, 0, 26]
    h = torch.tanh(torch.cat([table[c] for c in context]) @ W1 + b1)
    assert torch.allclose(CHAPTER.score(weights, torch.tensor([context])), h @ W2 + b2)
    assert (size is None) == (not table.requires_grad)


@pytest.mark.parametrize(("size", "printed"), [(None, 7003), (2, 2257), (8, 3571), (32, 8827)])
def test_eq_window_parameters(size, printed):
    V, H = 27, 64
    count = sum(w.numel() for w in CHAPTER.trainable(CHAPTER.start(size, seed=0)))
    formula = 3 * V * H + H + H * V + V if size is None else V * size + 3 * size * H + H + H * V + V
    assert count == formula == printed


def test_eq_window_parameters_grow_by_a_place():
    W1 = CHAPTER.start(8, seed=0)[1]
    assert W1.numel() // 3 == 512


@given(st.integers(0, 1000))
def test_eq_invertible(seed):
    weights = [w.detach() for w in CHAPTER.start(4, seed=0)]
    A, contexts = random(4, 4, seed=seed) + 3 * torch.eye(4, dtype=torch.float64), torch.tensor([[1, 2, 3], [0, 26, 5]])
    other = CHAPTER.change(weights, A)
    assert torch.allclose(CHAPTER.score(weights, contexts), CHAPTER.score(other, contexts))
    assert torch.allclose(CHAPTER.seen(weights), CHAPTER.seen(other))


def test_eq_gap():
    rows = random(8, 3).numpy()
    values, groups = CHAPTER.gaps(rows, 3)
    assert len(values) == len(groups) == 56
    for value, group in zip(values, groups, strict=True):
        within = [np.linalg.norm(rows[i] - rows[j]) for i, j in itertools.permutations(group, 2)]
        outside = [np.linalg.norm(rows[i] - rows[j]) for i in group for j in range(8) if j not in group]
        assert value == pytest.approx(np.mean(outside) - np.mean(within))


def test_eq_gap_finds_a_group_that_was_put_together():
    rows = random(26, 4).numpy()
    rows[[0, 4, 8, 14, 20]] = 5 + 0.1 * rows[[0, 4, 8, 14, 20]]
    gap, place = CHAPTER.place_of("aeiou", rows)
    assert place == 1
    assert gap > 3
    assert CHAPTER.place_of("bcdfg", rows)[1] > 1000
