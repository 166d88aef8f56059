"""Small things that many tests share: a short list of names, networks of a few units, and a way to run commands."""

import io
import math
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch

from lessons_pkg import (
    RNNLM,
    STOP_ID,
    ModelConfig,
    TrainConfig,
    TrainState,
    Vocab,
    load_tales,
    next_distribution,
    start_training,
    train_names,
    train_stream,
)
from lessons_pkg.__main__ import main

torch.set_num_threads(1)

ROOT = Path(__file__).parents[1]
NAMES = ["anna", "ben", "al", "hannah", "nell", "bea", "leah", "elena"]  # lengths 2 to 6, on the letters abehln
VOCAB = Vocab.from_names(NAMES)
AB = Vocab("ab")  # so small that every short name can be listed
ENCODED = [VOCAB.encode(name) for name in NAMES]


def seeded(seed: int = 0) -> torch.Generator:
    """Return a generator of its own."""
    return torch.Generator().manual_seed(seed)


def tiny_model(seed: int = 0, *, scale: float = 1.0, **config) -> RNNLM:
    """Return an untrained network over ``VOCAB``; a scale above 1 makes its distributions uneven."""
    config = {"vocab_size": len(VOCAB), "hidden_size": 8, "embedding_size": 4, "cell": "gru"} | config
    model = RNNLM(ModelConfig(**config), generator=seeded(seed)).eval()
    with torch.no_grad():
        model.output.weight.mul_(scale)
    return model


def tiny_run(seed: int = 0, *, model: dict | None = None, **config) -> tuple[TrainState, TrainConfig]:
    """Return a run on a tiny model that has not begun, and its settings."""
    config = {"epochs": 5, "batch_size": 3, "lr": 0.02} | config
    config = TrainConfig(**config)
    return start_training(tiny_model(seed, **(model or {})), config), config


@cache
def trained() -> RNNLM:
    """Return a small network that has learned ``NAMES`` by heart; nobody may change its weights."""
    state, config = tiny_run(model={"hidden_size": 24}, epochs=80)
    return train_names(state, ENCODED, ENCODED, config).model.eval()


class Tale(NamedTuple):
    """A piece of the course's tales in characters, encoded."""

    vocab: Vocab
    train: torch.Tensor  # 20,000 of them
    held_out: torch.Tensor  # 3,001


@cache
def tale() -> Tale:
    """Return some text to learn from and to judge by."""
    train, held_out = load_tales().train[:20_000], load_tales().validation[:3_001]
    vocab = Vocab.from_text(train, level="char")
    return Tale(vocab, torch.tensor(vocab.encode(train)), torch.tensor(vocab.encode(held_out)))


@cache
def trained_on_tale(cell: str = "gru") -> RNNLM:
    """Return a small network that has learned a little of ``tale``; nobody may change its weights."""
    vocab, train, held_out = tale()
    model = tiny_model(vocab_size=len(vocab), cell=cell, hidden_size=24, embedding_size=8, context=24)
    config = TrainConfig(epochs=3, batch_size=20, lr=0.01)
    return train_stream(start_training(model, config), train, held_out, config).model.eval()


def flat(hidden: list) -> list[torch.Tensor]:
    """Return the tensors of a hidden state, one after the other."""
    return [t for state in hidden for t in (state if isinstance(state, tuple) else (state,))]


def ab_model(seed: int = 3) -> RNNLM:
    """Return a network over ``AB`` with uneven distributions."""
    return tiny_model(seed, vocab_size=len(AB), scale=6)


@torch.no_grad()
def exact(model: RNNLM, longest: int, *, start: str = "", min_length: int = 0, **settings) -> dict[str, float]:
    """Return the exact probability of every name that can be drawn over ``AB``, those cut at ``longest`` included."""
    probabilities, open_names = {}, {start: 1.0}
    while open_names:
        name, mass = open_names.popitem()
        if len(name) == longest:
            probabilities[name] = probabilities.get(name, 0) + mass
            continue
        logits, _ = model(torch.tensor([[STOP_ID, *AB.encode(name)]]).T)
        scores = logits[-1, 0].double()
        if len(name) < min_length:
            scores[STOP_ID] = -math.inf
        for symbol, p in enumerate(next_distribution(scores, **settings).tolist()):
            if symbol == STOP_ID:
                probabilities[name] = probabilities.get(name, 0) + mass * p
            elif p:
                open_names[name + AB.tokens[symbol]] = mass * p
    return probabilities


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    """Return whether two sets of weights are bit for bit the same."""
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def without_times(history: list[dict]) -> list[dict]:
    """Return the rows of a history without what the clock says."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


class Outcome(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


def run(*arguments) -> Outcome:
    """Run the command line in this process."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        status = main([str(argument) for argument in arguments])
    return Outcome(status, out.getvalue(), err.getvalue())


def start(*arguments, python: tuple[str, ...] = ("-m", "lessons_pkg"), **settings) -> subprocess.Popen:
    """Start the command line in a process of its own, with its output in pipes."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": ""}
    settings = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        # A shell that starts tests in the background lets its children ignore Ctrl-C; a user's does not.
        "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    } | settings
    return subprocess.Popen([sys.executable, *python, *map(str, arguments)], text=True, env=environment, **settings)
