"""Right answers to the tasks of chapter 05 about clipping that are written in another way."""

import numpy as np


def clip(gradients, max_norm):
    before = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    if before > max_norm:
        for name in gradients:
            gradients[name] = gradients[name] / before * max_norm
    return float(before)


def rest(wanted, c, rate, updates):
    theta = 0.0
    for _ in range(updates):
        pulls = [max(-c, min(c, theta - wish)) for wish in wanted.tolist()]
        theta = theta - rate * sum(pulls) / len(pulls)
    return [theta][0]
