"""Tasks of chapter 07: dials that act on odds, cuts in proportion, and draws without a running sum."""

import math

import torch

from ...sampling import next_distribution
from ...vocab import STOP_ID
from ..task import task


@task(tolerance=0.005)
def for_95_percent():
    """Return the temperature that lifts the likelier of two letters from 0.8 to 0.95."""
    return math.log(0.8 / 0.2) / math.log(0.95 / 0.05)


for_95_percent.mistake(
    "The favourite is to grow, so is the dial above 1 or below? You have the power that is put on the odds.",
    math.log(19) / math.log(4),
)
for_95_percent.mistake(
    "You put a power on the probability itself. Which ratio is it that a temperature puts a power on?",
    math.log(0.8) / math.log(0.95),
)
for_95_percent.mistake("You divided one share by the other. How does T stand in the formula for the odds?", 0.8 / 0.95)
for_95_percent.mistake("These are the right odds, divided. Is T a factor on odds, or does it sit elsewhere?", 4 / 19)


def cases_of_no_stop():
    """Return logits (2, 4) of two names, and such in which all symbols but the stop are far below zero."""
    logits = torch.tensor([[1.5, 0.0, -1.0, 2.0], [-0.5, 1.0, 2.5, 0.5]])
    return [(logits,), (logits - 200 * (torch.arange(4) > 0),)]


def see_result_and_logits(function, logits):
    """Return what a function made of logits, and whether they have changed under it."""
    before = logits.clone()
    p = function(logits)
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


@task(tolerance=0.004)
def draws_needed():
    """Return after how many draws a name of probability 1/5,285 has come up with a chance of 95%."""
    return math.log(0.05) / math.log(1 - 1 / 5285)


draws_needed.mistake("That is how long one waits on average. With so many draws, how likely is it to be missing?", 5285)
draws_needed.mistake(
    "You took 95% of the mean waiting time, as if the chance grew by the same amount at each draw. Does it?",
    0.95 * 5285,
)
draws_needed.mistake(
    "After that many draws the name is there with a chance of 5%. Which of the two belongs in the equation?",
    math.log(0.95) / math.log(1 - 1 / 5285),
)


def uniform_numbers():
    """Return numbers (8, 4) between 0 and 1, the same ones each time."""
    return torch.rand(8, 4, generator=torch.Generator().manual_seed(3))


@task(lambda: [(torch.tensor([0.8, 0.0, -0.6, 0.4]), uniform_numbers(), T) for T in (1.0, 0.25, 4.0)], points=2)
def race(logits, u, temperature):
    """Return N draws (N,) from the tempered logits (V,): the winners of N races with noise from u (N, V)."""
    return (logits / temperature - (-u.log()).log()).argmax(-1)


def noise(u):
    """Return Gumbel noise."""
    return -(-u.log()).log()


race.mistake(
    "Your winners are the same at every temperature. If both terms are divided by T, who gets ahead of whom?",
    lambda logits, u, temperature: ((logits + noise(u)) / temperature).argmax(-1),
)
race.mistake(
    "Your noise has its sign the wrong way round. For u near 1 it should be large: is it?",
    lambda logits, u, temperature: (logits / temperature - noise(u)).argmax(-1),
)
race.mistake(
    "Your noise has one logarithm. Count those in the formula.",
    lambda logits, u, temperature: (logits / temperature - u.log()).argmax(-1),
)
race.mistake(
    "Your dial is upside down: hot draws go to the favourite. What does a temperature do to a logit?",
    lambda logits, u, temperature: (logits * temperature + noise(u)).argmax(-1),
)
race.mistake(
    "You found the best race for each symbol. Asked for is the best symbol of each race: which axis is V?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).argmax(0),
)
race.mistake(
    "You let probabilities race. They lie between 0 and 1, so the noise wins nearly always: what goes in instead?",
    lambda logits, u, temperature: ((logits / temperature).softmax(-1) + noise(u)).argmax(-1),
)
