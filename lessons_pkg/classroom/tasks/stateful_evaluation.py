"""Tasks of chapter 10: one number for a model and a text, whatever way the text is cut up."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from ...models import RNNLM
from ..task import task


@task(lambda: [([4.0, 4.0, 1.0], [35, 35, 1]), ([1.0, 2.5], [10, 30])])
def combine_windows(losses, counts):
    """Return the perplexity of a text from the mean loss and the number of targets of each of its windows."""
    return math.exp(np.average(losses, weights=counts))


combine_windows.mistake(
    "The last window weighs as much as a full one. How many targets stand behind each of the means?",
    lambda losses, counts: math.exp(np.mean(losses)),
)
combine_windows.mistake(
    "You average perplexities, weighted rightly. Which comes first, the mean or the exponential?",
    lambda losses, counts: np.average(np.exp(losses), weights=counts),
)
combine_windows.mistake(
    "You average perplexities, and a short window weighs as much as a long one. Two things to think over.",
    lambda losses, counts: np.mean(np.exp(losses)),
)
combine_windows.mistake(
    "That is the mean loss in nats, and rightly weighted. What turns it into a perplexity?",
    lambda losses, counts: np.average(losses, weights=counts),
)
combine_windows.mistake(
    "The losses are in nats; you have raised 2 to them, which belongs to bits.",
    lambda losses, counts: 2 ** np.average(losses, weights=counts),
)
combine_windows.mistake(
    "The losses are means already. How many nats did each window pay in all?",
    lambda losses, counts: math.exp(sum(losses) / sum(counts)),
)
combine_windows.mistake(
    "You divide all the nats by the number of windows. Among how many are they shared?",
    lambda losses, counts: math.exp(np.dot(losses, counts) / len(counts)),
)


@task()
def most_columns():
    """Return how many columns fit if warm-up may add a tenth to the reading: (B - 1) w <= (N - 1) / 10."""
    return (245_569 - 1) // (10 * 35) + 1


most_columns.mistake(
    "You let every column warm up. One of them needs none: which has nothing before it?", (245_569 - 1) // 350
)
most_columns.mistake("That many columns read too much, if only by a little. Does one round up or down here?", 703)
most_columns.mistake(
    "That is how often the warm-up fits into the whole text. It may take only a tenth of it.", 245_568 // 35 + 1
)
most_columns.mistake(
    "That is the number of tokens that may be read twice. How many of these does a column need?", (245_569 - 1) // 10
)
most_columns.mistake("Columns come whole. To which side must you round?", (245_569 - 1) / 350 + 1)
most_columns.mistake(
    "You allow a tenth of all that is read. A tenth of the targets is allowed, and that is a little less.", 780
)


def small_text():
    """Return a small model that drops half its units in training, and a text of 24 tokens."""
    torch.manual_seed(3)
    return RNNLM(vocab_size=5, cell="rnn", hidden_size=6, embedding_size=4, dropout=0.5), torch.arange(24) ** 3 % 7 % 5


def scored_twice(function, model, ids, T):
    """Return what a function finds with a model in each mode, and the mode it leaves; nothing if it finds nothing."""
    pairs = [(function(model.train(mode), ids, T), float(model.training)) for mode in (True, False)]
    return None if pairs[0][0] is None else [[float(found), left] for found, left in pairs]


def loop(model, ids, T, *, carry=True, weigh=True, last=True, quiet=True, back=True):
    """Return the mean loss of a text in windows of T, with mistakes to be chosen."""
    mode, hidden, total, losses = model.training, None, 0.0, []
    model.train(mode and not quiet)
    with torch.no_grad():
        for start in range(0, len(ids) - 1 if last else len(ids) - T, T):
            targets = ids[start + 1 : start + 1 + T]
            logits, new = model(ids[start : start + len(targets), None], hidden)
            hidden = new if carry else None
            losses.append(F.cross_entropy(logits[:, 0], targets).item())
            total += losses[-1] * len(targets)
    if back:
        model.train(mode)
    return total / (len(ids) - 1) if weigh else sum(losses) / len(losses)


@task(lambda: [(*small_text(), 7)], observe=scored_twice, tolerance=1e-4, points=2)
def mean_nll(model, ids, T):
    """Return the mean loss of a text (N,) in nats, each target once, and leave the model in its mode."""
    return loop(model, ids, T)


for hint, wrong in {
    "All there, but each window begins with an empty state. Who hands the state on?": "carry",
    "State, mode and targets are right. But a window of 2 targets weighs as much as one of 7.": "weigh",
    "The score depends on the mode that the model came in: dropout is still on.": "quiet",
    "The number is right. But the model came in training mode and leaves in another.": "back",
    "The last targets are missing, those of the window that is not full. Count what you score.": "last weigh",
    "Several things are wrong still. Mend the mode first, so that two calls give one number. Then ask: does the "
    "result depend on T?": "carry weigh quiet last",
    "The mode is right. Does the result depend on T? And how many targets are scored?": "carry weigh last",
    "The model came in training mode and leaves in another. And the windows are as they were.": "carry weigh last back",
    "All targets, and the right mode. Two things are left: what a window begins with, what it weighs.": "carry weigh",
    "The state is carried. Call it twice with a model in training mode; then count the targets.": "weigh quiet last",
}.items():
    flags = dict.fromkeys(wrong.split(), False)
    mean_nll.mistake(hint, lambda model, ids, T, flags=flags: loop(model, ids, T, **flags))
mean_nll.mistake("That is the perplexity. The mean loss in nats is asked for.", lambda *a: math.exp(loop(*a)))
mean_nll.mistake(
    "The number is right. But a model that came in evaluation mode is left training.",
    lambda model, ids, T: (loop(model, ids, T), model.train())[0],
)


@task(lambda: [(64.0, 63.0), (90.0, 75.0)])
def extrapolate(short, long):
    """Return the perplexity without resets, from those with a reset every T and every 2 T tokens."""
    return long**2 / short


extrapolate.mistake(
    "You halve a difference of perplexities. What is paid once a window is paid in nats: take the logarithm first.",
    lambda short, long: 2 * long - short,
)
extrapolate.mistake(
    "That lies above what the longer windows gave. Without resets the text is easier still.",
    lambda short, long: short**2 / long,
)
extrapolate.mistake(
    "That is the loss in nats. A perplexity is asked for.", lambda short, long: 2 * math.log(long) - math.log(short)
)
extrapolate.mistake(
    "That lies between the two. Which way is the exact value: beyond the short windows, or beyond the long ones?",
    lambda short, long: math.sqrt(short * long),
)
extrapolate.mistake(
    "That is the mean of two values, and both err to the same side. On which side of them is the exact one?",
    lambda short, long: (short + long) / 2,
)
extrapolate.mistake(
    "You went only half of the way. From T to 2 T half of the first error went: how much of it is left?",
    lambda short, long: long * math.sqrt(long / short),
)


@task(lambda: [(23, 5), (12, 3)])
def context_read(N, B):
    """Return how many tokens have been read before each target x_1 ... x_{N-1} in B columns; 0 if it is dropped."""
    rows = N // B
    return [t % rows if t < rows * B else 0 for t in range(1, N)]


context_read.mistake(
    "You count as if the text were one column. What has a column read when it begins?",
    lambda N, B: [t if t < N // B * B else 0 for t in range(1, N)],
)
context_read.mistake(
    "The tail is dropped, and you give it a context. Which targets come after the last full row?",
    lambda N, B: [t % (N // B) for t in range(1, N)],
)
context_read.mistake(
    "Each count is one too high. The target in row 1 of a column is predicted from one token.",
    lambda N, B: [t % (N // B) + 1 if t < N // B * B else 0 for t in range(1, N)],
)
context_read.mistake(
    "You have laid the text out row by row. In `batchify` neighbours in the text stand one below the other.",
    lambda N, B: [t // B if t < N // B * B else 0 for t in range(1, N)],
)
context_read.mistake(
    "The first entry is about x_0, which is given and no target. How many targets has a text of N tokens?",
    lambda N, B: [t % (N // B) if t < N // B * B else 0 for t in range(N)],
)
context_read.mistake(
    "All is one place too late: your first entry is about x_0, which is given. Of which token is it to speak?",
    lambda N, B: [t % (N // B) if t < N // B * B else 0 for t in range(N - 1)],
)
context_read.mistake(
    "The first tokens of the columns are dropped, as they should be. But the ones below them know the column before.",
    lambda N, B: [t if t % (N // B) and t < N // B * B else 0 for t in range(1, N)],
)
context_read.mistake(
    "You begin again every B tokens. B is the number of columns: how long is one?",
    lambda N, B: [t % B for t in range(1, N)],
)
