"""What the commands do: train, sample, evaluate; ``__main__`` reads the command line and calls these."""

import argparse
import dataclasses
import hashlib
import json
import signal
import sys
import time
from pathlib import Path

import torch

from .checkpoint import check_writable, load_checkpoint, save_checkpoint
from .corpora import Split, hold_out_spellable, load_names, read_names, split_names
from .evaluation import evaluate_names
from .models import RNNLM
from .progress import Progress
from .recipe import TrainConfig, default_recipe
from .sampling import sample_names
from .search import beam_search, greedy
from .training import TrainState, start_training, train_names
from .vocab import Vocab, split_known

SAVE_EVERY = 5.0  # seconds between two saves of a run in progress


def encode_known(vocab: Vocab, names: list[str], unknown: str, what: str) -> list[list[int]]:
    """Encode the names that the vocabulary can spell; count and name the rest, or refuse them."""
    known, skipped, missing = split_known(vocab, names)
    if skipped:
        characters = ", ".join(f"{char!r} in {count}" for char, count in missing.most_common(8))
        message = f"{len(skipped)} of {len(names)} {what} hold characters the training names lack ({characters})"
        if unknown == "error":
            raise ValueError(f"{message}; --unknown skip leaves them out")
        print(f"skipped: {message}", file=sys.stderr)
    if not known:
        raise ValueError(f"none of the {len(names)} {what} can be spelt with the characters of the training names")
    return [vocab.encode(name) for name in known]


def read_split(a: argparse.Namespace) -> Split:
    """Read the names to learn from and those to judge by; without ``--names`` they are the course's own."""
    names = read_names(a.names) if a.names else None
    if check_writable(a.out).exists() and not a.resume:
        check_replaceable(a.out)
    if names is None:
        return load_names()
    split = split_names(names, validation=min(0.1, 1000 / len(names)), test=0)
    return split if a.unknown == "error" else hold_out_spellable(split)


def check_replaceable(path: str) -> None:
    """Refuse to write over a file that is not a checkpoint, or one whose run is unfinished."""
    try:
        unfinished = load_checkpoint(path).run
    except ValueError:
        raise ValueError(
            f"--out {path!r} exists and is not a checkpoint; it is left alone: give another name"
        ) from None
    if unfinished:
        raise ValueError(f"{path!r} holds an unfinished run; --resume goes on with it, another --out leaves it alone")


def train(a: argparse.Namespace) -> int:
    """Train, or go on with a run, and keep the best weights whatever happens."""
    split = read_split(a)
    digest = hashlib.sha256("\n".join(split.train).encode()).hexdigest()
    vocab = Vocab.from_names(split.train)
    learned = [vocab.encode(name) for name in split.train]
    held_out = encode_known(vocab, split.validation, a.unknown, "held-out names")
    state, config, notes = resume_run(a, digest) if a.resume else new_run(a, len(learned), len(vocab), digest)
    report = Progress(time.monotonic())

    def save(state: TrainState) -> None:
        ended = state.stopped in ("finished", "diverged")
        if state.stopped or time.monotonic() - report.saved > SAVE_EVERY:
            weights = {k: w.half() if notes["float16"] and ended else w for k, w in state.best_weights.items()}
            save_checkpoint(
                a.out,
                state.model,
                vocab,
                weights=weights,
                run=None if ended else state.state_dict(),
                notes=notes | {"history": state.history},
            )
            report.saved = time.monotonic()

    previous = signal.signal(signal.SIGINT, report.interrupt)
    try:
        train_names(state, learned, held_out, config, on_step=report, save=save)
    finally:
        signal.signal(signal.SIGINT, previous)
        report.end()
    return summarise(a, state, vocab)


