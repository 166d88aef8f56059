"""Tasks of chapter 03: the state by hand, and the order of guessing and reading."""

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
first_state.mistake("You have taken the last column. Which symbol has it?", np.tanh([-1.4, -0.2]))
first_state.mistake("Rounded too early: three digits after the point are asked for.", [0.92, -0.2])
first_state.mistake(
    "Both lie between 0 and 1, so it was the S-curve of chapter 02. What squeezes here?", [0.832, 0.450]
)
first_state.mistake("You have taken the first column. Whose is it?", np.tanh([0.6, -1.2]))
first_state.mistake(
    "That is the bias alone, as if nothing were read. Which column does an a pick?", np.tanh([0.1, -0.2])
)


@task(tolerance=1e-3)
def how_wide():
    """Return the most units that a recurrent network with 27 symbols can have with at most 7,003 weights."""
    return 60


how_wide.mistake("One matrix is missing, the one that the state is handed on through. How many numbers has it?", 126)
how_wide.mistake(
    "A matrix with 27 on one side is missing. A letter goes in and scores come out: what have you not counted?", 70
)
how_wide.mistake("Put your number into the formula, with all 27 symbols. Is the sum within the limit?", 61)
how_wide.mistake("That solves the equation. There is no part of a unit: which whole number stays within?", 60.434)
how_wide.mistake("That is within the limit. Would one unit more be, too?", 59)
how_wide.mistake("The chapter says what this width costs. Is it within the limit?", 64)
how_wide.mistake("That leaves room for one matrix only. What else has the network?", 83)


@task(lambda: [(toy(), [1, 3, 3, 1]), (toy(), [3, 2, 1])], tolerance=1e-4)
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


def of_one_row(params, row):
    """Return the nats for a network that reads each symbol of a row and then guesses the same one."""
    h, nats = np.zeros(len(params["b_h"])), 0.0
    for y in row:
        h = step(params, y, h)
        nats += surprise(params, h, y)
    return nats


name_nll.mistake(
    "Each letter is still read before it is guessed. What has the network to go on when it guesses the first one?",
    lambda params, name: read_wrongly(params, name, first=(), guess_first=False).sum(),
)
name_nll.mistake(
    "What is read is right now: nothing, then the letters. But the same row is guessed, so the end never is, and "
    "NO_INPUT is scored as if it were a symbol. Which row is to be guessed?",
    lambda params, name: of_one_row(params, [NO_INPUT, *name]),
)
name_nll.mistake(
    "With NO_INPUT in the list, it is scored as if it were a symbol, and each letter is still read before it is "
    "guessed. What is read and what is guessed are two rows.",
    lambda params, name: of_one_row(params, [NO_INPUT, *name, STOP_ID]),
)
name_nll.mistake(
    "Your first guess comes after the first letter. Which guess is missing before it?",
    lambda params, name: read_wrongly(params, name, first=())[1:].sum(),
)
name_nll.mistake(
    "Surprise is never below 0. Which sign does the logarithm of a probability have?",
    lambda params, name: -read_wrongly(params, name).sum(),
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


@name_nll.mistake("You take a step with no letter before every guess. How often does the network read nothing?")
def nothing_at_every_step(params, name):
    h, nats = np.zeros(len(params["b_h"])), 0.0
    for y in [*name, STOP_ID]:
        h = step(params, NO_INPUT, h)
        nats += surprise(params, h, y)
        h = step(params, y, h)
    return nats


@name_nll.mistake(
    "Guess first, read after: right. But NO_INPUT stands in the row that is guessed, and is scored as if it were a "
    "symbol. Which row is to be read, and which guessed?"
)
def nothing_is_guessed(params, name):
    h, nats = np.zeros(len(params["b_h"])), 0.0
    for y in [NO_INPUT, *name, STOP_ID]:
        nats += surprise(params, h, y)
        h = step(params, y, h)
    return nats
