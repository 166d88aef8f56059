"""Right answers to the tasks of chapter 08 on unknown words, each written in another way."""

import numpy as np

mended_perplexity = 47.7


def left_out_unknown(tokens):
    unknown = [tokens[i] not in tokens[:i] + tokens[i + 1 :] for i in range(len(tokens))]
    return np.mean(unknown)


def mended(nats, unknown, share):
    costs = []
    for cost, lost in zip(nats.tolist(), unknown.tolist(), strict=True):
        p = np.exp(-cost) * (1 - share)
        costs.append(-np.log(p + share if lost else p))
    return np.array(costs)
