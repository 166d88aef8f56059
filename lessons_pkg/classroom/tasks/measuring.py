"""More tasks of chapter 01: means that are honest, and how much memory a list can pay for."""

from itertools import zip_longest

import numpy as np

from ..task import task


def losses_by_name():
    """Return two small lists of names, each name given as the nats of its tokens."""
    first = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0]), np.array([5.0, 7.0, 0.5, 2.0])]
    return [(first,), ([np.array([2.0, 0.25, 1.0, 3.0, 0.75]), np.array([0.5, 1.5])],)]


@task(losses_by_name, tolerance=1e-4)
def corpus_perplexity(losses):
    """Return the perplexity per token of a list of names."""
    return np.exp(np.concatenate(losses).mean())


corpus_perplexity.mistake(
    "Each name still has a perplexity of its own, and these are averaged. Which of the two comes first over the whole "
    "list, the mean or the exponential?",
    lambda losses: np.mean([np.exp(loss.mean()) for loss in losses]),
)
corpus_perplexity.mistake(
    "A long name weighs more now, as it should. But it is still perplexities that are averaged: of what is the mean to "
    "be taken?",
    lambda losses: np.average([np.exp(loss.mean()) for loss in losses], weights=[len(loss) for loss in losses]),
)
corpus_perplexity.mistake(
    "The exponential comes last now, but the mean lets a token of a short name weigh more than one of a long name. "
    "What should count once: a name or a token?",
    lambda losses: np.exp(np.mean([loss.mean() for loss in losses])),
)
corpus_perplexity.mistake(
    "Every token counts once, but the exponential is taken token by token. What comes first?",
    lambda losses: np.exp(np.concatenate(losses)).mean(),
)
corpus_perplexity.mistake(
    "That is the mean in nats. How many sides has the die that surprises by so much?",
    lambda losses: np.concatenate(losses).mean(),
)
corpus_perplexity.mistake(
    "That is the surprise of a whole name, turned into a die. Perplexity is per token: what is the sum divided by?",
    lambda losses: np.exp(sum(loss.sum() for loss in losses) / len(losses)),
)
corpus_perplexity.mistake(
    "You have divided by the number of letters. The losses hold the stop of each name too: is it no token?",
    lambda losses: np.exp(sum(loss.sum() for loss in losses) / sum(len(loss) - 1 for loss in losses)),
)
corpus_perplexity.mistake(
    "You have added 1 to the length of each name. Do the losses lack the stop?",
    lambda losses: np.exp(sum(loss.sum() for loss in losses) / sum(len(loss) + 1 for loss in losses)),
)
corpus_perplexity.mistake(
    "All nats of the list went into one exponential: that is how unlikely the whole list is. Perplexity is per token.",
    lambda losses: np.exp(np.concatenate(losses).sum()),
)
corpus_perplexity.mistake(
    "The losses are in nats, and you have raised 2 to them, as one does with bits. Which base undoes the natural one?",
    lambda losses: 2 ** np.concatenate(losses).mean(),
)
corpus_perplexity.mistake(
    "No die has less than one side. The nats are minus the logarithm already; which sign stands in the exponent?",
    lambda losses: np.exp(-np.concatenate(losses).mean()),
)
corpus_perplexity.mistake(
    "numpy averages rectangles, and names of different lengths make none. What lays their tokens end to end?",
    lambda losses: np.exp(np.mean(losses)),
)


@task(losses_by_name, tolerance=1e-4)
def mean_by_place(losses):
    """Return the mean nats at each place, over the names that have it."""
    longest = max(map(len, losses))
    return np.array([np.mean([loss[t] for loss in losses if len(loss) > t]) for t in range(longest)])


mean_by_place.mistake(
    "At the late places your means are too small. A name that has ended there has nothing to say: by how many names do "
    "you divide?",
    lambda losses: np.array(list(zip_longest(*losses, fillvalue=0.0))).mean(1),
)
mean_by_place.mistake(
    "You stop where the shortest name stops. What do the names say that are longer?",
    lambda losses: np.array(list(zip(*losses, strict=False))).mean(1),
)
mean_by_place.mistake(
    "You go through as many places as there are names. How many places has the longest name?",
    lambda losses: mean_by_place(losses)[: len(losses)],
)
mean_by_place.mistake(
    "You go through the places of the first name. Which name has the most?",
    lambda losses: mean_by_place(losses)[: len(losses[0])],
)
mean_by_place.mistake(
    "The last place of the longest name is missing. Which numbers does your `range` give?",
    lambda losses: mean_by_place(losses)[:-1],
)
mean_by_place.mistake(
    "These are sums. At each place, how many names have been added up?",
    lambda losses: np.array(list(zip_longest(*losses, fillvalue=0.0))).sum(1),
)
mean_by_place.mistake(
    "That is a mean for each name. The names are to be averaged and the places kept.",
    lambda losses: [loss.mean() for loss in losses],
)
mean_by_place.mistake(
    "You have lined the names up at their ends. Which token of a name stands at place 0?",
    lambda losses: mean_by_place([loss[::-1] for loss in losses])[::-1],
)
mean_by_place.mistake(
    "You have counted the places from the end of each name. Which token is at place 0?",
    lambda losses: mean_by_place([loss[::-1] for loss in losses]),
)
mean_by_place.mistake(
    "The last token of each name is missing. What is it, and does it count?",
    lambda losses: mean_by_place([loss[:-1] for loss in losses]),
)
mean_by_place.mistake(
    "numpy averages columns of a rectangle, and names of different lengths make none. Take the places one by one.",
    lambda losses: np.mean(losses, axis=0),
)
mean_by_place.mistake(
    "A name of two tokens has the places 0 and 1. How long must a name be to have a place t?",
    lambda losses: [np.mean([loss[t] for loss in losses if len(loss) >= t]) for t in range(max(map(len, losses)))],
)


@task(tolerance=0)
def best_at_four():
    """Return the smallest size of training list at which order 4 is the best of orders 2 to 4."""
    return 1000


best_at_four.mistake("At this size order 3 leads for the first time. Follow the line of order 4.", 100)
best_at_four.mistake("Here order 4 is below order 2. Is it the lowest of the three?", 300)
best_at_four.mistake("It leads here, but was it the first size at which it did?", 3000)
best_at_four.mistake("At the smallest size the lowest line is the best model. Which order has it?", 30)
best_at_four.mistake("There order 4 leads by most. Go to the left: since which size has it led?", 12648)
best_at_four.mistake("That is an order. How many names must have been read?", 4)
