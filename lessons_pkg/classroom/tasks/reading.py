"""Tasks of chapter 09, too: reading a stream without keeping its graph, and what a fresh state costs."""

import math
from functools import cache

import torch
from torch.nn import functional as F

from ...batching import batchify, bptt_windows
from ...checkpoint import load_checkpoint
from ...corpora import data_path
from ...metrics import masked_nll
from ...models import RNNLM
from ...texts import load_tales
from ..task import task

YES = {True: "yes", False: "no"}


class Kept:
    """A tensor that torch keeps for the walk back, and how many bytes of such are alive, now and at most."""

    alive = most = 0

    def __init__(self, tensor):
        self.tensor = tensor.detach()
        Kept.alive += tensor.nbytes
        Kept.most = max(Kept.most, Kept.alive)

    def __del__(self):
        Kept.alive -= self.tensor.nbytes


def tiny_model():
    """Return a small GRU with fixed weights, large enough for its state to matter."""
    generator = torch.Generator().manual_seed(2)
    model = RNNLM(vocab_size=5, cell="gru", hidden_size=4, embedding_size=3, generator=generator)
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 4
    return model


def tiny_rows(count):
    """Return rows (count, 3) of ids, always the same ones."""
    return torch.randint(5, (count, 3), generator=torch.Generator().manual_seed(4))


def most_kept(read):
    """Return what a reader returns, and how many bytes torch has kept at most."""
    Kept.alive = Kept.most = 0
    with torch.autograd.graph.saved_tensors_hooks(Kept, lambda one: one.tensor):
        value = read()
    return value, Kept.most


def see_reading(function, model, pairs):
    """Return the loss, whether it has a history, and whether more than two windows' graphs were alive at once."""
    _, one = most_kept(lambda: masked_nll(model(pairs[0][0])[0], pairs[0][1]).item())
    loss, most = most_kept(lambda: function(model, pairs))
    history = torch.is_tensor(loss) and loss.requires_grad
    return {"loss": loss, "has a history": YES[history], "memory grows": YES[most > 2.5 * one]}


def cases_of_reading():
    """Return a small model and seven windows, the last one shorter."""
    return [(tiny_model(), [(w.inputs, w.targets) for w in bptt_windows(tiny_rows(28), 4)])]


@task(cases_of_reading, observe=see_reading, tolerance=2e-4)
def read_stream(model, pairs):
    """Return the mean nats per token of a stream, its state carried, with no memory that grows."""
    total, count, hidden = 0.0, 0, None
    with torch.no_grad():
        for inputs, targets in pairs:
            logits, hidden = model(inputs, hidden)
            total += masked_nll(logits, targets).item() * targets.numel()
            count += targets.numel()
    return total / count


def walk(model, pairs, between=lambda hidden: hidden, number=lambda loss: loss):
    """Return the loss of a stream, with something done to each state and to each loss."""
    total, count, hidden = 0.0, 0, None
    for inputs, targets in pairs:
        logits, hidden = model(inputs, None if hidden is None else between(hidden))
        total = total + number(masked_nll(logits, targets)) * targets.numel()
        count += targets.numel()
    return total / count


read_stream.mistake(
    "The loss is right, and it remembers how each window was read: their graphs are all there. Who will walk back?",
    walk,
)
read_stream.mistake(
    "The loss is a plain number now, and the memory still grows. What else goes on from window to window?",
    lambda model, pairs: walk(model, pairs, number=torch.Tensor.item),
)
read_stream.mistake(
    "Nothing grows, but each window has begun with a fresh state. Which was to go, numbers or history?",
    lambda model, pairs: walk(model, pairs, lambda hidden: None, torch.Tensor.item),
)


@read_stream.mistake("Nothing grows. But the last window is shorter, and counts as much as the others.")
def every_window_alike(model, pairs):
    losses, hidden = [], None
    with torch.no_grad():
        for inputs, targets in pairs:
            logits, hidden = model(inputs, hidden)
            losses.append(masked_nll(logits, targets).item())
    return sum(losses) / len(losses)


def token_losses(model, rows, bptt, carry, shift=1):
    """Return the nats (windows, bptt, B) of every token of all whole windows."""
    hidden, found = None, []
    with torch.no_grad():
        for start in range(0, len(rows) - bptt, bptt):
            logits, hidden = model(rows[start : start + bptt], hidden if carry else None)
            targets = rows[start + shift : start + shift + bptt]
            found.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(targets))
    return torch.stack(found)


read_stream.mistake(
    "You have added one mean for each window, and divided by the number of tokens. What does a mean stand for?",
    lambda model, pairs: every_window_alike(model, pairs) * len(pairs) / sum(len(ids.flatten()) for _, ids in pairs),
)


@task(lambda: [(tiny_model(), tiny_rows(11), 4, carry) for carry in (False, True)], points=2)
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
    "That is all that a window costs. What would it have cost with the state carried?", lambda: both_ways()[0].sum()
)
price_of_fresh_state.mistake("That is in bits. The course counts in nats.", lambda: dearer().sum() / math.log(2))
