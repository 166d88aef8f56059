"""Tasks of chapter 11: what gates keep, and what they cost."""

import math

import torch

from ...models import RNNLM
from ..task import task


@task(lambda: [(2,), (30,), (1000,)])
def bias_for(steps):
    """Return the bias of a constant forget gate that leaves half of a number after so many steps."""
    f = 0.5 ** (1 / steps)
    return math.log(f / (1 - f))


bias_for.mistake("That is the gate. Which bias makes a sigmoid give it?", lambda steps: 0.5 ** (1 / steps))
bias_for.mistake(
    "With your bias, 1/e is left after these steps. What share is asked for?",
    lambda steps: math.log(math.exp(-1 / steps) / (1 - math.exp(-1 / steps))),
)
bias_for.mistake(
    "That gate forgets more the longer it should keep. Which sign makes a sigmoid large?",
    lambda steps: -math.log(0.5 ** (1 / steps) / (1 - 0.5 ** (1 / steps))),
)
bias_for.mistake(
    "That is the logarithm of the gate. A sigmoid is undone by the logarithm of something else.",
    lambda steps: math.log(0.5 ** (1 / steps)),
)
bias_for.mistake(
    "You let the gate lose the same amount at every step. It loses the same share.",
    lambda steps: math.log((1 - 0.5 / steps) / (0.5 / steps)),
)


def one_step():
    """Return x (2, 3), h and c (2, 4), W (16, 3), U (16, 4) and b (16,) of an LSTM."""
    torch.manual_seed(1)
    return [torch.randn(shape) for shape in ((2, 3), (2, 4), (2, 4), (16, 3), (16, 4), (16,))]


def lstm(x, h, c, W, U, b, *, order="ifgo", squash=torch.tanh, shown=torch.tanh, plain=False):
    """Return h and c after one step of an LSTM, with mistakes to be chosen."""
    part = dict(zip(order, (x @ W.T + h @ U.T + b).chunk(4, dim=-1), strict=True))
    i, f, o = (part[gate].sigmoid() for gate in "ifo")
    c = (c if plain else f * c) + i * squash(part["g"])
    return o * shown(c), c


@task(lambda: [tuple(one_step())])
def lstm_step(x, h, c, W, U, b):
    """Return h and c after one step of torch's LSTM."""
    return lstm(x, h, c, W, U, b)


for hint, wrong in {
    "The four parts are taken in another order than torch stacks them: input, forget, candidate, output.": {
        "order": "ifog"
    },
    "What should be kept is written and what should be written is kept. Look at the first two parts.": {
        "order": "figo"
    },
    "The candidate is squashed between 0 and 1. It must be able to lower a cell, too.": {"squash": torch.sigmoid},
    "The cell is right, and more of it is shown than there should be. What stands between c and o?": {
        "shown": lambda c: c
    },
    "The old cell goes through whole. Which gate should it pass?": {"plain": True},
    "Two things are wrong still: the order of the four parts, and what is shown of the cell.": {
        "order": "ifog",
        "shown": lambda c: c,
    },
}.items():
    lstm_step.mistake(hint, lambda *a, wrong=wrong: lstm(*a, **wrong))


@task(lambda: [(1, 20_000, 32), (3, 20_000, 32), (4, 20_000, 32), (4, 4_096, 30)])
def widest(parts, budget, E):
    """Return the largest H for which a layer of ``parts`` H (E + H + 2) weights is within the budget."""
    return max(H for H in range(1, 1000) if parts * H * (E + H + 2) <= budget)


widest.mistake(
    "Your layer has one bias. How many does torch give it, even where one would do?",
    lambda parts, budget, E: max(H for H in range(1, 1000) if parts * H * (E + H + 1) <= budget),
)
widest.mistake(
    "That fits a plain layer, whatever the parts. How many matrices of each kind has an LSTM?",
    lambda parts, budget, E: max(H for H in range(1, 1000) if budget >= H * (E + H + 2)),
)
widest.mistake(
    "You have counted the matrix for the state alone. What else multiplies something?",
    lambda parts, budget, E: math.isqrt(budget // parts),
)
widest.mistake(
    "One more than fits. Should the budget be kept or reached?", lambda parts, budget, E: widest(parts, budget, E) + 1
)


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
    "A and B both stay high. Only one of them ends at a cliff: which network has an edge to its sight?", [4, 3, 2, 1]
)
kinds.mistake(
    "C and D both fade. Recall which of the two faded faster before training, against what its gates suggest.",
    [3, 4, 1, 2],
)
kinds.mistake("A gate does not make a network remember from the start. Its bias does. Look at A again.", [2, 4, 3, 1])
kinds.mistake("Each of your two pairs is right, and turned round within.", [4, 3, 1, 2])
