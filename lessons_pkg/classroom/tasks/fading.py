"""More tasks of chapter 03: how far a letter is felt, and a unit that never forgets."""

from itertools import product

import numpy as np

from ...numpy_rnn import NO_INPUT
from ..task import task
from .recurrent_network import step


@task(
    lambda: [
        (
            np.array([[0.4, 0.4, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]]),
            np.array([[0.1, 0.1, 0.4, 0.4], [0.1, 0.2, 0.3, 0.4], [0.0, 0.2, 0.2, 0.6]]),
        ),
        (np.array([[0.6, 0.3, 0.1], [0.0, 1.0, 0.0]]), np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])),
    ],
    tolerance=1e-4,
)
def difference(p, q):
    """Return how different two rows of guesses are, for each step."""
    return np.maximum(p - q, 0).sum(-1)


difference.mistake(
    "Guesses that have nothing in common get a 2. What one has more, the other has less: was it counted twice?",
    lambda p, q: np.abs(p - q).sum(-1),
)
difference.mistake("You have kept the largest gap. Over which letters does it add up?", lambda p, q: (p - q).max(-1))
difference.mistake(
    "What is more and what is less cancel: both rows sum to 1. Which of them is to be counted?",
    lambda p, q: (p - q).sum(-1),
)
difference.mistake(
    "There is a number for each symbol. One for each step is asked for: along which axis do you add?",
    lambda p, q: np.maximum(p - q, 0).sum(0),
)
difference.mistake(
    "That is the distance of two points, the root of a sum of squares. Look again at what is to be added.",
    lambda p, q: np.linalg.norm(p - q, axis=-1),
)
difference.mistake(
    "There is a number for each step and each symbol. One for each step is asked for: what is left to do?",
    lambda p, q: np.maximum(p - q, 0),
)
difference.mistake(
    "There is one number in all. For each step one is asked for: along which axis do you add?",
    lambda p, q: np.maximum(p - q, 0).sum(),
)
difference.mistake(
    "You have divided by the number of symbols. Guesses with nothing in common are to get a 1.",
    lambda p, q: np.maximum(p - q, 0).mean(-1),
)
difference.mistake(
    "Where the first gives more, you add all that it gives. By how much is it more?",
    lambda p, q: np.where(p > q, p, 0).sum(-1),
)
difference.mistake(
    "That is what the two have in common. How large is it where they agree?", lambda p, q: np.minimum(p, q).sum(-1)
)
difference.mistake("You have counted the symbols. By how much does the first give more?", lambda p, q: (p > q).sum(-1))


@task(tolerance=0)
def felt():
    """Return after how many further letters a changed first letter makes a mean difference below 0.1."""
    return 7


felt.mistake("Is the point below 0.1 there? Read its height once more.", 6)
felt.mistake("You have counted the changed letter itself. The axis counts the letters that were read after it.", 8)
felt.mistake("That is where a window of three would feel nothing at all. Where is this network's line?", 3)
felt.mistake("It is well below there. Which point is the first?", 10)
felt.mistake("There the mean falls below 0.2 for the first time. Which mark of the axis is asked for?", 4)
felt.mistake("The point there lies halfway between two marks of the axis. Which are they?", 5)


SHORT = ["".join(letters) for n in range(4) for letters in product("ain", repeat=n)]
TEXTS = [*SHORT, "a" + 30 * "n", 20 * "in", 20 * "n" + "a" + 20 * "i"]
KINDS = {
    "no a so far": [text for text in TEXTS if "a" not in text],
    "an a read last": [text for text in TEXTS if text.endswith("a")],
    "other letters after an a": [text for text in TEXTS if "a" in text and not text.endswith("a")],
}


def told(function):
    """Return, for each kind of text, whether the first unit is right, or the first text after which it is not.

    Raises:
        ValueError: if the weights have other names or shapes.
    """
    needs = ValueError('it needs a dict with "W_xh" of shape (1, 4), "W_hh" of shape (1, 1) and "b_h" of shape (1,)')
    returned = function()
    if returned is None:
        return None
    if not isinstance(returned, dict) or not {"W_xh", "W_hh", "b_h"} <= returned.keys():
        raise needs
    params = {name: np.asarray(returned[name], dtype=float) for name in ("W_xh", "W_hh", "b_h")}
    units = params["b_h"].size
    if [value.shape for value in params.values()] != [(units, 4), (units, units), (units,)]:
        raise needs
    return {kind: next(filter(None, (slip(params, text) for text in texts)), "right") for kind, texts in KINDS.items()}


def slip(params, text):
    """Return what the first unit says wrongly after a text, or nothing."""
    h = np.zeros(len(params["b_h"]))
    for x in [NO_INPUT, *map(".ain".index, text)]:
        h = step(params, x, h)
    if "a" in text:
        return "" if h[0] > 0.5 else f"after {text} it does not say yes"
    return "" if h[0] < -0.5 else f"after {text or 'no letter'} it {'says yes' if h[0] > 0.5 else 'is unsure'}"


@task(lambda: [()], observe=told, points=2)
def latch():
    """Return a unit that tells whether an a has been read."""
    return unit(10.0, 5.0, -2.0)


def unit(letter, loop, bias, column=1):
    """Return a network of one unit that has a weight for one letter, a weight for its old state, and a bias."""
    return {"W_xh": np.eye(4)[[column]] * letter, "W_hh": np.array([[loop]]), "b_h": np.array([bias])}


latch.mistake(
    "The unit tells whether the last letter was an a, and with the next it is gone. What carries a state on, and is it "
    "stronger than all that pulls the other way?",
    lambda: unit(4.0, 0.0, -2.0),
)
latch.mistake(
    "The a is remembered for a letter and then fades. Once the state is near 1 and another letter is read, what must "
    "the loop make of it, against the bias?",
    lambda: unit(6.0, 1.5, -0.6),
)
latch.mistake(
    "After an a all is well. Before, the state is too near 0 to be an answer. What could push it down, from the first "
    "step on?",
    lambda: unit(10.0, 5.0, 0.0),
)
latch.mistake(
    "Two things fail: before any letter the state is too near 0 to be an answer, and with the letter after it an a is "
    "gone. Which number acts when nothing is read, and which carries a state on?",
    lambda: unit(6.0, 0.9, -0.5),
)
latch.mistake(
    "The unit says yes before any a has come. To which side should it lean by itself?", lambda: unit(10.0, 5.0, 2.0)
)
latch.mistake(
    "An a is noticed at the front and later no more: the state is held at -1 too firmly. How large must the letter's "
    "weight be against the loop?",
    lambda: unit(3.5, 3.0, -0.62),
)
latch.mistake(
    "The unit turns over at each step. What does a negative loop make of a state near 1?",
    lambda: unit(10.0, -5.0, -2.0),
)
latch.mistake(
    "An a is not noticed. Is its weight in the column of a? Then it has lost the tug of war against the loop and the "
    "bias: what is the sum inside the tanh when it is read after a no?",
    lambda: unit(10.0, 5.0, -2.0, column=0),
)
latch.mistake(
    "It says no where an a was read and yes where none was. Which sign makes the state rise?",
    lambda: unit(-10.0, 5.0, 2.0),
)
latch.mistake(
    "A matrix has two axes, even for one unit, and three names are asked for. Print the shapes of yours.",
    lambda: {"W_xh": np.array([0.0, 10.0, 0.0, 0.0]), "W_hh": 5.0, "b_h": -2.0},
)
