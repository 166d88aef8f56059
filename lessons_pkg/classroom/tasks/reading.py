"""Tasks of chapter 09, too: reading a stream without keeping its graph."""

import torch

from ...batching import bptt_windows
from ...metrics import masked_nll
from ...models import RNNLM
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
    if loss is None:
        return None
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


read_stream.mistake(
    "That is the sum over all tokens. A mean is asked for.",
    lambda model, pairs: read_stream(model, pairs) * sum(len(ids.flatten()) for _, ids in pairs),
)
read_stream.mistake(
    "That is the first window alone. How far to the right does your `return` stand?",
    lambda model, pairs: read_stream(model, pairs[:1]),
)
read_stream.mistake(
    "The last window is missing. It is shorter, and its tokens count like any other.",
    lambda model, pairs: read_stream(model, pairs[:-1]),
)


read_stream.mistake(
    "You have added one mean for each window, and divided by the number of tokens. What does a mean stand for?",
    lambda model, pairs: every_window_alike(model, pairs) * len(pairs) / sum(len(ids.flatten()) for _, ids in pairs),
)
