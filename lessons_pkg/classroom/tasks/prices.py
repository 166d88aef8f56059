"""Tasks of chapter 09, too: what a fresh state costs, place by place."""

import math
from functools import cache

import torch
from torch.nn import functional as F

from ...batching import batchify, bptt_windows
from ...checkpoint import load_checkpoint
from ...corpora import data_path
from ...texts import load_tales
from ..task import task
from .reading import tiny_model, tiny_rows


def token_losses(model, rows, bptt, carry, shift=1):
    """Return the nats (windows, bptt, B) of every token of all whole windows."""
    hidden, found = None, []
    with torch.no_grad():
        for start in range(0, len(rows) - bptt, bptt):
            logits, hidden = model(rows[start : start + bptt], hidden if carry else None)
            targets = rows[start + shift : start + shift + bptt]
            found.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(targets))
    return torch.stack(found)


def every_window(model, rows, bptt, carry):
    """Return the nats (T, B) of every window, the shorter one at the end included."""
    hidden, found = None, []
    for window in bptt_windows(rows, bptt):
        logits, hidden = model(window.inputs, hidden if carry else None)
        found.append(F.cross_entropy(logits.transpose(1, 2), window.targets, reduction="none").detach())
    return found


def softened(output):
    """Return what a model gives, with probabilities for logits."""
    return output[0].softmax(-1), output[1]


def cases_of_places():
    """Return a small model, and rows whose last window is shorter, with a state carried and not, or is not."""
    return [(tiny_model(), tiny_rows(count), 4, carry) for count, carry in ((11, False), (11, True), (13, True))]


@task(cases_of_places, points=2)
def loss_by_place(model, rows, bptt, carry):
    """Return the mean nats (bptt,) at each place of a window, over all columns and all whole windows."""
    return token_losses(model, rows, bptt, carry).mean((0, 2))


loss_by_place.mistake(
    "With `carry` and without, you give the same: each window begins afresh. What should be handed to the model?",
    lambda model, rows, bptt, carry: loss_by_place(model, rows, bptt, False),
)
loss_by_place.mistake(
    "With `carry` and without, you give the same: no state is let go. What does a window get that begins afresh?",
    lambda model, rows, bptt, carry: loss_by_place(model, rows, bptt, True),
)
loss_by_place.mistake(
    "You carry the state where you should not, and the other way round.",
    lambda model, rows, bptt, carry: loss_by_place(model, rows, bptt, not carry),
)
loss_by_place.mistake(
    "You have one number a column. Columns and windows are to be averaged over: which axis stays?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean((0, 1)),
)
loss_by_place.mistake(
    "That is the first window alone. Every whole window has something at each place.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry)[0].mean(1),
)
loss_by_place.mistake(
    "That is the last window alone. Every whole window has something at each place: where do you keep the others?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry)[-1].mean(1),
)
loss_by_place.mistake(
    "You have one number a window. Columns and windows are to be averaged over: which axis stays?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean((1, 2)),
)
loss_by_place.mistake(
    "You have averaged over the places, too. A window has `bptt` of them, and each is asked for.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean(),
)
loss_by_place.mistake(
    "You have a row for each window. The windows are to be averaged over as well.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean(2),
)
loss_by_place.mistake(
    "You still have a number for each column. They are to be averaged over as well.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean(0),
)
loss_by_place.mistake(
    "Your targets are the inputs themselves. Which row does the network have to predict?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry, shift=0).mean((0, 2)),
)
loss_by_place.mistake(
    "The costs are right and stand at wrong places: they lie row by row, as the targets did. How are they folded back?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).view(-1, rows.shape[1], bptt).mean((0, 1)),
)
loss_by_place.mistake(
    "You have added up over columns and windows. A mean is asked for.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).sum((0, 2)),
)
loss_by_place.mistake(
    "You have added up over the columns. A mean over columns and windows is asked for.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).sum(2).mean(0),
)
loss_by_place.mistake(
    "You have added up over the windows. A mean over columns and windows is asked for.",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry).mean(2).sum(0),
)
loss_by_place.mistake(
    "A whole window is missing at the end. When is the last one shorter than the others?",
    lambda model, rows, bptt, carry: token_losses(model, rows, bptt, carry)[: (len(rows) - 2) // bptt].mean((0, 2)),
)
loss_by_place.mistake(
    "A list with a window that is shorter cannot be stacked. What does the task say of such windows?",
    lambda model, rows, bptt, carry: torch.stack([one.mean(1) for one in every_window(model, rows, bptt, carry)]).mean(
        0
    ),
)


@loss_by_place.mistake(
    "At the first places the shorter window has been counted. What does the task say of such windows?"
)
def with_the_rest(model, rows, bptt, carry):
    found = [one.mean(1) for one in every_window(model, rows, bptt, carry)]
    return torch.stack([torch.stack([one[t] for one in found if t < len(one)]).mean() for t in range(bptt)])


loss_by_place.mistake(
    "You have taken a softmax before the cross-entropy, which takes one itself. What is it to be given?",
    lambda model, rows, bptt, carry: token_losses(lambda *a: softened(model(*a)), rows, bptt, carry).mean((0, 2)),
)


@cache
def both_ways():
    """Return the losses by place (35,) of the trained letters on new tales: fresh in each window, and carried."""
    model, vocab, *_ = load_checkpoint(data_path("tales-chars.pt"))
    rows = batchify(torch.tensor(vocab.encode(load_tales().validation)), 20).ids
    return loss_by_place(model, rows, 35, False), loss_by_place(model, rows, 35, True)


def dearer():
    """Return what a fresh state costs at each place (35,)."""
    return both_ways()[0] - both_ways()[1]


@task(tolerance=0.004)
def price_of_fresh_state():
    """Return the nats that one fresh state costs in all, over the 35 places of its window."""
    return dearer().sum()


price_of_fresh_state.mistake(
    "That is the mean over a window. What is paid for one fresh state in all?", lambda: dearer().mean()
)
price_of_fresh_state.mistake("That is the first place alone. Do the others cost nothing more?", lambda: dearer()[0])
price_of_fresh_state.mistake(
    "That is all that the first letter costs in a fresh window. What would it have cost with the state carried, and "
    "what of the other places?",
    lambda: both_ways()[0][0],
)
price_of_fresh_state.mistake(
    "That is the first place of a fresh window against its last. The price is counted against the carried state.",
    lambda: both_ways()[0][0] - both_ways()[0][-1],
)
price_of_fresh_state.mistake(
    "That is all that a window costs. What would it have cost with the state carried?", lambda: both_ways()[0].sum()
)
price_of_fresh_state.mistake("That is in bits. The course counts in nats.", lambda: dearer().sum() / math.log(2))
price_of_fresh_state.mistake(
    "Below zero: you have taken the fresh windows from the carried ones. Which of them is dearer?",
    lambda: -dearer().sum(),
)
price_of_fresh_state.mistake(
    "You have paid for all 20 columns. The price is asked for one.", lambda: 20 * dearer().sum()
)
price_of_fresh_state.mistake(
    "That is what a carried window costs. What did a fresh one cost beyond that?", lambda: both_ways()[1].sum()
)
price_of_fresh_state.mistake(
    "You have divided the two. A price is what is paid beyond.", lambda: both_ways()[0].mean() / both_ways()[1].mean()
)
price_of_fresh_state.mistake(
    "Nearly. The first ten places hold most of it: what is asked for is the sum over all.", lambda: dearer()[:10].sum()
)
