"""Tasks of chapter 04: who hears whom on the way back, a gradient that passes four checks, and what a cut loses."""

from functools import partial

import numpy as np

from ...numpy_rnn import NO_INPUT, forward_name, init_params
from ..task import task


@task(tolerance=1e-3)
def ledger():
    """Return the three entries of the slope of 5 h_2 + h_3^2 by w, for h_t = 0.5 h_(t-1) + x_t and x = 2, 3, -1."""
    return [3 * 0, 6 * 2, 2 * 4]


ledger.mistake("Only h_2's own term has reached step 2. Who else hears h_2, and with which factor?", [0, 10, 8])
ledger.mistake("Step 2 hears of the last state alone. Is there a term of the loss that names h_2?", [0, 2, 8])
ledger.mistake("Each entry has the state after its step. Which state is it that w multiplies in step t?", [6, 24, 2])
ledger.mistake("The last state's gradient has come to h_2 undiminished. What was h_2 multiplied by there?", [0, 14, 8])
ledger.mistake("These are the right entries, last step first. Which order is asked for?", [8, 12, 0])
ledger.mistake("The derivative of a square: what stands in front of h_3?", [0, 11, 4])
ledger.mistake("These are dh_1, dh_2 and dh_3. With which state is dh_t multiplied, to give what w hears?", [3, 6, 2])
ledger.mistake(
    "Each gradient is multiplied by x_t, which is added. What is it that w multiplies in step t?", [6, 18, -2]
)
ledger.mistake("That is the whole slope, and right. The question is what each of the three steps adds to it.", 20)


def traced(ids, hidden_size, seed):
    """Return weights of size 1 and the trace of a name that is read from a state that is not zero."""
    rng = np.random.default_rng(seed)
    params = init_params(4, hidden_size, rng=rng, scale=1)
    params["b_h"] = rng.standard_normal(hidden_size)
    return params, forward_name(params, ids, 0.8 * rng.standard_normal(hidden_size))


def names():
    """Return three cases: a letter read twice, another name and size, and the empty name."""
    return [traced([1, 3, 3, 1], 2, 0), traced([2, 1], 3, 1), traced([], 3, 2)]


def mistaken_start(params, trace, mistake=""):
    """Return the gradient of the starting state, or a wrong one."""
    dz = trace.probs - np.eye(len(params["b_y"]))[trace.targets]
    matrix = params["W_hh"] if mistake == "no transpose" else params["W_hh"].T
    dh, every = 0, []
    for t in reversed(range(1 if mistake == "first loss" else len(dz))):
        heard = params["W_hy"].T @ dz[t] + dh
        da = heard * (1 if mistake == "no slopes" else 1 - trace.hiddens[t + 1] ** 2)
        dh = matrix @ da
        every.append(da)
    ends = {"an output": params["W_hy"].T @ dz[0] + dh, "slope": (1 - trace.hiddens[0] ** 2) * dh, "da": da}
    ends |= {"h_1": heard, "last step": matrix @ every[0], "all steps": matrix @ np.sum(every, 0)}
    ends |= {"turned once": params["W_hh"] @ da, "past the tanh": params["W_hh"].T @ heard}
    return ends.get(mistake, dh)


@task(names)
def start_gradient(params, trace):
    """Return the gradient (H,) of a name's loss by the state that it was begun in."""
    return mistaken_start(params, trace)


for kind, hint in {
    "an output": "h_0 has been given an output of its own. Which symbol would be predicted before the first step?",
    "slope": "A slope too many. Through which tanh did h_0 come?",
    "da": "This is the gradient of what goes into the first tanh. One thing stands between it and h_0.",
    "no transpose": "With a symmetric W_hh this would be right. Which way round does a matrix stand on the way back?",
    "turned once": "Right as far as da_1. One matrix is left on the way to h_0: which way round does it stand?",
    "h_1": "That is the gradient of h_1. Through what did h_0 come to h_1?",
    "past the tanh": "From dh_1 you went through the matrix at once. Which line stands between dh_1 and da_1?",
    "last step": "You took da of the last step. A walk back ends at the other end: which index has step 1?",
    "no slopes": "No slope on the way. Between a state and what went into it stands a tanh: what does line 4 say?",
    "first loss": "Only the loss of step 1 has been heard. How do the later ones reach h_0?",
    "all steps": "All da are summed, as for a shared weight. In how many steps is h_0 used?",
}.items():
    start_gradient.mistake(hint, partial(mistaken_start, mistake=kind))


