"""Looking back instead of remembering: one block of causal attention (chapter 11).

A recurrent layer squeezes the past into one vector. Attention keeps the last ``context`` tokens as they are, and at
each step mixes them with weights that depend on what it is looking for. What it carries from one window to the next is
therefore a list of keys and values, not a summary. Letters: T time, B batch, E input, H hidden, S tokens kept.
"""

import torch
from torch import nn
from torch.nn import functional as F


class AttentionBlock(nn.Module):
    """Causal attention over the last ``context`` tokens, then a two-layer network, each added to its input and normed.

    It is called like ``nn.LSTM``, so it can stand where one does. Because a token sees exactly the same tokens however
    the text is cut into windows, so are its outputs.

    Args:
        input_size: E.
        hidden_size: H, a multiple of ``heads``.
        heads: how many mixtures are made side by side, each in H / heads dimensions.
        context: how many tokens a token sees, itself included, at least 1.

    Source: Vaswani et al. (2017) for the block; Dai et al. (2019) for carrying keys and values; the learned weight of
    each distance is a simpler form of the relative positions of the latter.
    """

    def __init__(self, input_size: int, hidden_size: int, *, heads: int = 4, context: int = 64):
        super().__init__()
        if heads < 1 or context < 1 or hidden_size % heads:
            raise ValueError(
                f"AttentionBlock: got hidden_size {hidden_size}, heads {heads} and context {context}; "
                "the last two must be at least 1, and the first a multiple of heads"
            )
        H = hidden_size
        self.heads, self.context = heads, context
        self.entry = nn.Linear(input_size, H) if input_size != H else nn.Identity()
        self.query_key_value = nn.Linear(H, 3 * H)
        self.distance = nn.Parameter(torch.zeros(heads, context))  # added to the score of a key this far back
        self.mix = nn.Linear(H, H)
        self.widen, self.narrow = nn.Linear(H, 4 * H), nn.Linear(4 * H, H)
        self.norms = nn.ModuleList(nn.LayerNorm(H) for _ in range(2))

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw fresh weights, uniform in +-1/sqrt(inputs); norms and distances start neutral."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                bound = layer.in_features**-0.5
                layer.weight.uniform_(-bound, bound, generator=generator)
                layer.bias.zero_()
            elif isinstance(layer, nn.LayerNorm):
                layer.reset_parameters()
        self.distance.zero_()

    def forward(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Read a window of vectors.

        Args:
            x: (T, B, E).
            state: keys and values of the tokens before, (S, B, H) each, S < context; None: there are none.

        Returns:
            (T, B, H), and the keys and values of the last ``context - 1`` tokens.
        """
        x = self.entry(x)  # (T, B, H)
        query, key, value = self.query_key_value(x).chunk(3, dim=-1)
        if state is not None:
            key, value = torch.cat([state[0], key]), torch.cat([state[1], value])  # (S + T, B, H)
        x = self.norms[0](x + self.mix(self.attend(query, key, value)))
        x = self.norms[1](x + self.narrow(F.gelu(self.widen(x))))
        first = max(0, len(key) - self.context + 1)
        return x, (key[first:], value[first:])

    def attention(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        """Return the weight that each query gives to each key, (B, heads, T, S + T); a row sums to 1.

        Args:
            query: (T, B, H).
            key: (S + T, B, H), the last T of the same tokens as the queries.
        """
        T, S = len(query), len(key) - len(query)
        query, key = (t.unflatten(-1, (self.heads, -1)) for t in (query, key))  # (time, B, heads, H / heads)
        scores = torch.einsum("tbhd,sbhd->bhts", query, key) / query.shape[-1] ** 0.5
        back = torch.arange(S, S + T, device=key.device).unsqueeze(1) - torch.arange(
            S + T, device=key.device
        )  # (T, S + T)
        seen = (back >= 0) & (back < self.context)
        scores = scores + self.distance[:, back.clamp(0, self.context - 1)]
        return scores.masked_fill(~seen, -torch.inf).softmax(dim=-1)

    def attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Mix the values, each query with its own weights: (T, B, H)."""
        value = value.unflatten(-1, (self.heads, -1))
        return torch.einsum("bhts,sbhd->tbhd", self.attention(query, key), value).flatten(-2)
