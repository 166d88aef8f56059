"""More tasks of chapter 04: what is left of a gradient when the history is cut, and a state that leaks."""

from functools import partial

import numpy as np

from ..task import task

NANN = np.array(
    [
        [0, 0, 0, 0, 0],
        [0, -0.7508, 0, 0, 0],
        [0, 0.5182, 0.4268, 0, 0],
        [0, 0.0509, 0.0571, -0.0469, 0],
        [0, -0.0107, -0.0118, 0.0108, -0.0441],
    ]
)  # the routes to W_hh[1, 0] on nann, as the exercise computes them


def within(routes, window):
    """Return the sum of the routes whose loss and use lie in one window, given the window of each step."""
    number = window(len(routes))
    return routes[number[:, None] == number].sum()


def band(routes, length):
    """Return the sum of the routes over at most so many uses: the cut that slides along."""
    return routes.sum() - np.tril(routes, -length).sum()


@task(tolerance=0.004)
def windows_read():
    """Return what windows of two steps leave of the slope of W_hh[1, 0] on nann."""
    return within(NANN, lambda steps: np.arange(steps) // 2)


windows_read.mistake(
    "That is the band of two uses, which slides along with each loss. Which routes does a fixed border cut?",
    band(NANN, 2),
)
windows_read.mistake("Only the diagonal is left. In step 4, may the loss not look back to step 3?", np.trace(NANN))
windows_read.mistake("That is the whole triangle. Which of its numbers cross a border?", NANN.sum())
windows_read.mistake(
    "The windows have shifted: step 1 stands alone. Where does the first border fall?",
    within(NANN, lambda steps: (np.arange(steps) + 1) // 2),
)
windows_read.mistake(
    "You added up what is lost. What is left?", NANN.sum() - within(NANN, lambda steps: np.arange(steps) // 2)
)
windows_read.mistake("The diagonal is missing. How far is it from a loss to the use in its own step?", 0.0571)
windows_read.mistake("Rounded too early: the figure has three decimals, and two are asked for.", -0.4)
windows_read.mistake(
    "Step 5 is missing. A window that is not full is a window all the same: what does it keep?",
    within(NANN[:4, :4], lambda steps: np.arange(steps) // 2),
)


def tables():
    """Return three triangles of routes and lengths of windows, the last window short in two of them."""
    rng = np.random.default_rng(4)
    return [(np.tril(rng.integers(1, 50, (steps, steps))) / 8, length) for steps, length in ((4, 2), (5, 2), (7, 3))]


@task(tables)
def windows(routes, length):
    """Return the part of a slope that is left when the walk back stops at the border of each window."""
    return within(routes, lambda steps: np.arange(steps) // length)


windows.mistake("That is the band of so many uses. Does the border move along with the loss, or does it stay?", band)
windows.mistake(
    "Windows that are full come out right. What of the steps after the last full one?",
    lambda routes, length: windows(routes[: (full := len(routes) // length * length), :full], length),
)
windows.mistake(
    "The borders are off by one step. Which steps share a window with step 1?",
    lambda routes, length: within(routes, lambda steps: (np.arange(steps) + 1) // length),
)
windows.mistake(
    "That is the whole table: its rows have been cut into windows. Where do the columns of a window begin and end?",
    lambda routes, length: routes.sum(),
)
windows.mistake(
    "A window begins at every step here, and they overlap. How far apart are their beginnings?",
    lambda routes, length: sum(routes[k : k + length, k : k + length].sum() for k in range(len(routes))),
)
windows.mistake(
    "The diagonal is missing. How far is it from a loss to the use in its own step?",
    lambda routes, length: windows(np.tril(routes, -1), length),
)
windows.mistake("Only the first window is in the sum. Where do the others begin?", lambda r, k: r[:k, :k].sum())
windows.mistake("These are the routes that are lost. Which are left?", lambda r, k: r.sum() - windows(r, k))


@task(tolerance=0.002)
def detached():
    """Return the share of the slope of h_11 that windows of five steps leave, for one impulse at step 1."""
    return 1 / 10


detached.mistake("Half would be left if the cut slid along. Which steps lie in the window of step 11?", 0.5)
detached.mistake("Step 1 is counted among the uses. What was w multiplied by there?", 1 / 11)
detached.mistake("One step of a window of five, you say. Of how many uses is the whole slope made?", 1 / 5)
detached.mistake("Does `detach` set the state to zero, or is the state of the step before still there?", 0)
detached.mistake("The value of the state is whole, you are right. But the question is about the way back.", 1)
detached.mistake("That is the part itself, or near it. What is it as a share of the whole?", 0.9**9)


def mistaken_leak(W_hh, alpha, tanhs, from_output, mistake=""):
    """Return the gradients of leaky states, or wrong ones."""
    dh = np.zeros_like(from_output)
    dh[-1] = from_output[-1]
    for t in reversed(range(len(dh) - 1)):
        later = from_output[t + 1] if mistake == "next alone" else dh[t + 1]
        slope = 1 - tanhs[t if mistake == "early" else t + 1] ** 2 * (mistake != "no slope")
        back = W_hh if mistake == "no transpose" else W_hh.T
        through = slope * (back @ later) if mistake == "slope last" else back @ (slope * later)
        kept = {"no leak": 0, "old": 0, "whole": 1, "swapped": alpha, "bent leak": (1 - alpha) * slope}
        taken = {"no alpha": 1, "old": 1, "swapped": 1 - alpha}
        dh[t] = taken.get(mistake, alpha) * through + kept.get(mistake, 1 - alpha) * later
        dh[t] += 0 if mistake == "no output" else from_output[t]
    return dh[::-1] if mistake == "last first" else dh


def leaks():
    """Return weights, leaks, tanhs and what comes from the outputs, for two sizes."""
    rng = np.random.default_rng(6)

    def case(T, H, alpha):
        return rng.standard_normal((H, H)), alpha, np.tanh(rng.standard_normal((T, H))), rng.standard_normal((T, H))

    return [case(3, 2, 0.25), case(5, 3, 0.6)]


@task(leaks, points=2)
def leaky_walk(W_hh, alpha, tanhs, from_output):
    """Return the gradients (T, H) of the states h_t = (1 - alpha) h_(t-1) + alpha tanh(a_t)."""
    return mistaken_leak(W_hh, alpha, tanhs, from_output)


for kind, hint in {
    "no leak": "One of three listeners is missing: the next state hears this one even without the matrix.",
    "whole": "The straight path passes everything. Which share of the old state is kept?",
    "no alpha": "On the path through the tanh a factor is missing. With what is the tanh multiplied?",
    "bent leak": "A slope stands on the straight path too. Does that path lead through a tanh?",
    "early": "The slope is that of this step's tanh. Through which step's tanh does the matrix lead?",
    "no transpose": "Forward, row i of W_hh gathers for unit i. Backward, who gathers from whom?",
    "old": "That is the walk of the chapter, as if alpha were 1. Which two factors stand in the new formula?",
    "swapped": "Two shares have changed places. Which of them stands before the old state, which before the tanh?",
    "slope last": "Slope and matrix have changed places. Coming back from h, which of the two is met first?",
    "no slope": "The matrix leads through a tanh, and the tanh has left no trace. What is its derivative?",
    "next alone": "Each state hears the next output and no later one. When dh_t is made, is dh_(t+1) whole?",
    "last first": "These are the right gradients, last step first. Which order is asked for?",
    "no output": "The last step speaks and the others are silent. What does each state hear from its own output?",
}.items():
    leaky_walk.mistake(hint, partial(mistaken_leak, mistake=kind))
