"""How the words of a command line are read: numbers within bounds, and options that commands share."""

import argparse


def whole_number(text: str) -> int:
    """Read a whole number of at least 1."""
    if not (text.isdecimal() and 1 <= int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number, at least 1 and below 2**31")
    return int(text)


def number(text: str) -> int:
    """Read a whole number of at least 0."""
    if not (text.isdecimal() and int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number, at least 0 and below 2**31")
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
        help=f"what to do with what the training data lacks (default: {default})",
    )
