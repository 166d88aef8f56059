"""Right answers to the tasks of chapter 06 that are written in another way."""

import math

first_steps = next(t for t in range(1, 1000) if 1 / math.sqrt(1 - 0.99**t) <= 1.1)


def floor(names):
    nats = sum(-math.log(names.count(name) / len(names)) for name in names)
    return nats / len("\n".join([*names, ""]))


def three_losses(nats, mask):
    columns = [[x for x, real in zip(*pair, strict=True) if real] for pair in zip(nats.T, mask.T, strict=True)]
    total = sum(map(sum, columns))
    means = [sum(column) / len(column) for column in columns]
    return [total / len(columns), total / sum(map(len, columns)), sum(means) / len(means)]
