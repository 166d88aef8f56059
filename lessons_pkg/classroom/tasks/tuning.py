"""Tasks of chapter 12: what to try, and how to tell a better setting from a lucky one."""

import json
import math

import numpy as np

from ...corpora import data_path
from ..task import task

TREATMENTS = ("dropout", "neither", "both", "weight decay")  # of panels A to D in Task 4


@task(tolerance=0.002)
def batch_floor():
    """Return the floor of eight columns of five letters that begin alike and part once into two halves."""
    return 8 * math.log(8 / 4) / (8 * 4)


batch_floor.mistake("That is what a column costs. How many targets share it?", math.log(2))
batch_floor.mistake(
    "You have divided by the letters of a column. The first is given: how many are predicted?", math.log(2) / 5
)
batch_floor.mistake(
    "You make the network guess one of eight. Into how many kinds do the columns part?", math.log(8) / 4
)
batch_floor.mistake("No network can know which way a column goes before it has gone there.", 0.0)
batch_floor.mistake("That would be the floor in bits.", 1 / 4)
batch_floor.mistake(
    "That is what one column costs, over all the targets. How many columns meet the doubt?", math.log(2) / 32
)
batch_floor.mistake("That is what all columns cost together. The mean is asked for.", 8 * math.log(2))
batch_floor.mistake("The sign of a loss: is a doubt ever worth less than nothing?", -math.log(2) / 4)
batch_floor.mistake("That is the perplexity. The loss in nats is asked for.", 2 ** (1 / 4))
batch_floor.mistake("Twice too much. In how many places is there a doubt, and between how many ways?", math.log(4) / 4)


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


@task(lambda: [(0.3, np.array([0.0, 0.01, 0.02, 0.01, 0.0])), (0.1, np.full(200, 0.02))])
def decay_for(share, rates):
    """Return the weight decay that leaves this share of a weight which nothing pulls at: exp(-decay sum of rates)."""
    return -math.log(share) / rates.sum()


decay_for.mistake(
    "You let the highest rate work all the time. Each update has its own.",
    lambda share, rates: -math.log(share) / (rates.max() * len(rates)),
)
decay_for.mistake(
    "That decay would do it in a single update of the mean rate. How many are there?",
    lambda share, rates: -math.log(share) / rates.mean(),
)
decay_for.mistake(
    "A decay below zero makes weights grow. Which sign has the logarithm of a share?",
    lambda share, rates: math.log(share) / rates.sum(),
)
decay_for.mistake(
    "You have mixed up the share that is left and the share that goes.",
    lambda share, rates: -math.log(1 - share) / rates.sum(),
)
decay_for.mistake(
    "That is the logarithm to base 2. The decay works like an exponential, so which one belongs here?",
    lambda share, rates: -math.log2(share) / rates.sum(),
)
decay_for.mistake(
    "You let the decay take the same amount every time. It takes a share of what is left.",
    lambda share, rates: (1 - share) / rates.sum(),
)
decay_for.mistake(
    "That is exact for a constant rate. The task wants the exponential, which serves any schedule.",
    lambda share, rates: (1 - share ** (1 / len(rates))) / rates.mean(),
)
decay_for.mistake(
    "That is the logarithm to base ten. The decay works like the natural exponential.",
    lambda share, rates: -math.log10(share) / rates.sum(),
)
decay_for.mistake(
    "That is the way from a decay to a share, and you have the share. Solve for the other one.",
    lambda share, rates: math.exp(-share * rates.sum()),
)


def four_treatments():
    """Return the training and held-out losses of four ways to train a word model, each (seeds, epochs, 3)."""
    runs = json.loads(data_path("runs_12.json").read_text())["gap"]
    return {letter: np.array(runs[name]) for letter, name in zip("ABCD", TREATMENTS, strict=True)}


@task(tolerance=0)
def remedies():
    """Return what A, B, C and D were trained with: 1 neither, 2 weight decay, 3 dropout, 4 both."""
    return [3, 1, 4, 2]


remedies.mistake("B is the one that turns up at the end. Which remedy fails to stop that?", [1, 3, 4, 2])
remedies.mistake(
    "Which training loss is the highest? The strongest treatment holds it up the most. Look at A and C again.",
    [4, 1, 3, 2],
)
remedies.mistake(
    "D comes lowest on held-out text. In the chapter one remedy gained, and one only stopped the turn.", [2, 1, 4, 3]
)
remedies.mistake(
    "You have found what was treated not at all. Now sort the others by their training losses.", [2, 1, 3, 4]
)
remedies.mistake(
    "A and B are found. In one of C and D the gap is the narrowest of all: is that one remedy, or two?", [3, 1, 2, 4]
)
remedies.mistake("B is found. Of the others, which training loss is held up the most, and by what?", [4, 1, 2, 3])
remedies.mistake(
    "You give the panel for each treatment. Turn it round: the treatment for each panel, from A to D.", [2, 4, 1, 3]
)


def search_results():
    """Return held-out and test losses (trials, seeds) in which every wrong way of choosing picks another trial."""
    valid = [[1.69, 1.64, 1.65], [1.88, 1.90, 1.50], [1.66, 1.60, 1.70], [1.61, 1.60, 1.62]]
    test = [[1.59, 1.61, 1.60], [1.90, 1.91, 1.58], [1.72, 1.49, 1.71], [1.68, 1.63, 1.66]]
    return np.array(valid), np.array(test)


@task(lambda: [search_results()])
def choose_and_report(valid, test):
    """Return the trial with the lowest mean held-out loss, and the mean of its test losses."""
    best = int(valid.mean(1).argmin())
    return best, test[best].mean()


for hint, wrong in {
    "The trial was chosen by the test text. Then the test is a second validation, and its loss is no report.": (
        lambda valid, test: (test.mean(1).argmin(), test.mean(1).min())
    ),
    "The trial with the luckiest seed was chosen. What would a fresh seed of it give?": (
        lambda valid, test: (valid.min(1).argmin(), test[valid.min(1).argmin()].mean())
    ),
    "The right trial, and the loss it was chosen by. On which text should it be reported?": (
        lambda valid, test: (valid.mean(1).argmin(), valid.mean(1).min())
    ),
    "The right trial, and the best of its seeds. Which number would somebody else find again?": (
        lambda valid, test: (valid.mean(1).argmin(), test[valid.mean(1).argmin()].min())
    ),
    "The right trial, and the lowest test loss of any. Whose loss is to be reported?": (
        lambda valid, test: (valid.mean(1).argmin(), test.mean(1).min())
    ),
    "The right trial and the right loss. But trials are counted from 0.": (
        lambda valid, test: (valid.mean(1).argmin() + 1, test[valid.mean(1).argmin()].mean())
    ),
    "You look for the best seed over all trials. Which axis holds the trials?": (
        lambda valid, test: (valid.mean(0).argmin(), test[valid.mean(0).argmin()].mean())
    ),
}.items():
    choose_and_report.mistake(hint, wrong)
