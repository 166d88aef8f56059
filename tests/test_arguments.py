import argparse

import pytest

from lessons_pkg.arguments import add_unknown, in_words, number, seed, threads, whole_number


@pytest.mark.parametrize(
    ("read", "lowest", "highest"), [(whole_number, 1, 2**31), (number, 0, 2**31), (seed, 0, 2**32), (threads, 1, 1025)]
)
def test_numbers_have_bounds(read, lowest, highest):
    assert [read(str(value)) for value in (lowest, 7, highest - 1)] == [lowest, 7, highest - 1]
    for text in (str(lowest - 1), str(highest), "", "x", "1.5", "²", " 1"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"got '.*'; it must be a whole number"):
            read(text)


def test_unknown_is_one_of_two():
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_unknown(parser, "skip")
    assert parser.parse_args(["--unknown", "error"]).unknown == "error"
    assert parser.parse_args([]).unknown is None
    with pytest.raises(argparse.ArgumentError):
        parser.parse_args(["--unknown", "guess"])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("f: got 1; it needs 2"), "f: got 1; it needs 2"),
        (PermissionError(13, "Permission denied", "m.pt"), "cannot use 'm.pt': Permission denied"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (MemoryError(), "there is not enough memory; it needs a smaller"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "there is not enough memory; it needs a smaller"),
        (RuntimeError("CUDA out of memory. Tried"), "there is not enough memory; it needs a smaller"),
        (
            UnicodeEncodeError("ascii", "Zoë", 2, 3, "no"),
            "the output's encoding is ascii, which has no 'ë'; set PYTHONIOENCODING=utf-8",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_that_whoever_gave_the_command_can_mend_are_put_into_words(error, said):
    assert in_words(error).startswith(said)


def test_an_error_of_the_program_is_left_as_it_is():
    assert in_words(RuntimeError("sizes do not match")) is None
    assert in_words(KeyError("x")) is None
