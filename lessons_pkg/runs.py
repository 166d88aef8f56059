"""What the command ``train`` does: begin a run or take one up, save it as it goes, and say how it ended."""

import argparse
import dataclasses
import signal
import sys
import time

import torch

from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .files import check_writable
from .material import Material, names_material, refuse, text_material
from .models import RNNLM, ModelConfig
from .progress import Progress
from .recipe import TrainConfig
from .sampling import sample_names, sample_text
from .tokenizer import UNKNOWN
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
    checkpoint = unfinished_run(a) if a.resume else None
    material = read_material(a, checkpoint)
    state, config, notes = resume_run(a, checkpoint, material) if checkpoint else new_run(a, material)
    source = material.source(config)
    if a.text is not None:
        print(f"{material.about}\n{source.dropped:,} targets are in no window of an epoch", file=sys.stderr)
    if checkpoint:
        print(f"resuming at update {state.step}, after {state.seconds:.0f} s", file=sys.stderr)
    report = Progress(time.monotonic(), unit=material.unit)

    def save(state: TrainState) -> None:
        ended = state.stopped in ("finished", "early", "diverged")
        if state.stopped or time.monotonic() - report.saved > SAVE_EVERY:
            weights = half(state.best_weights) if notes["float16"] and ended else state.best_weights
            save_checkpoint(
                a.out,
                state.model,
                material.vocab,
                weights=weights,
                run=None if ended else state.state_dict(),
                notes=notes | {"history": state.history},
            )
            report.saved = time.monotonic()

    asks = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C; what a machine sends before it shuts down
    previous = [signal.signal(number, report.interrupt) for number in asks]
    try:
        train_on(state, source, config, on_step=report, save=save)
    finally:
        for number, before in zip(asks, previous, strict=True):
            signal.signal(number, before)
        report.end()
    return summarise(a, state, material.vocab)


def half(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights in 16 bits; a matrix that two layers share stays one."""
    rounded = {w.data_ptr(): w.half() for w in weights.values()}
    return {name: rounded[w.data_ptr()] for name, w in weights.items()}


def unfinished_run(a: argparse.Namespace) -> Checkpoint:
    """Read the run to be taken up."""
    checkpoint = load_checkpoint(a.out)
    if checkpoint.run is None:
        raise ValueError(f"{a.out!r} holds a finished run; there is nothing to resume")
    if checkpoint.vocab.reads_text != (a.text is not None):
        unit, option = ("tokens", "--text") if checkpoint.vocab.reads_text else ("names", "--names")
        raise ValueError(f"{a.out!r} was trained on {unit}; resume it with the same {option}")
    return checkpoint


def read_material(a: argparse.Namespace, checkpoint: Checkpoint | None) -> Material:
    """Read what the command line says to learn from, and refuse options that do not fit it."""
    if a.text is not None:
        refuse(a, f"a token of a text that the vocabulary lacks is read as {UNKNOWN}", "unknown")
        return text_material(a, checkpoint and checkpoint.vocab)
    refuse(a, "it goes with --text", *TEXT_ONLY)
    return names_material(a.names, a.unknown or "skip")


def new_run(a: argparse.Namespace, material: Material) -> tuple[TrainState, TrainConfig, dict]:
    """Begin a run with the recipe for this material and what the command line says otherwise."""
    seconds = 60.0 if a.seconds is None and a.epochs is None else a.seconds
    asked = {k: v for k, v in vars(a).items() if v is not None}
    model_config, recipe = material.recipe(a.hidden_size, seconds or 60.0)
    settings = {f.name for f in dataclasses.fields(TrainConfig)} & asked.keys() - {"seconds"}
    config = TrainConfig(**recipe | {k: asked[k] for k in settings} | {"seconds": seconds})
    shape = {f.name: asked[f.name] for f in dataclasses.fields(ModelConfig) if f.name in asked}
    if a.cell == "attention":
        shape["weight_drop"] = 0.0  # it has no weights from hidden to hidden
    if a.tied and a.embedding_size is None:
        shape["embedding_size"] = model_config.hidden_size  # tied weights need as many
    elif a.tied is None and a.embedding_size not in (None, model_config.hidden_size):
        shape["tied"] = False
    model = RNNLM(dataclasses.replace(model_config, **shape), generator=torch.Generator().manual_seed(config.seed))
    notes = {"data": material.digest, "config": dataclasses.asdict(config), "float16": bool(a.float16)}
    return start_training(model, config), config, notes


def resume_run(
    a: argparse.Namespace, checkpoint: Checkpoint, material: Material
) -> tuple[TrainState, TrainConfig, dict]:
    """Take up the unfinished run in a checkpoint; its settings are the file's, and the command line's must agree."""
    path = a.out
    try:
        if checkpoint.notes["data"] != material.digest:
            raise ValueError(
                f"{path!r} was trained on other {material.unit}; resume it with the same --names or --text"
            )
        config = TrainConfig(**checkpoint.notes["config"])
        state = start_training(checkpoint.model, config)
        state.load_state_dict(checkpoint.run)
        notes = {key: checkpoint.notes[key] for key in ("data", "config", "float16")}
        settings = checkpoint.model.settings() | notes["config"] | {"float16": notes["float16"]}
    except (KeyError, TypeError, AttributeError, IndexError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path!r} holds a run that this version cannot take up: {reason}") from None
    for name in sorted(settings.keys() & vars(a).keys()):
        if vars(a)[name] not in (None, settings[name]):
            raise ValueError(
                f"the run in {path!r} has {name} {settings[name]}, not {vars(a)[name]}; leave that option out"
            )
    return state, config, notes


def summarise(a: argparse.Namespace, state: TrainState, vocab: Vocab) -> int:
    """Say how the run ended, and show a few names or a piece of text."""
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
    early = "; it stopped early, as that got no better" if state.stopped == "early" else ""
    idle = "; no update has made it better: try more --seconds or --epochs" if best["step"] == 0 else ""
    print(f"wrote {where}{early}{idle}")
    generator = torch.Generator().manual_seed(a.seed or 0)
    if vocab.reads_text:
        print(
            "it writes:", sample_text(state.model, vocab, 40 if token == "word" else 200, generator=generator), sep="\n"
        )
    else:
        print("some new names:", ", ".join(sample_names(state.model, vocab, 8, min_length=1, generator=generator)))
    print(f"for more: python -m lessons_pkg sample {a.out}")
    return 0
