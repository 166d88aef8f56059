"""What the command ``train`` does: begin a run or take one up, save it as it goes, and say how it ended."""

import argparse
import dataclasses
import signal
import sys
import time

import torch

from .checkpoint import check_writable, load_checkpoint, save_checkpoint
from .material import Material, names_material, refuse, text_material
from .models import RNNLM, ModelConfig
from .progress import Progress
from .recipe import TrainConfig
from .sampling import sample_names, sample_text
from .training import TrainState, start_training, train_on
from .vocab import Vocab

SAVE_EVERY = 5.0  # seconds between two saves of a run in progress
TEXT_ONLY = ("valid", "level", "min_count", "max_vocab", "bptt", "carry", "random_start")


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
    if check_writable(a.out).exists() and not a.resume:
        check_replaceable(a.out)
    if not a.text:
        refuse(a, "it goes with --text", *TEXT_ONLY)
    material = text_material(a) if a.text else names_material(a.names, a.unknown or "skip")
    state, config, notes = resume_run(a, material) if a.resume else new_run(a, material)
    source = material.source(config)
    if a.text:
        print(f"{source.dropped:,} of them are in no window and are left out of an epoch", file=sys.stderr)
    report = Progress(time.monotonic(), unit=material.unit)

    def save(state: TrainState) -> None:
        ended = state.stopped in ("finished", "early", "diverged")
        if state.stopped or time.monotonic() - report.saved > SAVE_EVERY:
            weights = {k: w.half() if notes["float16"] and ended else w for k, w in state.best_weights.items()}
            save_checkpoint(
                a.out,
                state.model,
                material.vocab,
                weights=weights,
                run=None if ended else state.state_dict(),
                notes=notes | {"history": state.history},
            )
            report.saved = time.monotonic()

    previous = signal.signal(signal.SIGINT, report.interrupt)
    try:
        train_on(state, source, config, on_step=report, save=save)
    finally:
        signal.signal(signal.SIGINT, previous)
        report.end()
    return summarise(a, state, material.vocab)


def new_run(a: argparse.Namespace, material: Material) -> tuple[TrainState, TrainConfig, dict]:
    """Begin a run with the recipe for this material and what the command line says otherwise."""
    seconds = 60.0 if a.seconds is None and a.epochs is None else a.seconds
    asked = {k: v for k, v in vars(a).items() if v is not None}
    model_config, recipe = material.recipe(a.hidden_size, seconds or 60.0)
    settings = {f.name for f in dataclasses.fields(TrainConfig)} & asked.keys() - {"seconds"}
    config = TrainConfig(**recipe | {k: asked[k] for k in settings} | {"seconds": seconds})
    shape = {f.name: asked[f.name] for f in dataclasses.fields(ModelConfig) if f.name in asked}
    if (
        model_config.tied
        and "tied" not in shape
        and shape.get("embedding_size", model_config.hidden_size) != model_config.hidden_size
    ):
        shape["tied"] = False
    model = RNNLM(dataclasses.replace(model_config, **shape), generator=torch.Generator().manual_seed(config.seed))
    notes = {"data": material.digest, "config": dataclasses.asdict(config), "float16": a.float16}
    return start_training(model, config), config, notes


def resume_run(a: argparse.Namespace, material: Material) -> tuple[TrainState, TrainConfig, dict]:
    """Take up the unfinished run in a checkpoint; its settings are the file's, and the command line's must agree."""
    path, checkpoint = a.out, load_checkpoint(a.out)
    if checkpoint.run is None:
        raise ValueError(f"{path!r} holds a finished run; there is nothing to resume")
    try:
        if checkpoint.notes["data"] != material.digest:
            raise ValueError(
                f"{path!r} was trained on other {material.unit}; resume it with the same --names or --text"
            )
        config = TrainConfig(**checkpoint.notes["config"])
        state = start_training(checkpoint.model, config)
        state.load_state_dict(checkpoint.run)
        settings = checkpoint.model.settings() | checkpoint.notes["config"]
        notes = {key: checkpoint.notes[key] for key in ("data", "config", "float16")}
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
    token = "character" if vocab.level == "char" else "word"
    where = f"{a.out}: the weights of update {best['step']}, {best['validation']:.4f} nats per {token} on held-out data"
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
    if vocab.reads_text:
        print(
            "it writes:", sample_text(state.model, vocab, 40 if token == "word" else 200, generator=generator), sep="\n"
        )
    else:
        print("some new names:", ", ".join(sample_names(state.model, vocab, 8, min_length=1, generator=generator)))
    print(f"for more: python -m lessons_pkg sample {a.out}")
    return 0
