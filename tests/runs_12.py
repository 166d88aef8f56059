"""Train what chapter 12 shows and does not run: ``python -m tests.runs_12`` writes data/runs_12.json.

``rates``: three schedules and no warm-up, each at six learning rates. ``gap``: a word model with and without dropout
and weight decay, on training and on held-out text. ``sizes``: sizes of network against shares of the text, at five
rates. ``search``: 24 random trials, and the best six again with fresh seeds. ``twins``: one setting with 32 seeds, each
piece of the validation text scored by itself. Everything is seeded and judged by the validation tales; the test tales
are not read.
"""

import json
import math
import sys
from itertools import product

import numpy as np
import torch

from lessons_pkg import (
    RNNLM,
    TrainConfig,
    TrainState,
    Vocab,
    data_path,
    evaluate_stream,
    load_tales,
    score_columns,
    start_training,
    train_stream,
)
from lessons_pkg.batching import overlapping_columns

NEVER = 10**9
CHAR = {"hidden_size": 64, "embedding_size": 32}
WORD = {"hidden_size": 64, "embedding_size": 64, "tied": True}
SHORT = {"epochs": 2, "batch_size": 40, "lr": 0.02, "eval_every": NEVER}  # 254 updates of 1,400 characters
RATES = (0.003, 0.01, 0.02, 0.04, 0.08, 0.16)
SCHEDULES = {
    "constant": {"schedule": "constant", "warmup": 0.1},
    "linear": {"schedule": "linear", "warmup": 0.1},
    "cosine": {"schedule": "cosine", "warmup": 0.1},
    "cosine, no warm-up": {"schedule": "cosine", "warmup": 0.0},
}
RATE_SEEDS, GAP_SEEDS, SIZE_SEEDS, FRESH_SEEDS, TWIN_SEEDS = range(3), range(3), range(2), range(100, 105), range(32)
GAP = {"epochs": 10, "batch_size": 20, "lr": 0.02, "eval_every": 66}  # a look an epoch
GAPS = {
    "neither": ({}, {"weight_decay": 0.0}),
    "weight decay": ({}, {"weight_decay": 0.3}),
    "dropout": ({"dropout": 0.5, "input_dropout": 0.3}, {"weight_decay": 0.0}),
    "both": ({"dropout": 0.5, "input_dropout": 0.3}, {"weight_decay": 0.3}),
}
SIZES, SHARES, SIZE_UPDATES = (16, 32, 64, 128), (64, 16, 4, 1), 508  # two readings of all, in 20 columns
SIZE_RATES = (0.00125, 0.005, 0.02, 0.08, 0.32)
TRIALS, BEST, PIECE = 24, 6, 256


