"""Tasks of chapter 02: what a table costs, its gradients, and what it is fixed up to."""

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
first_step.mistake("Eleven letters make how many pairs?", [2 / 11 * 0.8, -2 / 55, -2 / 55, -2 / 55, -2 / 55])
first_step.mistake(
    "You have moved towards what happened, without taking away what the model had said. What does it say at the start?",
    [0.2, 0, 0, 0, 0],
)


@task(
    lambda: [
        (np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 0.2, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0]]), np.array([2, 0, 2])),
        (np.array([[0.0, 1.0, -2.0], [2.0, 0.0, 0.5]]), np.array([1, 2])),
    ]
)
def logit_gradient(logits, targets):
    """Return the gradient of the mean surprise with respect to the logits."""
    p = softmax(logits)
    p[np.arange(len(targets)), targets] -= 1
    return p / len(targets)


@logit_gradient.mistake(
    "Look at a row: it has a 1 taken off at several places. The colon means every row at every target. Which row "
    "belongs to which target?"
)
def every_row_at_every_target(logits, targets):
    p = softmax(logits)
    p[:, targets] -= 1
    return p / len(targets)


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


@logit_gradient.mistake("The columns of your probabilities sum to 1. Along which axis do the symbols compete?")
def softmax_over_places(logits, targets):
    p = softmax(logits.T).T
    p[np.arange(len(targets)), targets] -= 1
    return p / len(targets)


@task(
    lambda: [
        (np.array([3, 1, 3, 3, 4]), np.array([2.0, -1.0]), 5),
        (np.array([0, 2, 2]), np.array([0.5, 3.0, -2.0]), 4),
    ]
)
def bag_gradient(ids, g, rows):
    """Return the gradient of a table if the mean of the rows that were read has the gradient g."""
    dE = np.zeros((rows, len(g)))
    np.add.at(dE, ids, g / len(ids))
    return dE


@bag_gradient.mistake(
    "A letter that was read three times gets as much as one that was read once. What does numpy do in `dE[ids] += ...` "
    "when an id repeats?"
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


@task(
    lambda: [
        (np.array([[3.0, 0.0, 1.0], [0.0, 2.0, 5.0], [4.0, 1.0, 1.0]]), 1.0),
        (np.array([[0.0, 9.0, 2.0, 1.0], [1.0, 0.0, 0.0, 3.0], [6.0, 2.0, 0.0, 4.0], [0.0, 0.0, 8.0, 1.0]]), 0.5),
    ],
    observe=lambda f, counts, k: softmax(np.asarray(f(counts, k), dtype=float)),
)
def from_counts(counts, k):
    """Return a table of scores whose softmax is the add-k bigram model."""
    return np.log(counts + k)


from_counts.mistake(
    "After the softmax all rows are nearly even: your table holds the probabilities themselves. What does the softmax "
    "do to a score before it divides?",
    lambda counts, k: (counts + k) / (counts + k).sum(1, keepdims=True),
)
from_counts.mistake(
    "After the softmax each row is sure of its commonest follower. The counts were used as scores: what is missing?",
    lambda counts, k: counts + k,
)
from_counts.mistake(
    "Some probabilities are zero: a score is minus infinity. What does k do, and where?",
    lambda counts, k: np.log(counts),
)
from_counts.mistake(
    "You have divided each column by its sum. Each row is a context; what must sum to 1?",
    lambda counts, k: np.log((counts + k) / (counts + k).sum(0)),
)
from_counts.mistake(
    "A logarithm, and of another base than the one that the softmax raises to powers. Which is that?",
    lambda counts, k: np.log2(counts + k),
)
