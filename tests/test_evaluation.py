import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import (
    batchify,
    bits_per_char,
    data_path,
    evaluate_names,
    evaluate_stream,
    evaluation,
    load_checkpoint,
    load_tales,
    overlapping_columns,
    perplexity,
    score_columns,
)
from lessons_pkg.models import CELLS
from tests.tiny import ENCODED, VOCAB, seeded, tale, tiny_model, trained_on_tale

cells = pytest.mark.parametrize("cell", CELLS)
TEXT = torch.randint(len(VOCAB), (58,), generator=seeded())


def stream_model(cell="gru", **settings):
    """Return a network in 64 bits whose state matters; of attention, one that sees 8 tokens."""
    return tiny_model(cell=cell, layers=2, scale=4, context=8, **settings).double()


def slow_losses(model, name):
    """Surprises of one name, one symbol at a time."""
    hidden, losses = None, []
    with torch.no_grad():
        for given, target in zip([0, *name], [*name, 0], strict=True):
            logits, hidden = model(torch.tensor([[given]]), hidden)
            losses.append(-logits[0, 0].log_softmax(-1)[target].item())
    return losses


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_score_is_the_mean_over_all_tokens_of_all_names(cell):
    model = tiny_model(cell=cell, scale=4)
    losses = [slow_losses(model, name) for name in ENCODED]
    score = evaluate_names(model, ENCODED, batch_size=3)
    tokens = sum(len(name) + 1 for name in ENCODED)
    nll = sum(map(sum, losses)) / tokens
    assert score.tokens == tokens
    assert score.nll == pytest.approx(nll, rel=1e-6)
    assert score.perplexity == pytest.approx(perplexity(nll), rel=1e-6)
    assert score.bits_per_char == pytest.approx(bits_per_char(nll), rel=1e-6)
    mean_of_means = sum(sum(one) / len(one) for one in losses) / len(losses)
    assert abs(mean_of_means - nll) > 1e-3


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 8, 1000])
def test_the_batch_size_changes_only_the_speed(batch_size):
    model = tiny_model(scale=4).double()
    assert evaluate_names(model, ENCODED, batch_size=batch_size).nll == pytest.approx(
        evaluate_names(model, ENCODED).nll, rel=1e-12
    )


def test_the_order_of_the_names_does_not_matter():
    model = tiny_model(scale=4).double()
    assert evaluate_names(model, ENCODED[::-1], batch_size=3).nll == pytest.approx(
        evaluate_names(model, ENCODED, batch_size=3).nll, rel=1e-12
    )


@pytest.mark.parametrize("training", [True, False])
def test_dropout_is_off_and_the_mode_is_restored(training):
    model = tiny_model(dropout=0.5, input_dropout=0.5, weight_drop=0.5).train(training)
    first, second = (evaluate_names(model, ENCODED) for _ in range(2))
    assert model.training == training
    assert first == second == evaluate_names(model.eval(), ENCODED)


def test_the_mode_is_restored_when_the_names_cannot_be_scored():
    model = tiny_model().train()
    with pytest.raises(IndexError):
        evaluate_names(model, [[1, 99], [2]])
    assert model.training


def test_no_gradient_is_kept():
    model = tiny_model()
    evaluate_names(model, ENCODED)
    assert all(p.grad is None for p in model.parameters())


def test_no_names_are_refused():
    with pytest.raises(ValueError, match="got 0 names"):
        evaluate_names(tiny_model(), [])


@torch.no_grad()
def slow_stream(model, ids, hidden=None):
    """Surprises of a text, read token by token."""
    losses = []
    for now, target in zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True):
        logits, hidden = model(torch.tensor([[now]]), hidden)
        losses.append(-logits[0, 0].log_softmax(-1)[target].item())
    return losses


@cells
def test_one_column_scores_every_target_once_from_all_that_stands_before_it(cell):
    model = stream_model(cell)
    losses = slow_stream(model, TEXT)
    score = evaluate_stream(model, TEXT)
    assert score.nll == pytest.approx(sum(losses) / len(losses), rel=1e-12)
    assert (score.tokens, score.dropped) == (len(TEXT) - 1, 0)
    assert score.perplexity == pytest.approx(perplexity(score.nll))
    assert score.bits_per_char == pytest.approx(score.nll / math.log(2))
    assert evaluate_stream(model, TEXT.tolist()) == score


