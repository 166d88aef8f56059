"""Tasks of chapter 05: how clipping scales gradients, and where a clipped descent comes to rest."""

from functools import partial

import numpy as np

from ...numpy_optim import clip_by_norm, clip_by_value, norm
from ..task import task


def clippable():
    """Return gradients that are too long together but not one by one, far too long, and short enough."""
    a, b = np.array([[0.3, -0.6, 0.2], [0.5, 0.1, -0.4]]), np.array([0.6, -0.3])
    return [({"W": a * s, "b": b * t}, c) for s, t, c in ((1.0, 1.0, 1.0), (5.0, 20.0, 2.0), (0.5, 0.2, 1.0))]


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


clip.mistake(
    "The gradients come out right. If none of them was too long, where does your function return the length?",
    lambda gradients, c: scaled(gradients, c / norm(gradients)) if norm(gradients) > c else None,
)


clip.mistake(
    "The gradients come out right. But what is returned is the length of one array alone.",
    lambda gradients, c: min(norm({"b": gradients["b"]}), clip_by_norm(gradients, c)),
)
clip.mistake(
    "The gradients come out right, and nothing is returned. Which number is asked for?",
    lambda gradients, c: clip_by_norm(gradients, c) and None,
)
clip.mistake(
    "The gradients come out right. But which length tells you in a log that something blew up?",
    lambda gradients, c: clip_by_norm(gradients, c) and norm(gradients),
)
clip.mistake(
    "The arrays of the caller are as they were. What does `g = ...` change, and what does `g *= ...`?",
    lambda g, c: norm(g),
)
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
clip.mistake(
    "What is too long stays, and what is short is made longer. Of 1 and c/length, when is which one the factor?",
    lambda gradients, c: scaled(gradients, max(1, c / norm(gradients))),
)
clip.mistake(
    "All gradients get the length 1 in place of the threshold, if they were longer. What is the factor?",
    lambda gradients, c: scaled(gradients, 1 / norm(gradients) if norm(gradients) > c else 1),
)


@clip.mistake("You divide by a square: the sum of all squared elements. What makes a length of it?")
def no_root(gradients, max_norm):
    before = norm(gradients) ** 2
    scaled(gradients, min(1, max_norm / before))
    return before


@clip.mistake("You measure all anew in each turn, and the first is scaled by then. When is the length to be taken?")
def measured_anew(gradients, max_norm):
    for g in gradients.values():
        before = norm(gradients)
        g *= min(1, max_norm / before)
    return before


@clip.mistake("The first array is divided before the second is measured. What must be known before any is scaled?")
def sum_so_far(gradients, max_norm):
    total = 0.0
    for name, g in gradients.items():
        total += (g**2).sum()
        gradients[name] = g * min(1, max_norm / np.sqrt(total))
    return np.sqrt(total)


@clip.mistake("Only the first array has been scaled. Does your loop return before its last turn?")
def first_alone(gradients, max_norm):
    before = norm(gradients)
    next(iter(gradients.values()))[...] *= min(1, max_norm / before)
    return before


clip.mistake("Each element is cut on its own. That turns the gradient: which factor would not?", clip_by_value)


@clip.mistake("You add up the lengths of the arrays. How do two sides at a right angle make one length?")
def sum_of_lengths(gradients, max_norm):
    total = sum(np.linalg.norm(g) for g in gradients.values())
    scaled(gradients, min(1, max_norm / total))
    return total


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
    "Large positive pulls are cut, negative ones are not. And the other side?": lambda g, c: np.minimum(g, c).mean(),
    "Nothing has been clipped. Which of the pulls are longer than the threshold?": lambda g, c: g.mean(),
    "Clipped as one vector. Whose gradients are its numbers?": lambda g, c: (g * min(1, c / np.linalg.norm(g))).mean(),
}.items():
    rest.mistake(hint, followed(wrong))
rest.mistake(
    "You clip the wishes. A gradient is the way from a wish to theta: which of the two is cut?",
    lambda wanted, c, rate, updates: descended(np.clip(wanted, -c, c), rate, updates, np.mean),
)
rest.mistake(
    "You clip the steps. What is cut is the gradient, before the rate shortens it.",
    lambda wanted, c, rate, updates: descended(wanted, 1, updates, lambda pulls: np.clip(rate * pulls, -c, c).mean()),
)
rest.mistake(
    "That is theta after one update. Does your loop return before its last turn?",
    lambda wanted, c, rate, updates: -rate * np.clip(-wanted, -c, c).mean(),
)


@rest.mistake("You move after every wish. All wishes are asked at one theta: how many steps has an update?")
def one_by_one_in_turn(wanted, c, rate, updates):
    theta = 0.0
    for wish in np.tile(wanted, updates):
        theta -= rate * np.clip(theta - wish, -c, c)
    return theta


rest.mistake(
    "The first gradient is followed again and again. What changes when theta has moved?",
    lambda wanted, c, rate, updates: -rate * updates * np.clip(-wanted, -c, c).mean(),
)
