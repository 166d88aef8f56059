"""More tasks of chapter 06: a batch that is read in parts, and how much of its gradient is noise."""

import numpy as np

from ..task import task


def parts():
    """Return parts of a batch, gradients of their token means with their numbers of tokens: three parts, and two."""
    first = [({"W": np.array([[1.0, -2.0]]) * k, "b": np.array([3.0]) / k}, n) for k, n in ((1, 10), (2, 50), (-2, 20))]
    return [(first,), ([({"w": np.array([4.0, 0.0])}, 30), ({"w": np.array([-1.0, 2.0])}, 6)],)]


def observed(function, some):
    """Return what a function returns, and the parts after it."""
    return {"returned": function(some), "parts after": some}


def weighted(some, weights):
    """Return the sum of the parts' gradients with one weight for each part."""
    return {name: sum(w * g[name] for w, (g, _) in zip(weights, some, strict=True)) for name in some[0][0]}


def counts(some):
    """Return the number of tokens of each part."""
    return np.array([tokens for _, tokens in some])


@task(parts, observe=observed)
def accumulate(some):
    """Return the gradient of the token mean of a whole batch, from those of its parts."""
    return weighted(some, counts(some) / counts(some).sum())


accumulate.mistake(
    "Every part counts the same. Does every token, then?", lambda some: weighted(some, np.ones(len(some)) / len(some))
)
accumulate.mistake(
    "The gradients are added up, each of them a mean already. Of what is the result to be a mean?",
    lambda some: weighted(some, np.ones(len(some))),
)
accumulate.mistake(
    "That is the gradient of the sum over all tokens. What is still to be divided?",
    lambda some: weighted(some, counts(some)),
)
accumulate.mistake(
    "Divided by all tokens. What is each part's gradient to be multiplied with, so that it is a sum over its own?",
    lambda some: weighted(some, np.ones(len(some)) / counts(some).sum()),
)
accumulate.mistake(
    "Weighted by tokens, and divided by the number of parts. Do the weights add up to 1?",
    lambda some: weighted(some, counts(some) / len(some)),
)
accumulate.mistake(
    "A part with more tokens counts for less here. Its gradient is a mean: how many tokens does it speak for?",
    lambda some: weighted(some, 1 / counts(some) / (1 / counts(some)).sum()),
)


@accumulate.mistake("The gradient is right. But all the parts have been scaled under the caller's hands.")
def scaled_in_place(some):
    for share, (gradients, _) in zip(counts(some) / counts(some).sum(), some, strict=True):
        for g in gradients.values():
            g *= share
    return weighted(some, np.ones(len(some)))


accumulate.mistake(
    "That is what the last part gives. Does your sum begin anew with each of them?",
    lambda some: weighted(some[-1:], counts(some)[-1:] / counts(some).sum()),
)


@accumulate.mistake("The gradient is right. But look at the first part: it has changed under the caller's hands.")
def in_place(some):
    total, share = some[0][0], counts(some) / counts(some).sum()
    for name in total:
        total[name] *= share[0]
        for k in range(1, len(some)):
            total[name] += share[k] * some[k][0][name]
    return total


def gradients():
    """Return rows of gradients, one for each name."""
    few = np.array([[1.0, 2.0, 0.5], [3.0, -1.0, 0.5], [0.5, 0.5, 2.0], [2.0, 0.0, 1.0]])
    return [(few,), (np.array([[2.0, 1.0], [0.0, 3.0], [1.5, 0.5]]),)]


def squared(vector):
    """Return the squared length."""
    return (vector**2).sum()


@task(gradients, points=2)
def noise_scale(rows):
    """Return for how many names a batch's noise is as long as the mean gradient."""
    return rows.var(0).sum() / squared(rows.mean(0))


noise_scale.mistake(
    "That is the root of it. Does the noise or its square shrink in proportion to the number of names?",
    lambda rows: (rows.var(0).sum() / squared(rows.mean(0))) ** 0.5,
)
noise_scale.mistake(
    "Upside down. Does noise that is longer need more names, or fewer?",
    lambda rows: squared(rows.mean(0)) / rows.var(0).sum(),
)
noise_scale.mistake(
    "A ratio of lengths. It is their squares that s^2 / B speaks of: what are they?",
    lambda rows: np.linalg.norm(rows - rows.mean(0), axis=1).mean() / squared(rows.mean(0)) ** 0.5,
)
noise_scale.mistake(
    "The squared lengths of the gradients themselves are in it. What is left of them without the mean?",
    lambda rows: (rows**2).sum(1).mean() / squared(rows.mean(0)),
)
noise_scale.mistake(
    "Above stands a mean over the parameters, below a sum over them. Which of the two is a squared length?",
    lambda rows: rows.var(0).mean() / squared(rows.mean(0)),
)
noise_scale.mistake(
    "The variance is taken across the parameters of a name. What is it that varies: from what to what?",
    lambda rows: rows.var(1).sum() / squared(rows.mean(1)),
)
noise_scale.mistake(
    "Below stands a length where its square is needed. What unit has your result?",
    lambda rows: rows.var(0).sum() / squared(rows.mean(0)) ** 0.5,
)
noise_scale.mistake(
    "You divided by one name fewer. A good estimate of a variance, and not what was asked: divide by all.",
    lambda rows: rows.var(0, ddof=1).sum() / squared(rows.mean(0)),
)
noise_scale.mistake(
    "You added the squared lengths of the noise over all names. Asked is their mean.",
    lambda rows: rows.var(0).sum() * len(rows) / squared(rows.mean(0)),
)
noise_scale.mistake(
    "You squared the mean length of the noise. Which comes first, the square or the mean?",
    lambda rows: np.sqrt(((rows - rows.mean(0)) ** 2).sum(1)).mean() ** 2 / squared(rows.mean(0)),
)
noise_scale.mistake(
    "That is s^2 itself. For which B is s^2 / B as large as the square of the mean's length?",
    lambda rows: rows.var(0).sum(),
)
noise_scale.mistake(
    "Rounded to a whole number. What is asked for is the number at which both are equal.",
    lambda rows: round(rows.var(0).sum() / squared(rows.mean(0))),
)
noise_scale.mistake(
    "One variance of all numbers together. From what does each parameter's gradient vary?",
    lambda rows: rows.var() / squared(rows.mean(0)),
)
noise_scale.mistake(
    "Standard deviations do not add up to a length. Which of their powers does?",
    lambda rows: rows.std(0).sum() / squared(rows.mean(0)),
)
