import copy

import torch

from lessons_pkg import detach

causes = (4, 3, 1, 2)


def dynamic_nll(model, ids, T, lr):
    learner, hidden, total = copy.deepcopy(model), None, 0.0
    optimizer = torch.optim.SGD(learner.parameters(), lr=lr)
    for inputs, targets in zip(ids[:-1].split(T), ids[1:].split(T), strict=True):
        logits, hidden = learner(inputs.unsqueeze(1), detach(hidden) if hidden is not None else None)
        nats = -logits[:, 0].log_softmax(-1).gather(1, targets.unsqueeze(1))
        optimizer.zero_grad()
        nats.mean().backward()
        optimizer.step()
        total += nats.sum().item()
    return total / (len(ids) - 1)
