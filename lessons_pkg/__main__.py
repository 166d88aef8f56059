"""The command line: train on a list of names or on a text, sample from what was learned, evaluate.

python -m lessons_pkg train --names my.txt --out my.pt
python -m lessons_pkg sample my.pt --count 20 --temperature 0.8
python -m lessons_pkg evaluate my.pt other.txt --json

python -m lessons_pkg train --text book.txt --level word --out book.pt
python -m lessons_pkg sample book.pt --length 100 --start "The ferry"
python -m lessons_pkg evaluate book.pt other.txt --batch-size 20 --warmup 100

python -m lessons_pkg blanks solutions exercises
python -m lessons_pkg grade SUBMISSIONS/ solutions/04_bptt.ipynb grades.csv
"""

import argparse
import os
import sys

import torch

from . import commands, runs
from .arguments import add_unknown, in_words, number, seed, threads, whole_number
from .classroom import commands as classroom
from .classroom.processes import Limits
from .material import TALES
from .models import CELLS
from .recipe import OPTIMIZERS, SCHEDULES


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0, 130 after Ctrl-C, 2 after a line that says what was wrong."""
    try:
        arguments = build_parser().parse_args(argv)
        torch.set_num_threads(arguments.threads)
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:  # Ctrl-C; `train` ends in its own way
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the last flush finds a place to go
        return 0
    except Exception as error:
        if (said := in_words(error)) is None:
            raise
        print(f"lessons_pkg: {said}", file=sys.stderr)
        return 2


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others."""

    def error(self, message: str):
        """Raise what ``main`` prints."""
        raise ValueError(f"{message}; see `{self.prog} --help`")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = Parser(prog="python -m lessons_pkg", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=threads, default=1, help="CPU threads (1: best for small networks)")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    add_train(subparsers.add_parser("train", help="train on a list of names or on a text"))
    add_sample(subparsers.add_parser("sample", help="draw new names, or a piece of text"))
    add_evaluate(subparsers.add_parser("evaluate", help="score a list of names or a text"))
    add_blanks(subparsers.add_parser("blanks", help="make exercises out of solutions"))
    add_grade(subparsers.add_parser("grade", help="grade the exercises of a class"))
    return parser


