import pytest
import torch

from lessons_pkg import bits_per_char, evaluate_names, perplexity
from tests.tiny import ENCODED, tiny_model


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
