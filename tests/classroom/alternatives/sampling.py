"""Right answers to the tasks of chapter 07, each written in another way."""

import math

import numpy as np
import torch

for_95_percent = 0.471
draws_needed = 15_831


def no_stop(logits):
    weights = np.exp(logits.double().numpy())
    weights[:, 0] = 0
    return weights / weights.sum(1, keepdims=True)


def min_p(logits, share):
    rows = []
    for row in logits:
        threshold = row.max() + math.log(share)  # in logits, a share is a distance
        rows.append(row.masked_fill(row < threshold, -math.inf).softmax(0))
    return torch.stack(rows)


def race(logits, u, temperature):
    winners = []
    for one in u.tolist():
        scores = [z / temperature - math.log(-math.log(x)) for z, x in zip(logits.tolist(), one, strict=True)]
        winners.append(scores.index(max(scores)))
    return winners