class Tales:
    """The tales as ids of one level, but for those of the test."""

    def __init__(self, level: str):
        tales = load_tales()
        self.vocab = Vocab.from_text(tales.train, level=level)
        self.train, self.validation = (torch.tensor(self.vocab.encode(t)) for t in (tales.train, tales.validation))

    def run(self, shape: dict, settings: dict, seed: int, share: int = 1, text: torch.Tensor | None = None):
        """Train once on the first 1/share of the training text; judge by the validation text, or by another."""
        model = RNNLM(vocab_size=len(self.vocab), generator=torch.Generator().manual_seed(seed), **shape)
        config = TrainConfig(seed=seed, **settings)
        train = self.train[: len(self.train) // share]
        state = train_stream(start_training(model, config), train, self.validation if text is None else text, config)
        return state

    def last(self, shape: dict, settings: dict, seed: int) -> float:
        """Train once and return the held-out loss at the end; a run that breaks off is worth a guess."""
        state = self.run(shape, settings, seed)
        guess = math.log(len(self.vocab))
        return round(state.history[-1]["validation"] if state.stopped == "finished" else guess, 4)

    def by_piece(self, model: RNNLM) -> list[float]:
        """Return the nats of each piece of the validation text, one after the other, the state carried."""
        columns = overlapping_columns(self.validation, 10, 100)
        nats = score_columns(model, columns).T[columns.mask.T].double()  # (N - 1,), in the order of the text
        pieces = nats[: len(nats) // PIECE * PIECE].view(-1, PIECE).sum(1)
        return [round(x, 1) for x in pieces.tolist()]


def rates(chars: Tales) -> dict:
    """Return held-out losses: a schedule, a rate, a seed."""
    return {
        name: {rate: [chars.last(CHAR, SHORT | how | {"lr": rate}, seed) for seed in RATE_SEEDS] for rate in RATES}
        for name, how in SCHEDULES.items()
    }


def gap(words: Tales) -> dict:
    """Return for each setting and seed rows of (epoch, training loss, held-out loss), read without dropout."""
    found = {}
    for name, (dropped, decayed) in GAPS.items():
        for seed in GAP_SEEDS:
            rows = []

            def watch(state: TrainState, loss: float, done: float, rows=rows) -> None:
                if state.step % 66 == 0:  # an epoch
                    read = evaluate_stream(state.model, words.train[:6000], batch_size=10, warmup=35).nll
                    rows.append([state.step // 66, round(read, 4)])

            model = RNNLM(vocab_size=len(words.vocab), generator=torch.Generator().manual_seed(seed), **WORD | dropped)
            config = TrainConfig(seed=seed, schedule="constant", **GAP, **decayed)
            state = train_stream(start_training(model, config), words.train, words.validation, config, on_step=watch)
            held = {row["step"] // 66: round(row["validation"], 4) for row in state.history}
            found.setdefault(name, []).append([[*row, held[row[0]]] for row in rows])
        print(name, found[name][0][-1], min(row[2] for row in found[name][0]), flush=True)
    return found


def sizes(chars: Tales) -> dict:
    """Return held-out losses at the end and at the best look: a share of the text, a size, a rate, a seed."""
    found = {}
    for share in SHARES:
        updates = -(-(len(chars.train) // share // 20 - 1) // 35)
        settings = {"epochs": round(SIZE_UPDATES / updates), "batch_size": 20, "eval_every": SIZE_UPDATES // 20}
        for size, rate in product(SIZES, SIZE_RATES):
            for seed in SIZE_SEEDS:
                state = chars.run(CHAR | {"hidden_size": size}, settings | {"lr": rate}, seed, share)
                row = [round(state.history[-1]["validation"], 4), round(state.best_nll, 4)]
                found.setdefault(share, {}).setdefault(size, {}).setdefault(rate, []).append(row)
            print(share, settings["epochs"], size, rate, found[share][size][rate], flush=True)
    return found


def draw(rng: np.random.Generator) -> dict:
    """Return one random setting; scales are drawn on a logarithmic axis."""
    return {
        "lr": float(f"{10 ** rng.uniform(-3, -0.5):.3g}"),
        "hidden_size": int(rng.choice([32, 48, 64, 96])),
        "batch_size": int(rng.choice([20, 40, 80])),
        "dropout": round(float(rng.uniform(0, 0.5)), 2),
        "max_norm": float(f"{10 ** rng.uniform(-1, 1):.2g}"),
    }


def trial(chars: Tales, found: dict, seed: int) -> float:
    """Return the held-out loss of one setting."""
    shape = CHAR | {key: found[key] for key in ("hidden_size", "dropout")}
    return chars.last(shape, SHORT | {key: found[key] for key in ("lr", "batch_size", "max_norm")}, seed)


def search(chars: Tales) -> dict:
    """Return the trials, each with its loss, and fresh losses of the best."""
    rng = np.random.default_rng(12)
    trials = [draw(rng) for _ in range(TRIALS)]
    for seed, found in enumerate(trials):
        found["loss"] = trial(chars, found, seed)
        print(found, flush=True)
    ranked = sorted(range(TRIALS), key=lambda k: trials[k]["loss"])[:BEST]
    return {"trials": trials, "again": {k: [trial(chars, trials[k], seed) for seed in FRESH_SEEDS] for k in ranked}}


def twins(chars: Tales) -> list:
    """Return the nats of each piece of the validation text for one setting and many seeds."""
    return [chars.by_piece(chars.run(CHAR, SHORT, seed, text=chars.validation[:100]).model) for seed in TWIN_SEEDS]


def main(parts: list[str]) -> None:
    """Make all runs, or those named, and store them."""
    torch.set_num_threads(1)
    chars, path = Tales("char"), data_path("names.csv").with_name("runs_12.json")
    for name, make in {"rates": rates, "gap": gap, "sizes": sizes, "search": search, "twins": twins}.items():
        if name in parts or not parts:
            made = make(Tales("word") if name == "gap" else chars)
            stored = json.loads(path.read_text()) if path.exists() else {"made_by": "python -m tests.runs_12"}
            path.write_text(json.dumps(stored | {name: made}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
