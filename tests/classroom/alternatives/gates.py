import math

import torch
from torch import nn


def bias_for(steps):
    low, high = -50.0, 50.0
    for _ in range(200):  # by halving
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + math.exp(-middle))) ** steps < 0.5 else (low, middle)
    return low


def lstm_step(x, h, c, W, U, b):
    cell = nn.LSTMCell(x.shape[1], h.shape[1], bias=True)
    with torch.no_grad():
        cell.weight_ih.copy_(W)
        cell.weight_hh.copy_(U)
        cell.bias_ih.copy_(b)
        cell.bias_hh.zero_()
    return cell(x, (h, c))


def widest(parts, budget, E):
    H = 1
    while True:
        layer = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}[parts](E, H + 1, device="meta")
        if sum(weight.numel() for weight in layer.parameters()) > budget:
            return H
        H += 1
