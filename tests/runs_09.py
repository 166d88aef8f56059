"""Train what chapter 09 shows and does not run: ``python -m tests.runs_09`` writes data/runs_09.json (5 minutes).

``ways``: five ways to read the same tales with one network, the same number of updates of 35 by 20 characters each.
``shapes``: updates of 700 characters in six shapes, from 1 row of 700 columns to 70 rows of 10, carried or not.
``echo``: a network that is to repeat random bits after six steps, for windows shorter and longer than that.
All are judged by the validation tales. Everything is seeded; ``seconds`` alone depends on the machine.
"""

import json
import math
import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from lessons_pkg import RNNLM, TrainConfig, Vocab, data_path, evaluate_stream, load_tales
from lessons_pkg.batching import Batch, Windows, stack_windows
from lessons_pkg.evaluation import score_columns
from lessons_pkg.sources import Source, stream_source
from lessons_pkg.training import start_training, train_on

TOKENS, BPTT, EPOCHS = 700, 35, 4  # of an update; rows of its window; of each run
WAYS = {  # settings of TrainConfig, in the order in which the chapter tells them
    "stream, carried": {},
    "stream, reset": {"carry": False},
    "shuffled, reset": {"shuffle": True},
    "shuffled, carried": {"shuffle": True},  # a bug: the state belongs to another window
    "random starts, carried": {"random_start": True},
}
WAY_SEEDS, SHAPE_SEEDS, ECHO_SEEDS = range(5), range(3), range(3)
SHAPES = (1, 2, 5, 10, 70)  # rows; the columns are TOKENS over rows
DELAY, ECHO_SHAPES = 6, (2, 4, 5, 6, 7, 8, 10, 12, 16)
ECHO_COLUMNS, ECHO_UNITS, ECHO_UPDATES = 32, 16, 600


class Tales:
    """The tales as ids, and the network that reads them."""

    def __init__(self):
        tales = load_tales()
        self.vocab = Vocab.from_text(tales.train, level="char")
        self.train, self.validation = (torch.tensor(self.vocab.encode(t)) for t in (tales.train, tales.validation))

    def run(self, seed: int, *, carry_wrongly: bool = False, **settings) -> dict:
        """Train once and return what the held-out tales cost, read in two ways, and the seconds it took."""
        made = {"batch_size": TOKENS // BPTT, "bptt": BPTT, "lr": 0.01, "eval_every": 10**9} | settings
        config = TrainConfig(epochs=EPOCHS, seed=seed, **made)
        generator = torch.Generator().manual_seed(seed)
        model = RNNLM(vocab_size=len(self.vocab), cell="gru", hidden_size=64, embedding_size=32, generator=generator)
        source = stream_source(self.train, self.validation, config)
        if carry_wrongly:
            source = Source(source.updates - 1, full(source.batches), *source[2:4], carry=True)
        start = time.process_time()
        state = train_on(start_training(model, config), source, config)
        seconds = time.process_time() - start
        state.model.eval()
        carried = evaluate_stream(model, self.validation, batch_size=10, warmup=100).nll
        reset = evaluate_stream(model, self.validation, batch_size=10, bptt=config.bptt, reset=True).nll
        row = {"updates": state.step, "carried": round(carried, 4), "reset": round(reset, 4)}
        return row | {"seconds": round(seconds, 1), "model": model}

    def cold(self, model: RNNLM) -> list[float]:
        """Return nats by place in a window that begins with a fresh state; every target stands at every place."""
        windows = Windows(self.validation, BPTT, stride=1)
        inputs, targets, mask = stack_windows([windows[i] for i in range(len(windows))])
        return [round(x, 4) for x in score_columns(model, Batch(inputs, targets, mask), bptt=BPTT).mean(1).tolist()]


def full(batches: Callable) -> Callable:
    """Leave out the last batch of an epoch, which is narrower: a state from 20 windows does not fit it."""
    return lambda epoch, skip: (b for b in batches(epoch, skip) if b.inputs.shape[1] == TOKENS // BPTT)


def echo(rows: int, seed: int, *, carry: bool) -> float:
    """Return bits per bit over the last 100 updates of a network that is to say what it was shown ``DELAY`` ago."""
    torch.manual_seed(seed)
    rnn, output = nn.RNN(2, ECHO_UNITS), nn.Linear(ECHO_UNITS, 2)
    nn.init.orthogonal_(rnn.weight_hh_l0)
    optimizer = torch.optim.Adam([*rnn.parameters(), *output.parameters()], lr=0.01)
    bits = torch.randint(2, (DELAY + rows * ECHO_UPDATES, ECHO_COLUMNS))
    hidden, losses = None, []
    for start in range(0, rows * ECHO_UPDATES, rows):
        shown, wanted = bits[start + DELAY :][:rows], bits[start:][:rows]
        features, hidden = rnn(F.one_hot(shown, 2).float(), hidden)
        hidden = hidden.detach() if carry else None
        loss = F.cross_entropy(output(features).flatten(0, 1), wanted.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return round(sum(losses[-100:]) / 100 / math.log(2), 3)


def run_ways(tales: Tales) -> dict:
    """Return a row for each seed of each way to read."""
    found = {}
    for way, settings in WAYS.items():
        found[way] = []
        for seed in WAY_SEEDS:
            row = tales.run(seed, carry_wrongly=way == "shuffled, carried", **settings)
            model = row.pop("model")
            found[way].append(row | ({"cold": tales.cold(model)} if way.startswith("stream") else {}))
    return found


def run_shapes(tales: Tales) -> dict:
    """Return a row for each seed of each shape, with the state carried and reset; 35 rows are among the ways."""
    found = {"carried": {}, "reset": {}}
    for key, by_rows in found.items():
        for rows in SHAPES:
            settings = {"bptt": rows, "batch_size": TOKENS // rows, "carry": key == "carried"}
            by_rows[rows] = [tales.run(seed, **settings) for seed in SHAPE_SEEDS]
            for row in by_rows[rows]:
                del row["model"]
    return found


def run_echo(tales: Tales) -> dict:
    """Return bits per bit for each seed of each window; it reads no tales."""
    return {
        key: {rows: [echo(rows, seed, carry=key == "carried") for seed in ECHO_SEEDS] for rows in ECHO_SHAPES}
        for key in ("carried", "reset")
    }


PARTS = {"ways": run_ways, "shapes": run_shapes, "echo": run_echo}


def main(parts: list[str]) -> None:
    """Make the runs of some parts, or of all, and store them beside those that are there."""
    torch.set_num_threads(1)
    tales, path = Tales(), data_path("names.csv").with_name("runs_09.json")
    for part in parts or PARTS:
        found = PARTS[part](tales)
        stored = json.loads(path.read_text()) if path.exists() else {"made_by": "python -m tests.runs_09"}
        path.write_text(json.dumps(stored | {part: found}) + "\n")
        print(part, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
