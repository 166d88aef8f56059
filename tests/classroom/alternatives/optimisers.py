"""Right answers to more tasks of chapter 06 that are written in another way."""

import numpy as np
import torch

matching_rate = 0.003


def by_torch(make):
    """Return the update that one of torch's optimizers makes."""

    def update(params, gradients, memory):
        if not memory:
            memory["leaves"] = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
            memory["optimizer"] = make(memory["leaves"].values())
        for name, leaf in memory["leaves"].items():
            leaf.grad = torch.tensor(gradients[name])
        memory["optimizer"].step()
        for name, leaf in memory["leaves"].items():
            params[name] = leaf.detach().numpy().copy()

    return update


def adam(lr, betas, eps):
    return by_torch(lambda leaves: torch.optim.Adam(leaves, lr=lr, betas=betas, eps=eps))


def momentum(lr, mu):
    return by_torch(lambda leaves: torch.optim.SGD(leaves, lr=lr, momentum=mu))


def two_valleys():
    return np.array([0.02, 0.8])
