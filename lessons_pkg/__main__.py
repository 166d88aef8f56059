"""The command line: train on a list of names, sample new ones, evaluate.

python -m lessons_pkg train --names my.txt --out my.pt
python -m lessons_pkg sample my.pt --count 20 --temperature 0.8
python -m lessons_pkg evaluate my.pt other.txt --json
"""

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
from .corpora import load_names, read_names, split_names
from .evaluation import evaluate_names
from .models import CELLS, RNNLM
from .sampling import beam_search, greedy, sample_names
from .training import TrainConfig, TrainState, default_recipe, start_training, train_names
from .vocab import Vocab, split_known

SAVE_EVERY = 5.0  # seconds between two saves of a run in progress


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0, or 2 after one line on stderr that says what was wrong."""
    try:
        arguments = build_parser().parse_args(argv)
        torch.set_num_threads(arguments.threads)
        return arguments.run(arguments)
    except ValueError as error:
        print(f"lessons_pkg: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        sys.stderr.close()
        return 0


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others."""

    def error(self, message: str):
        """Raise what ``main`` prints."""
        raise ValueError(f"{message}; see `{self.prog} --help`")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = Parser(prog="python -m lessons_pkg", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=whole_number, default=1, help="CPU threads (1: best for small networks)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train on a list of names")
    train.set_defaults(run=run_train)
    train.add_argument("--names", metavar="FILE", help="one name a line, UTF-8 (default: the course's own names)")
    train.add_argument("--out", metavar="FILE", required=True, help="the checkpoint to write")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, help="time to train for (default: 60)")
    length.add_argument("--epochs", type=whole_number, help="times to read the list; repeatable bit for bit")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--resume", action="store_true", help="go on with the unfinished run in --out")
    train.add_argument("--cell", choices=sorted(CELLS), default="lstm", help="kind of network (default: lstm)")
    train.add_argument("--float16", action="store_true", help="store the weights in 16 bits: half the file, rounded")
    train.add_argument("--hidden-size", type=whole_number, help="units (default: by the length of the list)")
    train.add_argument("--lr", type=float, help="highest learning rate (default: by the length of the list)")
    train.add_argument("--max-norm", type=float, help="clip gradients to this norm (default: 1)")
    train.add_argument("--batch-size", type=whole_number, help="names in a batch (default: 256)")
    add_unknown(train, "skip")

    sample = commands.add_parser("sample", help="draw new names")
    sample.set_defaults(run=run_sample)
    sample.add_argument("checkpoint", metavar="CHECKPOINT")
    sample.add_argument("--count", type=whole_number, default=20)
    sample.add_argument("--temperature", type=float, default=1.0, help="below 1 safer, above 1 wilder (default: 1)")
    sample.add_argument("--top-k", type=whole_number, help="draw from the k likeliest characters only")
    sample.add_argument("--top-p", type=float, help="draw from the likeliest characters that hold this share")
    sample.add_argument("--start", default="", help="what every name begins with")
    sample.add_argument("--seed", type=int, help="the same seed gives the same names")
    search = sample.add_mutually_exclusive_group()
    search.add_argument("--greedy", action="store_true", help="the likeliest character at each step; one name")
    search.add_argument(
        "--beam", type=whole_number, metavar="WIDTH", help="the likeliest names, with their log probability"
    )

    evaluate = commands.add_parser("evaluate", help="score a list of names")
    evaluate.set_defaults(run=run_evaluate)
    evaluate.add_argument("checkpoint", metavar="CHECKPOINT")
    evaluate.add_argument("names", metavar="FILE", help="one name a line, UTF-8")
    evaluate.add_argument("--json", action="store_true", help="print nll, perplexity, bits_per_char and tokens as JSON")
    add_unknown(evaluate, "error")
    return parser


def whole_number(text: str) -> int:
    """Read a whole number of at least 1."""
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number, at least 1")
    return int(text)


