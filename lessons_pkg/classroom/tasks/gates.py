"""Tasks of chapter 11: what gates keep, and what they cost."""

import math

import torch

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
bias_for.mistake(
    "You raise one half to the number of steps. Which power of the gate is to be one half?",
    lambda steps: math.log(0.5**steps / (1 - 0.5**steps)),
)
bias_for.mistake(
    "That is nearly right for a long memory, and off for a short one. Which of your steps needs many of them?",
    lambda steps: math.log(steps / math.log(2)),
)
bias_for.mistake(
    "You have taken the number for a bias, and say how long its gate remembers. Here the steps are given.",
    lambda steps: math.log(2) / math.log(1 + math.exp(-steps)),
)
bias_for.mistake(
    "Your gate loses one part in so many at each step. Less than half is left then: try it with two steps.",
    lambda steps: math.log((1 - 1 / steps) / (1 / steps)),
)
bias_for.mistake(
    "The gate is right, and so is the share. A sigmoid is made with e: which logarithm undoes it?",
    lambda steps: math.log2(0.5 ** (1 / steps) / (1 - 0.5 ** (1 / steps))),
)


def one_step():
    """Return x (2, 7), h and c (2, 7), W and U (28, 7) and b (28,) of an LSTM; large, so that no hint prints them."""
    torch.manual_seed(1)
    return [torch.randn(shape) for shape in ((2, 7), (2, 7), (2, 7), (28, 7), (28, 7), (28,))]


def lstm(x, h, c, W, U, b, *, order="ifgo", squash=torch.tanh, shown=torch.tanh, plain=False, kept=lambda c: c):
    """Return h and c after one step of an LSTM, with mistakes to be chosen."""
    part = dict(zip(order, (x @ W.T + h @ U.T + b).chunk(4, dim=-1), strict=True))
    i, f, o = (part[gate].sigmoid() for gate in "ifo")
    c = kept((c if plain else f * c) + i * squash(part["g"]))
    return o * shown(c), c


@task(lambda: [tuple(one_step())])
def lstm_step(x, h, c, W, U, b):
    """Return h and c after one step of torch's LSTM."""
    return lstm(x, h, c, W, U, b)


for hint, wrong in {
    "The cell is shown rightly. But two of the four parts have changed places: which goes through the tanh?": {
        "order": "ifog"
    },
    "What should be kept is written and what should be written is kept. Look at the first two parts.": {
        "order": "figo"
    },
    "The candidate is squashed between 0 and 1. It must be able to lower a cell, too.": {"squash": torch.sigmoid},
    "The cell is right, and more of it is shown than there should be. What stands between c and o?": {
        "shown": lambda c: c
    },
    "The candidate is added as it comes out of the matrices. What keeps it between -1 and 1?": {"squash": lambda g: g},
    "The old cell goes through whole. Which gate should it pass?": {"plain": True},
    "Two things are wrong still: the order of the four parts, and what is shown of the cell.": {
        "order": "ifog",
        "shown": lambda c: c,
    },
    "The cell itself has gone through the tanh, and would be squashed again at every step. Where is the tanh needed?": {
        "kept": torch.tanh,
        "shown": lambda c: c,
    },
    "What is shown lies between 0 and the output gate. Can a state be negative?": {"shown": torch.sigmoid},
}.items():
    lstm_step.mistake(hint, lambda *a, wrong=wrong: lstm(*a, **wrong))
lstm_step.mistake("Cell and state have changed places. Which comes first?", lambda *a: lstm(*a)[::-1])
lstm_step.mistake("One thing comes back, and two are asked for: the new h and the new c.", lambda *a: lstm(*a)[0])
for order in ("fiog", "ofig", "gfoi", "iofg", "igof"):  # another pair exchanged than the one that was wrong
    told = f"You take the parts as {', '.join(order)}. Go back to i, f, o, g: another pair stands wrongly there."
    for hint, shown in ((told, torch.tanh), (f"{told} And the cell is shown as it is.", lambda c: c)):
        lstm_step.mistake(hint, lambda *a, order=order, shown=shown: lstm(*a, order=order, shown=shown))


