"""The command line: train on a list of names, sample new ones, evaluate.

python -m lessons_pkg train --names my.txt --out my.pt
python -m lessons_pkg sample my.pt --count 20 --temperature 0.8
python -m lessons_pkg evaluate my.pt other.txt --json
"""

import argparse
import os
import sys

import torch

from . import commands
from .models import CELLS


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0, 130 after Ctrl-C, 2 after a line that says what was wrong."""
    try:
        arguments = build_parser().parse_args(argv)
        torch.set_num_threads(arguments.threads)
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except ValueError as error:
        print(f"lessons_pkg: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl-C; `train` ends in its own way
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the last flush finds a place to go
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
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    add_train(subparsers.add_parser("train", help="train on a list of names"))
    add_sample(subparsers.add_parser("sample", help="draw new names"))
    add_evaluate(subparsers.add_parser("evaluate", help="score a list of names"))
    return parser


def add_train(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``train``."""
    add = parser.add_argument
    add("--names", metavar="FILE", help="one name a line, UTF-8 (default: the course's own names)")
    add("--out", metavar="FILE", required=True, help="the checkpoint to write")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, help="time to train for (default: 60)")
    length.add_argument("--epochs", type=whole_number, help="times to read the list; repeatable bit for bit")
    add("--seed", type=seed, help="the same seed and --epochs give the same run (default: 0)")
    add("--resume", action="store_true", help="go on with the unfinished run in --out, with its settings")
    add("--cell", choices=sorted(CELLS), help="kind of network (default: lstm)")
    add("--hidden-size", type=whole_number, help="units (default: by the length of the list)")
    add("--lr", type=float, help="highest learning rate (default: by the length of the list)")
    add("--max-norm", type=float, help="clip gradients to this norm (default: 1)")
    add("--batch-size", type=whole_number, help="names in a batch (default: 256)")
    add("--float16", action="store_true", help="store the weights in 16 bits: half the file, rounded")
    add_unknown(parser, "skip")
    parser.set_defaults(run=commands.train)


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``sample``."""
    add = parser.add_argument
    add("checkpoint", metavar="CHECKPOINT")
    add("--count", type=whole_number, default=20)
    add("--temperature", type=float, default=1.0, help="below 1 safer, above 1 wilder (default: 1)")
    add("--top-k", type=whole_number, help="draw from the k likeliest characters only")
    add("--top-p", type=float, help="draw from the likeliest characters that hold this share")
    add("--start", default="", help="what every name begins with")
    add("--seed", type=seed, help="the same seed gives the same names")
    search = parser.add_mutually_exclusive_group()
    search.add_argument("--greedy", action="store_true", help="the likeliest character at each step; one name")
    search.add_argument("--beam", type=whole_number, metavar="WIDTH", help="the likeliest names, with log probability")
    parser.set_defaults(run=commands.sample)


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``evaluate``."""
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("names", metavar="FILE", help="one name a line, UTF-8")
    parser.add_argument("--json", action="store_true", help="print nll, perplexity, bits_per_char and tokens as JSON")
    add_unknown(parser, "error")
    parser.set_defaults(run=commands.evaluate)


def whole_number(text: str) -> int:
    """Read a whole number of at least 1."""
    if not (text.isdecimal() and 1 <= int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number, at least 1 and below 2**31")
    return int(text)


def seed(text: str) -> int:
    """Read a seed of a random generator."""
    if not (text.isdecimal() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number from 0 to 2**32 - 1")
    return int(text)


def add_unknown(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says what to do with names the vocabulary cannot spell."""
    parser.add_argument(
        "--unknown",
        choices=["skip", "error"],
        default=default,
        help=f"names with characters that the training names lack (default: {default})",
    )


if __name__ == "__main__":
    sys.exit(main())
