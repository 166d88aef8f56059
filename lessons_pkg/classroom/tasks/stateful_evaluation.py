"""Tasks of chapter 10: one number for a model and a text, whatever way the text is cut up."""

import math

import numpy as np

from ..task import task


@task(lambda: [([4.0, 4.0, 1.0], [35, 35, 1]), ([1.0, 2.5], [10, 30])])
def combine_windows(losses, counts):
    """Return the perplexity of a text from the mean loss and the number of targets of each of its windows."""
    return math.exp(np.average(losses, weights=counts))


for hint, wrong in {
    "The last window weighs as much as a full one. How many targets stand behind each of the means?": (
        lambda losses, counts: math.exp(np.mean(losses))
    ),
    "You average perplexities, weighted rightly. Which comes first, the mean or the exponential?": (
        lambda losses, counts: np.average(np.exp(losses), weights=counts)
    ),
    "You average perplexities, and a short window weighs as much as a long one. Two things to think over.": (
        lambda losses, counts: np.mean(np.exp(losses))
    ),
    "That is the mean loss in nats, and rightly weighted. What turns it into a perplexity?": (
        lambda losses, counts: np.average(losses, weights=counts)
    ),
    "The losses are in nats; you have raised 2 to them, which belongs to bits.": (
        lambda losses, counts: 2 ** np.average(losses, weights=counts)
    ),
    "The losses are means already. How many nats did each window pay in all?": (
        lambda losses, counts: math.exp(sum(losses) / sum(counts))
    ),
    "You divide all the nats by the number of windows. Among how many are they shared?": (
        lambda losses, counts: math.exp(np.dot(losses, counts) / len(counts))
    ),
    "You take the exponential of all the nats, and share them out afterwards. Which comes first?": (
        lambda losses, counts: math.exp(np.dot(losses, counts)) / sum(counts)
    ),
    "That is below 1: the typical probability of a target. Which sign has the loss in a perplexity?": (
        lambda losses, counts: math.exp(-np.average(losses, weights=counts))
    ),
}.items():
    combine_windows.mistake(hint, wrong)


@task()
def most_columns():
    """Return how many columns fit if warm-up may add a tenth to the reading: (B - 1) w <= (N - 1) / 10."""
    return (245_569 - 1) // (10 * 35) + 1


for hint, wrong in {
    "You let every column warm up. One of them needs none: which has nothing before it?": 245_568 // 350,
    "That many columns read too much, if only by a little. Does one round up or down here?": 703,
    "That is how often the warm-up fits into the whole text. It may take only a tenth of it.": 245_568 // 35 + 1,
    "So many warm-ups fit into the text. They may take a tenth of it; and does every column need one?": 245_568 // 35,
    "That is the number of tokens that may be read twice. How many of these does a column need?": 245_568 // 10,
    "Columns come whole. To which side must you round?": 245_568 / 350 + 1,
    "Columns come whole, and one of them needs no warm-up. Two things are left to do.": 245_568 / 350,
    "You allow a tenth of all that is read. A tenth of the targets is allowed, and that is a little less.": 780,
}.items():
    most_columns.mistake(hint, wrong)


@task(lambda: [(64.0, 63.0), (90.0, 75.0)])
def extrapolate(short, long):
    """Return the perplexity without resets, from those with a reset every T and every 2 T tokens."""
    return long**2 / short


for hint, wrong in {
    "You halve a difference of perplexities. What is paid once a window is paid in nats: take the logarithm first.": (
        lambda short, long: 2 * long - short
    ),
    "That lies above what the longer windows gave. Without resets the text is easier still.": (
        lambda short, long: short**2 / long
    ),
    "That is the loss in nats. A perplexity is asked for.": lambda short, long: 2 * math.log(long) - math.log(short),
    "That lies between the two. Which way is the exact value: beyond the short windows, or beyond the long ones?": (
        lambda short, long: math.sqrt(short * long)
    ),
    "That is the mean of two values, and both err to the same side. On which side of them is the exact one?": (
        lambda short, long: (short + long) / 2
    ),
    "You went only half of the way. From T to 2 T half of the first error went: how much of it is left?": (
        lambda short, long: long * math.sqrt(long / short)
    ),
    "You went only half of the way, and in perplexities. How much of the error is left, and in what is it paid?": (
        lambda short, long: 1.5 * long - 0.5 * short
    ),
    "That is how far the two are apart, as a factor. How far are the longer windows still from the exact value?": (
        lambda short, long: short / long
    ),
}.items():
    extrapolate.mistake(hint, wrong)


@task(lambda: [(23, 5), (12, 3)])
def context_read(N, B):
    """Return how many tokens have been read before each target x_1 ... x_{N-1} in B columns; 0 if it is dropped."""
    rows = N // B
    return [t % rows if t < rows * B else 0 for t in range(1, N)]


for hint, wrong in {
    "You count as if the text were one column. What has a column read when it begins?": (
        lambda N, B: [t if t < N // B * B else 0 for t in range(1, N)]
    ),
    "That is the context in one column, with no end. What has a column read when it begins? And who reads the tail?": (
        lambda N, B: list(range(1, N))
    ),
    "The tail is dropped, and you give it a context. Which targets come after the last full row?": (
        lambda N, B: [t % (N // B) for t in range(1, N)]
    ),
    "In your count the tail hangs on the last column. It is in no column.": (
        lambda N, B: [t % (N // B) if t < N // B * B else t - (B - 1) * (N // B) for t in range(1, N)]
    ),
    "Your columns are too long. A row counts if it is full: how many full rows are there?": (
        lambda N, B: [t % -(-N // B) for t in range(1, N)]
    ),
    "Each count is one too high. The target in row 1 of a column is predicted from one token.": (
        lambda N, B: [t % (N // B) + 1 if t < N // B * B else 0 for t in range(1, N)]
    ),
    "The first token of a column gets a context. What has been read when a column begins with it?": (
        lambda N, B: [(t - 1) % (N // B) + 1 if t < N // B * B else 0 for t in range(1, N)]
    ),
    "You have laid the text out row by row. In `batchify` neighbours in the text stand one below the other.": (
        lambda N, B: [t // B if t < N // B * B else 0 for t in range(1, N)]
    ),
    "The first entry is about x_0, which is given and no target. How many targets has a text of N tokens?": (
        lambda N, B: [t % (N // B) if t < N // B * B else 0 for t in range(N)]
    ),
    "All is one place too late: your first entry is about x_0, which is given. Of which token is it to speak?": (
        lambda N, B: [t % (N // B) if t < N // B * B else 0 for t in range(N - 1)]
    ),
    "The first tokens of the columns are dropped, as they should be. But the ones below them know the column before.": (
        lambda N, B: [t if t % (N // B) and t < N // B * B else 0 for t in range(1, N)]
    ),
    "You begin again every B tokens. B is the number of columns: how long is one?": (
        lambda N, B: [t % B for t in range(1, N)]
    ),
    "You begin again every B tokens, and the tail is right. B is the number of columns: how long is one?": (
        lambda N, B: [t % B if t < N // B * B else 0 for t in range(1, N)]
    ),
    "Your list ends with the last full row. Dropped targets have a place in it too: what is theirs?": (
        lambda N, B: [t % (N // B) for t in range(1, N // B * B)]
    ),
    "Your list begins with x_0, which is given, and ends before the tail. How many targets has a text of N tokens?": (
        lambda N, B: [t % (N // B) for t in range(N // B * B)]
    ),
}.items():
    context_read.mistake(hint, wrong)
