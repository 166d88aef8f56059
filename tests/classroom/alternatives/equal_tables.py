"""Right answers to the tasks of chapter 02 on tables that do the same, written in another way."""

import numpy as np
import torch


def unit_columns(table, first):
    scale = np.diag(1 / np.sqrt((table**2).sum(0)))
    return table @ scale, np.linalg.inv(scale) @ first


def from_counts(counts, k):
    shares = (counts + k) / (counts + k).sum(axis=1, keepdims=True)
    return torch.tensor(shares).log() + 7
