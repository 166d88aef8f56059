"""Right answers to more tasks of chapter 01, written in another way."""

import math
from collections import Counter

best_at_four = 10**3


def corpus_perplexity(losses):
    nats = [float(x) for loss in losses for x in loss]
    return math.prod(math.exp(x) for x in nats) ** (1 / len(nats))


def mean_by_place(losses):
    sums, times = Counter(), Counter()
    for loss in losses:
        for t, x in enumerate(loss.tolist()):
            sums[t] += x
            times[t] += 1
    return [sums[t] / times[t] for t in sorted(times)]
