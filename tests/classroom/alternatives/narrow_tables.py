"""Right answers to the tasks of chapter 02 on a narrow table, written in another way."""

import torch

width_to_match = 6.0


def narrow(W, size):
    U, S, Vt = torch.linalg.svd(torch.tensor(W), full_matrices=False)
    root = S[:size].sqrt()
    return U[:, :size] * root, root[:, None] * Vt[:size]