def add_unknown(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says what to do with names the vocabulary cannot spell."""
    parser.add_argument(
        "--unknown",
        choices=["skip", "error"],
        default=default,
        help=f"names with characters that the training names lack (default: {default})",
    )


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


def run_train(a: argparse.Namespace) -> int:
    """Train, or go on with a run, and keep the best weights whatever happens."""
    check_writable(a.out)
    names = read_names(a.names) if a.names else None
    split = split_names(names, validation=min(0.1, 1000 / len(names)), test=0) if names else load_names()
    digest = hashlib.sha256("\n".join(split.train).encode()).hexdigest()
    vocab = Vocab.from_names(split.train)
    train = [vocab.encode(name) for name in split.train]
    validation = encode_known(vocab, split.validation, a.unknown, "held-out names")
    state, config = resume_run(a.out, digest) if a.resume else new_run(a, len(train), len(vocab))

    report = Progress(time.monotonic())
    notes = {"names": digest, "config": dataclasses.asdict(config)}

    def save(state: TrainState) -> None:
        ended = state.stopped in ("finished", "diverged")
        if state.stopped or time.monotonic() - report.saved > SAVE_EVERY:
            weights = {k: w.half() if a.float16 and ended else w for k, w in state.best_weights.items()}
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
        train_names(state, train, validation, config, on_step=report, save=save)
    finally:
        signal.signal(signal.SIGINT, previous)
        report.end()
    return summarise(a, state, vocab)


def new_run(a: argparse.Namespace, names: int, vocab_size: int) -> tuple[TrainState, TrainConfig]:
    """Begin a run with the recipe for this many names and what the command line says otherwise."""
    seconds = 60.0 if a.seconds is None and a.epochs is None else a.seconds
    model_config, recipe = default_recipe(names, vocab_size, hidden_size=a.hidden_size, seconds=seconds or 60.0)
    model_config = dataclasses.replace(model_config, cell=a.cell)
    recipe |= {k: v for k, v in vars(a).items() if k in ("lr", "max_norm", "batch_size") and v is not None}
    config = TrainConfig(epochs=a.epochs, seconds=seconds, seed=a.seed, **recipe)
    model = RNNLM(model_config, generator=torch.Generator().manual_seed(a.seed))
    return start_training(model, config), config


def resume_run(path: str, digest: str) -> tuple[TrainState, TrainConfig]:
    """Take up the unfinished run in a checkpoint; its settings are the file's."""
    checkpoint = load_checkpoint(path)
    if checkpoint.run is None:
        raise ValueError(f"{path!r} holds a finished run; there is nothing to resume")
    if checkpoint.notes["names"] != digest:
        raise ValueError(f"{path!r} was trained on another list of names; resume it with the same --names")
    config = TrainConfig(**checkpoint.notes["config"])
    state = start_training(checkpoint.model, config)
    state.load_state_dict(checkpoint.run)
    print(f"resuming at update {state.step}, after {state.seconds:.0f} s", file=sys.stderr)
    return state, config


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
    generator = torch.Generator().manual_seed(a.seed)
    print("some new names:", ", ".join(sample_names(state.model, vocab, 8, generator=generator)))
    print(f"for more: python -m lessons_pkg sample {a.out}")
    return 0


class Progress:
    """A line on stderr that says how a run is going; also the handler of Ctrl-C."""

    def __init__(self, now: float):
        self.saved = self.shown = now
        self.tty = sys.stderr.isatty()
        self.interrupted = False

    def interrupt(self, *_) -> None:
        """Ask the run to stop after the update in hand; a second Ctrl-C stops at once."""
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __call__(self, state: TrainState, loss: float, done: float) -> None:
        """Show the share done, the losses, names per second and the time left."""
        if self.interrupted:
            raise KeyboardInterrupt
        if time.monotonic() - self.shown < (0.2 if self.tty else 10.0):
            return
        self.shown = time.monotonic()
        bar = "#" * int(24 * done)
        left = state.seconds * (1 / done - 1) if done else 0
        line = (
            f"[{bar:<24}] {done:4.0%}  loss {loss:.3f}  held-out {state.history[-1]['validation']:.3f}  "
            f"{state.names_read / state.seconds:,.0f} names/s  {int(left // 60)}:{int(left % 60):02d} left"
        )
        print(f"\r{line}" if self.tty else line, end="" if self.tty else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self.tty:
            print(file=sys.stderr)


def run_sample(a: argparse.Namespace) -> int:
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
            generator=generator,
        ),
        sep="\n",
    )
    return 0


def run_evaluate(a: argparse.Namespace) -> int:
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


if __name__ == "__main__":
    sys.exit(main())
