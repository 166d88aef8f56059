"""A task of chapter 10: mend a loop that scores a text, in which nearly all is wrong that can be."""

import math
from itertools import product

import numpy as np
import torch
from torch.nn import functional as F

from ...models import RNNLM
from ..task import task


def small_text():
    """Return a small model that drops half its units in training, and a text of 24 tokens."""
    torch.manual_seed(3)
    return RNNLM(vocab_size=5, cell="rnn", hidden_size=6, embedding_size=4, dropout=0.5), torch.arange(24) ** 3 % 7 % 5


def number(found):
    """Return a number, also of a tensor that remembers how it came about."""
    return float(found.detach() if isinstance(found, torch.Tensor) else found)


def scored_twice(function, model, ids, T):
    """Return what a function finds with a model in each mode, and the mode it leaves; nothing if it finds nothing."""
    pairs = [(function(model.train(mode), ids, T), float(model.training)) for mode in (True, False)]
    return None if pairs[0][0] is None else [[number(found), left] for found, left in pairs]


def loop(model, ids, T, wrong=""):
    """Return the mean loss of a text in windows of T, with mistakes chosen by their names."""
    mode, hidden, losses, counts = model.training, None, [], []
    model.train(mode and "dropout" in wrong)
    with torch.no_grad():
        for start in range(0, len(ids) - (T if "last" in wrong else 1), T):
            targets = ids[start + 1 : start + 1 + T]
            logits, new = model(ids[start : start + len(targets), None], hidden)
            hidden = None if "reset" in wrong else new
            losses.append(F.cross_entropy(logits[:, 0], targets).item())
            counts.append(len(targets))
    model.train("training" in wrong if "left" in wrong else mode)
    return np.average(losses, weights=None if "alike" in wrong else counts)


@task(lambda: [(*small_text(), 7)], observe=scored_twice, tolerance=1e-4, points=2)
def mean_nll(model, ids, T):
    """Return the mean loss of a text (N,) in nats, each target once, and leave the model in its mode."""
    return loop(model, ids, T)


MODES = {  # what may be wrong with the model's mode
    "": "",
    "dropout": "The score depends on the mode in which the model came: call it twice with one in training mode.",
    "left evaluating": "The model came in training mode and leaves in another.",
    "left training": "A model that came in evaluation mode is left training.",
}
WINDOWS = {  # and with the windows
    "": "That is all that is left to mend.",
    "reset": "Each window begins with an empty state. Who hands the state on?",
    "alike": "A window of 2 targets weighs as much as one of 7.",
    "last": "The last targets are missing, those of the window that is not full. Count what you score.",
    "reset alike": "No target is missing. But what does a window begin with, and how much does it weigh?",
    "reset last": "Does the result depend on T? And how many targets are scored?",
}
OTHER_NUMBERS = {  # all loss is there, and another number is given
    "That is the perplexity. The mean loss in nats is asked for.": math.exp,
    "You divide by the number of tokens. How many of the 24 are targets?": lambda nll: nll * 23 / 24,
    "Those are all the nats of the text. The mean over its targets is asked for.": lambda nll: nll * 23,
}
for mode, windows in list(product(MODES, WINDOWS))[1:]:  # the first pair is no mistake
    mean_nll.mistake(f"{MODES[mode]} {WINDOWS[windows]}", lambda *a, wrong=f"{mode} {windows}": loop(*a, wrong))
for hint, change in OTHER_NUMBERS.items():
    mean_nll.mistake(hint, lambda *a, change=change: change(loop(*a)))
mean_nll.mistake(
    "You add up the means of the windows and divide by the number of targets. How many nats has each window paid?",
    lambda *a: loop(*a, "alike") * 4 / 23,
)
