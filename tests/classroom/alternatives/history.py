"""Right answers to more tasks of chapter 04 that are written in another way."""

import numpy as np
import torch

windows_read = -0.36
detached = 0.9**9 / (10 * 0.9**9)


def windows(routes, length):
    starts = range(0, len(routes), length)
    return torch.stack([torch.tensor(routes[s : s + length, s : s + length]).sum() for s in starts]).sum()


def leaky_walk(W_hh, alpha, tanhs, from_output):
    """Each state's gradient as a sum over later outputs, each carried back by a product of Jacobians."""
    T, H = from_output.shape
    steps = [(1 - alpha) * np.eye(H) + alpha * np.diag(1 - u**2) @ W_hh for u in tanhs]
    gradients = []
    for t in range(T):
        product, total = np.eye(H), from_output[t].copy()
        for s in range(t + 1, T):
            product = steps[s] @ product
            total += product.T @ from_output[s]
        gradients.append(total.tolist())
    return gradients