@cells
@pytest.mark.parametrize(("batch_size", "warmup"), [(1, 0), (3, 0), (3, 5)])
def test_the_window_length_does_not_change_the_loss(cell, batch_size, warmup):
    model = stream_model(cell)
    scores = [
        evaluate_stream(model, TEXT, batch_size=batch_size, warmup=warmup, bptt=bptt) for bptt in (1, 2, 7, 35, 1000)
    ]
    for score in scores[1:]:
        assert score.nll == pytest.approx(scores[0].nll, rel=1e-12)
        assert score[3:] == scores[0][3:]


@cells
def test_cold_columns_are_those_of_batchify(cell):
    model = stream_model(cell)
    columns, dropped = batchify(TEXT, 5)
    losses = [loss for column in columns.T for loss in slow_stream(model, column)]
    score = evaluate_stream(model, TEXT, batch_size=5)
    assert score.nll == pytest.approx(sum(losses) / len(losses), rel=1e-12)
    assert (score.tokens, score.dropped) == (len(losses), dropped) == (50, 7)
    assert score.bits_per_char == pytest.approx(score.nll / math.log(2))


@cells
@pytest.mark.parametrize("batch_size", [2, 5, 57])
def test_a_warmup_as_long_as_the_text_is_exact(cell, batch_size):
    model = stream_model(cell)
    exact = evaluate_stream(model, TEXT)
    warm = evaluate_stream(model, TEXT, batch_size=batch_size, warmup=10**6)
    assert warm.nll == pytest.approx(exact.nll, rel=1e-12)
    assert warm[3:] == exact[3:]


def test_attention_is_exact_as_soon_as_the_warmup_fills_its_context():
    model = tiny_model(cell="attention", context=8, scale=4).double()
    exact = evaluate_stream(model, TEXT)
    assert evaluate_stream(model, TEXT, batch_size=6, warmup=7).nll == pytest.approx(exact.nll, rel=1e-12)
    assert evaluate_stream(model, TEXT, batch_size=6, warmup=6).nll != pytest.approx(exact.nll, rel=1e-9)


