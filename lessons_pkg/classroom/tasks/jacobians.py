"""Tasks of chapter 05: what a matrix can do to a gradient in many steps, and what it cannot."""

import math

import numpy as np

from ..task import task


@task(tolerance=1e-3)
def steps_left():
    """Return after how many steps of a tanh network with sigma 0.8 at most a thousandth is left for sure."""
    return math.ceil(math.log(0.001) / math.log(0.8))


steps_left.mistake("One step before, slightly more than a thousandth is allowed. Which way do you round?", 30)
steps_left.mistake(
    "Too few for 0.8. Is the largest slope of a tanh a quarter? Or did you take 0.2 off at each step?", 5
)
steps_left.mistake("A part of a step is never taken. Which whole number is enough?", math.log(0.001) / math.log(0.8))
steps_left.mistake("One logarithm has the base 10 and the other the base e. Which do both need?", 14)
steps_left.mistake("The logarithm of a thousand alone. How much of it does one step use up?", 7)
steps_left.mistake("It is certain by then. Is that the first step at which it is?", 32)


def matrices():
    """Return a shear, a turn with complex eigenvalues, one with a large negative eigenvalue, and a 3 by 3 matrix."""
    shear, turn, negative = [[0.4, 3.0], [0.0, 0.5]], [[0.3, -1.2], [1.0, 0.3]], [[-2.0, 0.5], [0.0, 1.0]]
    return [(np.array(m),) for m in (shear, turn, negative, [[0.2, 0.7, 0], [0, -0.3, 1.1], [0.9, 0, 0.4]])]


def sizes(W):
    """Return the absolute eigenvalues and the singular values of a matrix."""
    return abs(np.linalg.eigvals(W)), np.linalg.svd(W, compute_uv=False)


@task(matrices)
def radius_and_stretch(W):
    """Return the spectral radius of a square matrix and its largest singular value."""
    radii, stretches = sizes(W)
    return radii.max(), stretches.max()