def add_train(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``train``."""
    add = parser.add_argument
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--names", metavar="FILE", help="one name a line, UTF-8 (default: the course's own names)")
    data.add_argument("--text", metavar="FILE", help=f"one text, UTF-8, or `{TALES}`: the course's own")
    add("--out", metavar="FILE", required=True, help="the checkpoint to write")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, help="time to train for (default: 60)")
    length.add_argument("--epochs", type=whole_number, help="times to read the data; repeatable bit for bit")
    add("--seed", type=seed, help="the same seed and --epochs give the same run (default: 0)")
    add("--resume", action="store_true", help="go on with the unfinished run in --out, with its settings")
    add("--float16", action="store_true", default=None, help="store the weights in 16 bits: half the file, rounded")
    add_unknown(parser, "skip")
    add_model(parser.add_argument_group("the network (defaults: by the amount of data)"))
    add_optimizer(parser.add_argument_group("how it learns (defaults: by the amount of data)"))
    add_text(parser.add_argument_group("only with --text"))
    parser.set_defaults(run=runs.train)


def add_model(group: argparse._ArgumentGroup) -> None:
    """Add the options that shape the network."""
    add = group.add_argument
    add("--cell", choices=sorted(CELLS), help="kind of network (default: lstm)")
    add("--hidden-size", type=whole_number, help="units")
    add("--embedding-size", type=whole_number, help="numbers a token is turned into")
    add("--layers", type=whole_number, help="layers, one above the other (default: 1)")
    add("--dropout", type=float, help="share of the units dropped while it trains")
    add("--tied", action=argparse.BooleanOptionalAction, help="use the embedding as the output layer too")


def add_optimizer(group: argparse._ArgumentGroup) -> None:
    """Add the options that steer the optimizer."""
    add = group.add_argument
    add("--batch-size", type=whole_number, help="names, or columns of a text, in a batch")
    add("--optimizer", choices=sorted(OPTIMIZERS), help="(default: adamw)")
    add("--lr", type=float, help="highest learning rate")
    add("--schedule", choices=sorted(SCHEDULES), help="what the learning rate does (default: cosine)")
    add("--anneal", type=float, help="divide the learning rate by this when held-out data shows no improvement")
    add("--patience", type=whole_number, help="stop after so many looks at held-out data without improvement")
    add("--eval-every", type=whole_number, help="updates between two looks at held-out data")
    add("--weight-decay", type=float, help="decay of the weights")
    add("--max-norm", type=float, help="clip gradients to this norm")


def add_text(group: argparse._ArgumentGroup) -> None:
    """Add the options that say how a text is read."""
    add = group.add_argument
    add("--valid", metavar="FILE", help="held-out text (default: the last lines of the text, a tenth at most)")
    add("--level", choices=["char", "word"], help="what a token is (default: char)")
    add("--min-count", type=whole_number, help="tokens that occur less often become unknown (default: 1)")
    add("--max-vocab", type=whole_number, help="keep at most so many tokens, the most frequent")
    add("--bptt", type=whole_number, help="tokens in a window (default: 35)")
    add("--carry", action=argparse.BooleanOptionalAction, help="carry the state from window to window (default: yes)")
    add("--random-start", action=argparse.BooleanOptionalAction, help="cut the windows elsewhere in each epoch")


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``sample``."""
    add = parser.add_argument
    add("checkpoint", metavar="CHECKPOINT")
    add("--count", type=whole_number, help="how many names (default: 20)")
    add("--length", type=whole_number, help="of a model of text: how many characters or words (default: 100)")
    add("--temperature", type=float, help="below 1 safer, above 1 wilder (default: 1)")
    add("--top-k", type=whole_number, help="draw from the k likeliest characters or words only")
    add("--top-p", type=float, help="draw from the likeliest that hold this share")
    add("--start", default="", help="what every name, or the text, begins with")
    add("--seed", type=seed, help="the same seed gives the same draws")
    search = parser.add_mutually_exclusive_group()
    search.add_argument("--greedy", action="store_true", help="the likeliest character at each step; one name")
    search.add_argument("--beam", type=whole_number, metavar="WIDTH", help="the likeliest names, with log probability")
    parser.set_defaults(run=commands.sample)


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``evaluate``."""
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("file", metavar="FILE", help="one name a line, or a text, as the model was trained on; UTF-8")
    parser.add_argument("--json", action="store_true", help="print nll, perplexity, bits_per_char and tokens as JSON")
    add_unknown(parser, "error for names, score for a text")
    add = parser.add_argument_group("only for a model of text").add_argument
    add("--batch-size", type=whole_number, help="columns (default: 1, which is exact)")
    add("--bptt", type=whole_number, help="tokens read at a time (default: 35); changes only the speed, unless --reset")
    add("--warmup", type=number, help="tokens each column but the first reads before its first target (default: 0)")
    add(
        "--reset",
        action="store_true",
        default=None,
        help="begin each window from a fresh state, as a common mistake does",
    )
    parser.set_defaults(run=commands.evaluate)


def add_blanks(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``blanks``."""
    parser.add_argument("solutions", nargs="?", default="solutions", help="folder (default: solutions)")
    parser.add_argument("exercises", nargs="?", default="exercises", help="folder (default: exercises)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if any would change")
    parser.set_defaults(run=classroom.blanks)


def add_grade(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``grade``."""
    add = parser.add_argument
    add("submissions", metavar="SUBMISSIONS", help="folder with the notebooks that were handed in, and its sub-folders")
    add("solution", metavar="SOLUTION", help="the notebook with the answers; its checks say what is graded")
    add("table", metavar="TABLE", help="the file to write, .csv")
    limits = Limits()
    for name, unit in (("seconds-per-cell", "for a cell or an answer"), ("seconds", "for a notebook, half for cells")):
        default = getattr(limits, name.replace("-", "_"))
        add(f"--{name}", type=float, default=default, help=f"time {unit} (default: {default:g})")
    add("--memory", type=whole_number, default=limits.memory, help=f"MB, beside Python's (default: {limits.memory})")
    add("--workers", type=whole_number, help="submissions graded side by side (default: one for each core)")
    parser.set_defaults(run=classroom.grade)


if __name__ == "__main__":
    sys.exit(main())
