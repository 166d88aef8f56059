"""More tasks of chapter 10: what a script does, told from its scores, and a score of a model that goes on learning."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from ...batching import Batch
from ...checkpoint import load_checkpoint
from ...corpora import data_path
from ...evaluation import evaluate_stream, score_columns
from ...states import detach
from ...texts import load_tales
from ...tokenizer import UNKNOWN
from ..task import task
from .scoring import OTHER_NUMBERS, number, small_text


def four_scripts(lengths: Sequence[int]) -> dict[str, list[float]]:
    """Return the perplexity that each of four scripts prints for the held-out tales, for each length of window."""
    model, vocab, *_ = load_checkpoint(data_path("tales-words.pt"))
    ids = torch.tensor(vocab.encode(load_tales().validation))
    inputs, targets = ids[:-1, None], ids[1:, None]
    nats = score_columns(model, Batch(inputs, targets, torch.ones_like(targets, dtype=torch.bool)))[:, 0].double()
    known = nats[targets[:, 0] != vocab.tokens.index(UNKNOWN)]
    return {
        "A": [known.mean().exp().item() for _ in lengths],
        "B": [torch.stack([part.mean() for part in nats.split(T)]).exp().mean().item() for T in lengths],
        "C": [nats.mean().exp().item() for _ in lengths],
        "D": [evaluate_stream(model, ids, bptt=T, reset=True).perplexity for T in lengths],
    }


@task(tolerance=0)
def causes():
    """Return what the scripts A, B, C and D do: 1 right, 2 reset, 3 mean of perplexities, 4 unknowns skipped."""
    return [4, 3, 1, 2]


causes.mistake("You take the lowest line for the right one. Which of the five could lie below it?", [1, 3, 4, 2])
causes.mistake(
    "B and D both come down from above. Near windows of 5, which mistake costs tens of per cent, and which multiplies?",
    [4, 2, 1, 3],
)
causes.mistake(
    "A line as flat as A's is no matter of chance. What does dropout do to a score from one run to the next?",
    [5, 3, 1, 2],
)
causes.mistake(
    "You give the script for each of the causes 1 to 4. Turn it round: the cause for each script, from A to D.",
    [3, 4, 2, 1],
)
causes.mistake(
    "Two flat lines, and you take the lower one for right. Dropout would not be flat. Which way makes a text look "
    "easier?",
    [1, 3, 5, 2],
)
causes.mistake(
    "Two pairs are the wrong way round. Of the flat lines, which is too good to be true? Of those that fall, which "
    "comes from far above?",
    [1, 2, 4, 3],
)
causes.mistake(
    "C is right, and nothing else. Would dropout give a flat line? And which of B and D is off by tens of per cent?",
    [5, 2, 1, 3],
)
causes.mistake("B falls as the windows grow. Does dropout know how long a window is?", [4, 5, 1, 2])
causes.mistake("C does not depend on the window, and you suspect it. What must a right score do?", [4, 3, 5, 2])


def reader(model, ids, T, lr, wrong=""):
    """Return the mean loss of a model that learns from each window, with mistakes chosen by their names."""
    model = model if "lent" in wrong else copy.deepcopy(model)
    model.train("dropout" in wrong)
    hidden, losses, counts = None, [], []
    for start in range(0, len(ids) - (T if "last" in wrong else 1), T):
        targets = ids[start + 1 : start + 1 + T]
        inputs = ids[start : start + len(targets), None]
        logits, new = model(inputs, hidden)
        loss = F.cross_entropy(logits[:, 0], targets)
        if "pile" not in wrong:
            model.zero_grad()
        loss.backward()
        lengths = {"sum": len(targets), "uphill": -1, "still": 0}
        step(model, lr * next((lengths[name] for name in lengths if name in wrong), 1))
        if "late" in wrong:
            loss = F.cross_entropy(model(inputs, hidden)[0][:, 0], targets)
        hidden = None if "reset" in wrong else new if "uncut" in wrong else detach(new)
        losses.append(loss.item())
        counts.append(len(targets))
    return np.average(losses, weights=None if "alike" in wrong else counts)


@torch.no_grad()
def step(model, lr):
    """Take one step of gradient descent."""
    for weight in model.parameters():
        weight -= lr * weight.grad


def scored_and_kept(function, model, ids, T, lr):
    """Return what a function finds, and whether the model that it was given has its old weights."""
    before = [weight.detach().clone() for weight in model.parameters()]
    found = function(model.eval(), ids, T, lr)
    return None if found is None else [number(found), float(all(map(torch.equal, before, model.parameters())))]


@task(lambda: [(*small_text(), 7, 0.5)], observe=scored_and_kept, tolerance=1e-4, points=2)
def dynamic_nll(model, ids, T, lr):
    """Return the mean loss of a copy of a model that takes a step of SGD after each window it was scored on."""
    return reader(model, ids, T, lr)


LENT = " And the model that you were given has other weights now."
for wrong, hint in {
    "late": "Each window is scored after the step on it. Then the model has seen the answers: which comes first?",
    "reset": "Each window begins with an empty state. Cutting the gradient is one thing, losing the state another.",
    "pile": "The gradients of all windows so far add up. What does `backward` do with a gradient that is there?",
    "alike": "The last window has fewer targets and the same weight as the others.",
    "uphill": "The loss goes up: your step goes uphill. Which sign has it?",
    "last": "The last targets are missing, those of the window that is not full.",
    "sum": "Your step is several times as long as it should be. Is it taken on a mean loss, or on a sum?",
    "dropout": "Dropout is on. It can stay off while a model learns: gradients need no training mode.",
}.items():
    dynamic_nll.mistake(hint, lambda *a, wrong=wrong: reader(*a, wrong))
    dynamic_nll.mistake(hint + LENT, lambda *a, wrong=wrong: reader(*a, f"{wrong} lent"))
for wrong, hint in {
    "lent": "The number is right, and the model that you were given has other weights now. On what do you train?",
    "still": "That is the score without any learning. Does the step reach the copy?",
    "uncut": "The second window goes back through the first, whose graph is gone. What must be done to the state?",
}.items():
    dynamic_nll.mistake(hint, lambda *a, wrong=wrong: reader(*a, wrong))
for hint, change in OTHER_NUMBERS.items():
    dynamic_nll.mistake(hint, lambda *a, change=change: change(reader(*a)))


@dynamic_nll.mistake("You score the text after all the steps: every answer has been seen. When is a window's turn?")
def scored_afterwards(model, ids, T, lr):
    learner = copy.deepcopy(model)
    reader(learner, ids, T, lr, "lent")
    return evaluate_stream(learner, ids).nll


@dynamic_nll.mistake(
    "There is no graph to go back through. Which decorator, good for scoring, is in the way of learning?"
)
@torch.no_grad()
def without_gradients(*arguments):
    return reader(*arguments)
