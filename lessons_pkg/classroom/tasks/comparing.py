"""More tasks of chapter 12: how sure a difference is, and how lucky a winner."""

import math
from itertools import combinations_with_replacement
from math import comb

import numpy as np

from ..task import task


def two_settings():
    """Return losses (rates, seeds) of two settings that were run on the same seeds."""
    a = np.array([[2.231, 2.197, 2.26], [1.62, 1.594, 1.641], [1.75, 1.742, 1.76]])
    return a, a - np.array([[0.006, 0.004, 0.009], [0.012, -0.003, 0.005], [0.007, 0.011, 0.002]])


@task(lambda: [two_settings()], tolerance=1e-6)
def paired(a, b):
    """Return the mean of a - b and its standard error, run by run."""
    d = (a - b).ravel()
    return d.mean(), d.std(ddof=1) / math.sqrt(d.size)


paired.mistake(
    "The mean is right. Its error is that of two separate heaps: what do two runs with one seed have in common?",
    lambda a, b: ((a - b).mean(), math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / a.size)),
)
paired.mistake(
    "That is how far single differences scatter. How far does their mean?",
    lambda a, b: ((a - b).mean(), (a - b).std(ddof=1)),
)
paired.mistake(
    "A little too small: the mean was taken from the same differences. By what does one divide then?",
    lambda a, b: ((a - b).mean(), (a - b).std() / math.sqrt(a.size)),
)
paired.mistake(
    "You count the pairs by the rows alone. How many runs has each setting?",
    lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / math.sqrt(len(a))),
)
paired.mistake(
    "The sign is turned round: by how much is b lower?",
    lambda a, b: ((b - a).mean(), (a - b).std(ddof=1) / math.sqrt(a.size)),
)
paired.mistake(
    "You divide the scatter by the number of pairs. A mean of four scatters half as much as one, not a quarter.",
    lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / a.size),
)
paired.mistake(
    "That is the square of an error. In which unit are the losses?",
    lambda a, b: ((a - b).mean(), (a - b).var(ddof=1) / a.size),
)
paired.mistake(
    "You have dropped the signs of the differences. A pair that b has lost speaks against it.",
    lambda a, b: (abs(a - b).mean(), abs(a - b).std(ddof=1) / math.sqrt(a.size)),
)
paired.mistake(
    "You have taken the mean over the seeds first, and count rows. All the pairs were asked for.",
    lambda a, b: ((a - b).mean(), (a - b).mean(1).std(ddof=1) / math.sqrt(len(a))),
)
paired.mistake(
    "You have taken the mean over the rates first, and count seeds. All the pairs were asked for.",
    lambda a, b: ((a - b).mean(), (a - b).mean(0).std(ddof=1) / math.sqrt(a.shape[1])),
)
paired.mistake(
    "That is how far single differences scatter, and a little too small. How far does the mean of so many?",
    lambda a, b: ((a - b).mean(), (a - b).std()),
)
paired.mistake(
    "Two separate heaps, and each error a little too small. Take the differences first, pair by pair.",
    lambda a, b: ((a - b).mean(), math.sqrt((a.var() + b.var()) / a.size)),
)


@task(tolerance=0)
def seeds_needed():
    """Return how many seeds a setting needs: 2 sqrt(2 sd^2 / n) <= 0.01 with sd = 0.02."""
    return 32


seeds_needed.mistake("You gave an error to one of the two settings. Both were measured with it.", 16)
seeds_needed.mistake("Then the difference is as large as its error. Twice as large was asked for.", 8)
seeds_needed.mistake("One setting's noise, and no factor of two. Read the condition again.", 4)
seeds_needed.mistake("One fewer does it too: at least twice is twice or more.", 33)
seeds_needed.mistake(
    "Twice too many. Is it the number of all runs? Or were two errors added where their squares should be?", 64
)
seeds_needed.mistake("Nearly: with so many, the difference is a little less than twice its error.", 31)
seeds_needed.mistake("Each setting has its own noise, and twice the error was asked for. Both are in the condition.", 2)


@task(lambda: [(np.array([1.9, 1.7, 2.4, 1.6, 2.0]), 2), (np.array([1.5, 1.8, 3.0, 1.4]), 3)], points=2)
def best_of(losses, k):
    """Return the mean over all choices of k of the n trials of the lowest loss among them."""
    n, ordered = len(losses), np.sort(losses)
    return sum(loss * comb(n - 1 - i, k - 1) for i, loss in enumerate(ordered)) / comb(n, k)


best_of.mistake(
    "You draw with replacement, as the chapter does. Here no trial is drawn twice.",
    lambda losses, k: (
        np.sort(losses) @ (lambda above: above[:-1] - above[1:])((1 - np.arange(len(losses) + 1) / len(losses)) ** k)
    ),
)
best_of.mistake("That is the best of the first k trials, one choice of many.", lambda losses, k: losses[:k].min())
best_of.mistake(
    "That is the mean of the k lowest. Of each choice only its lowest counts.",
    lambda losses, k: np.sort(losses)[:k].mean(),
)
best_of.mistake(
    "That is the expected worst. In which order are the losses sorted?", lambda losses, k: -best_of(-losses, k)
)
best_of.mistake("The lowest loss of all, as if every choice held it.", lambda losses, k: losses.min())
best_of.mistake(
    "That is the mean of all the losses. Of each choice only its lowest counts.", lambda losses, k: losses.mean()
)
best_of.mistake(
    "You let a trial be chosen twice. A choice here holds different trials.",
    lambda losses, k: np.mean([min(chosen) for chosen in combinations_with_replacement(losses, k)]),
)
best_of.mistake(
    "You choose neighbours only. Any trials of the list can be chosen together.",
    lambda losses, k: np.mean([losses[i : i + k].min() for i in range(len(losses) - k + 1)]),
)
best_of.mistake(
    "That is the loss in place k of the sorted list. Whose lowest would it be?",
    lambda losses, k: np.sort(losses)[k - 1],
)


def counted(ordered, k, others, picked):
    """Return the sum of losses times the choices of ``picked`` among the others, over all choices of k."""
    return sum(loss * comb(others - i, picked) for i, loss in enumerate(ordered)) / comb(len(ordered), k)


best_of.mistake(
    "The counts are right for a sorted list. In which order are these losses?",
    lambda losses, k: counted(losses, k, len(losses) - 1, k - 1),
)
best_of.mistake(
    "You choose k others beside the lowest. How many are left to choose when it is taken?",
    lambda losses, k: counted(np.sort(losses), k, len(losses) - 1, k),
)
best_of.mistake(
    "The lowest is among those from which you choose the others. How many stand behind it?",
    lambda losses, k: counted(np.sort(losses), k, len(losses), k - 1),
)
best_of.mistake(
    "That is the sum over all choices. How many choices are there?",
    lambda losses, k: best_of(losses, k) * comb(len(losses), k),
)
best_of.mistake(
    "The counts are right, and you divide by the number of trials. How many choices are there?",
    lambda losses, k: best_of(losses, k) * comb(len(losses), k) / len(losses),
)
