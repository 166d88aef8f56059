"""One training loop (chapter 06).

Read a batch, score it, follow the gradient, and now and then look at names that were held out. The best
weights seen on those are what the run is for.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import torch

from .batching import Batch, name_batches
from .clipping import clip_by_norm
from .evaluation import evaluate_names
from .metrics import masked_nll
from .models import RNNLM, ModelConfig

Names = Sequence[Sequence[int]]


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
        if not (0 <= self.warmup < 1 and self.weight_decay >= 0 and self.lr < math.inf):
            raise ValueError(
                f"TrainConfig: got warmup {self.warmup}, weight_decay {self.weight_decay}, lr {self.lr}; "
                "they must be in [0, 1), at least 0, and finite"
            )


@dataclass
class TrainState:
    """A run in progress: with it, a killed run goes on as if nothing had happened."""

    model: RNNLM
    optimizer: torch.optim.Optimizer
    generator: torch.Generator  # of the dropout masks
    step: int = 0  # updates made
    seconds: float = 0.0  # time spent training
    names_read: int = 0
    best_nll: float = math.inf  # on held-out names
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)  # a row an evaluation
    stopped: str = ""  # "finished", "interrupted" or "diverged"; empty while running

    def state_dict(self) -> dict:
        """Return all of it as tensors and plain values."""
        plain = {k: getattr(self, k) for k in PLAIN}
        return plain | {
            "weights": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load_state_dict(self, state: dict) -> None:
        """Take up what ``state_dict`` returned."""
        for key in PLAIN:
            setattr(self, key, state[key])
        self.model.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])


PLAIN = ("step", "seconds", "names_read", "best_nll", "best_weights", "history")


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
        hidden_size: H; None: 256, or 384 for a long list with time for it.
        seconds: time there will be.

    Returns:
        A ``ModelConfig``, and settings for ``TrainConfig``.
    """
    many = min(1.0, max(0.0, math.log10(max(names, 1) / 3_100)))  # 0: 3,100 names or fewer; 1: 31,000 or more
    hidden_size = hidden_size or (384 if many > 0.5 and seconds >= 90 else 256)
    small = min(1.0, hidden_size / 256)

    def between(few: float, lots: float) -> float:
        return few + (lots - few) * many

    model = ModelConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        embedding_size=32,
        dropout=small * between(0.6, 0.5),
        input_dropout=small * between(0.3, 0.1),
        weight_drop=small * between(0.6, 0.15),
    )
    return model, {"lr": between(5e-3, 8e-3), "weight_decay": between(0.05, 0.01)}


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


def epoch_batches(names: Names, config: TrainConfig, epoch: int, skip: int = 0) -> Iterator[Batch]:
    """Return the batches of one epoch; their order depends on the seed and the epoch alone."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)
    return islice(name_batches(names, config.batch_size, generator=generator), skip, None)


def train_step(state: TrainState, batch: Batch, rate: float, max_norm: float) -> tuple[float, float]:
    """Make one update; return the loss in nats per token and the gradient's norm before clipping.

    If either is not a finite number the weights are left as they are.
    """
    device = state.model.device
    with torch.autocast(device.type, torch.bfloat16, enabled=state.bfloat16):
        logits, _ = state.model(batch.inputs.to(device), generator=state.generator)
    loss = masked_nll(logits.float(), batch.targets.to(device), batch.mask.to(device))
    state.optimizer.zero_grad()
    loss.backward()
    norm = clip_by_norm(state.model.parameters(), max_norm)
    if math.isfinite(loss.item()) and math.isfinite(norm):
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        state.optimizer.step()
    return loss.item(), norm


def start_training(model: RNNLM, config: TrainConfig) -> TrainState:
    """Return a run that has made no update yet."""
    return TrainState(model, make_optimizer(model, config), torch.Generator(model.device).manual_seed(config.seed))


def train_names(
    state: TrainState,
    train: Names,
    validation: Names,
    config: TrainConfig,
    *,
    on_step: Callable[[TrainState, float, float], None] = lambda state, loss, done: None,
    save: Callable[[TrainState], None] = lambda state: None,
) -> TrainState:
    """Train until the time or the epochs are spent, Ctrl-C, or a loss that is not a number.

    However it ends, ``state.model`` holds the weights that were best on the held-out names, and
    ``state.stopped`` says which end it was. ``state`` may come from ``start_training`` or have been loaded.

    Args:
        state: the run.
        train: encoded names to learn from.
        validation: encoded names to judge by, none of them in ``train``.
        config: the settings.
        on_step: called after each update with the run, the loss and the share of the run that is done; it may
            raise KeyboardInterrupt, and the run can then be resumed bit for bit.
        save: called after each look at the held-out names, and at the end, while the model still holds its latest weights.

    Raises:
        ValueError: if either list is empty.
    """
    if not train or not validation:
        raise ValueError(
            f"train_names: got {len(train)} names to train on and {len(validation)} to judge by; "
            "it needs at least one of each"
        )
    per_epoch = -(-len(train) // config.batch_size)
    eval_every = config.eval_every or min(per_epoch, 200)
    state.stopped = ""
    state.bfloat16 = config.bfloat16
    state.model.train()
    try:
        if state.step == 0:
            _evaluate(state, validation)
        start = time.perf_counter() - state.seconds
        while not state.stopped:
            epoch, skip = divmod(state.step, per_epoch)
            for batch in epoch_batches(train, config, epoch, skip):
                done = state.seconds / config.seconds if config.seconds else state.step / (config.epochs * per_epoch)
                if done >= 1:
                    state.stopped = "finished"
                    break
                loss, norm = train_step(state, batch, learning_rate(done, config), config.max_norm)
                if not (math.isfinite(loss) and math.isfinite(norm)):
                    state.stopped = "diverged"
                    break
                state.step += 1
                state.names_read += batch.inputs.shape[1]
                state.seconds = time.perf_counter() - start
                if state.step % eval_every == 0:
                    _evaluate(state, validation, train=loss, norm=norm)
                    save(state)
                on_step(state, loss, done)
    except KeyboardInterrupt:
        state.stopped = "interrupted"
    if state.stopped == "finished" and state.history[-1]["step"] < state.step:
        _evaluate(state, validation)
    save(state)
    state.model.load_state_dict(state.best_weights)
    return state


def _evaluate(state: TrainState, validation: Names, **row: float) -> None:
    """Add a row to the history, and keep the weights if they are the best so far."""
    nll = evaluate_names(state.model, validation).nll
    state.history.append({"step": state.step, "seconds": state.seconds, "validation": nll, **row})
    if nll < state.best_nll:
        state.best_nll = nll
        state.best_weights = copy.deepcopy(state.model.state_dict())
