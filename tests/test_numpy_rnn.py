import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import RNNLM, masked_nll, pad_names
from lessons_pkg.numpy_rnn import (
    NO_INPUT,
    backward,
    backward_name,
    forward,
    forward_name,
    init_params,
    loss,
    softmax,
    token_weights,
)


@st.composite
def cases(draw):
    """Random weights and a batch of names of random lengths, the first input a zero vector or the stop symbol."""
    V, H = draw(st.integers(2, 6)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    params = init_params(V, H, rng=rng, scale=draw(st.sampled_from([0.1, 0.5, 1.0])))
    params |= {bias: rng.standard_normal(len(params[bias])) for bias in ("b_h", "b_y")}
    words = [rng.integers(0, V, size=rng.integers(0, 7)).tolist() for _ in range(draw(st.integers(2, 4)))]
    inputs, targets, mask = (part.numpy().copy() for part in pad_names(words))
    if draw(st.booleans()):
        inputs[0] = NO_INPUT
    hidden = rng.standard_normal((len(words), H)) if draw(st.booleans()) else np.zeros((len(words), H))
    weights = token_weights(mask, reduction=draw(st.sampled_from(["mean", "sum"])))
    return params, words, inputs, targets, weights, hidden


def autograd(params, inputs, targets, weights, hidden):
    """Return the loss and the gradients by torch, from the equations, with no code of ours."""
    p = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    h, total = torch.tensor(hidden), 0.0
    for x, y, w in zip(inputs, targets, torch.tensor(weights), strict=True):
        onehot = torch.zeros(len(x), params["W_xh"].shape[1], dtype=torch.float64)
        onehot[np.arange(len(x))[x != NO_INPUT], x[x != NO_INPUT]] = 1
        h = torch.tanh(onehot @ p["W_xh"].T + h @ p["W_hh"].T + p["b_h"])
        log_p = (h @ p["W_hy"].T + p["b_y"]).log_softmax(-1)
        total = total - (w * log_p[torch.arange(len(y)), torch.tensor(y)]).sum()
    total.backward()
    return total.item(), {name: value.grad.numpy() for name, value in p.items()}


def worst(ours, theirs):
    """Return the largest difference between two sets of gradients, relative to the largest gradient."""
    scale = max(np.abs(g).max() for g in theirs.values())
    return max(np.abs(ours[name] - theirs[name]).max() for name in theirs) / scale


@given(cases())
def test_every_gradient_equals_autograd(case):
    params, _, inputs, targets, weights, hidden = case
    trace = forward(params, inputs, hidden)
    expected, gradients = autograd(params, inputs, targets, weights, hidden)
    assert loss(trace, targets, weights) == pytest.approx(expected, rel=1e-12)
    assert worst(backward(params, inputs, targets, weights, trace), gradients) < 1e-9


@given(cases())
def test_every_gradient_equals_a_finite_difference(case):
    """A step along the imaginary axis has no cancellation, so it can be tiny: Im f(x + ih) / h is f'(x) to rounding."""
    params, _, inputs, targets, weights, hidden = case
    step, differences = 1e-100, {}
    for name, value in params.items():
        differences[name] = np.empty(value.shape)
        for index in np.ndindex(value.shape):
            moved = params | {name: value.astype(complex)}
            moved[name][index] += 1j * step
            differences[name][index] = loss(forward(moved, inputs, hidden), targets, weights).imag / step
    ours = backward(params, inputs, targets, weights, forward(params, inputs, hidden))
    assert worst(ours, differences) < 1e-9


@given(cases())
def test_one_name_at_a_time_adds_up_to_the_batch(case):
    params, words, inputs, targets, weights, hidden = case
    inputs[0] = NO_INPUT
    whole = backward(params, inputs, targets, weights, forward(params, inputs, hidden))
    traces = [forward_name(params, word, h) for word, h in zip(words, hidden, strict=True)]
    each = [backward_name(params, trace) for trace in traces]
    one_token = weights.max()  # every real token counts the same
    summed = {name: one_token * sum(gradients[name] for gradients in each) for name in whole}
    assert worst(whole, summed) < 1e-9
    in_batch = loss(forward(params, inputs, hidden), targets, weights)
    assert in_batch == pytest.approx(one_token * sum(trace.nll for trace in traces), rel=1e-12)


def test_the_claimed_shapes():
    params = init_params(5, 3, rng=np.random.default_rng(0))
    assert {name: value.shape for name, value in params.items()} == {
        "W_xh": (3, 5), "W_hh": (3, 3), "b_h": (3,), "W_hy": (5, 3), "b_y": (5,),
    }  # fmt: skip
    assert not params["b_h"].any()
    assert not params["b_y"].any()
    trace = forward_name(params, [1, 2])
    assert trace.inputs == [NO_INPUT, 1, 2]
    assert trace.targets == [1, 2, 0]
    assert (trace.hiddens.shape, trace.probs.shape) == ((4, 3), (3, 5))
    batch = forward(params, np.ones((4, 2), dtype=int))
    assert (batch.hiddens.shape, batch.probs.shape) == ((5, 2, 3), (4, 2, 5))
    assert all(gradient.shape == params[name].shape for name, gradient in backward_name(params, trace).items())


@pytest.mark.parametrize("hidden_size", [1, 7])
def test_the_same_weights_give_the_same_loss_as_the_package_s_network(hidden_size):
    model = RNNLM(vocab_size=6, cell="rnn", hidden_size=hidden_size, embedding_size=None).double()
    layer = model.rnn[0]
    params = {
        "W_xh": layer.weight_ih_l0, "W_hh": layer.weight_hh_l0, "b_h": layer.bias_ih_l0 + layer.bias_hh_l0,
        "W_hy": model.output.weight, "b_y": model.output.bias,
    }  # fmt: skip
    params = {name: value.detach().numpy() for name, value in params.items()}
    inputs, targets, mask = pad_names([[1, 2, 3], [4], [5, 5, 1, 2]])
    theirs = masked_nll(model(inputs)[0], targets, mask)
    theirs.backward()
    weights = token_weights(mask.numpy())
    trace = forward(params, inputs.numpy())
    assert loss(trace, targets.numpy(), weights) == pytest.approx(theirs.item(), rel=1e-12)
    ours = backward(params, inputs.numpy(), targets.numpy(), weights, trace)
    assert np.allclose(ours["W_hh"], layer.weight_hh_l0.grad, rtol=1e-9, atol=1e-14)
    assert np.allclose(ours["W_hy"], model.output.weight.grad, rtol=1e-9, atol=1e-14)


def test_a_zero_first_input_teaches_the_input_matrix_nothing():
    params = init_params(4, 3, rng=np.random.default_rng(0), scale=0.5)
    inputs, targets = np.array([[NO_INPUT, NO_INPUT]]), np.array([[1, 2]])
    weights = np.full((1, 2), 0.5)
    gradients = backward(params, inputs, targets, weights, forward(params, inputs))
    assert not gradients["W_xh"].any()
    assert gradients["b_h"].any()


def test_the_state_carries_over_a_cut():
    params = init_params(5, 4, rng=np.random.default_rng(1), scale=0.7)
    ids = np.random.default_rng(2).integers(0, 5, size=(6, 3))
    whole = forward(params, ids)
    second = forward(params, ids[2:], forward(params, ids[:2]).hiddens[-1])
    assert np.allclose(second.probs, whole.probs[2:], atol=1e-15)


def test_softmax_of_huge_logits():
    assert np.allclose(softmax(np.array([[1e9, 0.0], [-1e9, 1e9]])), [[1, 0], [0, 1]])


def test_what_a_token_counts():
    mask = np.array([[True, True], [True, False]])
    assert np.allclose(token_weights(mask), [[1 / 3, 1 / 3], [1 / 3, 0]])
    assert np.allclose(token_weights(mask, reduction="sum"), [[0.5, 0.5], [0.5, 0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init_params(0, 3, rng=np.random.default_rng(0)), "vocab_size 0"),
        (lambda: init_params(3, 3, rng=np.random.default_rng(0), scale=-1.0), "scale -1"),
        (lambda: token_weights(np.zeros((2, 2))), "0 real targets"),
        (lambda: token_weights(np.ones((2, 2)), reduction="max"), "'max'"),
        (lambda: forward(init_params(3, 2, rng=np.random.default_rng(0)), np.array([1, 2])), r"shape \(2,\)"),
        (lambda: forward(init_params(3, 2, rng=np.random.default_rng(0)), np.array([[3, 1]])), "from -1 to 2"),
    ],
)
def test_impossible_settings(call, message):
    with pytest.raises(ValueError, match=message):
        call()
