"""Each numbered equation of chapter 04; the label is in the test's name. The chapter's own functions are run.

What is compared with: torch's autograd on a network written here with one-hot vectors, and steps along the imaginary
axis, which have no cancellation.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg import Vocab, numpy_rnn
from lessons_pkg.numpy_rnn import NO_INPUT, backward_name, forward_name, init_params, softmax
from tests.chapter import functions

CHAPTER = functions(
    "04_bptt",
    **{"np": np, "torch": torch, "F": F, "forward_name": forward_name, "NO_INPUT": NO_INPUT},
    letters=Vocab("abc"),
)
V = 4
SEEDS = st.integers(0, 1000)


class Case:
    """A random network that has read a random name, and what torch says of it."""

    def __init__(self, seed: int, hidden_size: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.params = {
            name: rng.normal(0, 0.8, value.shape)
            for name, value in init_params(V, hidden_size, rng=rng, scale=1).items()
        }
        self.name = rng.integers(0, V, rng.integers(1, 7)).tolist()
        self.trace = forward_name(self.params, self.name)
        self.h, self.T = self.trace.hiddens, len(self.name) + 1
        self.x = np.array([np.zeros(V), *np.eye(V)[self.name]])  # one-hot rows, nothing first
        self.y = [*self.name, 0]
        self.dz = self.trace.probs - np.eye(V)[self.y]
        self.da = CHAPTER.walk_back(self.params, self.h, self.dz)
        self.torch_pass()

    def torch_pass(self) -> None:
        """Run torch, and keep the gradients of every a, h, z and weight."""
        self.p = {name: torch.tensor(value, requires_grad=True) for name, value in self.params.items()}
        h = torch.zeros_like(self.p["b_h"])
        self.a_t, self.h_t, self.z_t = [], [], []
        for x in torch.tensor(self.x):
            a = self.p["W_xh"] @ x + self.p["W_hh"] @ h + self.p["b_h"]
            h = torch.tanh(a)
            z = self.p["W_hy"] @ h + self.p["b_y"]
            for kept, value in ((self.a_t, a), (self.h_t, h), (self.z_t, z)):
                value.retain_grad()
                kept.append(value)
        self.losses = [F.cross_entropy(z, torch.tensor(y)) for z, y in zip(self.z_t, self.y, strict=True)]
        sum(self.losses).backward()

    def grads(self, values) -> np.ndarray:
        return np.array([value.grad.numpy() for value in values])


def close(found, true) -> bool:
    return np.allclose(found, true, rtol=1e-9, atol=1e-11)


@given(SEEDS)
def test_eq_bptt_forward(seed):
    c = Case(seed)
    p = c.params
    for t in range(1, c.T + 1):
        a = p["W_xh"] @ c.x[t - 1] + p["W_hh"] @ c.h[t - 1] + p["b_h"]
        assert close(c.h[t], np.tanh(a))
        assert close(c.trace.probs[t - 1], softmax(p["W_hy"] @ c.h[t] + p["b_y"]))
    assert not c.h[0].any()


@given(SEEDS)
def test_eq_bptt_loss(seed):
    c = Case(seed)
    assert c.trace.nll == pytest.approx(-sum(np.log(p[y]) for p, y in zip(c.trace.probs, c.y, strict=True)))
    assert c.trace.nll == pytest.approx(sum(c.losses).item(), rel=1e-12)


@given(SEEDS)
def test_eq_bptt_nudge(seed):
    c = Case(seed)
    found = CHAPTER.differences(c.params, c.name, 1e-6, central=False)
    assert CHAPTER.relative_error(found, backward_name(c.params, c.trace)) < 1e-4


@given(SEEDS)
def test_eq_bptt_scores(seed):
    c = Case(seed)
    assert close(c.dz, c.grads(c.z_t))


def imaginary(loss, value: np.ndarray, step: float = 1e-30) -> np.ndarray:
    """The gradient of a loss of one array."""
    slopes = np.empty(value.shape)
    for place in np.ndindex(value.shape):
        moved = value.astype(complex)
        moved[place] += 1j * step
        slopes[place] = loss(moved).imag / step
    return slopes


def test_eq_bptt_scores_by_a_step_sideways():
    z = np.array([0.3, -1.2, 2.0])
    for y in range(3):
        assert close(softmax(z) - np.eye(3)[y], imaginary(lambda z, y=y: -np.log(softmax(z)[y]), z))


@given(SEEDS)
def test_eq_bptt_output_weights(seed):
    c = Case(seed)
    dW = sum(np.outer(c.dz[t - 1], c.h[t]) for t in range(1, c.T + 1))
    assert close(dW, c.p["W_hy"].grad)
    assert close(c.dz.sum(0), c.p["b_y"].grad)
    assert close(dW, imaginary(lambda W: forward_name(c.params | {"W_hy": W}, c.name).nll, c.params["W_hy"]))


@given(SEEDS)
def test_eq_bptt_two_paths(seed):
    c = Case(seed)
    da_next = [*c.grads(c.a_t)[1:], np.zeros(3)]
    for t in range(c.T):
        dh = c.params["W_hy"].T @ c.dz[t] + c.params["W_hh"].T @ da_next[t]
        assert close(dh, c.h_t[t].grad)


@given(SEEDS)
def test_eq_bptt_tanh(seed):
    c = Case(seed)
    assert close((1 - c.h[1:] ** 2) * c.grads(c.h_t), c.grads(c.a_t))
    assert close(c.da, c.grads(c.a_t))


@given(SEEDS)
def test_eq_bptt_recurrent_weights(seed):
    c = Case(seed)
    assert close(sum(np.outer(c.da[t - 1], c.h[t - 1]) for t in range(1, c.T + 1)), c.p["W_hh"].grad)
    assert close(c.da.sum(0), c.p["b_h"].grad)


@given(SEEDS)
def test_eq_bptt_input_weights(seed):
    c = Case(seed)
    assert close(sum(np.outer(c.da[t], c.x[t]) for t in range(c.T)), c.p["W_xh"].grad)
    for symbol in range(V):
        column = sum((c.da[t + 1] for t, x in enumerate(c.name) if x == symbol), np.zeros(3))
        assert close(column, c.p["W_xh"].grad[:, symbol])


def by_copy(c: Case, loss_of: int | None = None) -> np.ndarray:
    """The gradient of the loss, or of one step's, by each step's own copy of W_hh: (T, H, H)."""
    copies = [torch.tensor(c.params["W_hh"], requires_grad=True) for _ in range(c.T)]
    p = {name: torch.tensor(value) for name, value in c.params.items()}
    if loss_of is None:
        loss = CHAPTER.torch_nll(p, c.name, copies)
    else:
        h = torch.zeros_like(p["b_h"])
        for x, W in zip(torch.tensor(c.x[: loss_of + 1]), copies, strict=False):
            h = torch.tanh(p["W_xh"] @ x + W @ h + p["b_h"])
        loss = F.cross_entropy(p["W_hy"] @ h + p["b_y"], torch.tensor(c.y[loss_of]))
    found = torch.autograd.grad(loss, copies, allow_unused=True, materialize_grads=True)
    return np.array([g.numpy() for g in found])


@given(SEEDS)
def test_eq_bptt_shared(seed):
    c = Case(seed)
    terms = by_copy(c)
    assert close(terms, [np.outer(c.da[t], c.h[t]) for t in range(c.T)])
    assert close(terms.sum(0), c.p["W_hh"].grad)


@given(SEEDS)
def test_eq_bptt_routes(seed):
    c, total = Case(seed), 0.0
    for s in range(c.T):
        copies = by_copy(c, loss_of=s)
        for t in range(s + 1):
            route = (1 - c.h[s + 1] ** 2) * (c.params["W_hy"].T @ c.dz[s])  # D_s W_hy.T dz_s
            for k in range(s - 1, t - 1, -1):
                route = (1 - c.h[k + 1] ** 2) * (c.params["W_hh"].T @ route)
            assert close(np.outer(route, c.h[t]), copies[t])
            total = total + np.outer(route, c.h[t])
        assert not copies[s + 1 :].any()  # the past does not hear the future
    assert close(total, c.p["W_hh"].grad)


@given(SEEDS)
def test_eq_bptt_batch(seed):
    rng = np.random.default_rng(seed)
    params = init_params(V, 3, rng=rng, scale=0.8)
    inputs, targets = rng.integers(-1, V, (4, 3)), rng.integers(0, V, (4, 3))
    weights = rng.integers(0, 2, (4, 3)).astype(float)
    trace = numpy_rnn.forward(params, inputs)
    dz = (trace.probs - np.eye(V)[targets]) * weights[..., None]
    da = np.stack([CHAPTER.walk_back(params, trace.hiddens[:, b], dz[:, b]) for b in range(3)], axis=1)
    twofold = sum(np.outer(da[t, b], trace.hiddens[t, b]) for t in range(4) for b in range(3))
    A, S = da.reshape(-1, 3), trace.hiddens[:-1].reshape(-1, 3)
    assert A.shape == S.shape == (12, 3)
    assert close(A.T @ S, twofold)
    assert close(A.T @ S, numpy_rnn.backward(params, inputs, targets, weights, trace)["W_hh"])
    by_steps = imaginary(
        lambda W: numpy_rnn.loss(numpy_rnn.forward(params | {"W_hh": W}, inputs), targets, weights), params["W_hh"]
    )
    assert close(A.T @ S, by_steps)


def along(c: Case):
    """The loss as a function of W_hh[0, 1] in torch, and its first three derivatives there."""
    p = {name: torch.tensor(value) for name, value in c.params.items()}
    w = torch.tensor(c.params["W_hh"][0, 1], requires_grad=True)
    mask = torch.zeros_like(p["W_hh"])
    mask[0, 1] = 1
    loss = CHAPTER.torch_nll(p, c.name, [p["W_hh"] * (1 - mask) + w * mask] * c.T)
    derivatives = [loss]
    for _ in range(3):
        derivatives.append(torch.autograd.grad(derivatives[-1], w, create_graph=True)[0])
    return [d.item() for d in derivatives]


def moved_loss(c: Case, step: float) -> float:
    W = c.params["W_hh"].copy()
    W[0, 1] += step
    return forward_name(c.params | {"W_hh": W}, c.name).nll


@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8])
def test_eq_bptt_differences(seed):
    c = Case(seed)
    here, first, second, third = along(c)
    forward = (moved_loss(c, 1e-4) - here) / 1e-4 - first
    assert forward == pytest.approx(1e-4 / 2 * second, rel=0.05, abs=1e-8)
    central = (moved_loss(c, 3e-3) - moved_loss(c, -3e-3)) / 6e-3 - first
    assert central == pytest.approx(3e-3**2 / 6 * third, rel=0.05, abs=1e-9)
    assert abs(second) > 1e-3
    assert abs(third) > 1e-3


def test_eq_bptt_differences_of_the_chapter_s_own_function():
    c = Case(3)
    true = backward_name(c.params, c.trace)
    for central, factor in ((False, 10), (True, 100)):  # a tenth of the step: a tenth, a hundredth of the error
        found = [CHAPTER.differences(c.params, c.name, step, central) for step in (1e-2, 1e-3)]
        errors = [CHAPTER.relative_error(each, true) for each in found]
        assert errors[0] / errors[1] == pytest.approx(factor, rel=0.2)


@given(st.floats(0.1, 20), st.floats(0.1, 20))
def test_eq_bptt_best_step(loss, third):
    u = 2.0**-53

    def error(step):
        return step**2 / 6 * third + u * loss / step

    best = (3 * u * loss / third) ** (1 / 3)
    assert error(best) <= min(error(0.99 * best), error(1.01 * best))
    assert 1e-6 < best < 1e-4  # "about 10^-5 in float64"


@pytest.mark.parametrize(("kind", "u"), [(np.float64, 1e-16), (np.float32, 6e-8)])
def test_eq_bptt_best_step_and_the_unit_of_rounding(kind, u):
    assert np.finfo(kind).eps / 2 == pytest.approx(u, rel=0.2)


@given(SEEDS)
def test_eq_bptt_relative_error(seed):
    true = backward_name(Case(seed).params, Case(seed).trace)
    assert CHAPTER.relative_error({k: 1.25 * v for k, v in true.items()}, true) == pytest.approx(0.25)
    other = {k: v + 1 for k, v in true.items()}
    squares = sum((v**2).sum() for v in true.values())
    expected = np.sqrt(sum(v.size for v in true.values()) / squares)
    assert CHAPTER.relative_error(other, true) == pytest.approx(expected)


@given(SEEDS)
def test_eq_bptt_complex_step(seed):
    c = Case(seed)
    true = backward_name(c.params, c.trace)
    assert CHAPTER.relative_error(CHAPTER.sideways(c.params, c.name), true) < 1e-12


def test_eq_bptt_complex_step_errs_by_the_square_of_the_step():
    c = Case(3)
    true = backward_name(c.params, c.trace)
    errors = [CHAPTER.relative_error(CHAPTER.sideways(c.params, c.name, step), true) for step in (1e-2, 1e-3, 1e-4)]
    assert np.divide(errors[:-1], errors[1:]) == pytest.approx(100, rel=0.01)


@given(SEEDS, st.integers(1, 8))
def test_eq_bptt_truncated(seed, keep):
    c = Case(seed)
    kept = sum(by_copy(c, loss_of=s)[max(0, s - keep + 1) : s + 1].sum(0) for s in range(c.T))
    found = CHAPTER.truncated(c.params, c.trace, keep)
    assert close(found, kept)
    if keep >= c.T:
        assert close(found, c.p["W_hh"].grad)


@given(st.floats(-1.5, 1.5), st.integers(2, 12))
def test_eq_bptt_impulse(w, T):
    x = [1.0, *[0.0] * (T - 1)]
    assert CHAPTER.linear_slope(w, x) == pytest.approx((T - 1) * w ** (T - 2), rel=1e-9, abs=1e-12)
    terms = [w ** (T - t) * w ** (t - 2) for t in range(2, T + 1)]
    for keep in range(1, T):
        assert CHAPTER.linear_slope(w, x, keep) == pytest.approx(sum(terms[-keep:]), rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=8), st.floats(-1.5, 1.5))
def test_eq_bptt_impulse_and_any_other_input(x, w):
    weight, h = torch.tensor(w, dtype=torch.float64, requires_grad=True), torch.zeros((), dtype=torch.float64)
    for value in x:
        h = weight * h + value
    h.backward()
    assert CHAPTER.linear_slope(w, x) == pytest.approx(weight.grad.item(), rel=1e-9, abs=1e-9)


def test_eq_bptt_impulse_on_the_numbers_of_the_chapter():
    impulse = [1.0] + 10 * [0.0]
    assert CHAPTER.linear_slope(0.9, impulse) == pytest.approx(3.874, abs=5e-4)
    assert CHAPTER.linear_slope(0.9, impulse, 5) == pytest.approx(1.937, abs=5e-4)
    assert [CHAPTER.linear_slope(1.0, [-2.0, 3.0, 0.0], keep) for keep in (None, 1)] == [-1, 1]


@given(st.floats(-2.5, 2.5), st.integers(1, 10))
def test_eq_bptt_memory(w, T):
    first = torch.tensor(1.0, dtype=torch.float64).tanh().requires_grad_()
    h = first
    for _ in range(T - 1):
        h = torch.tanh(w * h)
    h.backward()
    assert CHAPTER.memory(w, T)[-1] == pytest.approx(first.grad.item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("w", "printed"), [(0.9, "0.134"), (2, "0.000"), (0.5, "0.006")])
def test_eq_bptt_memory_on_the_numbers_of_the_chapter(w, printed):
    assert f"{CHAPTER.memory(w)[7]:.3f}" == printed


@given(st.integers(0, 30), st.integers(1, 9))
def test_eq_bptt_bytes(letters, hidden_size):
    params = init_params(V, hidden_size, rng=np.random.default_rng(0))
    trace = forward_name(params, [1] * letters)
    T = letters + 1
    assert trace.hiddens.nbytes + trace.probs.nbytes == 8 * ((T + 1) * hidden_size + T * V)


BUGS = ("no dh_next", "no slope", "W, not W.T", "= for +=")


@given(SEEDS)
def test_the_walk_without_a_bug_is_the_package_s(seed):
    c = Case(seed)
    assert CHAPTER.relative_error(CHAPTER.buggy(c.params, c.trace), backward_name(c.params, c.trace)) == 0


@given(st.integers(0, 200))
def test_the_pattern_of_checks_names_each_bug_on_other_networks_too(seed):
    c = Case(seed)
    name = [*c.name, *c.name]  # three steps at least, and letters that come again
    even = c.params | {"W_hh": c.params["W_hh"] + c.params["W_hh"].T}
    checks = [(c.params, name, "W_hy"), (c.params, name, "b_h"), (c.params, [], "b_h"), (even, name, "b_h")]
    patterns = {}
    for bug in BUGS:
        wrong = []
        for params, ids, weight in checks:
            trace = forward_name(params, ids)
            found, true = CHAPTER.buggy(params, trace, bug)[weight], backward_name(params, trace)[weight]
            wrong.append(int(np.linalg.norm(found - true) > 1e-9 * np.linalg.norm(true)))
        patterns[bug] = wrong
    assert patterns == dict(zip(BUGS, [[0, 1, 0, 1], [0, 1, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1]], strict=True))
