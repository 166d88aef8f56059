"""The last task of chapter 01: which of several models has written a name, by the rule of Bayes."""

import numpy as np

from ..task import task


@task(
    lambda: [
        (np.array([12.1, 10.3, 11.0]), np.array([0.5, 0.2, 0.3])),
        (np.array([805.0, 800.0, 803.0, 801.0]), np.array([0.1, 0.2, 0.3, 0.4])),
    ],
    tolerance=1e-4,
    points=2,
)
def posterior(nats, shares):
    """Return the probability of each origin, given a name."""
    scores = np.log(shares) - nats
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def normalised(weights):
    """Return weights divided by their sum."""
    return weights / weights.sum()


posterior.mistake(
    "Right for a short name. At 800 nats every product is too small for the machine, and zero is divided by zero. The "
    "result hangs on differences alone: what can you take off all nats first?",
    lambda nats, shares: normalised(np.exp(-nats) * shares),
)
posterior.mistake(
    "You treat all origins as equally common. What do the shares say before a letter is read?",
    lambda nats, shares: normalised(np.exp(-nats)),
)
posterior.mistake(
    "Long texts are safe, but the shares have no say. Where do they stand in the rule? What are they as logarithms?",
    lambda nats, shares: normalised(np.exp(nats.min() - nats)),
)
posterior.mistake(
    "The origin that is most surprised gets the most. Which sign has the logarithm of a probability?",
    lambda nats, shares: normalised(np.exp(nats) * shares),
)
posterior.mistake(
    "These are probabilities of this name and an origin together, and they do not sum to 1. What is left to do?",
    lambda nats, shares: np.exp(-nats) * shares,
)
posterior.mistake(
    "The nats were used as weights. How does a surprise become a probability again?",
    lambda nats, shares: normalised(nats * shares),
)
posterior.mistake(
    "Long texts are safe, but the origin that is most surprised gets the most. Is a surprise of 12 nats more likely "
    "than one of 10?",
    lambda nats, shares: normalised(np.exp(nats - nats.max()) * shares),
)
posterior.mistake(
    "Long texts are safe, and the ratios are right. What you took off all nats is gone only after a division. Do the "
    "numbers sum to 1?",
    lambda nats, shares: np.exp(nats.min() - nats) * shares,
)
posterior.mistake(
    "Below the line the shares are missing. Which terms does the rule of Bayes add up there?",
    lambda nats, shares: normalised(np.exp(nats.min() - nats)) * shares,
)
posterior.mistake(
    "These are logarithms, and the sum of surprise and share is right. What makes probabilities of them?",
    lambda nats, shares: np.log(shares) - nats,
)
posterior.mistake(
    "A rare origin gains where it should lose: the shares divide. Which sign has the logarithm of a share here?",
    lambda nats, shares: normalised(np.exp(nats.min() - nats) / shares),
)
posterior.mistake(
    "The nats were multiplied by the shares before the exponential. Of what is a share a factor?",
    lambda nats, shares: normalised(np.exp(-nats * shares)),
)
posterior.mistake(
    "The shares were added to the nats as they stand. In a sum of logarithms, what stands for a factor?",
    lambda nats, shares: normalised(np.exp(nats.min() - nats + shares)),
)
posterior.mistake(
    "A small number below the line has hidden that zero is divided by zero: at 800 nats no origin gets anything. Which "
    "amount can be taken off all nats first?",
    lambda nats, shares: np.exp(-nats) * shares / ((np.exp(-nats) * shares).sum() + 1e-12),
)
