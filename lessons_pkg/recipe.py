"""What fixes a training run: its settings, its optimizer, its learning rate, and good values for each (chapter 06)."""

import math
from dataclasses import dataclass

import torch

from .models import RNNLM, ModelConfig


@dataclass(frozen=True)
class TrainConfig:
    """Everything that fixes a run; give ``epochs`` or ``seconds``, not both.

    Args:
        epochs: times that each training name is read. The run is then repeatable bit for bit.
        seconds: wall-clock time to train for; the learning rate follows the clock.
        batch_size: names in a batch, B.
        lr: the highest learning rate, reached after the warm-up.
        warmup: share of the run in which the rate rises from 0; after it, a cosine takes it back to 0.
        weight_decay: AdamW's decay, on matrices only.
        max_norm: gradients are clipped to this norm; ``math.inf`` to leave them alone.
        eval_every: updates between two looks at the held-out names; None: one epoch, at most 200 updates.
        bfloat16: compute the network's forward and backward pass in 16-bit floating point (weights stay as they are);
            about 1.7 times as fast where the processor can do it, and slower where it cannot.
        seed: of the order of the names and of the dropout masks.

    Raises:
        ValueError: naming the setting that cannot be.
    """

    epochs: int | None = None
    seconds: float | None = None
    batch_size: int = 256
    lr: float = 5e-3
    warmup: float = 0.03
    weight_decay: float = 0.01
    max_norm: float = 1.0
    eval_every: int | None = None
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self):
        if (self.epochs is None) == (self.seconds is None):
            raise ValueError(f"TrainConfig: got epochs {self.epochs} and seconds {self.seconds}; it needs one of them")
        for name in ("epochs", "seconds", "batch_size", "lr", "max_norm", "eval_every"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"TrainConfig: got {name} {value}; it must be above 0")
        for name in ("seconds", "lr"):
            if getattr(self, name) == math.inf:
                raise ValueError(f"TrainConfig: got {name} inf; it must be finite")
        if not (0 <= self.warmup < 1 and self.weight_decay >= 0 and 0 <= self.seed < 2**32):
            raise ValueError(
                f"TrainConfig: got warmup {self.warmup}, weight_decay {self.weight_decay}, seed {self.seed}; "
                "they must be in [0, 1), at least 0, and from 0 to 2**32 - 1"
            )


def fast_bfloat16() -> bool:
    """Say whether this CPU multiplies 16-bit floating-point matrices faster than 32-bit ones."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # older versions of torch cannot tell
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def default_recipe(
    names: int, vocab_size: int, *, hidden_size: int | None = None, seconds: float = 60.0
) -> tuple[ModelConfig, dict]:
    """Return a model and training settings that suit a list of this many names.

    Few names are soon learned by heart, so a short list gets more of everything that makes learning by heart hard.
    The two ends were tuned on 3,103 and on 31,033 names; between them the settings follow the logarithm of the
    number of names. A network smaller than 256 units needs less of it.

    Args:
        names: how many names there are to train on.
        vocab_size: V.
        hidden_size: H; None: 256, or 384 for a long list where time and processor allow it.
        seconds: time there will be.

    Returns:
        A ``ModelConfig``, and settings for ``TrainConfig``.
    """
    many = min(1.0, max(0.0, math.log10(max(names, 1) / 3_100)))  # 0: 3,100 names or fewer; 1: 31,000 or more
    bfloat16 = fast_bfloat16()
    hidden_size = hidden_size or (384 if many > 0.5 and seconds >= 90 and bfloat16 else 256)
    small = min(1.0, hidden_size / 256)

    def between(few: float, lots: float) -> float:
        return few + (lots - few) * many

    model = ModelConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        embedding_size=32,
        dropout=small * between(0.6, 0.5),
        input_dropout=small * between(0.3, 0.1),
        weight_drop=small * between(0.6, 0.2),
    )
    settings = {"lr": between(5e-3, 6e-3), "weight_decay": between(0.05, 0.01)}
    return model, settings | {"bfloat16": bfloat16 and hidden_size >= 256}


def make_optimizer(model: RNNLM, config: TrainConfig) -> torch.optim.Optimizer:
    """Return AdamW with weight decay on matrices, none on biases (Loshchilov and Hutter 2019)."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": biases, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.lr, betas=(0.9, 0.99), fused=True)


def learning_rate(done: float, config: TrainConfig) -> float:
    """Return the rate when this share of the run is done: a rise from 0, then half a cosine back to 0."""
    if done < config.warmup:
        return config.lr * done / config.warmup
    return config.lr * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - config.warmup) / (1 - config.warmup))))