@lstm_step.mistake("The tanh has gone round the output gate as well. It belongs to the cell alone.")
def squashed_together(x, h, c, W, U, b):
    h, c = lstm(x, h, c, W, U, b, shown=lambda c: c)
    return h.tanh(), c


@lstm_step.mistake("The new cell is right. What you show is the cell before this step.")
def shown_too_early(x, h, c, W, U, b):
    o = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)[3].sigmoid()
    return o * c.tanh(), lstm(x, h, c, W, U, b)[1]


def largest(weights, budget):
    """Return the largest H below 1000 for which a layer of ``weights(H)`` numbers is within the budget."""
    return max(H for H in range(1, 1000) if weights(H) <= budget)


BUDGETS = [
    (1, 20_000, 32),
    (3, 20_000, 32),
    (4, 20_000, 32),
    (4, 4_096, 30),
    (4, 4_160, 30),
    (3, 2_000, 10),
    (4, 3_000, 100),
]


@task(lambda: BUDGETS)
def widest(parts, budget, E):
    """Return the largest H for which a layer of ``parts`` H (E + H + 2) weights is within the budget."""
    return largest(lambda H: parts * H * (E + H + 2), budget)


for hint, wrong in {
    "Your layer has one bias. How many does torch give it, even where one would do?": lambda parts, H, E: (
        parts * H * (E + H + 1)
    ),
    "Your layer has no biases. torch's has, and two beside each other.": lambda parts, H, E: parts * H * (E + H),
    "Your two biases stand there once. Each part has its own.": lambda parts, H, E: parts * H * (E + H) + 2 * H,
    "That fits a plain layer, whatever the parts. How many matrices of each kind has an LSTM?": lambda parts, H, E: (
        H * (E + H + 2)
    ),
    "You have counted the matrix for the state alone. What else multiplies something?": lambda parts, H, E: (
        parts * H * H
    ),
    "Your layer does not read its own state. Which matrix is missing?": lambda parts, H, E: parts * H * (E + 2),
    "Your biases are one number each. A bias has one for every unit.": lambda parts, H, E: parts * (H * (E + H) + 2),
    "A layer that takes the whole budget is left out. At most is not less than.": lambda parts, H, E: (
        parts * H * (E + H + 2) + 1
    ),
}.items():
    widest.mistake(hint, lambda parts, budget, E, wrong=wrong: largest(lambda H: wrong(parts, H, E), budget))
widest.mistake(
    "One more than fits. Should the budget be kept or reached?", lambda parts, budget, E: widest(parts, budget, E) + 1
)
widest.mistake(
    "Your equation is right, and you round to the nearest width. Is there always money for it?",
    lambda parts, budget, E: round(math.sqrt((E / 2 + 1) ** 2 + budget / parts) - E / 2 - 1),
)
widest.mistake(
    "Your width need not be whole. Units come whole, and the budget must be kept.",
    lambda parts, budget, E: math.sqrt((E / 2 + 1) ** 2 + budget / parts) - E / 2 - 1,
)
widest.mistake(
    "A wider layer still keeps the budget. Does your loop stop one step too early?",
    lambda parts, budget, E: widest(parts, budget, E) - 1,
)
widest.mistake(
    "That is how many weights the layer has. The width is asked for.",
    lambda parts, budget, E: parts * (H := widest(parts, budget, E)) * (E + H + 2),
)
widest.mistake(
    "You divide the plain layer's width by the root of the parts. Do all its weights grow with the width's square?",
    lambda parts, budget, E: int(widest(1, budget, E) / math.sqrt(parts)),
)
widest.mistake(
    "You share the plain layer's width among the parts. Do its weights grow with the width, or faster?",
    lambda parts, budget, E: widest(1, budget, E) // parts,
)
