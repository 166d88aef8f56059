"""Tasks of chapter 12 about a search: which rates to draw, and what to report of the winner."""

import numpy as np

from ..task import task


@task(lambda: [(0.001, 1.0, np.array([0.0, 0.5, 1.0, 0.2])), (0.02, 0.5, np.array([0.3, 0.9]))])
def log_uniform(low, high, u):
    """Return rates between low and high, evenly spread by their logarithms, from numbers u in [0, 1]."""
    return low * (high / low) ** u


log_uniform.mistake(
    "Nine tenths of these rates lie in the highest decade. What should be spread evenly, the rate or its logarithm?",
    lambda low, high, u: low + (high - low) * u,
)
log_uniform.mistake(
    "You use the rates themselves as exponents of ten. Which numbers have the rates as their powers?",
    lambda low, high, u: 10 ** (low + (high - low) * u),
)
log_uniform.mistake(
    "The spread is right and runs backwards: what should u = 0 give?", lambda low, high, u: high * (low / high) ** u
)
log_uniform.mistake(
    "Those are natural logarithms of rates. One step is missing.",
    lambda low, high, u: np.log(low) + u * (np.log(high) - np.log(low)),
)
log_uniform.mistake(
    "The exponents are natural logarithms, and the base is ten.",
    lambda low, high, u: 10 ** (np.log(low) + u * (np.log(high) - np.log(low))),
)
log_uniform.mistake(
    "The exponents are logarithms to base ten, and the exponential is the natural one.",
    lambda low, high, u: np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low))),
)
log_uniform.mistake(
    "Those are exponents of ten. One step is missing.",
    lambda low, high, u: np.log10(low) + u * (np.log10(high) - np.log10(low)),
)
log_uniform.mistake(
    "The factors are right, and they begin at 1. Where should they begin?", lambda low, high, u: (high / low) ** u
)
log_uniform.mistake(
    "The factors are equal, and u is not used: you return a rate for each place in u, not for its value.",
    lambda low, high, u: np.geomspace(low, high, len(u)),
)
log_uniform.mistake(
    "u = 0 gives low, and u = 1 does not give high. By which factor has low to be multiplied then?",
    lambda low, high, u: low * high**u,
)
log_uniform.mistake(
    "You use the rates themselves as exponents of e. Which numbers have the rates as their powers?",
    lambda low, high, u: np.exp(low + (high - low) * u),
)
log_uniform.mistake(
    "Those are exponents of ten, spread over one decade. How many decades lie between low and high?",
    lambda low, high, u: low * 10**u,
)


def search_results():
    """Return held-out and test losses (trials, seeds) in which every wrong way of choosing picks another trial."""
    valid = [[1.62, 1.70, 1.74], [1.50, 1.80, 1.78], [1.72, 1.75, 1.79], [1.60, 1.61, 1.62], [1.66, 1.62, 1.64]]
    test = [[1.66, 1.71, 1.75], [1.56, 1.90, 1.91], [1.80, 1.70, 1.76], [1.68, 1.63, 1.66], [1.59, 1.61, 1.60]]
    return np.array(valid), np.array(test)


def lucky_run(valid, test):
    """Return the trial of the best single run, and that run's test loss."""
    trial, seed = np.unravel_index(valid.argmin(), valid.shape)
    return trial, test[trial, seed]


@task(lambda: [search_results()])
def choose_and_report(valid, test):
    """Return the trial with the lowest mean held-out loss, and the mean of its test losses."""
    best = int(valid.mean(1).argmin())
    return best, test[best].mean()


for hint, wrong in {
    "The trial was chosen by the test text. Then the test is a second validation, and its loss is no report.": (
        lambda valid, test: (test.mean(1).argmin(), test.mean(1).min())
    ),
    "The trial with the luckiest seed was chosen. What do its other seeds say?": (
        lambda valid, test: (valid.min(1).argmin(), test[valid.min(1).argmin()].mean())
    ),
    "The right trial, and the loss it was chosen by. On which text should it be reported?": (
        lambda valid, test: (valid.mean(1).argmin(), valid.mean(1).min())
    ),
    "The right trial, and the best of its seeds. Which number would somebody else find again?": (
        lambda valid, test: (valid.mean(1).argmin(), test[valid.mean(1).argmin()].min())
    ),
    "The right trial, and the lowest mean test loss of any. Is it the loss of the trial that was chosen?": (
        lambda valid, test: (valid.mean(1).argmin(), test.mean(1).min())
    ),
    "The right trial and the right loss. But trials are counted from 0.": (
        lambda valid, test: (valid.mean(1).argmin() + 1, test[valid.mean(1).argmin()].mean())
    ),
    "The luckiest single run was chosen, and reported by itself. Which other seeds were there?": lucky_run,
    "The setting with the highest held-out loss was chosen. Is more better?": (
        lambda valid, test: (valid.mean(1).argmax(), test[valid.mean(1).argmax()].mean())
    ),
    "The two texts have changed places: which one may choose, and which one reports?": (
        lambda valid, test: (test.mean(1).argmin(), valid[test.mean(1).argmin()].mean())
    ),
    "The right trial, and the mean over all trials. Whose loss is to be reported?": (
        lambda valid, test: (valid.mean(1).argmin(), test.mean())
    ),
    "Both numbers are right, in the other order: first the trial, then its loss.": (
        lambda valid, test: (test[valid.mean(1).argmin()].mean(), valid.mean(1).argmin())
    ),
    "You look for the best seed over all trials. Which axis holds the trials?": (
        lambda valid, test: (valid.mean(0).argmin(), test[valid.mean(0).argmin()].mean())
    ),
}.items():
    choose_and_report.mistake(hint, wrong)
