"""Right answers to the tasks of chapter 09 on reading, each written in another way."""

import torch
from torch.nn import functional as F


def read_stream(model, pairs):
    summed, hidden = [], None
    for inputs, targets in pairs:
        logits, hidden = model(inputs, hidden)
        hidden = [h.detach() for h in hidden]
        summed.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").detach())
    return torch.stack(summed).sum() / sum(len(targets.flatten()) for _, targets in pairs)
