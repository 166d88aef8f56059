import argparse

import pytest

from lessons_pkg.arguments import add_unknown, number, seed, whole_number


@pytest.mark.parametrize(
    ("read", "lowest", "highest"), [(whole_number, 1, 2**31), (number, 0, 2**31), (seed, 0, 2**32)]
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
