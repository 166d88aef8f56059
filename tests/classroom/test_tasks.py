"""Every task keeps its promises: right answers pass, in whatever form, and each known mistake gets its own hint."""

import importlib
import inspect
import re
from collections import Counter
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from lessons_pkg.classroom.checks import NOT_FILLED_IN, behaves_like, judge, outcomes, outcomes_of_ours
from lessons_pkg.classroom.plain import plain, shown
from lessons_pkg.classroom.task import every_task, find
from tests.prose import slips

TASKS = list(every_task())
MISTAKES = [(task, mistake) for task in TASKS for mistake in task.mistakes]
MODULES = sorted({task.name.partition(".")[0] for task in TASKS})
FEWEST_CHECKS, FEWEST_MISTAKES = 60, 3


def alternative(task):
    """Return a right answer to a task that is written in another way."""
    module, _, name = task.name.partition(".")
    return getattr(importlib.import_module(f"tests.classroom.alternatives.{module}"), name)


def named(task):
    return task.name


@pytest.mark.parametrize("task", TASKS, ids=named)
def test_the_reference_passes_and_a_blank_does_not(task):
    assert judge(task, outcomes_of_ours(task, task.reference)).state == "passed"
    for blank in (None, ...):
        assert judge(task, outcomes(task, blank)).state == NOT_FILLED_IN
    if task.cases:

        def unfinished(*arguments):
            raise NotImplementedError

        assert judge(task, outcomes(task, unfinished)).state == NOT_FILLED_IN
        assert len(task.cases()) >= 1


@pytest.mark.parametrize("task", TASKS, ids=named)
def test_a_right_answer_written_in_another_way_passes(task):
    answer = alternative(task)
    verdict = judge(task, outcomes(task, answer))
    assert verdict, str(verdict)
    if task.cases:
        ours, theirs = (inspect.getsource(one).partition(":\n")[2] for one in (task.reference, answer))
        assert ours.strip() != theirs.strip()


@pytest.mark.parametrize(
    ("task", "mistake"), MISTAKES, ids=[f"{task.name}-{k}" for k, (task, _) in enumerate(MISTAKES)]
)
def test_a_known_mistake_fails_and_gets_its_own_hint_and_no_other(task, mistake):
    found = outcomes_of_ours(task, mistake.answer)
    assert not any("blank" in outcome for outcome in found)
    verdict = judge(task, found)
    assert (verdict.state, verdict.hint) == ("wrong", mistake.hint)
    assert [one.hint for one in task.mistakes if behaves_like(task, found, one)] == [mistake.hint]


@pytest.mark.parametrize("task", TASKS, ids=named)
def test_hints_lead_and_do_not_give_the_answer_away(task):
    hints = [mistake.hint for mistake in task.mistakes]
    assert len(set(hints)) == len(hints) >= 1
    for hint in hints:
        assert list(slips(hint)) == []
        assert 20 <= len(hint) <= 300
        assert hint[-1] in ".?"
        answer = None if task.cases else plain(task.reference())
        if isinstance(answer, np.ndarray) and answer.size == 1:
            assert not re.search(rf"(?<![\d.]){re.escape(shown(answer).rstrip('.'))}(?!\d)", hint), hint


def test_the_references_are_documented_and_tasks_are_called_as_they_are_found():
    for task in TASKS:
        assert inspect.getdoc(task.reference), task.name
        assert find(task.name) is task
    assert max(Counter(task.name for task in TASKS).values()) == 1


def test_there_are_enough_of_them():
    assert len(TASKS) >= FEWEST_CHECKS
    assert len(MISTAKES) >= FEWEST_MISTAKES * len(TASKS)


def test_alternatives_are_of_tasks():
    folder = Path(__file__).parent / "alternatives"
    assert sorted(path.stem for path in folder.glob("[!_]*.py")) == MODULES


def table() -> None:
    """Print, for each module of tasks, how many of its mistakes are caught and how many get their own hint."""
    print("| tasks of | checks | mistakes | caught | own hint | alternatives passed |\n|---|---|---|---|---|---|")
    rows = []
    for module in MODULES:
        tasks = [task for task in TASKS if task.name.startswith(f"{module}.")]
        verdicts = [(one, judge(task, outcomes_of_ours(task, one.answer))) for task in tasks for one in task.mistakes]
        caught = sum(not verdict for _, verdict in verdicts)
        own = sum(verdict.hint == one.hint for one, verdict in verdicts)
        right = sum(bool(judge(task, outcomes(task, alternative(task)))) for task in tasks)
        rows.append((len(tasks), len(verdicts), caught, own, right))
        print(f"| {module} |", " | ".join(map(str, rows[-1])), "|")
    print("| all |", " | ".join(str(sum(column)) for column in zip(*rows, strict=True)), "|")
    print(f"{mean(len(task.mistakes) for task in TASKS):.1f} mistakes a check")


if __name__ == "__main__":  # python -m tests.classroom.test_tasks
    table()
