"""Tasks of chapter 06: a floor to learn down to, the first steps of RMSProp, and sums and means under a mask."""

import math
from collections import Counter

import numpy as np

from ..task import task


def lists():
    """Return three lists of names: one name twice, one three times, and none twice."""
    return [(["ann", "bo", "ann", "abigail"],), (["a", "bb", "a", "cc", "a"],), (["x", "yy"],)]


def entropy_of(names):
    """Return the entropy of the shares of the names, in nats."""
    shares = np.array(list(Counter(names).values())) / len(names)
    return -(shares * np.log(shares)).sum()


def tokens_of(names):
    """Return the number of tokens, ends included."""
    return sum(len(name) + 1 for name in names)


@task(lists)
def floor(names):
    """Return the lowest mean loss, in nats per token, that any model can have on a list of names."""
    return len(names) * entropy_of(names) / tokens_of(names)


floor.mistake(
    "Right if all names differ. What probability should a name have that stands there twice?",
    lambda names: len(names) * np.log(len(names)) / tokens_of(names),
)
floor.mistake(
    "You gave each different name the same probability. Is that the best for names that come up more often?",
    lambda names: len(names) * np.log(len(set(names))) / tokens_of(names),
)
floor.mistake(
    "You removed what stands there twice. Does the loss count it once?",
    lambda names: len(set(names)) * np.log(len(set(names))) / tokens_of(set(names)),
)
floor.mistake(
    "You removed what stands there twice, and counted its tokens twice. Which names does the loss go over?",
    lambda names: len(set(names)) * np.log(len(set(names))) / tokens_of(names),
)
floor.mistake(
    "The tokens of a name that stands there twice count once. How often does the network read them?",
    lambda names: len(names) * entropy_of(names) / tokens_of(set(names)),
)
floor.mistake("Below zero. Of which sign is the logarithm of a share?", lambda names: -floor(names))
floor.mistake(
    "Each name has been averaged over its own tokens first. Over what is the mean of the chapter taken?",
    lambda names: np.mean([np.log(len(names) / names.count(name)) / (len(name) + 1) for name in names]),
)
floor.mistake(
    "The letters are counted and one token of each name is not. Which?",
    lambda names: len(names) * entropy_of(names) / sum(map(len, names)),
)
floor.mistake(
    "Two things: a name that stands there twice has another probability, and each name ends with a token.",
    lambda names: len(names) * np.log(len(names)) / sum(map(len, names)),
)
floor.mistake(
    "That is one name's share of the loss, divided by the tokens of all names. Whose tokens go with it?",
    lambda names: entropy_of(names) / tokens_of(names),
)
floor.mistake(
    "Only the first letters are uncertain in yours. When two names begin alike, is the rest known?",
    lambda names: len(names) * entropy_of([name[0] for name in names]) / tokens_of(names),
)
floor.mistake(
    "Each name has the right probability. How many times does a name stand in the sum that is there twice?",
    lambda names: -sum(np.log(names.count(name) / len(names)) for name in set(names)) / tokens_of(names),
)
floor.mistake("That is the loss for a whole name. How many tokens share it?", entropy_of)
floor.mistake("That is the sum over all names. Asked is the mean over tokens.", lambda n: len(n) * entropy_of(n))
floor.mistake("Bits. The course counts in nats: which logarithm is that?", lambda names: floor(names) / np.log(2))


@task(tolerance=1e-3)
def first_steps():
    """Return the first step of RMSProp that is at most a tenth longer than the rate."""
    return math.ceil(math.log(1 - 1 / 1.1**2) / math.log(0.99))


