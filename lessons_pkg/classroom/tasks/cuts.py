"""Tasks of chapter 07, too: a symbol that is blocked, and a cut that follows the favourite."""

import math

import torch

from ...sampling import next_distribution
from ...vocab import STOP_ID
from ..task import task


def cases_of_no_stop():
    """Return logits (2, 4) of two names, and such in which all symbols but the stop are far below zero."""
    logits = torch.tensor([[1.5, 0.0, -1.0, 2.0], [-0.5, 1.0, 2.5, 0.5]])
    return [(logits,), (logits.double() - 600 * (torch.arange(4) > 0),)]


def see_result_and_logits(function, logits):
    """Return what a function made of logits, and whether they have changed under it."""
    before = logits.clone()
    p = function(logits)
    if p is None:
        return None
    return {"p": p, "logits changed": "no" if torch.equal(before, logits) else "yes"}


@task(cases_of_no_stop, observe=see_result_and_logits)
def no_stop(logits):
    """Return the distributions (B, V) in which the stop symbol cannot be drawn; the logits stay as they are."""
    stop = torch.arange(logits.shape[-1]) == STOP_ID
    return logits.masked_fill(stop, -math.inf).softmax(-1)


@no_stop.mistake(
    "The stop symbol can still be drawn, and the caller's logits have changed as well. What is e to the power 0?"
)
def zero_in_place(logits):
    logits[:, STOP_ID] = 0
    return logits.softmax(-1)


@no_stop.mistake(
    "The caller's logits are whole now, and the stop symbol can still be drawn. Which logit has an exponential of 0?"
)
def zero_logit(logits):
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, 0).softmax(-1)


@no_stop.mistake("The probabilities are right. But look at the logits that were handed in: they have changed.")
def blocked_in_place(logits):
    logits[:, STOP_ID] = -math.inf
    return logits.softmax(-1)


@no_stop.mistake("The stop symbol has no share any more. Who has received what it had? Add up a row.")
def not_rescaled(logits):
    p = logits.softmax(-1)
    p[:, STOP_ID] = 0
    return p


@no_stop.mistake("A low logit is enough only where the others are higher. Which one is below every other, always?")
def low_logit(logits):
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, -20).softmax(-1)


@no_stop.mistake("A whole row has become nan: you have blocked a name where a symbol was meant. Which axis is V?")
def blocked_row(logits):
    logits = logits.clone()
    logits[STOP_ID] = -math.inf
    return logits.softmax(-1)


@no_stop.mistake("A row of nan: you have blocked the stop with the wrong sign. Which number has the exponential 0?")
def wrong_sign(logits):
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, math.inf).softmax(-1)


@no_stop.mistake("You have divided by the sum of the whole table. Each row has a sum of its own: along which axis?")
def one_sum(logits):
    p = not_rescaled(logits)
    return p / p.sum()


@no_stop.mistake("Your softmax goes down the names. Over which axis must the probabilities of one name sum to 1?")
def over_names(logits):
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, -math.inf).softmax(0)


@no_stop.mistake("These are logits, with the stop blocked in the right way. A distribution is asked for.")
def still_logits(logits):
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, -math.inf)


@no_stop.mistake("You took a softmax of probabilities. What does a softmax make of a zero?")
def softmax_twice(logits):
    return not_rescaled(logits).softmax(-1)


@no_stop.mistake("What the stop had was shared out evenly. Odds between the others should stay as they were.")
def shared_evenly(logits):
    p = logits.softmax(-1)
    others = torch.arange(logits.shape[-1]) != STOP_ID
    return (p + p[:, STOP_ID : STOP_ID + 1] / others.sum()) * others


def cases_of_min_p():
    """Return logits (2, 5), sure and unsure, with a small and a large share."""
    logits = torch.tensor([[4.0, 2.5, 1.0, -1.0, 3.6], [0.3, 0.0, -0.9, 0.6, -2.5]])
    return [(logits, 0.1), (logits.clone(), 0.5)]


@task(cases_of_min_p)
def min_p(logits, share):
    """Return distributions (B, V) of the letters that have at least a share of the favourite's probability."""
    p = logits.softmax(-1)
    p = p * (p >= share * p.amax(-1, keepdim=True))
    return p / p.sum(-1, keepdim=True)


def kept(p, keep):
    """Return the distributions (B, V) of the letters to keep, in proportion."""
    return p * keep / (p * keep).sum(-1, keepdim=True)


@min_p.mistake("You compare with the share itself. Sure or unsure, the bar is at one height: what should it hang on?")
def absolute(logits, share):
    p = logits.softmax(-1)
    return kept(p, p >= share)


@min_p.mistake("One favourite sets the bar for both rows. Each name has a favourite of its own: along which axis?")
def one_favourite(logits, share):
    p = logits.softmax(-1)
    return kept(p, p >= share * p.max())


@min_p.mistake("Each letter is compared with the same letter of the other name. Along which axis is the favourite?")
def across_names(logits, share):
    p = logits.softmax(-1)
    return kept(p, p >= share * p.amax(0))


@min_p.mistake("The right letters stay, and their probabilities no longer sum to 1.")
def not_divided(logits, share):
    p = logits.softmax(-1)
    return p * (p >= share * p.amax(-1, keepdim=True))


@min_p.mistake("You took a share of the largest logit. A logit has no fixed zero: what does a tenth of one mean?")
def of_the_logit(logits, share):
    return kept(logits.softmax(-1), logits >= share * logits.amax(-1, keepdim=True))


min_p.mistake(
    "That is top-p: it adds up probabilities until they hold the share. Here each letter is judged by itself.",
    lambda logits, share: next_distribution(logits, top_p=share),
)


@min_p.mistake("You have divided by the sum of the whole table. Each row has a sum of its own: along which axis?")
def one_sum_for_all(logits, share):
    p = not_divided(logits, share)
    return p / p.sum()


@min_p.mistake("Letters below the bar have got the logit 0, and come back. What is e to the power 0?")
def zero_logits(logits, share):
    return logits.masked_fill(not_divided(logits, share) == 0, 0).softmax(-1)


@min_p.mistake("You took a softmax of probabilities, so that what was cut comes back. How did the chapter divide?")
def softmax_again(logits, share):
    return not_divided(logits, share).softmax(-1)


@min_p.mistake("You have kept the letters below the bar, and cut those above it.")
def wrong_side(logits, share):
    p = logits.softmax(-1)
    return kept(p, p < share * p.amax(-1, keepdim=True))


@min_p.mistake("Your bar lies below the favourite by a difference. A tenth as likely is which operation?")
def difference(logits, share):
    p = logits.softmax(-1)
    return kept(p, p >= p.amax(-1, keepdim=True) - share)


@min_p.mistake("Your softmax goes down the names. Over which axis must the probabilities of one name sum to 1?")
def softmax_down(logits, share):
    p = logits.softmax(0)
    return kept(p, p >= share * p.amax(-1, keepdim=True))
