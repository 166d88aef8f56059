"""The loss over a long vocabulary, with little memory (chapters 08 and 11).

With 33,000 words the scores of one window fill 90 megabytes. They are written, read for the softmax, and written and
read again for its gradient, and that takes most of an update's time. But the gradient of the loss with respect to the
scores is known at once: it is the softmax minus one at the target (chapter 04). So a few rows of scores at a time are
made, used for loss and gradient, and thrown away. Letters: N tokens, V vocabulary, H hidden.
"""

import torch
from torch import nn
from torch.autograd.function import once_differentiable

ROWS = 100  # scores made at a time: few enough to stay in the processor's cache


class _OutputNLL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, weight, bias, targets):
        N = len(targets)
        dtype = torch.get_autocast_dtype(hidden.device.type) if torch.is_autocast_enabled(hidden.device.type) else None
        w, b = weight.to(dtype or weight.dtype), bias.to(dtype or bias.dtype)
        loss = hidden.new_zeros((), dtype=torch.float64)
        dhidden, dweight, dbias = torch.empty_like(hidden), torch.zeros_like(weight), torch.zeros_like(bias)
        for rows in torch.arange(N, device=hidden.device).split(ROWS):
            h, target = hidden[rows].to(w.dtype), targets[rows].unsqueeze(1)  # (rows, H), (rows, 1)
            log_p = torch.addmm(b, h, w.t()).to(weight.dtype).log_softmax(dim=1)  # (rows, V)
            loss -= log_p.gather(1, target).sum()
            dlogits = log_p.exp_().scatter_add_(1, target, log_p.new_full(target.shape, -1.0)).div_(N)
            dbias += dlogits.sum(0)
            dlogits = dlogits.to(w.dtype)
            dhidden[rows] = (dlogits @ w).to(hidden.dtype)
            if w.dtype == dweight.dtype:
                dweight.addmm_(dlogits.t(), h)
            else:
                dweight += dlogits.t() @ h
        ctx.save_for_backward(dhidden, dweight, dbias)
        return loss.to(weight.dtype) / N

    @staticmethod
    @once_differentiable
    def backward(ctx, dloss):
        return *(d * dloss for d in ctx.saved_tensors), None


def output_nll(output: nn.Linear, hidden: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Average the negative log-likelihood of a softmax over ``output(hidden)``, without keeping the scores.

    The result and its gradients are those of ``masked_nll(output(hidden), targets)`` up to rounding. Under autocast the
    products are made in its 16 bits, the softmax in full.

    Args:
        output: the last layer, H in, V out.
        hidden: (N, H), or any (..., H).
        targets: (N,) int64 ids, or (...).

    Returns:
        A scalar, nats per token, with a gradient.

    Raises:
        ValueError: if the shapes do not fit or there is no target.
    """
    if hidden.shape[:-1] != targets.shape or targets.numel() == 0:
        raise ValueError(
            f"output_nll: hidden {tuple(hidden.shape)} and targets {tuple(targets.shape)} must agree on all but the "
            "last of the former, and there must be at least one target"
        )
    return _OutputNLL.apply(hidden.flatten(0, -2), output.weight, output.bias, targets.flatten())