def mistaken_backward(params, trace, columns="add", before="before"):
    """Return the gradients of a name, with the mistakes of two of its lines."""
    d = {name: np.zeros_like(value) for name, value in params.items()}
    dh_next, h = 0, trace.hiddens
    for t in reversed(range(len(trace.inputs))):
        dz = trace.probs[t] - np.eye(len(params["b_y"]))[trace.targets[t]]
        da = (1 - h[t + 1] ** 2) * (params["W_hy"].T @ dz + dh_next)
        outer = np.outer(da, h[{"after": t + 1, "too early": t - 1}.get(before, t)])
        d["W_hy"] += np.outer(dz, h[t + 1])
        d["b_y"] += dz
        d["W_hh"] += outer.T if before == "transposed" else outer
        d["b_h"] += da
        read = trace.targets[t] if columns == "targets" else trace.inputs[t]
        if read != NO_INPUT or columns == "no guard":
            d["W_xh"][:, read] = da + (0 if columns == "overwrite" else d["W_xh"][:, read])
        dh_next = params["W_hh"].T @ da
    return d


@task(names, points=2)
def backward(params, trace):
    """Return the gradients of a name's loss, under the names and with the shapes of ``params``."""
    return mistaken_backward(params, trace)


for kinds, hint in {
    ("overwrite", "after"): "As it was given. Which two of the five gradients does no check of the chapter look at?",
    ("overwrite", "before"): "W_hh is right now. For W_xh: what becomes of the first entry of a letter read twice?",
    ("add", "after"): "W_xh is right now. For W_hh: which state did the matrix multiply in step t?",
    ("no guard", "before"): "Step 1 reads nothing. Which column does the index -1 pick in numpy?",
    ("targets", "before"): "W_xh is filled by the symbol that was to come. Which symbol did the step read?",
    (
        "overwrite",
        "too early",
    ): "In W_hh it is a state too early, as h has the start in front. W_xh is still as it was.",
    ("add", "too early"): "W_xh is right now. In h the starting state stands in front: what is the index of h_(t-1)?",
    ("add", "transposed"): "W_hh lies on its side. Rows belong to the unit that hears: which vector comes first?",
}.items():
    backward.mistake(hint, partial(mistaken_backward, columns=kinds[0], before=kinds[1]))


def bent(p):
    """Return a loss whose third derivative is not zero, so that one side and both sides differ."""
    return (p["a"] ** 3).sum() + p["a"].sum() * p["b"].sum() + np.exp(p["b"]).sum()


def directions():
    """Return a loss, weights, supposed gradients and a direction, for two sizes of step."""
    p, d = ({"a": np.array(a), "b": np.array(b)} for a, b in (([[0.5], [-1.0]], [0.3]), ([[2.0], [1.0]], [-1.5])))
    v = {"a": np.array([[0.4], [-0.7]]), "b": np.array([1.2])}
    return [(bent, p, d, v, 0.1), (bent, p, d, {name: -2 * value for name, value in v.items()}, 0.2)]


def measured(function, loss, params, *rest):
    """Return what a function returns, and the weights after it."""
    return {"slopes": function(loss, params, *rest), "weights after": params}


@task(directions, observe=measured)
def directional(loss, params, gradients, direction, step):
    """Return the slope of the loss along a direction: from two readings, and from the gradients."""
    high, low = (loss({k: params[k] + s * direction[k] for k in params}) for s in (step, -step))
    return (high - low) / (2 * step), sum((gradients[k] * direction[k]).sum() for k in params)


directional.mistake(
    "The first number comes from a step to one side. Which way cancels the curvature?",
    lambda loss, p, g, v, e: ((loss({k: p[k] + e * v[k] for k in p}) - loss(p)) / e, directional(loss, p, g, v, e)[1]),
)
directional.mistake(
    "The first number is twice the slope. How far apart are the two points?",
    lambda loss, p, g, v, e: (2 * directional(loss, p, g, v, e)[0], directional(loss, p, g, v, e)[1]),
)
directional.mistake(
    "The first number is a difference of two readings, multiplied by the step. In Python, what does a / 2 * b do?",
    lambda loss, p, g, v, e: (directional(loss, p, g, v, e)[0] * e**2, directional(loss, p, g, v, e)[1]),
)
directional.mistake(
    "The first number is a difference of two readings. Over what distance?",
    lambda loss, p, g, v, e: (directional(loss, p, g, v, e)[0] * 2 * e, directional(loss, p, g, v, e)[1]),
)
directional.mistake("Both are right. Which of them is asked for first?", lambda *case: directional(*case)[::-1])
directional.mistake(
    "The second number is the length of the gradient. What does the loss feel of it along this direction?",
    lambda loss, p, g, v, e: (directional(loss, p, g, v, e)[0], sum((x**2).sum() for x in g.values()) ** 0.5),
)
directional.mistake(
    "The second number is an average over entries. A change of the loss is made of all of them: how do they combine?",
    lambda loss, p, g, v, e: (directional(loss, p, g, v, e)[0], sum((g[k] * v[k]).mean() for k in p)),
)


@directional.mistake("Both slopes are right. But look at the weights that were handed in: are they what they were?")
def in_place(loss, params, gradients, direction, step):
    values = []
    for move in (step, -2 * step):
        for k in params:
            params[k] += move * direction[k]
        values.append(loss(params))
    return (values[0] - values[1]) / (2 * step), sum((gradients[k] * direction[k]).sum() for k in params)
