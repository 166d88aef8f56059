"""Tasks of chapter 02: what a table costs, a step on paper, and gradients."""

import numpy as np

from ...numpy_rnn import softmax
from ..task import task


@task()
def weights():
    """Return the weights of a window network for words, with a table of its own and with one-hot input."""
    return [775_100, 2_505_100]


weights.mistake(
    "Both numbers are right, and they have changed places. Which network has no table?", [2_505_100, 775_100]
)
weights.mistake("A hundred are missing in each. What does every hidden unit add?", [775_000, 2_505_000])
weights.mistake("Each has as many numbers too few as there are words. What does every score add?", [770_100, 2_500_100])
weights.mistake("The rows of the table are learned as well. Are they no weights?", [525_100, 2_505_100])
weights.mistake("That is as far as the hidden units. What turns them into scores?", [270_100, 2_000_100])
weights.mistake("Both networks read one word in your count. How many lie side by side?", [760_100, 1_005_100])
weights.mistake("The one-hot network has been given a table too. What does it read in its place?", [775_100, 2_755_100])
weights.mistake("That is for three places. How many words does this network read?", [770_100, 2_005_100])
weights.mistake("You have a table for each place. What do the four places share?", [1_525_100, 2_505_100])
weights.mistake("Two of its parts are vectors that are added, not matrices. Where are they?", [770_000, 2_500_000])
weights.mistake(
    "The one-hot network now reads one word. How many switches are there when four words lie side by side?",
    [775_100, 1_005_100],
)
weights.mistake(
    "The first layer of the network with the table reads one row only. How many rows lie side by side?",
    [760_100, 2_505_100],
)


@task(tolerance=1e-4)
def first_step():
    """Return the row of r after one step of rate 1 on abracadabra, from zeros."""
    return [0.16, -0.04, -0.04, -0.04, -0.04]


first_step.mistake("That is the gradient. In which direction does a step go?", [-0.16, 0.04, 0.04, 0.04, 0.04])
first_step.mistake(
    "The error is right. It is averaged over all pairs of the text: what share of them begins with r?",
    [0.8, -0.2, -0.2, -0.2, -0.2],
)
first_step.mistake("How many of the pairs begin with r? Count them in the text.", [0.08, -0.02, -0.02, -0.02, -0.02])
first_step.mistake("These are added over the pairs. What makes a mean of them?", [1.6, -0.4, -0.4, -0.4, -0.4])
first_step.mistake("That is the row of a, as in the chapter. What came after r?", [-0.08, 0.12, 0.02, 0.02, -0.08])
first_step.mistake("That is a row for what r came after, or the row of b. What comes after r?", [-0.04] * 4 + [0.16])
first_step.mistake(
    "You have gone on to the probabilities. The table holds scores.", softmax(np.array([0.16] + [-0.04] * 4))
)
first_step.mistake("Eleven letters make how many pairs?", [2 / 11 * 0.8, -2 / 55, -2 / 55, -2 / 55, -2 / 55])
first_step.mistake(
    "You have moved towards what happened, without taking away what the model had said. What does it say at the start?",
    [0.2, 0, 0, 0, 0],
)


@task(
    lambda: [
        (np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 0.2, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0]]), np.array([2, 0, 2])),
        (np.array([[0.0, 1.0, -2.0], [2.0, 0.0, 0.5]]), np.array([1, 2])),
    ],
    tolerance=1e-4,
)
def logit_gradient(logits, targets):
    """Return the gradient of the mean surprise with respect to the logits."""
    p = softmax(logits)
    p[np.arange(len(targets)), targets] -= 1
    return p / len(targets)


def less_one(logits, *places):
    """Return the probabilities with a 1 taken off at some places, for the mean."""
    p = softmax(logits)
    p[places] -= 1
    return p / len(logits)


