import math

import torch

from lessons_pkg import batchify


def combine_windows(losses, counts):
    total = 0.0
    for loss, count in zip(losses, counts, strict=True):
        total += loss * count
    return torch.tensor(total / sum(counts)).double().exp()


most_columns = next(B for B in range(1, 2000) if B * 35 > 24556.8)


def extrapolate(short, long):
    return math.exp(math.log(long) - (math.log(short) - math.log(long)))


def context_read(N, B):
    rows = batchify(torch.arange(N), B).ids
    found = torch.zeros(N, dtype=torch.long)
    for row, tokens in enumerate(rows):
        found[tokens] = row
    return found[1:]
