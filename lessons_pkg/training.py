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
from .models import RNNLM
from .recipe import TrainConfig, learning_rate, make_optimizer

Names = Sequence[Sequence[int]]


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


def epoch_batches(names: Names, config: TrainConfig, epoch: int, skip: int = 0) -> Iterator[Batch]:
    """Return the batches of one epoch; their order depends on the seed and the epoch alone."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)
    return islice(name_batches(names, config.batch_size, generator=generator), skip, None)


def train_step(state: TrainState, batch: Batch, rate: float, config: TrainConfig) -> tuple[float, float]:
    """Make one update; return the loss in nats per token and the gradient's norm before clipping.

    If either is not a finite number the weights are left as they are, and no update is counted.
    """
    device = state.model.device
    with torch.autocast(device.type, torch.bfloat16, enabled=config.bfloat16):
        logits, _ = state.model(batch.inputs.to(device), generator=state.generator)
    loss = masked_nll(logits.to(state.model.output.weight.dtype), batch.targets.to(device), batch.mask.to(device))
    state.optimizer.zero_grad()
    loss.backward()
    norm = clip_by_norm(state.model.parameters(), config.max_norm)
    if math.isfinite(loss.item()) and math.isfinite(norm):
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        state.optimizer.step()
        state.step += 1
        state.names_read += batch.inputs.shape[1]
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
        save: called after each look at the held-out names and at the end, before the best weights are put back.

    Raises:
        ValueError: if either list is empty.
    """
    if not train or not validation:
        raise ValueError(
            f"train_names: got {len(train)} names to train on and {len(validation)} to judge by; "
            "it needs at least one of each"
        )
    eval_every = config.eval_every or min(_updates_per_epoch(train, config), 200)
    state.stopped = ""
    state.model.train()
    if state.step == 0:
        _evaluate(state, validation)
    try:
        start = time.perf_counter() - state.seconds
        for batch, done in _batches(state, train, config):
            loss, norm = train_step(state, batch, learning_rate(done, config), config)
            if not (math.isfinite(loss) and math.isfinite(norm)):
                state.stopped = "diverged"
                break
            state.seconds = time.perf_counter() - start
            if state.step % eval_every == 0:
                _evaluate(state, validation, train=loss, norm=norm)
                save(state)
            on_step(state, loss, done)
        else:
            state.stopped = "finished"
    except KeyboardInterrupt:
        state.stopped = "interrupted"
    if state.stopped == "finished" and state.history[-1]["step"] < state.step:
        _evaluate(state, validation)
    save(state)
    state.model.load_state_dict(state.best_weights)
    return state


def _updates_per_epoch(train: Names, config: TrainConfig) -> int:
    return -(-len(train) // config.batch_size)


def _batches(state: TrainState, train: Names, config: TrainConfig) -> Iterator[tuple[Batch, float]]:
    """Yield batches from where the run stands, each with the share of the run that is done, until all is done."""
    per_epoch = _updates_per_epoch(train, config)
    while True:
        epoch, skip = divmod(state.step, per_epoch)
        for batch in epoch_batches(train, config, epoch, skip):
            done = state.seconds / config.seconds if config.seconds else state.step / (config.epochs * per_epoch)
            if done >= 1:
                return
            yield batch, done


def _evaluate(state: TrainState, validation: Names, **row: float) -> None:
    """Add a row to the history, and keep the weights if they are the best so far."""
    nll = evaluate_names(state.model, validation).nll
    state.history.append({"step": state.step, "seconds": state.seconds, "validation": nll, **row})
    if nll < state.best_nll:
        state.best_nll = nll
        state.best_weights = copy.deepcopy(state.model.state_dict())
