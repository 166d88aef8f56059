"""Tasks of chapter 01: a whole name, a pair that nobody has seen, the entropy of a name, and names held out."""

import math

import numpy as np

from ...metrics import entropy
from ..task import task


@task(tolerance=0.005)
def one_in():
    """Return one in how many names that the bigram model of the four names writes is nina."""
    return 192


one_in.mistake(
    "The chapter has this number for anna. If you have worked it out for nina: four letters are five choices, and one "
    "is missing.",
    96,
)
one_in.mistake("The n at the front is a choice as well. In which row of the table does it stand?", 48)
one_in.mistake("So it is with a whole memory. Which row does the bigram model look into after ni?", 4)
one_in.mistake("That is the model that remembers nothing. What does a memory of one symbol change?", 1093.5)
one_in.mistake("That is the probability itself. One in how many is asked for: turn it round.", 1 / 192)
one_in.mistake("That is the surprise in nats, the sum of the costs. One in how many is asked for.", math.log(192))
one_in.mistake(
    "One factor is three times too small. Look each up in the row of the symbol before it: which is that for the stop?",
    576,
)
one_in.mistake(
    "The five counts were divided by the 18 pairs of the whole table. Given the symbol before, what is each a share "
    "of?",
    18**5 / 9,
)

one_in.mistake(
    "Each count was divided by the sum of its column. The symbol before is given: which numbers share out what follows "
    "it?",
    288,
)


@task(tolerance=1e-4)
def unseen_pair():
    """Return what Witten and Bell's bigram model of the four names gives i after a."""
    return 3 / 88


unseen_pair.mistake("That is the share of the counts. The pair was never seen; what does the second term add?", 0)
unseen_pair.mistake(
    "You have multiplied by the size of the vocabulary. How many different symbols have followed a?", 4 * 3 / 22 / 10
)
unseen_pair.mistake(
    "You took the bare share of i for the shorter memory. It is smoothed as well, with what below it?", 2 * 2 / 18 / 8
)
unseen_pair.mistake(
    "You went from order 2 down to q with index 0 at once. Which memory stands between them?", 2 * 0.25 / 8
)
unseen_pair.mistake(
    "With this denominator the four probabilities after a do not sum to 1. What is missing in it?", 2 * 3 / 22 / 6
)
unseen_pair.mistake(
    "The context a is treated rightly. In the shorter memory, do the four probabilities sum to 1?", 2 * 3 / 18 / 8
)
unseen_pair.mistake(
    "So i after i has it in the chapter; and one gets it here by counting how often a was followed. How many different "
    "symbols were there?",
    3 / 44,
)
unseen_pair.mistake("That is add-k with k = 1: every unseen symbol gets the same. Whom do Witten and Bell ask?", 0.1)
unseen_pair.mistake(
    "That is what the shorter memory says. How far is it listened to, after a context with 6 counts?", 3 / 22
)
unseen_pair.mistake(
    "That is all that the shorter memory has to deal out after a. What share of it does it give to i?", 2 / 8
)
unseen_pair.mistake("That is the top of the fraction. What stands below the line?", 6 / 22)
unseen_pair.mistake("That is the share of i among all tokens. How far is it listened to, and is it smoothed?", 2 / 18)
unseen_pair.mistake("With the strength of 3 that the chapter's models have, it is that. Which is asked for?", 1 / 12)
unseen_pair.mistake("Below the line all is well. Above it, by what is the shorter memory multiplied?", 3 / 22 / 8)


ONE_CHOICE = float(entropy(np.array([0.25, 0.75])))  # to stop or to go on


@task(tolerance=0.002)
def name_entropy():
    """Return the entropy in nats of a whole name of a, where each choice is the stop with probability 1/4."""
    return ONE_CHOICE / 0.25


