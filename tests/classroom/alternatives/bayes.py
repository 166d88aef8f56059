"""A right answer to the last task of chapter 01, written in another way."""

import math

import torch


def posterior(nats, shares):
    return torch.softmax(torch.tensor([math.log(share) - x for x, share in zip(nats, shares, strict=True)]), 0)
