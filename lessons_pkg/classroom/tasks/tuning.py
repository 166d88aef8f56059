"""Tasks of chapter 12: the floor of a batch, the strength of a decay, and what a remedy does to two losses."""

import json
import math
from itertools import permutations

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
batch_floor.mistake(
    "That is one guess among eight. How many ways are there where columns part, and how many targets share the cost?",
    math.log(8),
)
batch_floor.mistake(
    "The second character is predicted too, though there is no doubt about it. How many targets has a column?",
    math.log(2) / 3,
)
batch_floor.mistake("Nearly: three digits are asked for.", 0.17)
batch_floor.mistake("Twice too much. In how many places is there a doubt, and between how many ways?", math.log(4) / 4)


def exact_decay(share, rates):
    """Return the decay at which the product of 1 - rate * decay is exactly the share, by halving an interval."""
    low, high = 0.0, 1 / rates.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.prod(1 - rates * middle) > share else (low, middle)
    return low


@task(lambda: [(0.9, np.array([0.0, 0.01, 0.02, 0.01, 0.0])), (0.1, np.full(200, 0.02))])
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
    "That solves the product itself, and is more exact than was asked for. Turn the exponential round.", exact_decay
)
decay_for.mistake(
    "You divide by the number of updates. How far does each of them pull?",
    lambda share, rates: -math.log(share) / len(rates),
)
decay_for.mistake(
    "The rates are in the right place on the wrong side: the longer the run, the smaller is the decay it needs.",
    lambda share, rates: -math.log(share) * rates.sum(),
)
decay_for.mistake(
    "The share stands in an exponential. What takes it out of there?", lambda share, rates: share / rates.sum()
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

for wrong in permutations((1, 2, 3, 4)):
    if wrong[1] != 1 and wrong != (2, 4, 1, 3):  # neither was looked for in the wrong panel
        names = [("neither", "decay", "dropout", "both")[k - 1] for k in wrong]
        read = ", ".join(f"{panel} {name}" for panel, name in zip("ABCD", names, strict=True))
        remedies.mistake(
            f"You read: {read}. Begin with neither: where nothing holds the training loss up, it falls the furthest.",
            list(wrong),
        )
