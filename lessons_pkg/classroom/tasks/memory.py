"""More tasks of chapter 11: what a cell is made of, and how far back a network feels."""

from itertools import permutations

import torch

from ...models import RNNLM
from ..task import task


def two_gates():
    """Return forget and input gates (T, H) = (5, 2), all different."""
    torch.manual_seed(2)
    return torch.rand(5, 2), torch.rand(5, 2)


def left_of(f):
    """Return the product of the gates of all later steps, (T, H)."""
    return torch.stack([f[t + 1 :].prod(0) for t in range(len(f))])


@task(lambda: [two_gates()])
def in_the_cell(f, i):
    """Return how much each step's candidate weighs in the last cell: i_t times the later forget gates, (T, H)."""
    return i * left_of(f)


in_the_cell.mistake(
    "The forget gate of the step itself is in your product. It acts on the old cell, before the candidate is added.",
    lambda f, i: i * left_of(f) * f,
)
in_the_cell.mistake("All that is written counts in full here. What happens to it later on?", lambda f, i: i)
in_the_cell.mistake(
    "You have multiplied the gates before each step. Those act on what was written earlier.",
    lambda f, i: i * torch.cat([torch.ones(1, f.shape[1]), f.cumprod(0)[:-1]]),
)
in_the_cell.mistake("How much of a candidate is written at all? One gate is missing.", lambda f, i: left_of(f))
in_the_cell.mistake(
    "You have run along the units. Which axis is time?",
    lambda f, i: i * torch.stack([f[:, k + 1 :].prod(1) for k in range(f.shape[1])], dim=1),
)
in_the_cell.mistake(
    "Your product runs from the first step to this one. Which gates does a candidate meet: those before it, or after?",
    lambda f, i: i * f.cumprod(0),
)
in_the_cell.mistake(
    "You have made the shares sum to 1. They are plain products of gates, and their sum may be anything.",
    lambda f, i: i * left_of(f) / (i * left_of(f)).sum(0),
)
in_the_cell.mistake(
    "You run backwards in time, and the answer has stayed in that order. Which row is the last step's?",
    lambda f, i: (i * left_of(f)).flip(0),
)
in_the_cell.mistake(
    "You use the gate of one step for all the later ones. Each step has a gate of its own.",
    lambda f, i: torch.stack([i[t] * f[t] ** (len(f) - 1 - t) for t in range(len(f))]),
)
in_the_cell.mistake(
    "The gate right after the step is missing. The next step is the first that can forget the candidate.",
    lambda f, i: i * torch.stack([f[t + 2 :].prod(0) for t in range(len(f))]),
)
in_the_cell.mistake(
    "You let one gate act on each candidate. How many steps does the first one still live through?",
    lambda f, i: i * torch.cat([f[1:], torch.ones(1, f.shape[1])]),
)
in_the_cell.mistake(
    "Every candidate has passed all the gates in yours. Some of them had closed before it came.",
    lambda f, i: i * f.prod(0),
)
in_the_cell.mistake(
    "You multiply the two gates of the same step. Which of them acts on what is already there?", lambda f, i: i * f
)
in_the_cell.mistake(
    "The input gates of later steps are in your product. They act on later candidates.",
    lambda f, i: (i * f).flip(0).cumprod(0).flip(0) / f,
)
in_the_cell.mistake(
    "You write with 1 - f, as a GRU does with its one gate. Here the input gate says how much is written.",
    lambda f, i: (1 - f) * left_of(f),
)


def felt(model, ids):
    """Return the length of the gradient by each vector that was read, 0 to 60 steps back, 1 at 0; ids (T, B)."""
    x = model.embedding(ids[:-1]).detach().requires_grad_()
    last, _ = model.rnn[0](x)
    loss = torch.nn.functional.cross_entropy(model.output(last[-1]), ids[-1], reduction="sum")
    lengths = torch.autograd.grad(loss, x)[0].norm(dim=-1).flip(0)
    return (lengths / lengths[0]).median(dim=1).values.tolist()


def four_networks():
    """Return how strongly each of four untrained networks feels what was read 0 to 60 steps back."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(20, (62, 12), generator=generator)
    found = {}
    for label, cell in {"A": "lstm", "B": "attention", "C": "gru", "D": "rnn"}.items():
        extra = {"context": 40} if cell == "attention" else {}
        shape = {"vocab_size": 20, "hidden_size": 64, "embedding_size": 32}
        model = RNNLM(cell=cell, generator=torch.Generator().manual_seed(0), **shape, **extra)
        if cell == "lstm":
            torch.nn.init.constant_(model.rnn[0].bias_ih_l0[64:128], 3.0)
        found[label] = felt(model, ids)
    return found


@task(tolerance=0)
def kinds():
    """Return which network is A, B, C and D: 1 rnn, 2 gru, 3 lstm with a bias of 3, 4 attention."""
    return [3, 4, 2, 1]


kinds.mistake(
    "A and B both stay level for long. Only one of them ends at a cliff: which network has an edge to its sight?",
    [4, 3, 2, 1],
)
kinds.mistake(
    "C and D both fade. Recall which of the two faded faster before training, against what its gates suggest.",
    [3, 4, 1, 2],
)
kinds.mistake("A gate does not make a network remember from the start. Its bias does. Look at A again.", [2, 4, 3, 1])
kinds.mistake(
    "A does not fade at all, it even grows. Would you expect that of the plain rnn, with its slopes of a tanh?",
    [1, 4, 2, 3],
)
kinds.mistake(
    "B falls at once, stays level and then ends. What in a gate or a matrix could end at a fixed distance?",
    [3, 1, 2, 4],
)
kinds.mistake("Each of your two pairs is right, and turned round within.", [4, 3, 1, 2])
kinds.mistake(
    "B is right. A gate is not enough to be A: which of the networks was given a start that keeps nearly everything?",
    [2, 4, 1, 3],
)
kinds.mistake("That is the example of how to enter it. Begin with the one curve that ends early.", [1, 2, 3, 4])
kinds.mistake(
    "What you take for attention goes on to the right edge. How far back can attention feel at all?", [4, 2, 1, 3]
)
for wrong in permutations((1, 2, 3, 4)):
    if wrong[1] != 4 and list(wrong) not in [one.answer for one in kinds.mistakes]:
        read = ", ".join(
            f"{label} {('rnn', 'gru', 'lstm', 'attention')[k - 1]}" for label, k in zip("ABCD", wrong, strict=True)
        )
        kinds.mistake(
            f"You read: {read}. Begin with attention. It feels so many steps and no more: which curve can that be?",
            list(wrong),
        )
kinds.mistake(
    "B is right. But a plain rnn for A, whose gradient even grows? Which network keeps nearly all of what it holds?",
    [1, 4, 3, 2],
)
