"""Tasks of chapter 05: how clipping scales and turns, four runs to be told apart, and a place of rest."""

import math
from functools import partial

import numpy as np

from ...numpy_optim import clip_by_norm, clip_by_value, norm
from ..task import task


def clippable():
    """Return gradients that are too long together but not one by one, far too long, and short enough."""
    a, b = np.array([[0.3, -0.6, 0.2], [0.5, 0.1, -0.4]]), np.array([0.6, -0.3])
    return [({"W": a * s, "b": b * t}, 1.0) for s, t in ((1.0, 1.0), (5.0, 20.0), (0.5, 0.2))]


def seen(function, gradients, max_norm):
    """Return what a function returns, and the gradients after it."""
    return {"returned": function(gradients, max_norm), "gradients after": gradients}


def scaled(gradients, factor):
    """Multiply all gradients by a factor, in place, and return their length before."""
    before = norm(gradients)
    for g in gradients.values():
        g *= factor
    return before


@task(clippable, observe=seen, points=2)
def clip(gradients, max_norm):
    """Shrink all gradients by one factor, in place, if together they are too long; return their length before."""
    return scaled(gradients, min(1, max_norm / norm(gradients)))


def one_by_one(gradients, max_norm, kind):
    """Scale each array by its own length, short ones too if not capped; return one of three lengths."""
    before = norm(gradients)
    for name, g in gradients.items():
        length = np.sqrt((g**2).sum())
        gradients[name] = g * min(1 if "capped" in kind else np.inf, max_norm / length)
    return {"last": length, "before": before, "after": norm(gradients)}[kind.split()[-1]]


for kind, hint in {
    "last": "As it was given. Hand it two gradients of length 0.1: how long is each afterwards, how long are both?",
    "capped, last": "Short ones are left alone now. But which length is returned, and by which is each array divided?",
    "before": "What is returned is right. The arrays: by whose length is each divided, and also if it is short?",
    "after": "Both arrays are measured now, but after they were scaled. And in the loop, by what is each divided?",
    "capped, after": "Short ones are left alone now. But when are both measured, and by what is each divided?",
    "capped, before": "Each array is clipped by its own length. What then keeps its direction, and what does not?",
}.items():
    clip.mistake(hint, partial(one_by_one, kind=kind))


@clip.mistake("The gradients come out right. If none of them was too long, where does your function return the length?")
def returned_if_long(gradients, max_norm):
    before = norm(gradients)
    return scaled(gradients, max_norm / before) if before > max_norm else None


@clip.mistake("The gradients come out right. But what is returned is the length of one array alone.")
def last_length(gradients, max_norm):
    last = norm({"last": list(gradients.values())[-1]})
    clip_by_norm(gradients, max_norm)
    return last


@clip.mistake("The gradients come out right. But which length tells you in a log that something blew up?")
def length_after(gradients, max_norm):
    clip_by_norm(gradients, max_norm)
    return norm(gradients)


@clip.mistake("The arrays of the caller are as they were. What does `g = ...` change, and what does `g *= ...`?")
def rebound(gradients, max_norm):
    return norm(gradients)


clip.mistake(
    "Long ones are right, and a short one has been made longer. What should the factor never exceed?",
    lambda gradients, c: scaled(gradients, c / norm(gradients)),
)
clip.mistake(
    "The factor stands on its head: which of the two lengths is divided by which?",
    lambda gradients, c: scaled(gradients, min(1, norm(gradients) / c)),
)
clip.mistake(
    "You return clipped gradients and leave those of the caller as they are. What is asked is the other way round.",
    lambda gradients, c: {name: g * min(1, c / norm(gradients)) for name, g in gradients.items()},
)
clip.mistake("Each element is cut on its own. That turns the gradient: which factor would not?", clip_by_value)


@clip.mistake("You add up the lengths of the arrays. How do two sides at a right angle make one length?")
def sum_of_lengths(gradients, max_norm):
    total = sum(np.linalg.norm(g) for g in gradients.values())
    scaled(gradients, min(1, max_norm / total))
    return total


COSINE = (50 * 0.1 + 99 * 0.01) / math.sqrt(2500 + 99 * 0.01)


@task(tolerance=1e-3)
def turned():
    """Return by how many degrees clipping at 0.1 turns a vector of one 50 and ninety-nine 0.1."""
    return math.degrees(math.acos(COSINE))


