"""Tasks of chapter 07, too: which real names a cut still reaches."""

from functools import cache

import torch

from ...batching import pad_names
from ...checkpoint import load_checkpoint
from ...corpora import data_path, load_names
from ..task import task


def cases_of_smallest_k():
    """Return logits, targets and masks of two names and five symbols, and of three names and six."""
    logits = torch.tensor(
        [
            [[0.1, 2.0, 1.0, -1.0, 0.7], [1.2, 0.3, 2.2, -0.4, 0.8]],
            [[1.4, -0.2, 0.6, 2.1, 0.9], [0.5, 1.6, -1.1, 0.2, 1.9]],
            [[0.3, 1.1, 2.4, -0.6, 1.8], [0.0, 0.4, 1.3, 0.6, -0.7]],
            [[1.7, 0.2, 0.8, 2.3, -0.3], [-1.5, 1.4, 0.6, 0.1, 0.9]],
        ]
    )
    targets = torch.tensor([[1, 2], [3, 1], [4, 0], [0, 0]])
    mask = torch.tensor([[True, True], [True, True], [True, True], [True, False]])
    more = torch.rand(5, 3, 6, generator=torch.Generator().manual_seed(1))
    three = torch.tensor([[2, 5, 3], [4, 1, 3], [1, 0, 2], [3, 0, 0], [0, 0, 0]])
    return [(logits, targets, mask), (more, three, torch.arange(5).unsqueeze(1) < torch.tensor([5, 3, 4]))]


def ranks(logits, targets):
    """Return the rank (T, B) of each target among the logits of its place, 1 for the favourite."""
    return (logits > logits.gather(-1, targets.unsqueeze(-1))).sum(-1) + 1


@task(cases_of_smallest_k, points=2)
def smallest_k(logits, targets, mask):
    """Return for each name (B,) the smallest k with which top-k can still draw it."""
    return ranks(logits, targets).masked_fill(~mask, 0).amax(0)


@smallest_k.mistake("The shorter name has paid for its padding. Which places of a column belong to the name?")
def with_padding(logits, targets, mask):
    return ranks(logits, targets).amax(0)


@smallest_k.mistake(
    "Each of your numbers is one too small. What is the rank of the favourite: with which k is it kept?"
)
def from_zero(logits, targets, mask):
    return (ranks(logits, targets) - 1).masked_fill(~mask, 0).amax(0)


@smallest_k.mistake("You have the mean rank of a name's letters. Will a cut at the mean let every one of them through?")
def mean_rank(logits, targets, mask):
    return (ranks(logits, targets) * mask).sum(0) / mask.sum(0)


@smallest_k.mistake("That is the k for a name's easiest letter. Which of its letters decides?")
def easiest(logits, targets, mask):
    return ranks(logits, targets).masked_fill(~mask, 99).amin(0)


@smallest_k.mistake("Your ranks count from the wrong end: how many symbols are likelier than the target?")
def from_below(logits, targets, mask):
    return (logits.shape[-1] + 1 - ranks(logits, targets)).masked_fill(~mask, 0).amax(0)


@smallest_k.mistake("You have one number for each step. Asked for is one for each name: which axis is time?")
def for_each_step(logits, targets, mask):
    return ranks(logits, targets).masked_fill(~mask, 0).amax(1)


@smallest_k.mistake(
    "Sorting once gives the symbol at each rank. You read it as the rank of each symbol. How does one get from one to "
    "the other?"
)
def sorted_once(logits, targets, mask):
    order = logits.argsort(-1, descending=True)
    return (order.gather(-1, targets.unsqueeze(-1)).squeeze(-1) + 1).masked_fill(~mask, 0).amax(0)


@smallest_k.mistake("One name has got off too lightly: its end is a symbol as well, and may be the rarest of all.")
def without_stop(logits, targets, mask):
    letters = mask & mask.roll(-1, 0)
    letters[-1] = False
    return ranks(logits, targets).masked_fill(~letters, 0).amax(0)


@smallest_k.mistake("You added the ranks up. If k lets the worst of them through, what more do the others need?")
def added(logits, targets, mask):
    return (ranks(logits, targets) * mask).sum(0)


@smallest_k.mistake("Each of your numbers is one too large. Does the target count among those that are ahead of it?")
def one_more(logits, targets, mask):
    return smallest_k(logits, targets, mask) + 1


smallest_k.mistake(
    "You count the symbols that are less likely. Which ones stand before the target in the line?",
    lambda logits, targets, mask: ((logits.shape[-1] - ranks(logits, targets)) * mask).amax(0),
)
smallest_k.mistake(
    "That is one number for all names together. Along which axis is a name's largest rank?",
    lambda logits, targets, mask: (ranks(logits, targets) * mask).max(),
)
smallest_k.mistake(
    "You have a rank for each symbol of each name. Which of them decides for the name?",
    lambda logits, targets, mask: ranks(logits, targets) * mask,
)
smallest_k.mistake(
    "You return where the largest rank stands. What is asked for is the rank itself.",
    lambda logits, targets, mask: (ranks(logits, targets) * mask).argmax(0),
)
smallest_k.mistake(
    "That is the largest id of a name's symbols. What has to be compared is how likely they are.",
    lambda logits, targets, mask: (targets * mask).amax(0),
)
smallest_k.mistake(
    "`max` along an axis returns two things, the largest ranks and where they stand. Which one is asked for?",
    lambda logits, targets, mask: (ranks(logits, targets) * mask).max(0),
)


@cache
def shares_within_reach():
    """Return for k = 1, 2, ... the share of test names, and of their letters, that top-k of that k lets through."""
    model, vocab, *_ = load_checkpoint(data_path("names.pt"))
    inputs, targets, mask = pad_names([vocab.encode(name) for name in load_names().test])
    with torch.no_grad():
        logits, _ = model(inputs)
    needed, letters = smallest_k(logits, targets, mask), ranks(logits, targets)[mask]
    every = torch.arange(1, len(vocab) + 1).unsqueeze(1)
    return (needed <= every).float().mean(1), (letters <= every).float().mean(1)


def first_at(shares, wanted):
    """Return the first k at which a share is reached."""
    return int((shares >= wanted).nonzero()[0]) + 1


@task(tolerance=0)
def k_for_nine_tenths():
    """Return the smallest k that leaves nine tenths of the test names within reach."""
    return first_at(shares_within_reach()[0], 0.9)


k_for_nine_tenths.mistake(
    "With this k nine tenths of the letters come through. A name needs all of its letters at once.",
    lambda: first_at(shares_within_reach()[1], 0.9),
)
k_for_nine_tenths.mistake(
    "Close. With this k a little less than nine tenths are within reach. Does your curve begin at k = 1 or at 0?",
    lambda: first_at(shares_within_reach()[0], 0.9) - 1,
)
k_for_nine_tenths.mistake(
    "With this k one name in ten is within reach. Which side of the curve do you want?",
    lambda: first_at(shares_within_reach()[0], 0.1),
)
k_for_nine_tenths.mistake(
    "Nine tenths of the symbols, or read off the figure? Asked for is a share of the names: count with `needed`.", 24
)
k_for_nine_tenths.mistake("Enough of the names are within reach with it. Is it the smallest k with which they are?", 23)
k_for_nine_tenths.mistake("Near, as the figure shows it. For the exact number count with `needed`.", 20)
k_for_nine_tenths.mistake(
    "With this k half of the names are within reach. How many were asked for?",
    lambda: first_at(shares_within_reach()[0], 0.5),
)
