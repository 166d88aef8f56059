"""Right answers to the first tasks of chapter 02, written in another way."""

import numpy as np
import torch
from torch.nn import functional as F

V, E, H, PLACES = 5000, 50, 100, 4
rest = H + H * V + V
weights = (V * E + PLACES * E * H + rest, PLACES * V * H + rest)
first_step = np.array([0.16, -0.04, -0.04, -0.04, -0.04]).round(2)


def logit_gradient(logits, targets):
    z = torch.tensor(logits, requires_grad=True)
    F.cross_entropy(z, torch.tensor(targets)).backward()
    return z.grad


def bag_gradient(ids, g, rows):
    times = [sum(int(i) == row for i in ids) for row in range(rows)]
    return [[n / len(ids) * float(x) for x in g] for n in times]
