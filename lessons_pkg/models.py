"""The language model in torch (chapters 02, 06, 09 and 11).

One network reads ids one after the other, keeps a hidden state, and at each step gives one score (a logit)
to every token that could come next. Letters: T time, B batch, V vocabulary, E embedding, H hidden.
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from .attention import AttentionBlock
from .states import Hidden

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM, "attention": AttentionBlock}


@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes the shape of an ``RNNLM``.

    Args:
        vocab_size: V.
        cell: ``"rnn"``, ``"gru"`` or ``"lstm"``; ``"attention"`` puts causal attention where the recurrence was.
        hidden_size: H.
        embedding_size: E, or None: characters enter as one-hot vectors of length V.
        layers: recurrent layers, one above the other.
        dropout: share of the hidden units dropped before the output and between layers, in [0, 1).
        input_dropout: share of the input vector dropped, in [0, 1).
        weight_drop: share of the hidden-to-hidden weights dropped, one mask a batch, in [0, 1).
        tied: use the embedding matrix as the output matrix too; needs E = H.
        heads: of attention only: heads a layer; H must be a multiple.
        context: of attention only: how many tokens a token sees, itself included.

    Raises:
        ValueError: naming the setting that cannot be.
    """

    vocab_size: int
    cell: str = "lstm"
    hidden_size: int = 256
    embedding_size: int | None = 32
    layers: int = 1
    dropout: float = 0.0
    input_dropout: float = 0.0
    weight_drop: float = 0.0
    tied: bool = False
    heads: int = 4
    context: int = 64

    def __post_init__(self):
        if self.cell not in CELLS:
            raise ValueError(f"ModelConfig: got cell {self.cell!r}; it must be one of {sorted(CELLS)}")
        for field in ("vocab_size", "hidden_size", "embedding_size", "layers", "heads", "context"):
            size = getattr(self, field)
            if not (isinstance(size, int) and size >= 1) and not (field == "embedding_size" and size is None):
                raise ValueError(f"ModelConfig: got {field} {size!r}; it must be a whole number, at least 1")
        for field in ("dropout", "input_dropout", "weight_drop"):
            if not 0 <= getattr(self, field) < 1:
                raise ValueError(f"ModelConfig: got {field} {getattr(self, field)}; it must be in [0, 1)")
        if self.tied and self.embedding_size != self.hidden_size:
            raise ValueError(
                f"ModelConfig: tied weights need embedding_size ({self.embedding_size}) "
                f"= hidden_size ({self.hidden_size})"
            )
        if self.cell == "attention" and (self.weight_drop or self.hidden_size % self.heads):
            raise ValueError(
                f"ModelConfig: got cell 'attention' with hidden_size {self.hidden_size}, heads {self.heads} and "
                f"weight_drop {self.weight_drop}; it needs a multiple of heads, and has no weights for weight_drop"
            )


def drop(x: torch.Tensor, p: float, generator: torch.Generator | None = None) -> torch.Tensor:
    """Set each element to zero with probability p and scale the rest by 1 / (1 - p).

    Like ``F.dropout``, with a generator, and faster on a CPU: the mask comes from 16-bit random integers, so p
    is rounded to a multiple of 1/65536 below 1.

    Source: Zaremba, Sutskever and Vinyals (2014) for where to drop in a recurrent network.
    """
    if p == 0:
        return x
    threshold = min(round(p * 2**16), 2**16 - 1) - 2**15  # one more would be no 16-bit integer
    random = torch.empty(x.shape, dtype=torch.int16, device=x.device).random_(-(2**15), 2**15, generator=generator)
    return x * (random >= threshold) / (1 - p)


