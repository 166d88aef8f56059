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


def blocked(logits, value=-math.inf):
    """Return logits with another value for the stop symbol."""
    return logits.masked_fill(torch.arange(logits.shape[-1]) == STOP_ID, value)


@no_stop.mistake("The probabilities are right. But look at the logits that were handed in: they have changed.")
def blocked_in_place(logits):
    logits[:, STOP_ID] = -math.inf
    return logits.softmax(-1)


@no_stop.mistake("A whole row has become nan: you have blocked a name where a symbol was meant. Which axis is V?")
def blocked_row(logits):
    logits = logits.clone()
    logits[STOP_ID] = -math.inf
    return logits.softmax(-1)


@no_stop.mistake("What the stop had was shared out evenly. Odds between the others should stay as they were.")
def shared_evenly(logits):
    p = logits.softmax(-1)
    others = torch.arange(logits.shape[-1]) != STOP_ID
    return (p + p[:, STOP_ID : STOP_ID + 1] / others.sum()) * others


def not_rescaled(logits):
    """Return the probabilities with a zero for the stop symbol."""
    return logits.softmax(-1) * (blocked(logits) > -math.inf)


for hint, wrong in {
    "The caller's logits are whole now, and the stop symbol can still be drawn. Which logit has an exponential of 0?": (
        lambda logits: blocked(logits, 0).softmax(-1)
    ),
    "A low logit is enough only where the others are higher. Which one is below every other, always?": (
        lambda logits: blocked(logits, -20).softmax(-1)
    ),
    "A row of nan: you have blocked the stop with the wrong sign. Which number has the exponential 0?": (
        lambda logits: blocked(logits, math.inf).softmax(-1)
    ),
    "The stop symbol has no share any more. Who has received what it had? Add up a row.": not_rescaled,
    "You have divided by the sum of the whole table. Each row has a sum of its own: along which axis?": (
        lambda logits: not_rescaled(logits) / not_rescaled(logits).sum()
    ),
    "Your softmax goes down the names. Over which axis must the probabilities of one name sum to 1?": (
        lambda logits: blocked(logits).softmax(0)
    ),
    "These are logits, with the stop blocked in the right way. A distribution is asked for.": blocked,
    "You took a softmax of probabilities. What does a softmax make of a zero?": (
        lambda logits: not_rescaled(logits).softmax(-1)
    ),
    "You blocked a probability and took a second softmax. The stop is gone: are the odds of the others as they were?": (
        lambda logits: blocked(logits.softmax(-1)).softmax(-1)
    ),
    "The column of the stop is missing. Each symbol keeps its place, the stop too: with which probability?": (
        lambda logits: logits[:, STOP_ID + 1 :].softmax(-1)
    ),
    "The sums of the rows have lost their axis, so that (B, V) is divided by (B,). What does `keepdim` do?": (
        lambda logits: not_rescaled(logits) / not_rescaled(logits).sum(-1)
    ),
}.items():
    no_stop.mistake(hint, wrong)


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


def bar(logits, share):
    """Return which letters (B, V) are at least a share as likely as the favourite."""
    p = logits.softmax(-1)
    return p >= share * p.amax(-1, keepdim=True)


def of_probabilities(wrong):
    """Return the distributions of the letters that a wrong bar keeps, given probabilities and the share."""
    return lambda logits, share: kept(logits.softmax(-1), wrong(logits.softmax(-1), share))


for hint, wrong in {
    "You compare with the share itself. Sure or unsure, the bar is at one height: what should it hang on?": (
        lambda p, share: p >= share
    ),
    "One favourite sets the bar for both rows. Each name has a favourite of its own: along which axis?": (
        lambda p, share: p >= share * p.max()
    ),
    "Each letter is compared with the same letter of the other name. Along which axis is the favourite?": (
        lambda p, share: p >= share * p.amax(0)
    ),
    "You have kept the letters below the bar, and cut those above it.": (
        lambda p, share: p < share * p.amax(-1, keepdim=True)
    ),
    "Your bar lies below the favourite by a difference. A tenth as likely is which operation?": (
        lambda p, share: p >= p.amax(-1, keepdim=True) - share
    ),
    "`max` along an axis returns two things, the largest values and where they stand. Which one sets the bar?": (
        lambda p, share: p >= share * p.max(-1)
    ),
    "A largest value or a sum has lost its axis, so that (B, V) meets (B,). What does `keepdim` do?": (
        lambda p, share: p >= share * p.amax(-1)
    ),
}.items():
    min_p.mistake(hint, of_probabilities(wrong))

for hint, wrong in {
    "The right letters stay, and their probabilities no longer sum to 1.": (
        lambda logits, share: logits.softmax(-1) * bar(logits, share)
    ),
    "That says which letters stay. With which probabilities do they?": bar,
    "The right letters stay, all with the same probability. What does in proportion ask for?": (
        lambda logits, share: kept(torch.ones_like(logits), bar(logits, share))
    ),
    "You took a share of the largest logit. A logit has no fixed zero: what does a tenth of one mean?": (
        lambda logits, share: kept(logits.softmax(-1), logits >= share * logits.amax(-1, keepdim=True))
    ),
    "That is top-p: it adds up probabilities until they hold the share. Here each letter is judged by itself.": (
        lambda logits, share: next_distribution(logits, top_p=share)
    ),
    "You have divided by the sum of the whole table. Each row has a sum of its own: along which axis?": (
        lambda logits, share: logits.softmax(-1) * bar(logits, share) / (logits.softmax(-1) * bar(logits, share)).sum()
    ),
    "Letters below the bar have got the logit 0, and come back. What is e to the power 0?": (
        lambda logits, share: (logits * bar(logits, share)).softmax(-1)
    ),
    "You took a softmax of probabilities, so that what was cut comes back. How did the chapter divide?": (
        lambda logits, share: (logits.softmax(-1) * bar(logits, share)).softmax(-1)
    ),
    "Your softmax goes down the names. Over which axis must the probabilities of one name sum to 1?": (
        lambda logits, share: kept(
            logits.softmax(0), logits.softmax(0) >= share * logits.softmax(0).amax(-1, keepdim=True)
        )
    ),
    "All three go down the names: the softmax, the favourite and the sum. Which axis are the letters?": (
        lambda logits, share: min_p(logits.T, share).T
    ),
}.items():
    min_p.mistake(hint, wrong)
