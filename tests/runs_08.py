"""Train what chapter 08 shows and does not run: ``python -m tests.runs_08`` writes data/runs_08.json, in five minutes.

Pieces: one small LSTM reads the tales in letters, in the symbols of 100, 400 and 1,600 merges, and in words; each reads
them 20 times, and is scored in bits per character on the held-out tales. Strides: the same LSTM reads windows of 35
words, shuffled, whose starts lie 35, 7 or 1 words apart; each makes as many updates. Three seeds each, one thread.
"""

import json
import math
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice

import torch
from torch.utils.data import DataLoader

from lessons_pkg import (
    RNNLM,
    STOP_ID,
    NGram,
    TrainConfig,
    Vocab,
    Windows,
    apply_merges,
    data_path,
    evaluate_stream,
    learn_merges,
    load_tales,
    split_words,
    stack_windows,
    start_training,
    train_stream,
)
from lessons_pkg.batching import Batch
from lessons_pkg.sources import Source
from lessons_pkg.training import train_on

SEEDS, BPTT, B = 3, 35, 20
MERGES, EPOCHS = (0, 100, 400, 1600), 20
STRIDES, UPDATES = (35, 7, 1), 650
SETTINGS = {"batch_size": B, "lr": 5e-3, "max_norm": 0.5, "weight_decay": 0.01, "bptt": BPTT}


def network(vocab_size: int, seed: int) -> RNNLM:
    """Return the LSTM that makes all runs; its embedding is its output layer, too."""
    generator = torch.Generator().manual_seed(seed)
    shape = {"cell": "lstm", "hidden_size": 64, "embedding_size": 64, "tied": True}
    return RNNLM(vocab_size=vocab_size, generator=generator, **shape)


def piece_ids(train: list[str], held_out: list[str], merges: list) -> tuple[int, list[int], list[int]]:
    """Spell both texts with the merges; return the size of the vocabulary, and the ids of both."""
    known = {word: apply_merges(word, merges) for word in {*train, *held_out}}
    letters = {letter for word in train for letter in apply_merges(word, [])}
    vocab = Vocab(letters | {left + right for left, right in merges})
    ids = ([vocab.ids[piece] for word in words for piece in known[word]] for words in (train, held_out))
    return len(vocab), *ids


def spelling_nats(train: list[str], held_out: list[str], vocab: Vocab) -> float:
    """Return what it costs to spell the unknown words of the held-out text; an n-gram has learned it on rare words."""
    alphabet = Vocab("".join(train))
    lacking = [word for word in train if word not in vocab.ids]
    speller = NGram(4, len(alphabet)).fit([alphabet.encode(word) for word in lacking])
    unknown = [alphabet.encode(word) for word in held_out if word not in vocab.ids]
    return sum(float(speller.token_nll(word).sum()) for word in unknown)


def score(model: RNNLM, held_out: list[int], chars: int, extra: float = 0.0) -> float:
    """Return bits per character: every token scored, the first one after a line's end, and extra nats added."""
    nll = evaluate_stream(model, [STOP_ID, *held_out], batch_size=10, warmup=200).nll
    return (nll * len(held_out) + extra) / chars / math.log(2)


def pieces_run(label: str, size: int, ids: tuple, chars: int, extra: float = 0.0) -> dict:
    """Train once a seed; return the row of the file."""
    train, held_out = ids
    bits = []
    for seed in range(SEEDS):
        config = TrainConfig(epochs=EPOCHS, random_start=True, seed=seed, **SETTINGS)
        state = train_stream(start_training(network(size, seed), config), train, held_out, config)
        bits.append(round(score(state.model, held_out, chars, extra), 4))
    print(label, size, len(train), bits, f"{state.seconds:.0f} s", file=sys.stderr)
    return {"label": label, "vocabulary": size, "train_tokens": len(train), "bits_per_char": bits}


def stride_run(stride: int, size: int, ids: tuple, chars: int, extra: float) -> dict:
    """Train on shuffled windows, as many updates for every stride."""
    train, held_out = ids
    windows, bits = Windows(train, BPTT, stride=stride), []
    judge = partial(evaluate_stream, ids=held_out, batch_size=10, warmup=100)
    for seed in range(SEEDS):
        config = TrainConfig(epochs=1, shuffle=True, seed=seed, **SETTINGS)
        source = Source(UPDATES, partial(shuffled, windows, seed), lambda model: judge(model).nll, 65)
        state = train_on(start_training(network(size, seed), config), source, config)
        bits.append(round(score(state.model, held_out, chars, extra), 4))
    print("stride", stride, state.step, bits, f"{state.seconds:.0f} s", file=sys.stderr)
    return {"stride": stride, "updates": state.step, "windows": len(windows), "bits_per_char": bits}


def shuffled(windows: Windows, seed: int, epoch: int, skip: int) -> Iterator[Batch]:
    """Yield as many batches for every stride: the windows in random order, and again if there are too few."""
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(windows, B, shuffle=True, drop_last=True, collate_fn=stack_windows, generator=generator)
    return islice((batch for _ in range(UPDATES) for batch in loader), skip, UPDATES)


def main() -> None:
    """Make all runs, and write the file."""
    torch.set_num_threads(1)
    tales = load_tales()
    train, held_out = split_words(tales.train), split_words(tales.validation)
    chars, merges = len(tales.validation), learn_merges(train, max(MERGES))
    pieces = []
    for count in MERGES:
        size, *ids = piece_ids(train, held_out, merges[:count])
        pieces.append(pieces_run(f"{count} merges", size, ids, chars) | {"merges": count})
    vocab = Vocab.from_text(tales.train, min_count=2)
    extra = spelling_nats(train, held_out, vocab)
    ids = vocab.encode(tales.train), vocab.encode(tales.validation)
    pieces.append(pieces_run("words", len(vocab), ids, chars, extra))
    strides = [stride_run(stride, len(vocab), ids, chars, extra) for stride in STRIDES]
    content = {"made_by": "python -m tests.runs_08", "seeds": SEEDS, "pieces": pieces, "strides": strides}
    data_path("names.csv").with_name("runs_08.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