name_entropy.mistake("That is the entropy of one choice. How many choices does a name take?", ONE_CHOICE)
name_entropy.mistake(
    "That is the entropy of one choice, in bits. Nats are asked for, and a name.", ONE_CHOICE / math.log(2)
)
name_entropy.mistake("You have counted the letters of a mean name. How many tokens has it?", 3 * ONE_CHOICE)
name_entropy.mistake(
    "One in 3/4 of a choice? A choice ends the name with the probability 1/4: how many are there on average?",
    ONE_CHOICE / 0.75,
)
name_entropy.mistake("That is in bits. The course counts in nats.", 4 * ONE_CHOICE / math.log(2))
name_entropy.mistake("Surprise is never below 0. Which sign does the logarithm of a probability have?", -4 * ONE_CHOICE)
name_entropy.mistake(
    "That is the surprise of the stop alone, or of four equally likely names. What do the other choices cost?",
    math.log(4),
)
name_entropy.mistake("Every choice costs as much as a stop in your sum. Are they all stops?", 4 * math.log(4))
name_entropy.mistake("Your choice between stop and letter is an even one. Which probabilities has it?", 4 * math.log(2))
name_entropy.mistake("A perplexity per token. Nats per name are asked for.", math.exp(ONE_CHOICE))


@task(
    lambda: [
        (["mia", "leo", "mia", "ana", "noa", "leo", "ana", "ana"], 2),
        (["kim", "ida", "kim", "bo", "ida", "kim"], 2),
    ]
)
def deal(rows, k):
    """Return training rows and test rows; the last k distinct names are held out with all their rows."""
    return cut(rows, list(dict.fromkeys(rows))[-k:])


def cut(rows, held):
    """Return the rows of all names but some, and the rows of these."""
    return [row for row in rows if row not in held], [row for row in rows if row in held]


deal.mistake(
    "Still cut by rows: k rows are held out, and some of their names are in the training part too. What is to be dealt "
    "out, rows or names?",
    lambda rows, k: (rows[:-k], rows[-k:]),
)
deal.mistake(
    "No name is on both sides, but rows are gone: each name is there once. Where did the repeats go?",
    lambda rows, k: (list(dict.fromkeys(rows))[:-k], list(dict.fromkeys(rows))[-k:]),
)
deal.mistake(
    "The training part is right. The test part has one row a name: where are its other rows?",
    lambda rows, k: (deal(rows, k)[0], list(dict.fromkeys(rows))[-k:]),
)
deal.mistake(
    "The test part is right. Are its names still among the rows to train on?", lambda rows, k: (rows, deal(rows, k)[1])
)
deal.mistake(
    "You hold out the names that come first. The last k distinct names are asked for.",
    lambda rows, k: cut(rows, list(dict.fromkeys(rows))[:k]),
)
deal.mistake("Both parts are there. Which of them is to come first?", lambda rows, k: deal(rows, k)[::-1])
deal.mistake(
    "Your names are in the order of the alphabet; a set, sorted, or np.unique loses the order of the list.",
    lambda rows, k: cut(rows, sorted(set(rows))[-k:]),
)
deal.mistake(
    "You hold out the names of the last k rows, and names repeat there. How many distinct names is k?",
    lambda rows, k: cut(rows, rows[-k:]),
)
deal.mistake(
    "You go by the last mention of each name. The list orders the names by their first.",
    lambda rows, k: cut(rows, list(dict.fromkeys(rows[::-1]))[:k]),
)
deal.mistake(
    "The leak is closed by throwing test rows away, so a common name is never tested. Are k names held out?",
    lambda rows, k: (rows[:-k], [row for row in rows[-k:] if row not in rows[:-k]]),
)
deal.mistake(
    "No name is on both sides. But the test part is the last k rows: they hold fewer than k names, and earlier rows of "
    "these names are gone. What is to be dealt out?",
    lambda rows, k: (cut(rows, rows[-k:])[0], rows[-k:]),
)
deal.mistake(
    "The test part is right. The training part has one row a name: where are its other rows?",
    lambda rows, k: (list(dict.fromkeys(rows))[:-k], deal(rows, k)[1]),
)


@deal.mistake("One row of each test name is held out; its other rows are in the training part. Is that a leak?")
def one_row_each(rows, k):
    names = list(dict.fromkeys(rows))
    first = [rows.index(name) for name in names[-k:]]
    return [row for i, row in enumerate(rows) if i not in first], names[-k:]