logit_gradient.mistake(
    "Look at a row: it has a 1 taken off at several places. The colon means every row at every target. Which row "
    "belongs to which target?",
    lambda logits, targets: less_one(logits, slice(None), targets),
)
logit_gradient.mistake(
    "Whole rows have lost a 1: with one index numpy takes rows, and the targets are symbols. What are the two "
    "coordinates of a single number?",
    less_one,
)
logit_gradient.mistake(
    "The two coordinates of a number have changed places. Which comes first, the place in the text or the symbol?",
    lambda logits, targets: less_one(logits, targets, np.arange(len(targets))),
)
logit_gradient.mistake(
    "That is the gradient of the sum. What does a mean over N places change?",
    lambda logits, targets: logit_gradient(logits, targets) * len(targets),
)
logit_gradient.mistake(
    "What happened minus what was said: a step against it would make the targets less likely. Which sign is it?",
    lambda logits, targets: -logit_gradient(logits, targets),
)
logit_gradient.mistake(
    "You have averaged over all numbers of the array. The loss has one term a place; how many places are there?",
    lambda logits, targets: logit_gradient(logits, targets) / logits.shape[1],
)
logit_gradient.mistake(
    "These are the scores less the targets. What was said is a row of probabilities: how does a score become one?",
    lambda logits, targets: (logits - np.eye(logits.shape[1])[targets]) / len(targets),
)
logit_gradient.mistake(
    "You have divided by the number of symbols. The loss is a mean over places: how many are there?",
    lambda logits, targets: logit_gradient(logits, targets) * len(targets) / logits.shape[1],
)
logit_gradient.mistake(
    "The probabilities were divided first, and then a whole 1 was taken off. What does the mean do to that 1?",
    lambda logits, targets: softmax(logits) / len(targets) - np.eye(logits.shape[1])[targets],
)
logit_gradient.mistake(
    "What happened was divided by the number of places, and what was said was not. To which of the two does a mean go?",
    lambda logits, targets: softmax(logits) - np.eye(logits.shape[1])[targets] / len(targets),
)


@logit_gradient.mistake("At each target you have put a number in the place of another. Taken off is not replaced by.")
def replaced(logits, targets):
    p = softmax(logits)
    p[np.arange(len(targets)), targets] = -1
    return p / len(targets)


@logit_gradient.mistake("The columns of your probabilities sum to 1. Along which axis do the symbols compete?")
def softmax_over_places(logits, targets):
    p = softmax(logits.T).T
    p[np.arange(len(targets)), targets] -= 1
    return p / len(targets)


@task(
    lambda: [
        (np.array([3, 1, 3, 3, 4]), np.array([2.0, -1.0]), 6),
        (np.array([0, 2, 2]), np.array([0.5, 3.0, -2.0]), 4),
    ],
    tolerance=1e-4,
)
def bag_gradient(ids, g, rows):
    """Return the gradient of a table if the mean of the rows that were read has the gradient g."""
    dE = np.zeros((rows, len(g)))
    np.add.at(dE, ids, g / len(ids))
    return dE


@bag_gradient.mistake(
    "A letter that was read three times gets as much as one that was read once. Which way of writing adds up all "
    "deliveries to a row? Neither a plain `=` nor `dE[ids] += ...` does."
)
def lost_repeats(ids, g, rows):
    dE = np.zeros((rows, len(g)))
    dE[ids] += g / len(ids)
    return dE


bag_gradient.mistake(
    "That is for the sum of the rows. How much of each row is in their mean?",
    lambda ids, g, rows: bag_gradient(ids, g, rows) * len(ids),
)
bag_gradient.mistake(
    "You have divided by the number of different letters. How many rows was the mean taken over?",
    lambda ids, g, rows: bag_gradient(ids, g, rows) * len(ids) / len(set(ids.tolist())),
)
bag_gradient.mistake(
    "There is a row for each letter of the name: what arrives at its places. The table has a row for each symbol. To "
    "which row does each delivery go?",
    lambda ids, g, rows: np.tile(g / len(ids), (len(ids), 1)),
)
bag_gradient.mistake(
    "Letters that were not read get a gradient. If such a row changed, would the mean?",
    lambda ids, g, rows: np.tile(g / len(ids), (rows, 1)),
)


@bag_gradient.mistake(
    "Every row that was read gets all of g. It is one of several in the mean, perhaps more than once."
)
def all_of_it(ids, g, rows):
    dE = np.zeros((rows, len(g)))
    dE[ids] = g
    return dE


bag_gradient.mistake(
    "The sum was divided by the size of the table. How many rows was the mean taken over?",
    lambda ids, g, rows: bag_gradient(ids, g, rows) * len(ids) / rows,
)
bag_gradient.mistake(
    "The loss goes up with y in the direction of g, and so with the rows. Why the minus? No step is taken here.",
    lambda ids, g, rows: -bag_gradient(ids, g, rows),
)
