"""Tasks of chapter 01: a probability for a whole name, surprise and its mean, smoothing, and honest measurement."""

import math

import numpy as np

from ...metrics import entropy
from ..task import task


def losses_by_name():
    """Return two small lists of names, each name given as the nats of its tokens."""
    first = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0]), np.array([5.0, 7.0, 0.5, 2.0])]
    return [(first,), ([np.array([0.5, 1.5]), np.array([2.0, 0.25, 1.0, 3.0, 0.75])],)]


@task(tolerance=0.005)
def one_in():
    """Return one in how many names that the bigram model of the four names writes is nina."""
    return 192


one_in.mistake("Four letters are five choices. Which of them is missing in your product?", 96)
one_in.mistake("The n at the front is a choice as well. In which row of the table does it stand?", 48)
one_in.mistake("So it is with a whole memory. Which row does the bigram model look into after ni?", 4)
one_in.mistake("That is the model that remembers nothing. What does a memory of one symbol change?", 1093.5)
one_in.mistake("That is the probability itself. One in how many is asked for: turn it round.", 1 / 192)
one_in.mistake(
    "The five counts were divided by the 18 pairs of the whole table. Given the symbol before, what is each a share "
    "of?",
    18**5 / 9,
)


@task(losses_by_name)
def corpus_perplexity(losses):
    """Return the perplexity per token of a list of names."""
    return np.exp(np.concatenate(losses).mean())


@corpus_perplexity.mistake(
    "Each name still has a perplexity of its own, and these are averaged. Which of the two comes first over the whole "
    "list, the mean or the exponential?"
)
def mean_of_perplexities(losses):
    return np.mean([np.exp(loss.mean()) for loss in losses])


@corpus_perplexity.mistake(
    "The exponential comes last now, but the mean lets a token of a short name weigh more than one of a long name. "
    "What should count once: a name or a token?"
)
def mean_of_means(losses):
    return np.exp(np.mean([loss.mean() for loss in losses]))


@corpus_perplexity.mistake("Every token counts once, but the exponential is taken token by token. What comes first?")
def mean_of_exponentials(losses):
    return np.exp(np.concatenate(losses)).mean()


corpus_perplexity.mistake(
    "That is the mean in nats. How many sides has the die that surprises by so much?",
    lambda losses: np.concatenate(losses).mean(),
)
corpus_perplexity.mistake(
    "That is the surprise of a whole name, turned into a die. Perplexity is per token: what is the sum divided by?",
    lambda losses: np.exp(sum(loss.sum() for loss in losses) / len(losses)),
)
corpus_perplexity.mistake(
    "The losses are in nats, and you have raised 2 to them, as one does with bits. Which base undoes the natural one?",
    lambda losses: 2 ** np.concatenate(losses).mean(),
)


@task(losses_by_name)
def mean_by_place(losses):
    """Return the mean nats at each place, over the names that have it."""
    longest = max(map(len, losses))
    return np.array([np.mean([loss[t] for loss in losses if len(loss) > t]) for t in range(longest)])


@mean_by_place.mistake(
    "At the late places your means are too small. A name that has ended there has nothing to say: by how many names do "
    "you divide?"
)
def ended_names_count_as_zero(losses):
    return np.array([np.r_[loss, np.zeros(20)] for loss in losses])[:, : max(map(len, losses))].mean(0)


@mean_by_place.mistake("You stop where the shortest name stops. What do the names say that are longer?")
def as_far_as_the_shortest(losses):
    return np.mean([loss[: min(map(len, losses))] for loss in losses], axis=0)


@mean_by_place.mistake("You have lined the names up at their ends. Which token of a name stands at place 0?")
def lined_up_at_the_end(losses):
    return mean_by_place([loss[::-1] for loss in losses])[::-1]


@mean_by_place.mistake("The last token of each name is missing. What is it, and does it count?")
def without_the_stop(losses):
    return mean_by_place([loss[:-1] for loss in losses])


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
    "With this denominator the four probabilities after a do not sum to 1. What is missing in it?", 2 * 3 / 22 / 6
)
unseen_pair.mistake("You have counted how often a was followed. How many kinds of symbols were there?", 6 * 3 / 22 / 12)
unseen_pair.mistake("That is add-k with k = 1: every unseen symbol gets the same. Whom do Witten and Bell ask?", 0.1)
unseen_pair.mistake(
    "That is what the shorter memory says. How far is it listened to, after a context with 6 counts?", 3 / 22
)


@task(tolerance=0)
def best_at_four():
    """Return the smallest size of training list at which order 4 is the best of orders 2 to 4."""
    return 1000


best_at_four.mistake("At this size order 3 leads for the first time. Follow the line of order 4.", 100)
best_at_four.mistake("Here order 4 is below order 2. Is it the lowest of the three?", 300)
best_at_four.mistake("It leads here, but was it the first size at which it did?", 3000)
best_at_four.mistake("At the smallest size the lowest line is the best model. Which order has it?", 30)


@task(
    lambda: [
        (["mia", "leo", "mia", "ana", "noa", "leo", "ana", "ana"], 2),
        (["kim", "ida", "kim", "bo", "ida", "kim"], 2),
    ]
)
def deal(rows, k):
    """Return training rows and test rows; the last k distinct names are held out with all their rows."""
    held = list(dict.fromkeys(rows))[-k:]
    return [row for row in rows if row not in held], [row for row in rows if row in held]


deal.mistake(
    "Still cut by rows: k rows are held out, and some of their names are in the training part too. What is to be dealt "
    "out, rows or names?",
    lambda rows, k: (rows[:-k], rows[-k:]),
)


@deal.mistake("No name is on both sides, but rows are gone: each name is there once. Where did the repeats go?")
def repeats_dropped(rows, k):
    names = list(dict.fromkeys(rows))
    return names[:-k], names[-k:]


@deal.mistake("The test part is right. Are its names still among the rows to train on?")
def still_in_training(rows, k):
    return rows, deal(rows, k)[1]


@deal.mistake("You hold out the names that come first. The last k distinct names are asked for.")
def the_first_names(rows, k):
    return deal(rows, k - len(set(rows)))[::-1]


@deal.mistake("One row of each test name is held out; its other rows are in the training part. Is that a leak?")
def one_row_each(rows, k):
    names = list(dict.fromkeys(rows))
    first = [rows.index(name) for name in names[-k:]]
    return [row for i, row in enumerate(rows) if i not in first], names[-k:]


ONE_CHOICE = float(entropy(np.array([0.25, 0.75])))  # to stop or to go on


@task(tolerance=0.002)
def name_entropy():
    """Return the entropy in nats of a whole name of a, where each choice is the stop with probability 1/4."""
    return ONE_CHOICE / 0.25


name_entropy.mistake("That is the entropy of one choice. How many choices does a name take?", ONE_CHOICE)
name_entropy.mistake("You have counted the letters of a mean name. How many tokens has it?", 3 * ONE_CHOICE)
name_entropy.mistake("That is in bits. The course counts in nats.", 4 * ONE_CHOICE / math.log(2))
name_entropy.mistake(
    "That is the surprise of the stop alone, or of four equally likely names. What do the other choices cost?",
    math.log(4),
)
name_entropy.mistake("A perplexity per token. Nats per name are asked for.", math.exp(ONE_CHOICE))
