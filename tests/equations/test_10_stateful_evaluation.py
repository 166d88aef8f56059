"""Each numbered equation of chapter 10, on numbers of its own; the label is in the test's name."""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

from lessons_pkg import RNNLM, Batch, batchify, evaluate_stream, overlapping_columns, score_columns
from lessons_pkg.states import evaluation_mode
from tests.chapter import functions

CHAPTER = functions("10_stateful_evaluation", torch=torch, F=F, Batch=Batch)
losses = st.lists(st.floats(0, 8), min_size=1, max_size=6).map(torch.tensor)
lengths = st.integers(2, 60)


def small_model(cell: str = "lstm", **settings) -> RNNLM:
    generator = torch.Generator().manual_seed(0)
    model = RNNLM(vocab_size=9, cell=cell, hidden_size=8, embedding_size=4, generator=generator, **settings)
    return model.double().eval()


def text(N: int) -> torch.Tensor:
    return torch.randint(9, (N,), generator=torch.Generator().manual_seed(N))


@pytest.mark.parametrize("T", [1, 2, 7, 40])
def test_eq_eval_exact(T):
    model, ids = small_model(), text(30)
    nats = CHAPTER.one_by_one(model, ids)
    prefixes = []
    with torch.no_grad():
        for t in range(1, 30):  # each target from all that stands before it, read afresh
            prefixes.append(-model(ids[:t, None])[0][-1, 0].log_softmax(-1)[ids[t]])
    assert torch.allclose(nats, torch.stack(prefixes))
    assert torch.allclose(CHAPTER.in_windows(model, ids[:, None], T)[:, 0], nats)
    score = evaluate_stream(model, ids, bptt=T)
    assert score.nll == pytest.approx(nats.mean().item())
    assert score.perplexity == pytest.approx(nats.mean().exp().item())


@given(losses)
def test_eq_eval_jensen(L):
    assert L.exp().mean() >= L.mean().exp() * (1 - 1e-5)


def test_eq_eval_jensen_is_equal_for_windows_that_are_equally_hard():
    L = torch.tensor([2.0, 2.0, 2.0])
    assert L.exp().mean() == pytest.approx(L.mean().exp().item())
    assert torch.tensor([1.0, 5.0]).exp().mean() == pytest.approx(75.57, abs=0.01)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_eq_eval_weighted(n):
    nats = torch.rand(sum(n), generator=torch.Generator().manual_seed(sum(n)))
    means = torch.stack([part.mean() for part in nats.split(n)])
    sizes = torch.tensor(n)
    assert torch.isclose((sizes * means).sum() / sizes.sum(), nats.mean())


@given(lengths, st.integers(1, 30))
def test_eq_eval_dropped(N, B):
    assume(N >= 2 * B)
    columns = batchify(torch.arange(N), B)
    scored = columns.ids[1:].numel()
    assert N - 1 - scored == N % B + B - 1 == columns.dropped


