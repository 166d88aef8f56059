import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lessons_pkg import masked_nll, output_nll
from lessons_pkg.long_softmax import ROWS
from tests.tiny import seeded


def case(N, H, V, seed=0, dtype=torch.float64):
    """Return an output layer, hidden vectors that want a gradient, and targets."""
    generator = seeded(seed)
    output = nn.Linear(H, V).to(dtype)
    with torch.no_grad():
        for weight in output.parameters():
            weight.normal_(generator=generator)
    hidden = torch.randn(N, H, generator=generator, dtype=dtype).requires_grad_()
    return output, hidden, torch.randint(V, (N,), generator=generator)


def graded(loss, output, hidden):
    """Return a loss and its gradients."""
    return loss, *torch.autograd.grad(3 * loss, [hidden, *output.parameters()])


@given(st.integers(1, 2 * ROWS + 3), st.integers(1, 5), st.integers(1, 9), st.integers(0, 5))
def test_it_is_the_loss_and_the_gradients_of_all_scores_at_once(N, H, V, seed):
    output, hidden, targets = case(N, H, V, seed)
    ours = graded(output_nll(output, hidden, targets), output, hidden)
    whole = graded(masked_nll(output(hidden), targets), output, hidden)
    for one, other in zip(ours, whole, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("N", [ROWS - 1, ROWS, ROWS + 1, 3 * ROWS, 3 * ROWS + 1])
def test_the_last_rows_count_too(N):
    output, hidden, targets = case(N, 3, 7)
    torch.testing.assert_close(output_nll(output, hidden, targets), masked_nll(output(hidden), targets))
    gradient = graded(output_nll(output, hidden, targets), output, hidden)[1]
    assert (gradient != 0).any(-1).all()


def test_a_gradient_that_finite_differences_confirm():
    output, hidden, targets = case(6, 3, 5)

    def loss(hidden, weight, bias):
        layer = nn.Linear(3, 5)
        del layer.weight, layer.bias
        layer.weight, layer.bias = weight, bias
        return output_nll(layer, hidden, targets)

    inputs = [t.detach().requires_grad_() for t in (hidden, *output.parameters())]
    assert torch.autograd.gradcheck(loss, inputs)


def test_a_second_derivative_is_refused_instead_of_wrong():
    output, hidden, targets = case(6, 3, 5)
    (gradient,) = torch.autograd.grad(output_nll(output, hidden, targets).square(), hidden, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_time_and_columns_may_be_apart():
    output, hidden, targets = case(12, 3, 5)
    folded = output_nll(output, hidden.view(4, 3, 3), targets.view(4, 3))
    assert torch.equal(folded, output_nll(output, hidden, targets))
    assert folded.shape == ()


def test_a_weight_used_twice_gets_both_gradients():
    output, _, targets = case(8, 3, 5)
    gradients = []
    for loss in (output_nll, lambda output, hidden, targets: masked_nll(output(hidden), targets)):
        hidden = output.weight[targets.roll(1)]  # as tied weights do
        gradients.append(torch.autograd.grad(loss(output, hidden, targets), output.weight)[0])
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("scale", [1e3, 1e5])
def test_large_scores_do_not_overflow(scale):
    output, hidden, targets = case(8, 3, 5, dtype=torch.float32)
    ours = graded(output_nll(output, hidden * scale, targets), output, hidden)
    whole = graded(masked_nll(output(hidden * scale), targets), output, hidden)
    for one, other in zip(ours, whole, strict=True):
        assert one.isfinite().all()
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_under_autocast_it_is_close_and_weights_keep_their_type():
    output, hidden, targets = case(2 * ROWS, 16, 50, dtype=torch.float32)
    exact = graded(output_nll(output, hidden, targets), output, hidden)
    with torch.autocast("cpu", torch.bfloat16):
        loss = output_nll(output, hidden, targets)
        half = output_nll(output, hidden.bfloat16(), targets)
    rounded = graded(loss, output, hidden)
    assert loss.dtype == half.dtype == torch.float32
    assert half.item() == pytest.approx(loss.item(), rel=1e-3)
    for ours, reference in zip(rounded, exact, strict=True):
        assert ours.dtype == torch.float32
        assert (ours - reference).norm() < 0.02 * reference.norm()
    assert any(not torch.equal(ours, reference) for ours, reference in zip(rounded, exact, strict=True))


def test_nothing_is_kept_from_one_call_to_the_next():
    output, hidden, targets = case(5, 3, 4)
    first, again = (graded(output_nll(output, hidden, targets), output, hidden) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(p.grad is None for p in output.parameters())


@pytest.mark.parametrize(("hidden", "targets"), [((4, 3), (3,)), ((2, 2, 3), (4,)), ((0, 3), (0,))])
def test_shapes_that_do_not_fit_are_refused(hidden, targets):
    with pytest.raises(ValueError, match=r"output_nll: hidden \(.*\) and targets \(.*\) must agree"):
        output_nll(nn.Linear(3, 5), torch.zeros(hidden), torch.zeros(targets, dtype=torch.int64))
