"""Train what chapter 06 shows and does not run: ``python -m tests.histories`` writes data/histories.json.

Four runs of a minute each on the course's names, on one thread. The same clock (evaluations counted) and the same
learning rate over time (a short rise, then half a cosine to 0) for all; by hand, the best peak rate of three that were
tried in a shorter run.
"""

import json
import re
import time
from collections.abc import Iterator

import numpy as np
import torch

from lessons_pkg import RNNLM, STOP, TrainConfig, Vocab, data_path, default_recipe, evaluate_names, load_names
from lessons_pkg import numpy_optim as optim
from lessons_pkg import numpy_rnn as rnn
from lessons_pkg.batching import name_batches, pad_names
from lessons_pkg.recipe import learning_rate
from lessons_pkg.sampling import sample_names
from lessons_pkg.training import TrainState, start_training, train_names

Names = list[list[int]]
SECONDS, SEED, DRAWN = 60.0, 1, 6  # of each run; of all draws; names at a time
MILESTONES = (0, 1, 3, 10, 30, 59)  # seconds at which names are drawn
RUNS = {  # in the order in which the chapter tells them; no settings: the default recipe
    "one at a time": {"hidden_size": 10, "batch_size": 1, "lr": 0.005},
    "batched": {"hidden_size": 10, "batch_size": 32, "lr": 0.02},
    "wide": {"hidden_size": 128, "batch_size": 32, "lr": 0.006},
    "default recipe": {},
}


def numpy_batches(names: Names, batch_size: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield (inputs, targets, mask) as numpy_rnn reads them, for ever, in an order that each epoch shuffles anew."""
    for epoch in range(10**9):
        generator = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
        for batch in name_batches(names, batch_size, generator=generator):
            inputs, targets, mask = (tensor.numpy() for tensor in batch)
            yield np.vstack([np.full_like(inputs[:1], rnn.NO_INPUT), inputs[1:]]), targets, mask


def held_out(params: rnn.Params, names: Names) -> float:
    """Return nats per character, ends counted."""
    inputs, targets, mask = (tensor.numpy() for tensor in pad_names(names))
    inputs = np.vstack([np.full_like(inputs[:1], rnn.NO_INPUT), inputs[1:]])
    return float(rnn.loss(rnn.forward(params, inputs), targets, rnn.token_weights(mask)))


def gradients(params: rnn.Params, names: Names, batch_size: int) -> Iterator[tuple[rnn.Params, int]]:
    """Yield, for ever, the gradient of one name or batch after the other, and how many names it is of."""
    rng, tokens = np.random.default_rng(SEED), mean_tokens(names)
    while batch_size == 1:
        for i in rng.permutation(len(names)):
            d = rnn.backward_name(params, rnn.forward_name(params, names[i]))
            yield {name: g / tokens for name, g in d.items()}, 1
    for inputs, targets, mask in numpy_batches(names, batch_size):
        weights = rnn.token_weights(mask, reduction="sum") / tokens
        yield rnn.backward(params, inputs, targets, weights, rnn.forward(params, inputs)), inputs.shape[1]


def mean_tokens(names: Names) -> float:
    """Return the tokens of a mean name. Sums over a name are divided by it, so that all gradients are in one unit."""
    return sum(len(name) + 1 for name in names) / len(names)


def draw(params: rnn.Params, vocab: Vocab) -> list[str]:
    """Draw names, side by side, cut at 20 letters."""
    rng, ids, hidden = np.random.default_rng(SEED), np.full((1, DRAWN), rnn.NO_INPUT), None
    rows = []
    for _ in range(20):
        trace = rnn.forward(params, ids, hidden)
        hidden = trace.hiddens[-1]
        ids = (trace.probs[0].cumsum(1) < rng.random((DRAWN, 1))).sum(1).clip(max=len(vocab) - 1)[None]
        rows.append(ids[0])
    return [vocab.decode(name).split(STOP)[0] for name in np.array(rows).T]


def run_numpy(
    names: Names, validation: Names, vocab: Vocab, *, seconds: float, hidden_size: int, batch_size: int, lr: float
) -> dict:
    """Train with Adam, clipped at 1; return the curve, rows of (seconds, names read, nats).

    With it come the loss on some training names at the end, and names drawn along the way.
    """
    params, memory = rnn.init_params(len(vocab), hidden_size, rng=np.random.default_rng(SEED), scale=0.1), {}
    config, stream = TrainConfig(seconds=seconds, lr=lr), gradients(params, names, batch_size)
    curve, drawn, read, look, begin = [], {}, 0, 0.0, time.perf_counter()
    while True:
        spent = time.perf_counter() - begin
        if spent >= min(look, seconds):
            curve.append((spent, read, held_out(params, validation)))
            drawn |= {m: draw(params, vocab) for m in due(spent, drawn)}
            look = max(0.1, 1.1 * spent)
        if spent >= seconds:
            return {"curve": curve, "learned": held_out(params, names[: len(validation)]), "drawn": drawn}
        d, count = next(stream)
        optim.clip_by_norm(d, config.max_norm)
        optim.adam(lr=learning_rate(spent / seconds, config), betas=(0.9, 0.99))(params, d, memory)
        read += count


def run_torch(names: Names, validation: Names, vocab: Vocab, *, seconds: float) -> dict:
    """Train the default recipe; return the same things."""
    model_config, settings = default_recipe(len(names), len(vocab), seconds=seconds)
    config = TrainConfig(seconds=seconds, eval_every=10, seed=SEED, **settings)
    state = start_training(RNNLM(model_config, generator=torch.Generator().manual_seed(SEED)), config)
    drawn = {}

    def look(state: TrainState, loss: float = 0.0, done: float = 0.0) -> None:
        if new := due(state.seconds, drawn):
            state.model.eval()
            words = sample_names(state.model, vocab, DRAWN, generator=torch.Generator().manual_seed(SEED))
            state.model.train()
            drawn.update({m: words for m in new})

    look(state)
    train_names(state, names, validation, config, on_step=look)
    curve = [(row["seconds"], row["step"] * config.batch_size, row["validation"]) for row in state.history]
    learned = evaluate_names(state.model, names[: len(validation)]).nll
    return {"curve": curve, "learned": learned, "drawn": drawn}


def due(spent: float, drawn: dict) -> list[str]:
    """Return the milestones that are reached and have no names yet."""
    return [str(m) for m in MILESTONES if spent >= m and str(m) not in drawn]


def main() -> None:
    """Make all runs, one after the other, and write the file."""
    torch.set_num_threads(1)
    split = load_names()
    vocab = Vocab.from_names(split.train)
    names, validation = ([vocab.encode(name) for name in part] for part in split[:2])
    runs = {}
    for label, settings in RUNS.items():
        run = run_numpy if settings else run_torch
        runs[label] = settings | run(names, validation, vocab, seconds=SECONDS, **settings)
        runs[label]["learned"] = round(runs[label]["learned"], 4)
        rows = [(round(seconds, 2), read, round(nats, 4)) for seconds, read, nats in runs[label]["curve"]]
        runs[label]["curve"] = rows
        print(label, rows[-1], *runs[label]["drawn"][str(MILESTONES[-1])])
    content = {"made_by": "python -m tests.histories", "seconds": SECONDS, "runs": runs}
    text = json.dumps(content, indent=1)
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda row: "[" + re.sub(r"\s+", " ", row[1]) + "]", text)
    data_path("names.csv").with_name("histories.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
