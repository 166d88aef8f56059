"""What fixes a training run: its settings, its optimizer, its learning rate, and good values (chapters 06, 09, 12)."""

import math
from dataclasses import dataclass

import torch

from .models import RNNLM, ModelConfig

LONG_VOCABULARY = 1000  # from here on the scores of a whole batch are too many to keep

# What the learning rate is multiplied by when a share x of the run after the warm-up is over.
SCHEDULES = {
    "constant": lambda x: 1.0,
    "linear": lambda x: 1.0 - x,
    "cosine": lambda x: 0.5 * (1 + math.cos(math.pi * x)),
}
OPTIMIZERS = {
    "adamw": lambda groups, lr: torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.99), fused=True),
    "sgd": lambda groups, lr: torch.optim.SGD(groups, lr=lr, fused=True),
}


@dataclass(frozen=True)
class TrainConfig:
    """Everything that fixes a run; give ``epochs`` or ``seconds``, not both.

    Args:
        epochs: times that the training data is read. The run is then repeatable bit for bit.
        seconds: wall-clock time to train for; the learning rate follows the clock.
        batch_size: names in a batch, or columns of a text, B.
        optimizer: ``"adamw"``, or ``"sgd"``: plain gradient descent.
        lr: the highest learning rate, reached after the warm-up.
        schedule: what the rate does after the warm-up: ``"cosine"`` takes it back to 0 along half a cosine,
            ``"linear"`` along a line, ``"constant"`` leaves it.
        warmup: share of the run in which the rate rises from 0.
        anneal: the rate is divided by this at each look at held-out data that shows no improvement; 1: never.
        patience: stop after this many looks in a row without improvement; None: never.
        weight_decay: decay of the weights, on matrices only.
        max_norm: gradients are clipped to this norm; ``math.inf`` to leave them alone.
        eval_every: updates between two looks at held-out data; None: one epoch of names, at most 200 updates, and for a
            text as many as cost ten times what the look does.
        bptt: of a text: rows in a window, T.
        carry: of a text: carry the state from window to window; without, each window starts from zeros.
        random_start: of a text: begin each epoch up to ``bptt`` - 1 tokens later, so that windows are cut elsewhere.
        shuffle: of a text: read the windows in random order, B at a time, each from a fresh state, always the same
            windows; ``carry`` and ``random_start`` then change nothing.
        bfloat16: compute the network's forward and backward pass in 16-bit floating point (weights stay as they are);
            about 1.7 times as fast where the processor can do it, and slower where it cannot.
        seed: of the order of names or windows, of where an epoch of a text starts, and of the dropout masks.

    Raises:
        ValueError: naming the setting that cannot be.
    """

    epochs: int | None = None
    seconds: float | None = None
    batch_size: int = 256
    optimizer: str = "adamw"
    lr: float = 5e-3
    schedule: str = "cosine"
    warmup: float = 0.03
    anneal: float = 1.0
    patience: int | None = None
    weight_decay: float = 0.01
    max_norm: float = 1.0
    eval_every: int | None = None
    bptt: int = 35
    carry: bool = True
    random_start: bool = False
    shuffle: bool = False
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self):
        if (self.epochs is None) == (self.seconds is None):
            raise ValueError(f"TrainConfig: got epochs {self.epochs} and seconds {self.seconds}; it needs one of them")
        for name in ("epochs", "seconds", "batch_size", "lr", "max_norm", "eval_every", "patience", "bptt"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"TrainConfig: got {name} {value}; it must be above 0")
        for name in ("epochs", "seconds", "lr"):
            if getattr(self, name) == math.inf:
                raise ValueError(f"TrainConfig: got {name} inf; it must be finite")
        for name, fits, needed in (
            ("warmup", 0 <= self.warmup < 1, "in [0, 1)"),
            ("weight_decay", 0 <= self.weight_decay < math.inf, "at least 0 and finite"),
            ("anneal", 1 <= self.anneal < math.inf, "at least 1 and finite"),
            ("seed", 0 <= self.seed < 2**32, "from 0 to 2**32 - 1"),
            ("optimizer", self.optimizer in OPTIMIZERS, f"one of {sorted(OPTIMIZERS)}"),
            ("schedule", self.schedule in SCHEDULES, f"one of {sorted(SCHEDULES)}"),
        ):
            if not fits:
                raise ValueError(f"TrainConfig: got {name} {getattr(self, name)!r}; it must be {needed}")


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


def text_recipe(tokens: int, vocab_size: int, *, hidden_size: int | None = None) -> tuple[ModelConfig, dict]:
    """Return a model and training settings that suit one text, of characters or of words.

    The fewer tokens there are to learn from, the more is dropped. With a long vocabulary the embedding is used a second
    time as the output layer, which halves the weights.

    Args:
        tokens: how many there are to train on.
        vocab_size: V.
        hidden_size: H; None: 256.

    Returns:
        A ``ModelConfig``, and settings for ``TrainConfig``.
    """
    hidden_size = hidden_size or 256
    many = min(1.0, max(0.0, math.log10(max(tokens, 1) / 30_000) / 2))  # 0: 30,000 tokens or fewer; 1: 3 million

    def between(few: float, lots: float) -> float:
        return few + (lots - few) * many

    if vocab_size >= LONG_VOCABULARY:  # words
        size = {"embedding_size": hidden_size, "tied": True, "input_dropout": between(0.3, 0.1)}
        size |= {"dropout": between(0.5, 0.1), "weight_drop": between(0.5, 0.0)}
        settings = {"lr": between(2e-2, 2e-3), "weight_decay": between(0.2, 0.01)}
    else:
        size = {"embedding_size": 32, "dropout": between(0.4, 0.0)}
        settings = {"lr": 5e-3, "weight_decay": 0.01}
    model = ModelConfig(vocab_size=vocab_size, hidden_size=hidden_size, **size)
    settings |= {"batch_size": 20, "max_norm": 0.5, "random_start": True}
    return model, settings | {"bfloat16": fast_bfloat16() and hidden_size >= 200}


def make_optimizer(model: RNNLM, config: TrainConfig) -> torch.optim.Optimizer:
    """Return the optimizer, with weight decay on matrices, none on biases (Loshchilov and Hutter 2019)."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": biases, "weight_decay": 0.0}]
    return OPTIMIZERS[config.optimizer](groups, config.lr)


def learning_rate(done: float, config: TrainConfig) -> float:
    """Return the rate when this share of the run is done: a rise from 0, then the schedule.

    With a warm-up the first update of a run has rate 0, and leaves the weights as they are.
    """
    if done < config.warmup:
        return config.lr * done / config.warmup
    return config.lr * SCHEDULES[config.schedule](min(1.0, (done - config.warmup) / (1 - config.warmup)))