turned.mistake("Very near: that is the limit for a first number without bound. What does 50 give?", 84.26)
turned.mistake("That is the angle in radians. How many degrees are they?", math.acos(COSINE))
turned.mistake("That is the cosine of the angle. Which angle has it?", COSINE)
turned.mistake("That is the angle to the other axis: sine and cosine are exchanged.", math.degrees(math.asin(COSINE)))
turned.mistake("So much is missing to a right angle. Does the product of two vectors give a sine or a cosine?", 6.9)
turned.mistake("Near. One decimal is asked for.", 83)
turned.mistake("By norm it would not turn at all. What becomes of the 50 by value, and what of the others?", 0)
turned.mistake("For two numbers the limit is half a right angle. How many numbers are there here?", 45)


@task()
def four_runs():
    """Return the letters of the runs: blown up, forgetting, as it should be, clipped too tightly."""
    return "bcad"


for answer, hint in {
    "bacd": "Does a run whose loss comes down to nothing forget? Look at where the second of yours ends.",
    "bdca": "Only one of the four learns the game. Is it that which stands for the run as it should be?",
    "dcab": "A gradient that keeps one length from first to last has not blown up. Which of the four leaps?",
    "cabd": "You named the description for each run. Asked is the run for each description, in their order.",
    "bdac": "Two runs hardly move, and in one of them there is a gradient. Which of the two has nothing to go by?",
    "acbd": "One of these two ends where nothing is known, the other where all is known. Which of them is lost?",
    "bcda": "One of the two learns at an even pace from first to last. Is that what a free descent looks like?",
    "cbad": "A run that learns nothing from the first update on has not blown up. What does its gradient look like?",
}.items():
    four_runs.mistake(hint, answer)


@task(tolerance=0.002)
def rest_by_hand():
    """Return where one weight comes to rest when ten gradients are clipped at 0.9 each and then averaged."""
    return 0.9 / 9


rest_by_hand.mistake("There the plain mean of the gradients is zero. Is the mean of the clipped ones, too?", 1)
rest_by_hand.mistake("There all nine are content. Does the tenth no longer pull?", 0)
rest_by_hand.mistake("The tenth pulls at 0.9. Against how many others, and who does not stand among them?", 0.09)
rest_by_hand.mistake("At this place nine pull down with full force. Which force has the tenth against them?", 0.9)
rest_by_hand.mistake("The tenth does not pull with its full length: at what is it clipped?", 10 / 9)


def wishes():
    """Return wishes, threshold, rate and number of updates: two cases, far from rest and nearer."""
    return [(np.array([0.0, -0.5, 6.0]), 1.0, 0.5, 4), (np.array([3.0, -8.0, 1.0, 1.5]), 0.8, 0.25, 7)]


def descended(wanted, rate, updates, gradient):
    """Return one weight after some updates from 0, given the gradient of a row of pulls."""
    theta = 0.0
    for _ in range(updates):
        theta -= rate * gradient(theta - wanted)
    return theta


@task(wishes)
def rest(wanted, c, rate, updates):
    """Return one weight that has followed the mean of gradients that were clipped one by one."""
    return descended(wanted, rate, updates, lambda pulls: np.clip(pulls, -c, c).mean())


def followed(pull):
    """Return a descent that follows ``pull`` of a row of pulls and the threshold."""
    return lambda wanted, c, rate, updates: descended(wanted, rate, updates, lambda pulls: pull(pulls, c))


for hint, wrong in {
    "You clip the mean. Asked is the mean of the clipped: which comes first?": lambda g, c: np.clip(g.mean(), -c, c),
    "The steps are too long, by as many times as there are names. Sum or mean?": lambda g, c: np.clip(g, -c, c).sum(),
    "Uphill. If theta is too small, which sign has its gradient, and the step?": lambda g, c: -np.clip(g, -c, c).mean(),
    "Large positive pulls are cut, negative ones are not. What of the other side?": lambda g, c: np.minimum(
        g, c
    ).mean(),
    "Nothing has been clipped. Which of the pulls are longer than the threshold?": lambda g, c: g.mean(),
    "Clipped as one vector. Whose gradients are its numbers?": lambda g, c: (g * min(1, c / np.linalg.norm(g))).mean(),
}.items():
    rest.mistake(hint, followed(wrong))
rest.mistake(
    "You clip the wishes. A gradient is the way from a wish to theta: which of the two is cut?",
    lambda wanted, c, rate, updates: descended(np.clip(wanted, -c, c), rate, updates, np.mean),
)
rest.mistake(
    "The first gradient is followed again and again. What changes when theta has moved?",
    lambda wanted, c, rate, updates: -rate * updates * np.clip(-wanted, -c, c).mean(),
)