@pytest.mark.parametrize("B", range(1, 21))
def test_eq_eval_cycle(B):
    rows = batchify(list(range(1, 9)) * 5, B).ids
    assert CHAPTER.needs_a_step(rows).mean() == pytest.approx(math.log(8) / (40 // B - 1))


@pytest.mark.parametrize("B", [1, 2, 3, 5, 8])
def test_eq_eval_parts(B):
    model, ids = small_model(), text(50)
    nats = CHAPTER.one_by_one(model, ids)
    chapter = functions("10_stateful_evaluation", torch=torch, F=F, batchify=batchify, model=model, ids=ids, nats=nats)
    cold, left_out, dropped = chapter.take_apart(B)
    score = evaluate_stream(model, ids, batch_size=B)
    assert cold + left_out == pytest.approx(score.nll - nats.mean().item())
    assert dropped == score.dropped
    lost = {0, *range(B * (50 // B), 50)} | {b * (50 // B) for b in range(B)}  # places of tokens that are no targets
    kept = [nats[place - 1].item() for place in range(50) if place not in lost]
    assert left_out == pytest.approx(sum(kept) / len(kept) - nats.mean().item())


@pytest.mark.parametrize("T", [50, 100])
def test_eq_eval_price(T):
    """A model that pays a fixed price over the first tokens after each start, and nothing later."""
    first = torch.tensor([1.0, 0.4, 0.1])
    M = 1000
    extra = torch.zeros(M).view(-1, T)
    extra[:, : len(first)] = first
    assert extra.mean() == pytest.approx((first.sum() * (M / T) / M).item())


@given(lengths, st.integers(1, 30), st.integers(0, 30))
def test_eq_eval_rows(N, B, w):
    assume(N - 1 >= B)
    w = min(w, N - 2)
    rows = len(overlapping_columns(torch.arange(N), B, w).mask)
    assert len(CHAPTER.overlap(torch.arange(N), B, w).mask) == rows
    covers = [R for R in range(1, N + 1) if R + (B - 1) * (R - w) >= N - 1 and w <= R]
    assert rows == covers[0] == math.ceil((N - 1 + (B - 1) * w) / B)


@given(lengths, st.integers(1, 30), st.integers(0, 30))
def test_eq_eval_rows_score_every_target_once(N, B, w):
    assume(N - 1 >= B)
    batch = CHAPTER.overlap(torch.arange(N), B, w)
    assert batch.targets[batch.mask].sort().values.tolist() == list(range(1, N))
    assert torch.equal(batch.targets, batch.inputs + 1)


@given(st.integers(0, 10_000))
def test_eq_eval_lipschitz(seed):
    generator = torch.Generator().manual_seed(seed)
    W, b = torch.randn(7, 4, generator=generator), torch.randn(7, generator=generator)
    h, other = torch.randn(2, 4, generator=generator)
    D = torch.cdist(W, W).max()
    for y in range(7):
        change = (W @ h + b).log_softmax(-1)[y] - (W @ other + b).log_softmax(-1)[y]
        assert abs(change) <= D * (h - other).norm() * (1 + 1e-4)


@pytest.mark.parametrize(("layers", "context"), [(1, 4), (2, 4), (3, 3)])
def test_eq_eval_reach(layers, context):
    model, ids = small_model("attention", layers=layers, context=context), text(60)
    reach = layers * (context - 1)
    exact = score_columns(model, overlapping_columns(ids, 1, 0))[:, 0]

    def worst(w: int) -> float:
        batch, place = overlapping_columns(ids, 3, w), overlapping_columns(torch.arange(60), 3, w).inputs
        return (score_columns(model, batch) - exact[place])[batch.mask].abs().max().item()

    assert worst(reach) < 1e-12
    assert worst(reach + 5) < 1e-12
    assert worst(reach - 1) > 1e-9


@given(losses, st.integers(0, 5))
def test_eq_eval_merged(z, y):
    assume(y < len(z))
    log_p = torch.cat([z, torch.zeros(3)]).log_softmax(-1)  # the class is the first of more words
    assert -log_p[: len(z)].logsumexp(-1) <= -log_p[y] + 1e-5


def test_the_five_columns_of_one_to_eight_drop_every_one_that_follows_an_eight():
    rows = batchify(list(range(1, 9)) * 5, 5).ids
    assert rows[0].tolist() == [1] * 5
    assert (rows[1:] != 1).all()
    assert CHAPTER.counts_to_eight(rows).sum() == 0
    one = CHAPTER.counts_to_eight(batchify(list(range(1, 9)) * 5, 1).ids)
    assert one.mean() == pytest.approx(4 * math.log(8) / 39)


def test_an_evaluation_leaves_mode_and_weights_as_they_were():
    model, ids = small_model(dropout=0.5), text(40)
    for training in (True, False):
        model.train(training)
        before = [p.clone() for p in model.parameters()]
        first, second = (evaluate_stream(model, ids, batch_size=3, warmup=5) for _ in range(2))
        assert first == second
        assert model.training == training
        assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    with evaluation_mode(model):
        assert not model.training
