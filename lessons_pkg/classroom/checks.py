"""Checks that answer back: an answer is right, not filled in yet, or wrong, and then which mistake it looks like.

An answer is tried on the task's cases, and what happens is kept as plain data, its outcomes. These are compared with
the outcomes of the reference and, where they differ, with those of every known mistake. Trying and judging are apart,
so that a class can be graded with the answers tried in one process and judged in another.
"""

import os
import re
import site
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import torch

from .plain import form, holds_ellipsis, plain, same
from .seen import NO_FUNCTION, seen
from .task import Mistake, Task, find

NOT_FILLED_IN, WIDTH = "not filled in yet", 88
LIBRARIES = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
NOT_THEIRS = (*LIBRARIES, site.getusersitepackages(), "<frozen ", str(Path(__file__).parents[1]))
SIGNS = {"passed": "✓", NOT_FILLED_IN: "…", "wrong": "✗"}


@dataclass
class Verdict:
    """What a check has found; true if the answer is right.

    Args:
        name: of the task.
        state: ``passed``, ``not filled in yet`` or ``wrong``.
        hint: of the known mistake that the answer behaves like, or "".
        details: what was seen, line by line.
    """

    name: str
    state: str
    hint: str = ""
    details: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.state == "passed"

    def __str__(self) -> str:
        said = [line for line in (self.hint, *self.details) if line]
        lines = [fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in said]
        return "\n".join([f"{SIGNS[self.state]} {self.state}: {self.name}", *lines])

    def _ipython_display_(self) -> None:
        """Show nothing: ``check`` has printed it."""


def check(name: str, answer: Any) -> Verdict:
    """Print whether an answer is right and, if not, which mistake it looks like; return that as a ``Verdict``.

    An answer that fails raises nothing, so that an unfinished notebook runs to its end, unless the environment has
    ``LESSONS_STRICT=1``.

    Args:
        name: of the task, as the exercise says.
        answer: the function, or the value.

    Raises:
        ValueError: if there is no task of this name.
        AssertionError: with ``LESSONS_STRICT=1``, if the answer is not right.
    """
    task = find(name)
    verdict = judge(task, outcomes(task, answer))
    print(verdict)
    if os.environ.get("LESSONS_STRICT", "0") not in ("", "0") and not verdict:
        raise AssertionError(str(verdict))
    return verdict


def outcomes(task: Task, answer: Any) -> list[dict]:
    """Try an answer and return what happened, as plain data.

    Args:
        task: what was asked.
        answer: the function, or the value.

    Returns:
        A dict for each case, or one for a value: ``{"value": ...}``, ``{"raised": type, "says": text, "lines": ...}``
        or ``{"blank": True}`` where nothing is filled in.
    """
    if answer is None or answer is ...:
        return [{"blank": True}]
    if task.cases is None:
        return [attempt(lambda: answer, lambda value: tidy(plain(value)))]
    if not callable(answer):
        says = f"This is {form(plain(answer))}. Hand in the function itself: its name, without brackets."
        return [{"raised": NO_FUNCTION, "says": says, "lines": []}]
    return [attempt(partial(task.observe, answer, *case), plain) for case in task.cases()]


def tidy(value: Any) -> Any:
    """Return a plain value; of text neither capitals count nor spaces and commas, as between letters of a choice."""
    return re.sub(r"[\s,;]+", "", value).lower() if isinstance(value, str) else value


def attempt(observe: Callable[[], Any], keep: Callable[[Any], Any]) -> dict:
    """Return what is observed, as it is to be kept; the state of torch's random generator is left as it was."""
    with torch.random.fork_rng(devices=[]), np.errstate(all="ignore"), torch.enable_grad():
        torch.manual_seed(0)
        try:
            value = observe()
            return {"blank": True} if holds_ellipsis(value) else {"value": keep(value)}
        except Exception as error:
            says = words_of(error)
            if isinstance(error, NotImplementedError) and not says:  # torch's own say what they cannot do
                return {"blank": True}
            return {"raised": type(error).__name__, "says": says, "lines": own_lines(error)}


def words_of(error: BaseException) -> str:
    """Return what an error says, or "" if its class cannot even do that."""
    try:
        return str(error)
    except BaseException:
        return ""


def own_lines(error: Exception) -> list[str]:
    """Return where an error came from, in the lines that the student wrote alone, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(NOT_THEIRS)]
    return [f"line {frame.lineno} of the cell, in {frame.name}: {frame.line}".rstrip(": ") for frame in theirs]


def judge(task: Task, found: list[dict]) -> Verdict:
    """Compare outcomes with those of the reference and of the known mistakes."""
    if any("blank" in outcome for outcome in found):
        return Verdict(task.name, NOT_FILLED_IN)
    expected = outcomes_of_ours(task, task.reference)
    differing = [k for k, pair in enumerate(zip(expected, found, strict=False)) if not alike(task, *pair)]
    if not differing and len(expected) == len(found):
        return Verdict(task.name, "passed")
    hint = next((one.hint for one in task.mistakes if behaves_like(task, found, one)), "")
    first = differing[0] if differing else 0
    details = seen(task, first, expected[first], found[first] if found else {}, bool(hint))
    return Verdict(task.name, "wrong", hint, tuple(details))


def outcomes_of_ours(task: Task, answer: Any) -> list[dict]:
    """Return the outcomes of a reference or a mistake; of a value, these may be functions that return it."""
    return outcomes(task, answer() if task.cases is None and callable(answer) else answer)


def behaves_like(task: Task, found: list[dict], mistake: Mistake) -> bool:
    """Return whether outcomes are those of a known mistake, case by case."""
    known = outcomes_of_ours(task, mistake.answer)
    if len(known) != len(found):
        return False
    pairs = zip(known, found, strict=True)  # an error must also say the same: many errors have the same type
    return all(alike(task, ours, theirs) and ours.get("says") == theirs.get("says") for ours, theirs in pairs)


def alike(task: Task, ours: dict, theirs: dict) -> bool:
    """Return whether two outcomes are the same: the same value, or an error of the same type."""
    if "value" in ours and "value" in theirs:
        return same(ours["value"], theirs["value"], task.tolerance)
    return "raised" in ours and ours["raised"] == theirs.get("raised")
