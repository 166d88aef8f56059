"""One training loop (chapters 06 and 09).

Read a batch, score it, follow the gradient, and now and then look at data that was held out. The best weights seen on
it are what the run is for.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

from .batching import Batch
from .clipping import clip_by_norm
from .long_softmax import output_nll
from .metrics import masked_nll
from .models import RNNLM
from .recipe import LONG_VOCABULARY, TrainConfig, learning_rate, make_optimizer
from .sources import Ids, Names, Source, names_source, stream_source
from .states import Hidden, detach


@dataclass
class TrainState:
    """A run in progress: with it, a killed run goes on as if nothing had happened."""

    model: RNNLM
    optimizer: torch.optim.Optimizer
    generator: torch.Generator  # of the dropout masks
    step: int = 0  # updates made
    seconds: float = 0.0  # time spent training
    names_read: int = 0  # columns of batches read; of a list of names, names
    tokens_read: int = 0
    hidden: list[Hidden] | None = None  # where the last window of a text ended
    anneal: float = 1.0  # what the learning rate is divided by
    best_nll: float = math.inf  # on held-out data
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)  # a row an evaluation
    stopped: str = ""  # "finished", "early", "interrupted" or "diverged"; empty while running

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


PLAIN = ("step", "seconds", "names_read", "tokens_read", "hidden", "anneal", "best_nll", "best_weights", "history")


def start_training(model: RNNLM, config: TrainConfig) -> TrainState:
    """Return a run that has made no update yet."""
    return TrainState(model, make_optimizer(model, config), torch.Generator(model.device).manual_seed(config.seed))


def batch_loss(state: TrainState, batch: Batch, config: TrainConfig) -> torch.Tensor:
    """Score a batch from ``state.hidden`` on, and leave there the state after it: nats per token, with a gradient."""
    model, device = state.model, state.model.device
    inputs, targets, mask = (t.to(device) for t in batch)
    with torch.autocast(device.type, torch.bfloat16, enabled=config.bfloat16):
        features, hidden = model.features(inputs, state.hidden, generator=state.generator)  # (T, B, H)
        state.hidden = detach(hidden)
        if model.config.vocab_size >= LONG_VOCABULARY:
            return output_nll(model.output, features[mask], targets[mask])
        logits = model.output(features)  # (T, B, V)
    return masked_nll(logits.to(model.output.weight.dtype), targets, mask)


def train_step(
    state: TrainState, batch: Batch, rate: float, config: TrainConfig, *, carry: bool = False
) -> tuple[float, float]:
    """Make one update; return the loss in nats per token and the gradient's norm before clipping.

    With ``carry`` the batch is read from where the last one ended, ``state.hidden``, cut off from its history. If loss
    or norm is not a finite number the weights are left as they are, and no update is counted.
    """
    if not carry:
        state.hidden = None
    loss = batch_loss(state, batch, config)
    state.optimizer.zero_grad()
    loss.backward()
    norm = clip_by_norm(state.model.parameters(), config.max_norm)
    if math.isfinite(loss.item()) and math.isfinite(norm):
        for group in state.optimizer.param_groups:
            group["lr"] = rate / state.anneal
        state.optimizer.step()
        state.step += 1
        state.names_read += batch.inputs.shape[1]
        state.tokens_read += int(batch.mask.sum())
    return loss.item(), norm


def train_names(state: TrainState, train: Names, validation: Names, config: TrainConfig, **calls) -> TrainState:
    """Train on encoded names, judged by others; see ``names_source`` for the data and ``train_on`` for the rest."""
    return train_on(state, names_source(train, validation, config), config, **calls)


def train_stream(state: TrainState, train: Ids, validation: Ids, config: TrainConfig, **calls) -> TrainState:
    """Train on one text, (N,) ids, judged by another; see ``stream_source`` and ``train_on``."""
    return train_on(state, stream_source(train, validation, config), config, **calls)


def train_on(
    state: TrainState,
    source: Source,
    config: TrainConfig,
    *,
    on_step: Callable[[TrainState, float, float], None] = lambda state, loss, done: None,
    save: Callable[[TrainState], None] = lambda state: None,
) -> TrainState:
    """Train until the time or the epochs are spent, patience ends, Ctrl-C, or a loss that is not a number.

    However it ends, ``state.model`` holds the weights that were best on held-out data, and ``state.stopped`` says which
    end it was. ``state`` may come from ``start_training`` or have been loaded.

    Args:
        state: the run.
        source: the batches, and how to judge.
        config: the settings.
        on_step: called after each update with the run, the loss and the share of the run that is done; it may
            raise KeyboardInterrupt, and the run can then be resumed bit for bit.
        save: called after each look at held-out data and at the end, before the best weights are put back.
    """
    state.stopped = ""
    state.model.train()
    if not state.history:
        _evaluate(state, source, config)
    try:
        start = time.perf_counter() - state.seconds
        for batch, done in _batches(state, source, config):
            if _out_of_patience(state, config):
                state.stopped = "early"
                break
            carry = source.carry and state.step % source.updates > 0
            loss, norm = train_step(state, batch, learning_rate(done, config), config, carry=carry)
            if not (math.isfinite(loss) and math.isfinite(norm)):
                state.stopped = "diverged"
                break
            state.seconds = time.perf_counter() - start
            if state.step % (config.eval_every or source.eval_every) == 0:
                _evaluate(state, source, config, train=loss, norm=norm)
                save(state)
            on_step(state, loss, done)
        else:
            state.stopped = "finished"
    except KeyboardInterrupt:
        state.stopped = "interrupted"
    if state.stopped == "finished" and state.history[-1]["step"] < state.step:
        _evaluate(state, source, config)
    save(state)
    state.model.load_state_dict(state.best_weights)
    return state


def _batches(state: TrainState, source: Source, config: TrainConfig) -> Iterator[tuple[Batch, float]]:
    """Yield batches from where the run stands, each with the share of the run that is done, until all is done."""
    while True:
        epoch, skip = divmod(state.step, source.updates)
        for batch in source.batches(epoch, skip):
            done = state.seconds / config.seconds if config.seconds else state.step / (config.epochs * source.updates)
            if done >= 1:
                return
            yield batch, done


def _evaluate(state: TrainState, source: Source, config: TrainConfig, **row: float) -> None:
    """Add a row to the history; keep the weights if they are the best so far, else lower the learning rate."""
    nll = source.evaluate(state.model)
    state.history.append({"step": state.step, "seconds": state.seconds, "validation": nll, **row})
    if nll < state.best_nll:
        state.best_nll = nll
        state.best_weights = copy.deepcopy(state.model.state_dict())
    else:
        state.anneal *= config.anneal


def _out_of_patience(state: TrainState, config: TrainConfig) -> bool:
    if config.patience is None:
        return False
    best = min(range(len(state.history)), key=lambda k: state.history[k]["validation"])
    return len(state.history) - 1 - best >= config.patience
