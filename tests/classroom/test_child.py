import json
import os

import pytest

from lessons_pkg.classroom.child import LONGEST_ANSWER, Channel, run_cell, said, try_answer
from lessons_pkg.classroom.grading import as_outcomes
from lessons_pkg.classroom.plain import to_json
from tests.classroom.tiny_tasks import axis, softmax


class EvilError(Exception):
    """An error that raises another when it is asked what it says."""

    def __str__(self):
        raise SystemExit


@pytest.mark.parametrize(
    ("source", "raised"),
    [
        ("x = 1", None),
        ("", None),
        ("import asyncio\nx = await asyncio.sleep(0, 1)", None),
        ("x = 1\nraise ValueError('so')", "ValueError: so"),
        ("def f(:", "SyntaxError: invalid syntax (cell 7, line 1)"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("raise Exception('x' * 10**6)", "Exception: " + "x" * 289),
    ],
)
def test_a_cell_is_run_and_says_what_it_raised(source, raised):
    namespace = {}
    assert run_cell(7, source, namespace) == raised
    assert raised or source == "" or namespace["x"] == 1


def test_what_an_error_says_is_asked_with_care():
    assert said(EvilError()) == "EvilError: "


def answer(task, expression, **namespace):
    return try_answer(task, expression, namespace)


def test_an_answer_is_found_by_its_expression():
    assert answer(axis, "axis", axis="b") == answer(axis, "parts['axis']", parts={"axis": "b"}) == '[{"value": "b"}]'
    assert answer(axis, "axis") is None
    assert (
        answer(axis, "parts[0]", parts=[])
        == '[{"raised": "IndexError", "says": "list index out of range", "lines": []}]'
    )


def fails_with(error):
    def function(logits):
        raise error

    return function


@pytest.mark.parametrize("error", [SystemExit("so"), KeyboardInterrupt("so"), GeneratorExit("so"), ValueError("so")])
def test_whatever_an_answer_raises_is_an_outcome(error):
    outcome = as_outcomes(answer(softmax, "f", f=fails_with(error)))[0]
    assert (outcome["raised"], outcome["says"]) == (type(error).__name__, "so")


def test_an_answer_that_is_too_long_is_not_sent():
    long = "x" * LONGEST_ANSWER
    text = answer(softmax, "f", f=lambda logits: long)
    expected = to_json([{"value": long}] * 2)
    assert as_outcomes(text)[0]["says"] == f"the answer takes {len(expected):,} characters"


def test_messages_are_lines_of_their_own():
    reading, writing = os.pipe()
    channel = Channel(writing)
    os.write(writing, b"junk")
    channel.send("ended", 3, "a\nb")
    channel.file.close()
    with open(reading, "rb") as file:
        assert [json.loads(line) for line in file.read().splitlines()[1:]] == [["ended", 3, "a\nb"]]
