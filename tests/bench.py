"""Timings, printed and never asserted: ``python -m tests.bench [FOLDER]``.

Each figure is a ratio of runs made side by side, A B A B, so that it holds on a slow or busy machine too. With
a FOLDER that holds ``makemore-names/train.txt`` and its test files, the two benchmark models are fitted as well; its
``wikitext-2`` serves the timings on text.
"""

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from lessons_pkg import NGram, Vocab, data_path, load_checkpoint, load_names, read_names, sample_names, tune_strength
from lessons_pkg.models import CELLS, RNNLM, ModelConfig
from lessons_pkg.numpy_optim import adam, clip_by_norm
from lessons_pkg.numpy_rnn import init_params
from lessons_pkg.recipe import TrainConfig
from lessons_pkg.sources import names_source
from lessons_pkg.training import start_training, train_step
from tests.histories import RUNS, gradients, run_numpy, run_torch


def side_by_side(a: Callable[[], float], b: Callable[[], float], rounds: int = 5) -> tuple[float, float, float]:
    """Run both in turn; return the median rate of each and the median of the ratios a / b."""
    a(), b()  # warm up
    pairs = [(a(), b()) for _ in range(rounds)]
    return *(statistics.median(column) for column in zip(*pairs, strict=True)), statistics.median(
        x / y for x, y in pairs
    )


def sampling() -> None:
    """Names per second: a thousand at a time against one at a time."""
    model, vocab, *_ = load_checkpoint(data_path("names.pt"))

    def rate(count: int, batch_size: int) -> float:
        start = time.perf_counter()
        sample_names(model, vocab, count, batch_size=batch_size, generator=torch.Generator().manual_seed(0))
        return count / (time.perf_counter() - start)

    batched, single, ratio = side_by_side(lambda: rate(10_000, 1000), lambda: rate(200, 1))
    print(f"sampling: {batched:,.0f} names/s in batches of 1,000, {single:,.0f} one at a time: {ratio:.1f} times")


def training() -> None:
    """Names per second in training, each kind of cell against the first."""
    names = [[1 + (i * j) % 26 for j in range(3 + i % 6)] for i in range(256 * 12)]

    def rate(cell: str) -> float:
        config = TrainConfig(epochs=1)
        state = start_training(RNNLM(ModelConfig(27, cell=cell, dropout=0.5, weight_drop=0.2)), config)
        start = time.perf_counter()
        for batch in names_source(names, names, config).batches(0, 0):
            train_step(state, batch, 1e-3, config)
        return len(names) / (time.perf_counter() - start)

    for cell in sorted(CELLS.keys() - {"lstm", "attention"}):
        a, b, ratio = side_by_side(lambda cell=cell: rate(cell), lambda: rate("lstm"), rounds=3)
        print(f"training 256 units: {a:,.0f} names/s for {cell}, {b:,.0f} for lstm: {ratio:.2f} times")


def by_hand() -> None:
    """The network by hand: batched against one name at a time, and torch's default recipe against the latter."""
    split = load_names()
    vocab = Vocab.from_names(split.train)
    names, validation = ([vocab.encode(name) for name in part] for part in split[:2])

    def rate(batch_size: int, updates: int) -> float:
        params, memory = init_params(len(vocab), 10, rng=np.random.default_rng(0), scale=0.1), {}
        update, read, start = adam(lr=0.005), 0, time.perf_counter()
        for d, count in islice(gradients(params, names, batch_size), updates):
            clip_by_norm(d, 1.0)
            update(params, d, memory)
            read += count
        return read / (time.perf_counter() - start)

    batched, single, ratio = side_by_side(lambda: rate(128, 100), lambda: rate(1, 1000))
    print(
        f"by hand, 10 units: {batched:,.0f} names/s in batches of 128, {single:,.0f} one at a time: {ratio:.1f} times"
    )
    curve = run_numpy(names, validation, vocab, seconds=60.0, **RUNS["one at a time"])["curve"]
    seconds, _, mark = curve[-1]
    rows = run_torch(names, validation, vocab, seconds=10.0)["curve"]
    passed = next((row[0] for row in rows if row[2] <= mark), math.inf)
    print(f"one at a time: {mark:.3f} nats after {seconds:.0f} s; default recipe: {passed / seconds:.3f} of that time")


def benchmark(folder: Path) -> None:
    """Fit the counting model and the default recipe on a public split; nats per character, stop symbol counted."""
    train_file = folder / "train.txt"
    train, test, unseen = (read_names(folder / f"{part}.txt") for part in ("train", "test", "test-unseen"))
    vocab = Vocab.from_names(train)
    encode = lambda names: [vocab.encode(name) for name in names]  # noqa: E731
    model = tune_strength(6, len(vocab), encode(train[:-1000]), encode(train[-1000:]))
    tuned = model.nll(encode(test))
    whole = NGram(6, len(vocab), strength=model.strength).fit(encode(train))
    print(
        f"6-gram, strength {model.strength}: test {tuned:.4f}; fitted on all of train.txt: test "
        f"{whole.nll(encode(test)):.4f}, unseen {whole.nll(encode(unseen)):.4f}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        out = str(Path(temporary) / "m.pt")
        run = [sys.executable, "-m", "lessons_pkg"]
        subprocess.run([*run, "train", "--names", train_file, "--seconds", "120", "--out", out], check=True)
        for part in ("test", "test-unseen"):
            result = subprocess.run(
                [*run, "evaluate", out, folder / f"{part}.txt", "--json"], check=True, capture_output=True
            )
            print(f"default recipe, 120 s: {part} {json.loads(result.stdout)['nll']:.4f} nats per character")
        short = Path(temporary) / "short.txt"
        short.write_text("\n".join(train[::10]))
        subprocess.run([*run, "train", "--names", short, "--seconds", "60", "--out", out], check=True)
        result = subprocess.run([*run, "evaluate", out, folder / "test.txt", "--json"], check=True, capture_output=True)
        few = NGram(6, len(vocab), strength=model.strength).fit(encode(train[::10]))
        print(
            f"every tenth line, 60 s: test {json.loads(result.stdout)['nll']:.4f}; 6-gram {few.nll(encode(test)):.4f}"
        )


if __name__ == "__main__":
    from tests import bench_text  # which imports this module

    torch.set_num_threads(1)
    sampling()
    training()
    by_hand()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    bench_text.main(folder and folder / "wikitext-2")
    if folder:
        benchmark(folder / "makemore-names")
