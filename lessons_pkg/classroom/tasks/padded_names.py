"""More tasks of chapter 03: names side by side, and a state that is made to remember."""

from itertools import product

import numpy as np

from ..task import task
from .recurrent_network import step


def states_of_a_batch():
    """Return states (T + 1, B, H) and the lengths of the names, for two batches."""
    one, two = (np.round(np.sin(np.arange(np.prod(shape))), 2).reshape(shape) for shape in ((6, 3, 2), (4, 2, 3)))
    one[0], two[0] = 0, 0
    return [(one, np.array([2, 4, 1])), (two, np.array([1, 2]))]


@task(states_of_a_batch)
def last_states(hiddens, lengths):
    """Return the state of each name after its last letter."""
    return hiddens[lengths + 1, np.arange(len(lengths))]


last_states.mistake(
    "That is the state at the end of the batch. What have the shorter names read by then?",
    lambda hiddens, lengths: hiddens[-1],
)
last_states.mistake(
    "One step too early. What stands in front of the states, and what is read before the first letter?",
    lambda hiddens, lengths: hiddens[lengths, np.arange(len(lengths))],
)
last_states.mistake(
    "You get the states of all names at each of these steps. Which name belongs to which step?",
    lambda hiddens, lengths: hiddens[lengths + 1],
)
last_states.mistake(
    "Two steps too early: that is the state before the last letter was read. Count what is read before it.",
    lambda hiddens, lengths: hiddens[lengths - 1, np.arange(len(lengths))],
)
last_states.mistake("You have averaged over all steps, padding included.", lambda hiddens, lengths: hiddens[1:].mean(0))


def batches(lengths, size):
    """Return the lengths, cut into batches."""
    return [lengths[start : start + size] for start in range(0, len(lengths), size)]


@task(lambda: [([3, 5, 2, 7, 4], 2), ([6, 1, 2, 4, 4, 8, 3], 3)])
def padding_share(lengths, size):
    """Return the share of padding in all places of the batches."""
    places = sum((max(batch) + 1) * len(batch) for batch in batches(lengths, size))
    return 1 - (sum(lengths) + len(lengths)) / places


padding_share.mistake(
    "A name of n letters takes n steps in your count. What else has to be predicted?",
    lambda lengths, size: 1 - sum(lengths) / sum(max(batch) * len(batch) for batch in batches(lengths, size)),
)
padding_share.mistake(
    "The places where a name ends were counted as padding. Are they predicted?",
    lambda lengths, size: 1 - sum(lengths) / sum((max(batch) + 1) * len(batch) for batch in batches(lengths, size)),
)
padding_share.mistake(
    "You have averaged the shares of the batches. A large batch has more places than a small one: what is to be "
    "divided by what?",
    lambda lengths, size: np.mean([padding_share(batch, size) for batch in batches(lengths, size)]),
)
padding_share.mistake(
    "The last batch is missing where it is not full. Are its names not read?",
    lambda lengths, size: padding_share(lengths[: len(lengths) // size * size], size),
)
padding_share.mistake(
    "Every batch is as long as the longest name of all. How long does it have to be?",
    lambda lengths, size: padding_share(lengths, len(lengths)),
)
padding_share.mistake(
    "That is the share of the real places. What is asked for?", lambda lengths, size: 1 - padding_share(lengths, size)
)

SHORT = ["".join(letters) for n in range(4) for letters in product("ain", repeat=n)]
TEXTS = [*SHORT, "a" + 30 * "n", 20 * "in", 20 * "n" + "a" + 20 * "i"]


def told_wrongly(function):
    """Return each text after which the first unit does not tell rightly whether an a was read, and what it says."""
    params = {name: np.asarray(value, dtype=float) for name, value in function().items()}
    found = []
    for text in TEXTS:
        h = np.zeros(len(params["b_h"]))
        for x in [-1, *map(".ain".index, text)]:
            h = step(params, x, h)
        says = "yes" if h[0] > 0.5 else "no" if h[0] < -0.5 else "unsure"
        if says != ("yes" if "a" in text else "no"):
            found.append(f"{text or 'no letter'}: {says}")
    return found


@task(lambda: [()], observe=told_wrongly, points=2)
def latch():
    """Return a unit that tells whether an a has been read."""
    return unit(10.0, 5.0, -2.0)


def unit(letter, loop, bias, column=1):
    """Return a network of one unit that has a weight for one letter, a weight for its old state, and a bias."""
    return {"W_xh": np.eye(4)[[column]] * letter, "W_hh": np.array([[loop]]), "b_h": np.array([bias])}


latch.mistake(
    "The unit tells whether the last letter was an a, and forgets it with the next. Which weight carries a state on?",
    lambda: unit(4.0, 0.0, -2.0),
)
latch.mistake(
    "The a is remembered for a letter and then fades. Once the state is near 1 and another letter is read, what must "
    "the loop make of it, against the bias?",
    lambda: unit(6.0, 1.5, -1.0),
)
latch.mistake(
    "The unit says yes before any a has come. To which side should it lean by itself?", lambda: unit(10.0, 5.0, 2.0)
)
latch.mistake(
    "Where an a was read all is well. Elsewhere the state stays at 0, which is no answer. What could push it down?",
    lambda: unit(10.0, 5.0, 0.0),
)
latch.mistake(
    "An a is noticed at the front and later no more: the state is held at -1 too firmly. How large must the letter's "
    "weight be against the loop?",
    lambda: unit(2.0, 5.0, -0.2),
)
latch.mistake(
    "The unit turns over at each step. What does a negative loop make of a state near 1?",
    lambda: unit(10.0, -5.0, -2.0),
)
latch.mistake(
    "The unit never says yes, so it has no weight for a. Which symbol has column 0, and which has column 1?",
    lambda: unit(10.0, 5.0, -2.0, column=0),
)