radius_and_stretch.mistake(
    "The second is right. For the first: how large is an eigenvalue that is negative or complex?",
    lambda W: (np.linalg.eigvals(W).real.max(), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The second is right. For the first you take the largest value: of what, if some are complex or negative?",
    lambda W: (np.linalg.eigvals(W).max(), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The second is right. For the first, what if a negative eigenvalue is the largest in size: which comes first?",
    lambda W: (abs(np.linalg.eigvals(W).max()), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The second is right. For the first you took the eigenvalue that numpy happens to name first. Are they sorted?",
    lambda W: (abs(np.linalg.eigvals(W)[0]), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The second is right. For the first you took real parts. How far is a complex eigenvalue from zero?",
    lambda W: (abs(np.linalg.eigvals(W).real).max(), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The second is right. `eigvalsh` reads half of a matrix, and takes the other half to be the same. Is it, here?",
    lambda W: (abs(np.linalg.eigvalsh(W)).max(), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "Twice the largest singular value. Is it that which `np.linalg.eigvals` is for?",
    lambda W: (np.linalg.norm(W, 2), np.linalg.norm(W, 2)),
)
radius_and_stretch.mistake(
    "The first is right. The second is the root of the sum of all squared entries. How far is one vector stretched?",
    lambda W: (sizes(W)[0].max(), np.linalg.norm(W)),
)
radius_and_stretch.mistake(
    "The first is right. The second is the square of a length: what is left to do?",
    lambda W: (sizes(W)[0].max(), np.linalg.norm(W, 2) ** 2),
)
radius_and_stretch.mistake(
    "The right numbers in the wrong order: the radius first.", lambda W: radius_and_stretch(W)[::-1]
)
radius_and_stretch.mistake(
    "Twice the spectral radius. The two are the same for normal matrices only: which of these is not normal?",
    lambda W: (sizes(W)[0].max(), sizes(W)[0].max()),
)
radius_and_stretch.mistake(
    "The first is right. The second is the largest sum of a row, a norm too, but for another length of vectors.",
    lambda W: (sizes(W)[0].max(), abs(W).sum(1).max()),
)
radius_and_stretch.mistake(
    "The first is right. The second is the largest sum of a column. Which argument of the norm gives sigma?",
    lambda W: (sizes(W)[0].max(), abs(W).sum(0).max()),
)


def paths():
    """Return a matrix that is not normal and some states, for two sizes."""
    rng = np.random.default_rng(3)
    return [(rng.standard_normal((H, H)), np.tanh(rng.standard_normal((T + 1, H)))) for T, H in ((3, 2), (4, 3))]


def slopes(hiddens):
    """Return the slopes of the tanh in the steps that led from the first state to the last."""
    return 1 - hiddens[1:] ** 2


def sigma(W):
    """Return the largest singular value."""
    return np.linalg.norm(W, 2)


@task(paths)
def tight_bound(W_hh, hiddens):
    """Return the product over all steps of the step's largest slope and the largest singular value of W_hh."""
    return np.prod(slopes(hiddens).max(1) * sigma(W_hh))


tight_bound.mistake(
    "That is the bound of the chapter, with one slope for all steps. What does each step's own largest slope give?",
    lambda W, h: (slopes(h).max() * sigma(W)) ** (len(h) - 1),
)
tight_bound.mistake(
    "The slopes begin with that of the first state and lack the last. Which tanhs lie between the two states?",
    lambda W, h: np.prod((1 - h[:-1] ** 2).max(1) * sigma(W)),
)
tight_bound.mistake(
    "There is a factor too many: one for each state. How many steps lead from the first to the last?",
    lambda W, h: np.prod((1 - h**2).max(1) * sigma(W)),
)
tight_bound.mistake(
    "The spectral radius is no bound for one step. Which number of the matrix is?",
    lambda W, h: np.prod(slopes(h).max(1) * sizes(W)[0].max()),
)
tight_bound.mistake(
    "The matrix stands in it once. How often does a gradient pass it on the way?",
    lambda W, h: np.prod(slopes(h).max(1)) * sigma(W),
)
tight_bound.mistake(
    "You took a mean of the slopes. Is a bound allowed to be smaller than what one unit may pass on?",
    lambda W, h: np.prod(slopes(h).mean(1) * sigma(W)),
)
tight_bound.mistake(
    "`np.linalg.norm` with one argument is the root of all squared entries. Which norm is the largest singular value?",
    lambda W, h: np.prod(slopes(h).max(1) * np.linalg.norm(W)),
)
tight_bound.mistake(
    "The slopes are combined like the sides of a length. D is a diagonal matrix: which of them can stretch the most?",
    lambda W, h: np.prod(np.linalg.norm(slopes(h), axis=1) * sigma(W)),
)
tight_bound.mistake(
    "`np.linalg.norm` with one argument twice, of D and of the matrix. Which norm says how far a vector is stretched?",
    lambda W, h: np.prod(np.linalg.norm(slopes(h), axis=1) * np.linalg.norm(W)),
)
tight_bound.mistake(
    "Each state has been through the tanh already. What is its slope, written with h itself?",
    lambda W, h: np.prod((1 - np.tanh(h[1:]) ** 2).max(1) * sigma(W)),
)
tight_bound.mistake(
    "That is one factor. Does your loop return before its last turn?", lambda W, h: slopes(h)[0].max() * sigma(W)
)
tight_bound.mistake(
    "All slopes of all units stand in your product. Which one of them bounds a whole step?",
    lambda W, h: np.prod(slopes(h)) * sigma(W) ** slopes(h).size,
)
tight_bound.mistake(
    "The slopes alone. What else does a gradient pass in each step?", lambda W, h: np.prod(slopes(h).max(1))
)
tight_bound.mistake(
    "There is a factor for each unit. Asked is one for each step: over which axis is the largest slope taken?",
    lambda W, h: np.prod(slopes(h).max(0) * sigma(W)),
)
tight_bound.mistake(
    "Each unit has its largest slope over time. Each step has one over the units: which axis is that?",
    lambda W, h: np.prod(slopes(h).max(0)) * sigma(W) ** (len(h) - 1),
)
tight_bound.mistake(
    "You took the slope of the largest state. Is it the largest slope, in a tanh?",
    lambda W, h: np.prod((1 - h[1:].max(1) ** 2) * sigma(W)),
)
tight_bound.mistake(
    "Sharper still, and right: you took slopes and matrix together. Asked are the norms of both, one by one.",
    lambda W, h: np.prod([np.linalg.norm(row[:, None] * W, 2) for row in slopes(h)]),
)


@tight_bound.mistake("That is the norm of the product itself. A bound comes from the norms of its factors.")
def exact(W_hh, hiddens):
    product = np.eye(len(W_hh))
    for row in slopes(hiddens):
        product = row[:, None] * W_hh @ product
    return np.linalg.norm(product, 2)
