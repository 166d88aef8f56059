"""Right answers to the other tasks of chapter 02, written in another way."""

import numpy as np
import torch

width_to_match = 6.0


def narrow(W, size):
    U, S, Vt = torch.linalg.svd(torch.tensor(W), full_matrices=False)
    root = S[:size].sqrt()
    return U[:, :size] * root, root[:, None] * Vt[:size]


def unit_columns(table, first):
    scale = np.diag(1 / np.sqrt((table**2).sum(0)))
    return table @ scale, np.linalg.inv(scale) @ first
