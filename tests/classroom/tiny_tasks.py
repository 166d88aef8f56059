"""Small tasks for the tests of the machinery; ``find`` finds them under the name of this module."""

import math

import torch

from lessons_pkg.classroom.task import task


@task(lambda: [(torch.tensor([1.0, 2.0, 4.0]),), (torch.tensor([[0.0, 1.0, 3.0], [1.0, 0.0, 0.0]]),)])
def softmax(logits):
    """Return the softmax over the last axis."""
    return torch.softmax(logits, -1)


@softmax.mistake("Which numbers sum to 1: those of a row, or all of them?")
def over_everything(logits):
    return logits.exp() / logits.exp().sum()


softmax.mistake("These are the logarithms of probabilities.", lambda logits: torch.log_softmax(logits, -1))
softmax.mistake("A row has more than one number.", lambda logits: logits[7])


@task(
    lambda: [([1.0, 2.0],), ([3.0, 5.0],)], observe=lambda function, numbers: (function(numbers), numbers)[1], points=2
)
def double(numbers):
    """Double the numbers of a list in place."""
    numbers[:] = [2 * number for number in numbers]


@double.mistake("A new list is made, and the old one stays as it was.")
def into_a_new_list(numbers):
    return [2 * number for number in numbers]


@task(tolerance=0.005)
def nats_of_a_die():
    """Return the entropy of a fair die."""
    return math.log(6)


nats_of_a_die.mistake("Those are bits.", math.log2(6))
nats_of_a_die.mistake("The die has no face more.", lambda: math.log(7))


@task()
def axis():
    """Return the axis that a plot is read on."""
    return "b"


axis.mistake("That is the axis of time.", "a")