def new_run(a: argparse.Namespace, names: int, vocab_size: int, digest: str) -> tuple[TrainState, TrainConfig, dict]:
    """Begin a run with the recipe for this many names and what the command line says otherwise."""
    seconds = 60.0 if a.seconds is None and a.epochs is None else a.seconds
    model_config, recipe = default_recipe(names, vocab_size, hidden_size=a.hidden_size, seconds=seconds or 60.0)
    model_config = dataclasses.replace(model_config, cell=a.cell or "lstm")
    recipe |= {k: v for k, v in vars(a).items() if k in ("lr", "max_norm", "batch_size") and v is not None}
    config = TrainConfig(epochs=a.epochs, seconds=seconds, seed=a.seed or 0, **recipe)
    model = RNNLM(model_config, generator=torch.Generator().manual_seed(config.seed))
    notes = {"names": digest, "config": dataclasses.asdict(config), "float16": a.float16}
    return start_training(model, config), config, notes


def resume_run(a: argparse.Namespace, digest: str) -> tuple[TrainState, TrainConfig, dict]:
    """Take up the unfinished run in a checkpoint; its settings are the file's, and the command line's must agree."""
    path, checkpoint = a.out, load_checkpoint(a.out)
    if checkpoint.run is None:
        raise ValueError(f"{path!r} holds a finished run; there is nothing to resume")
    try:
        if checkpoint.notes["names"] != digest:
            raise ValueError(f"{path!r} was trained on another list of names; resume it with the same --names")
        config = TrainConfig(**checkpoint.notes["config"])
        state = start_training(checkpoint.model, config)
        state.load_state_dict(checkpoint.run)
        settings = checkpoint.model.settings() | checkpoint.notes["config"]
        notes = {key: checkpoint.notes[key] for key in ("names", "config", "float16")}
    except (KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path!r} holds a run that this version cannot take up: {reason}") from None
    for name in settings.keys() & vars(a).keys():
        if vars(a)[name] not in (None, settings[name]):
            raise ValueError(
                f"the run in {path!r} has {name} {settings[name]}, not {vars(a)[name]}; leave that option out"
            )
    print(f"resuming at update {state.step}, after {state.seconds:.0f} s", file=sys.stderr)
    return state, config, notes


def summarise(a: argparse.Namespace, state: TrainState, vocab: Vocab) -> int:
    """Say how the run ended and show a few names."""
    best = min(state.history, key=lambda row: row["validation"])
    where = (
        f"{a.out}: the weights of update {best['step']}, {best['validation']:.4f} nats per character on held-out names"
    )
    if state.stopped == "diverged":
        raise ValueError(
            f"the loss was no longer a number at update {state.step + 1}; kept in {where}; "
            "try --lr lower or --max-norm smaller (clipping)"
        )
    if state.stopped == "interrupted":
        print(f"interrupted; kept in {where}; go on with --resume", file=sys.stderr)
        return 130
    print(f"wrote {where}")
    generator = torch.Generator().manual_seed(a.seed or 0)
    print("some new names:", ", ".join(sample_names(state.model, vocab, 8, min_length=1, generator=generator)))
    print(f"for more: python -m lessons_pkg sample {a.out}")
    return 0


def sample(a: argparse.Namespace) -> int:
    """Print names, one a line."""
    model, vocab, *_ = load_checkpoint(a.checkpoint)
    if a.greedy or a.beam:
        found = (
            [greedy(model, vocab, start=a.start)]
            if a.greedy
            else beam_search(model, vocab, width=a.beam, start=a.start)
        )
        print(*(f"{s.log_prob:8.3f}  {s.name}" for s in found), sep="\n")
        return 0
    generator = torch.Generator()
    generator.seed() if a.seed is None else generator.manual_seed(a.seed)
    print(
        *sample_names(
            model,
            vocab,
            a.count,
            temperature=a.temperature,
            top_k=a.top_k,
            top_p=a.top_p,
            start=a.start,
            min_length=1,
            generator=generator,
        ),
        sep="\n",
    )
    return 0


def evaluate(a: argparse.Namespace) -> int:
    """Print the score of a list of names."""
    model, vocab, *_ = load_checkpoint(a.checkpoint)
    score = evaluate_names(model, encode_known(vocab, read_names(a.names), a.unknown, f"names in {Path(a.names).name}"))
    if a.json:
        print(json.dumps(score._asdict()))
    else:
        print(
            f"{score.nll:.4f} nats per character, perplexity {score.perplexity:.3f}, "
            f"{score.bits_per_char:.4f} bits per character, over {score.tokens:,} characters (ends of names counted)"
        )
    return 0