first_steps.mistake("In that step it is slightly more than a tenth too long. Which way do you round?", 174)
first_steps.mistake("You compared v with its end. What is it of v that a step is divided by?", 239)
first_steps.mistake(
    "You let the root of v come to nine tenths of the gradient. How long is a step then, in rates?", 166
)
first_steps.mistake("There a tenth of the start is left in v. Asked is when the step is a tenth too long.", 230)
first_steps.mistake("After so many steps the running mean has its name, 1/(1 - beta). How long is the step there?", 100)
first_steps.mistake(
    "A part of a step is never taken. Which whole number is enough?", math.log(1 - 1 / 1.21) / math.log(0.99)
)


def surprises():
    """Return the surprises of padded names (T, B) with their masks: the padding holds numbers too."""
    nats = np.array([[2.0, 3.0, 1.0], [1.0, 0.5, 2.5], [0.25, 4.0, 9.0], [8.0, 0.75, 7.0]])
    mask = np.array([[True, True, True], [True, True, True], [True, True, False], [False, True, False]])
    return [(nats, mask), (nats[:3, :2] / 2, mask[1:, 1:])]


@task(surprises)
def three_losses(nats, mask):
    """Return the loss as a sum over a name, as a mean over tokens, and as a mean within each name."""
    nats = np.where(mask, nats, 0)
    return nats.sum() / mask.shape[1], nats.sum() / mask.sum(), (nats.sum(0) / mask.sum(0)).mean()


def three_of(per_name, tokens, within):
    """Return the three losses of a mistake, from its totals."""
    return lambda nats, mask: (per_name(nats, mask), tokens(nats, mask), within(nats, mask))


RIGHT = [lambda nats, mask, k=k: three_losses(nats, mask)[k] for k in range(3)]

three_losses.mistake(
    "What stands in the padding has been counted. What does the mask say about those places?",
    lambda nats, mask: three_losses(nats, np.ones_like(mask)),
)
three_losses.mistake(
    "The padding has no surprise any more, and still counts as tokens. By how many do the two means divide?",
    lambda nats, mask: three_losses(np.where(mask, nats, 0), np.ones_like(mask)),
)
three_losses.mistake(
    "The first and the third run along the wrong axis. Is a name a row or a column of the batch?",
    lambda nats, mask: three_losses(nats.T, mask.T),
)
three_losses.mistake(
    "The numbers are right. In which order are they asked for?", three_of(RIGHT[0], RIGHT[2], RIGHT[1])
)
three_losses.mistake(
    "The second divides by all places. How many of them are tokens?",
    three_of(RIGHT[0], lambda nats, mask: nats[mask].sum() / mask.size, RIGHT[2]),
)
three_losses.mistake(
    "The first is the sum over the whole batch. Over what is it averaged?",
    three_of(lambda nats, mask: nats[mask].sum(), *RIGHT[1:]),
)
three_losses.mistake(
    "The third divides every name by the same number of steps. How many tokens has each of its own?",
    three_of(*RIGHT[:2], lambda nats, mask: (np.where(mask, nats, 0).sum(0) / len(mask)).mean()),
)
three_losses.mistake(
    "The third averages within each step, over the names. Along which axis does a name run?",
    three_of(*RIGHT[:2], lambda nats, mask: (np.where(mask, nats, 0).sum(1) / mask.sum(1)).mean()),
)
three_losses.mistake(
    "The numbers are right, and the first two have changed places.", three_of(RIGHT[1], RIGHT[0], RIGHT[2])
)
three_losses.mistake(
    "The first is divided by the number of steps. How many names are there?",
    three_of(lambda nats, mask: nats[mask].sum() / len(mask), *RIGHT[1:]),
)
three_losses.mistake(
    "The third adds up the means of the names. What is asked for is their mean.",
    three_of(*RIGHT[:2], lambda nats, mask: three_losses(nats, mask)[2] * mask.shape[1]),
)
three_losses.mistake(
    "The third is the second once more. Whose mean is to be taken first, before that over the names?",
    three_of(*RIGHT[:2], RIGHT[1]),
)
three_losses.mistake(
    "Only the padding has been counted. Where is the mask true?", lambda nats, mask: three_losses(nats, ~mask)
)
