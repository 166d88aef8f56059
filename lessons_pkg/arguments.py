"""How the words of a command line are read: numbers within bounds, options that commands share, and what errors say."""

import argparse

MOST_THREADS = 1024


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


def threads(text: str) -> int:
    """Read a number of threads."""
    if not (text.isdecimal() and 1 <= int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"got {text!r}; it must be a whole number from 1 to {MOST_THREADS}")
    return int(text)


def in_words(error: Exception) -> str | None:
    """Return what to tell whoever gave a command, or None of an error that is no fault of theirs."""
    if isinstance(error, UnicodeEncodeError):
        lacking = error.object[error.start]
        return f"the output's encoding is {error.encoding}, which has no {lacking!r}; set PYTHONIOENCODING=utf-8"
    if isinstance(error, OSError):
        return f"cannot use {error.filename!r}: {error.strerror}" if error.filename else str(error)
    # torch says so of the processor's memory and of a GPU's, each with a RuntimeError
    if isinstance(error, MemoryError) or any(sign in str(error) for sign in ("allocate memory", "out of memory")):
        return "there is not enough memory; it needs a smaller network, fewer columns or less to read at a time"
    return str(error) if isinstance(error, ValueError) else None


def add_unknown(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says what to do with names the vocabulary cannot spell."""
    parser.add_argument(
        "--unknown",
        choices=["skip", "error"],
        help=f"what to do with what the training data lacks (default: {default})",
    )