@given(st.integers(2, 58), st.integers(1, 57), st.integers(0, 20), st.integers(1, 40))
def test_scored_and_dropped_targets_are_all_targets(N, batch_size, warmup, bptt):
    model, ids = tiny_model(), TEXT[:N]
    settings = {"batch_size": batch_size, "warmup": warmup, "bptt": bptt}
    if batch_size > N - 1 or (not warmup and batch_size > max(1, N // 2)):
        with pytest.raises(ValueError, match=rf"got {N} tokens"):
            evaluate_stream(model, ids, **settings)
        return
    score = evaluate_stream(model, ids, **settings)
    assert score.tokens + score.dropped == N - 1
    assert score.dropped == (0 if warmup or batch_size == 1 else N % batch_size + batch_size - 1)


@cells
@pytest.mark.parametrize("batch_size", [2, 10, 30])
def test_with_a_warmup_a_trained_model_scores_as_in_one_column(cell, batch_size):
    model, text = trained_on_tale(cell), tale().held_out
    exact = evaluate_stream(model, text)
    warm = evaluate_stream(model, text, batch_size=batch_size, warmup=150)
    assert warm.nll == pytest.approx(exact.nll, rel=1e-4)
    assert (warm.tokens, warm.dropped) == (exact.tokens, 0) == (len(text) - 1, 0)
    assert exact.nll < 0.8 * math.log(len(tale().vocab))  # it has learned something


@pytest.mark.parametrize("name", ["tales-words.pt", "tales-chars.pt"])
def test_with_a_warmup_the_models_of_the_course_score_as_in_one_column(name):
    model, vocab, *_ = load_checkpoint(data_path(name))
    ids = vocab.encode(load_tales().validation)[:4000]
    exact = evaluate_stream(model, ids)
    for batch_size in (7, 20):
        warm = evaluate_stream(model, ids, batch_size=batch_size, warmup=200)
        assert warm.nll == pytest.approx(exact.nll, rel=1e-4)
        assert warm.tokens == exact.tokens == len(ids) - 1


def test_cold_columns_and_resets_cost_a_trained_model_something():
    model, text = trained_on_tale(), tale().held_out
    exact = evaluate_stream(model, text).nll
    assert evaluate_stream(model, text, batch_size=100).nll > 1.001 * exact
    assert evaluate_stream(model, text, bptt=5, reset=True).nll > 1.01 * exact


@cells
def test_a_reset_begins_each_window_afresh_and_must_be_asked_for(cell):
    model = stream_model(cell)
    losses = [loss for start in range(0, 57, 10) for loss in slow_stream(model, TEXT[start : start + 11])]
    reset = evaluate_stream(model, TEXT, bptt=10, reset=True)
    assert reset.nll == pytest.approx(sum(losses) / len(losses), rel=1e-12)
    assert (reset.tokens, reset.dropped) == (57, 0)
    carried = evaluate_stream(model, TEXT, bptt=10)
    assert carried == evaluate_stream(model, TEXT, bptt=10, reset=False)
    assert carried.nll != pytest.approx(reset.nll, rel=1e-6)
    assert evaluate_stream(model, TEXT, bptt=57, reset=True).nll == pytest.approx(carried.nll, rel=1e-12)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("bad", [False, True])
def test_the_model_is_left_as_it_was_found(training, bad):
    model = stream_model(dropout=0.5, input_dropout=0.5, weight_drop=0.5).train(training)
    model.rnn[1].train(not training)
    modes = [module.training for module in model.modules()]
    weights = {name: w.clone() for name, w in model.state_dict().items()}
    random = torch.get_rng_state()
    if bad:
        with pytest.raises(IndexError):
            evaluate_stream(model, [*TEXT.tolist(), 99])
    else:
        first, again = (evaluate_stream(model, TEXT, batch_size=2) for _ in range(2))
        assert first == again
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(weights[name], w) for name, w in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.is_grad_enabled()


def test_dropout_left_on_would_be_seen():
    on = stream_model(dropout=0.5).train()
    assert evaluate_stream(on, TEXT).nll == evaluate_stream(stream_model(), TEXT).nll


@given(st.floats(0.1, 9), st.integers(1, 300))
def test_bits_per_character_share_the_cost_of_the_text_among_its_characters(nll, chars):
    model = tiny_model()
    score = evaluate_stream(model, TEXT, chars=chars)
    assert score.bits_per_char * chars * math.log(2) == pytest.approx(score.nll * score.tokens)
    half = evaluate_stream(model, TEXT, chars=chars, batch_size=4)  # dropped targets count as others do
    assert half.bits_per_char * chars * math.log(2) == pytest.approx(half.nll * (len(TEXT) - 1))


def test_many_targets_are_scored_some_at_a_time(monkeypatch):
    model = stream_model()
    expected = evaluate_stream(model, TEXT, batch_size=3)
    for rows in (1, 7, 105):
        monkeypatch.setattr(evaluation, "ROWS", rows)
        assert evaluate_stream(model, TEXT, batch_size=3).nll == pytest.approx(expected.nll, rel=1e-12)


def test_scores_stand_where_their_targets_stand():
    model = stream_model()
    columns = overlapping_columns(TEXT, 4, 3)
    scores = score_columns(model, columns, bptt=6)
    assert scores.shape == columns.targets.shape
    assert not scores.requires_grad
    for b in range(4):
        column = torch.cat([columns.inputs[:1, b], columns.targets[:, b]])
        rows = int(columns.mask[:, b].nonzero().max()) + 1  # below stand repeats of the last token
        assert scores[:rows, b].tolist() == pytest.approx(slow_stream(model, column[: rows + 1]), rel=1e-10)


@pytest.mark.parametrize(
    ("ids", "settings", "message"),
    [
        ([], {}, "got 0 tokens, batch_size 1"),
        ([1], {}, "got 1 tokens, batch_size 1 .* 2 tokens"),
        ([1, 2, 3], {"batch_size": 2}, "batchify: got 3 tokens and batch_size 2; .* two tokens a column, 4"),
        ([1, 2, 3], {"batch_size": 3, "warmup": 1}, "got 3 tokens, batch_size 3 and warmup 1; .* 4 tokens"),
        ([1, 2, 3], {"batch_size": 0}, "batch_size 0"),
        ([1, 2, 3], {"warmup": -1}, "warmup -1"),
        ([1, 2, 3], {"bptt": 0}, "score_columns: got bptt 0; it must be at least 1"),
        ([[1, 2], [3, 4]], {}, r"got ids \(2, 2\) of torch.int64; it needs one text"),
    ],
)
def test_what_cannot_be_scored_is_refused(ids, settings, message):
    model = tiny_model().train()
    with pytest.raises(ValueError, match=message):
        evaluate_stream(model, ids, **settings)
    assert model.training
