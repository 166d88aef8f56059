"""Tasks of chapter 03: the state by hand, the order of guessing and reading, and how far a letter is felt."""

import numpy as np

from ...numpy_rnn import NO_INPUT, forward_name, softmax
from ...vocab import STOP_ID
from ..task import task


def toy():
    """Return the network for anna of chapter 03; the symbols are the end, a, i, n."""
    return {
        "W_xh": np.array([[0.5, 1.5, 1.0, -1.5], [-1.0, 0.0, 0.5, 0.0]]),
        "W_hh": np.array([[0.0, 0.2], [1.5, 0.0]]),
        "b_h": np.array([0.1, -0.2]),
        "W_hy": np.array([[2.0, -2.0], [-2.0, -1.0], [-1.0, 0.5], [0.5, 2.5]]),
        "b_y": np.array([-1.5, 1.0, 0.0, 0.5]),
    }


def step(params, x, h):
    """Return the state after reading the id x in the state h."""
    column = 0 if x == NO_INPUT else params["W_xh"][:, x]
    return np.tanh(column + params["W_hh"] @ h + params["b_h"])


def surprise(params, h, y):
    """Return the nats at the symbol y, expected from the state h."""
    return -np.log(softmax(params["W_hy"] @ h + params["b_y"])[y])


@task(tolerance=1e-3)
def first_state():
    """Return the state of the network for anna that reads an a at once, from zeros."""
    return np.tanh([1.6, -0.2])


first_state.mistake("These are the two sums. What squeezes them?", [1.6, -0.2])
first_state.mistake("What is added at every step, whatever is read?", np.tanh([1.5, 0.0]))
first_state.mistake(
    "That is the state of the chapter, which has taken a step with no letter before. What is the old state here?",
    [0.9155, -0.0505],
)
first_state.mistake("You have taken the column of i. Which symbol has the first column?", np.tanh([1.1, 0.3]))
first_state.mistake("You have taken the first column. Whose is it?", np.tanh([0.6, -1.2]))
first_state.mistake(
    "That is the bias alone, as if nothing were read. Which column does an a pick?", np.tanh([0.1, -0.2])
)


@task(tolerance=0)
def how_wide():
    """Return the most units that a recurrent network with 27 symbols can have with at most 7,003 weights."""
    return 60


how_wide.mistake("One matrix is missing, the one that the state is handed on through. How many numbers has it?", 126)
how_wide.mistake("You have counted what makes the state. What turns it into scores?", 70)
how_wide.mistake("Put your number into the formula, with all 27 symbols. Is the sum within the limit?", 61)
how_wide.mistake("That leaves room for one matrix only. What else has the network?", 83)


@task(lambda: [(toy(), [1, 3, 3, 1]), (toy(), [3, 2, 1])])
def name_nll(params, name):
    """Return the surprise of a name and its end, in nats."""
    return forward_name(params, name).nll


def read_wrongly(params, name, *, first=(NO_INPUT,), guess_first=True, forget=False):
    """Return the nats at each symbol of a name for a network that is fed in some other way."""
    start = np.zeros(len(params["b_h"]))
    h, nats = start, []
    for x in first:
        h = step(params, x, h)
    for y in [*name, STOP_ID]:
        before, h = h, step(params, y, start if forget else h)
        nats.append(surprise(params, before if guess_first else h, y))
    return np.array(nats)


name_nll.mistake(
    "Each letter is still read before it is guessed. What has the network to go on when it guesses the first one?",
    lambda params, name: read_wrongly(params, name, first=(), guess_first=False).sum(),
)
name_nll.mistake(
    "The first step with no letter is there, but each letter is still read before it is guessed. Which line is first?",
    lambda params, name: read_wrongly(params, name, guess_first=False).sum(),
)
name_nll.mistake(
    "Guess first, read after: right. But the first guess was made from a state of zeros. Which step comes before it?",
    lambda params, name: read_wrongly(params, name, first=()).sum(),
)
name_nll.mistake(
    "The last letter is scored, and then you stop. What else does the network have to guess?",
    lambda params, name: read_wrongly(params, name)[:-1].sum(),
)
name_nll.mistake(
    "That is the mean per symbol. The surprise of the whole name is asked for.",
    lambda params, name: read_wrongly(params, name).mean(),
)
name_nll.mistake(
    "That is the probability of the name. What is its surprise?",
    lambda params, name: np.exp(-read_wrongly(params, name).sum()),
)
name_nll.mistake(
    "Each step starts from zeros again, so the network knows the last letter alone. What is handed on?",
    lambda params, name: read_wrongly(params, name, forget=True).sum(),
)
name_nll.mistake(
    "You open the name with the end symbol. This network begins with a vector of zeros: which id stands for it?",
    lambda params, name: read_wrongly(params, name, first=(STOP_ID,)).sum(),
)


@task(
    lambda: [
        (
            np.array([[0.5, 0.25, 0.125, 0.125], [0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]]),
            np.array([[0.25, 0.25, 0.25, 0.25], [0.1, 0.2, 0.3, 0.4], [0.0, 0.2, 0.2, 0.6]]),
        ),
        (np.array([[0.6, 0.3, 0.1], [0.0, 0.5, 0.5]]), np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])),
    ]
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


@task(tolerance=0)
def felt():
    """Return after how many further letters a changed first letter makes a mean difference below 0.1."""
    return 7


felt.mistake("Is the point below the line there? Read the height once more.", 6)
felt.mistake("You have counted the changed letter itself. The axis counts the letters that were read after it.", 8)
felt.mistake("That is where a window of three would feel nothing at all. Where is this network's line?", 3)
felt.mistake("It is well below there. Which point is the first?", 10)