class RNNLM(nn.Module):
    """A recurrent language model, or one of attention: ids in, logits for the next id out.

    Args:
        config: its shape. Settings may also be given by keyword: ``RNNLM(vocab_size=27, cell="gru")``.
        generator: source of the initial weights; None: torch's global one.
    """

    def __init__(self, config: ModelConfig | None = None, *, generator: torch.Generator | None = None, **settings):
        super().__init__()
        if config is not None and settings:
            raise ValueError(f"RNNLM: got a config and {sorted(settings)} beside it; it needs one or the other")
        self.config = config = config or ModelConfig(**settings)
        V, E, H = config.vocab_size, config.embedding_size, config.hidden_size
        self.embedding = nn.Embedding(V, E) if E is not None else None
        only = {"heads": config.heads, "context": config.context} if config.cell == "attention" else {}
        self.rnn = nn.ModuleList(CELLS[config.cell](E or V if k == 0 else H, H, **only) for k in range(config.layers))
        self.output = nn.Linear(H, V)
        if config.tied:
            self.output.weight = self.embedding.weight
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw fresh weights: orthogonal from hidden to hidden, uniform in +-1/sqrt(H) elsewhere.

        An LSTM's forget gate starts with a bias of 1, so that it remembers until it has learned to forget. Torch
        adds two biases, so the second one is zero.

        Source: Saxe et al. (2014) for orthogonal weights; Gers et al. (2000) and Jozefowicz et al. (2015) for the bias.
        """
        H = self.config.hidden_size
        bound = H**-0.5
        for name, weight in self.named_parameters():
            if "weight_hh" in name:
                for gate in weight.split(H):
                    nn.init.orthogonal_(gate, generator=generator)
            elif "bias_hh" in name:
                weight.zero_()
            else:
                weight.uniform_(-bound, bound, generator=generator)
            if self.config.cell == "lstm" and "bias_ih" in name:
                weight[H : 2 * H] = 1.0
        if self.embedding is not None and not self.config.tied:
            self.embedding.weight.normal_(generator=generator)
        for layer in self.rnn if self.config.cell == "attention" else ():
            layer.reset_parameters(generator)

    def forward(
        self, inputs: torch.Tensor, hidden: list[Hidden] | None = None, *, generator: torch.Generator | None = None
    ) -> tuple[torch.Tensor, list[Hidden]]:
        """Read a batch of ids and score what comes next at each step.

        Args:
            inputs: (T, B) int64 ids.
            hidden: one state a layer as returned before; None: zeros.
            generator: source of the dropout masks, used in training mode only.

        Returns:
            Logits (T, B, V), and the hidden state after the last step: one entry a layer, (1, B, H) each
            (for an LSTM a pair ``(h, c)``, for attention its keys and values).

        Raises:
            ValueError: if ``inputs`` is not (T, B) integers.
        """
        x, states = self.features(inputs, hidden, generator=generator)
        return self.output(x), states

    def features(
        self, inputs: torch.Tensor, hidden: list[Hidden] | None = None, *, generator: torch.Generator | None = None
    ) -> tuple[torch.Tensor, list[Hidden]]:
        """Do all that ``forward`` does but the output layer: (T, B, H) in place of logits."""
        if inputs.dim() != 2 or inputs.is_floating_point():
            raise ValueError(f"RNNLM: got inputs {tuple(inputs.shape)} of {inputs.dtype}; it needs (T, B) integer ids")
        c, training = self.config, self.training
        if self.embedding is None:
            x = F.one_hot(inputs, c.vocab_size).to(self.output.weight.dtype)  # (T, B, V)
        else:
            x = self.embedding(inputs)  # (T, B, E)
        x = drop(x, c.input_dropout * training, generator)
        states = []
        for k, layer in enumerate(self.rnn):
            x, state = self._run(layer, x, None if hidden is None else hidden[k], generator)  # (T, B, H)
            x = drop(x, c.dropout * training, generator)
            states.append(state)
        return x, states

    def _run(self, layer, x, state, generator):
        """Run one layer, with some of its hidden-to-hidden weights dropped while it trains (Merity et al. 2018)."""
        if not (self.training and self.config.weight_drop):
            return layer(x, state)
        dropped = drop(layer.weight_hh_l0, self.config.weight_drop, generator)
        return functional_call(layer, {"weight_hh_l0": dropped}, (x, state))

    @property
    def device(self) -> torch.device:
        """Where the weights are, and so where ids must go."""
        return self.output.weight.device

    def settings(self) -> dict:
        """Return the config as plain values, for a checkpoint."""
        return asdict(self.config)
