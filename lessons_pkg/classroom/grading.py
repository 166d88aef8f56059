"""Grading a class: every submission is tried in child processes, and what its answers did is judged here."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from .checks import Verdict, judge
from .plain import Unknown, from_json
from .processes import Limits
from .submissions import Asked, Submission, definitions, doubles, read_submission
from .task import Task
from .trial import Trial

DEEPEST, MOST_CASES, LONGEST = 20, 1000, 2**21
JUDGING = Lock()  # the references draw from random generators that all threads share
SOCKETS = [Path("/run"), Path("/tmp/.X11-unix")]  # where programs outside take orders, also with no network
FORMS = [{"blank"}, {"value"}, {"raised", "says", "lines"}]  # of an outcome


@dataclass
class Grade:
    """What one submission has earned.

    Args:
        submission: what was graded.
        verdicts: by the name of the task; a task that could not be judged has none.
        lost: why not, by the name of the task.
        isolation: what of ``isolation.shut_in`` and ``limit`` was active; None if no code was run.
    """

    submission: Submission
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    isolation: list[str] | None = None


class Grader:
    """Grades submissions as the instructor's own notebook asks.

    Args:
        asked: what its checks ask for.
        limits: of time and memory for one submission.
        hidden: folders that students' code need not see.
    """

    def __init__(self, asked: list[Asked], limits: Limits, hidden: list[Path]):
        self.asked, self.limits, self.stop = asked, limits, Event()
        self.usual: Counter = Counter()
        self.given: set[str] = set()
        self.hidden = [str(path.resolve()) for path in [*hidden, *SOCKETS] if may_be_hidden(path)]

    def rehearse(self, solution: Submission) -> None:
        """Grade the instructor's own notebook, which must earn all points here, and remember what it defines.

        Raises:
            ValueError: if it does not: then nobody can.
        """
        self.usual, self.given = definitions(solution.cells), insiders(solution.cells)
        grade = self.grade(solution)
        for name in (one.task.name for one in self.asked):
            verdict = grade.verdicts.get(name)
            if not verdict:
                why = [grade.lost[name]] if verdict is None else [verdict.state, verdict.hint, *verdict.details]
                text = " ".join(part for part in [*why, *solution.notes] if part)
                raise ValueError(f"grade: {solution.name!r} itself does not earn the points of {name!r}: {text}")

    def grade(self, submission: Submission) -> Grade:
        """Return the grade of one submission."""
        if submission.problem:
            return Grade(submission)
        trial = Trial(submission, self.asked, self.limits, hidden=self.hidden, stop=self.stop).run()
        grade = Grade(submission, lost=trial.lost, isolation=trial.isolation)
        with JUDGING:
            for one in self.asked:
                if one.task.name in trial.found:
                    self.judge(one.task, trial.found[one.task.name], grade)
        submission.notes += self.notes(trial)
        return grade

    def judge(self, task: Task, text: str, grade: Grade) -> None:
        """Add the verdict on what a child says that an answer did."""
        try:
            grade.verdicts[task.name] = judge(task, as_outcomes(text))
        except Exception as error:  # whatever a child made up: it loses this answer, and no other
            grade.lost[task.name] = f"what came back is no answer ({type(error).__name__})"

    def notes(self, trial: Trial) -> list[str]:
        """Return what an instructor should know about a submission, beside its answers."""
        notes = [f"cell {number} {what}" for number, what in sorted(trial.cells.items())]
        if trial.strange:
            notes.append("something but the grader wrote to the grader's channel; it was not believed")
        for name, count in definitions(trial.submission.cells).items():
            if name in {one.expression for one in self.asked} and count > max(1, self.usual[name]):
                notes.append(f"{name} is defined in {count} cells; the last one counts")
        if more := sorted(insiders(trial.submission.cells) - self.given):
            notes.append(f"uses lessons_pkg.classroom, where right answers stand, as the exercise does not: {more[0]}")
        return notes

    def grade_all(self, paths: list[Path], folder: Path, workers: int) -> Iterator[Grade]:
        """Yield the grade of each notebook below a folder, in the order in which they are done."""
        notes = doubles([path.relative_to(folder).as_posix() for path in paths])
        with ThreadPoolExecutor(workers) as pool:
            waiting = [pool.submit(self.read_and_grade, path, folder, notes) for path in paths]
            try:
                for future in as_completed(waiting):
                    yield future.result()
            finally:  # with Ctrl-C there are some left
                self.stop.set()
                pool.shutdown(cancel_futures=True)

    def read_and_grade(self, path: Path, folder: Path, notes: dict[str, str]) -> Grade:
        """Return the grade of the notebook in a file, with the note on it if there is one."""
        submission = read_submission(path, folder)
        submission.notes += [notes[submission.name]] if submission.name in notes else []
        try:
            return self.grade(submission)
        except OSError as error:  # no space, no more processes: this one is not graded, the others are
            submission.problem = f"it could not be graded: {error}"
            return Grade(submission)


def insiders(cells: list[tuple[int, str]]) -> set[str]:
    """Return the lines of cells that name the part of the package in which answers are tried, and right ones stand."""
    lines = (line.strip() for _, text in cells for line in text.splitlines())
    return {line for line in lines if "lessons_pkg" in line and "classroom" in line}


def may_be_hidden(path: Path) -> bool:
    """Return whether a folder holds nothing that a child needs in order to run."""
    needed = [*sys.path, sys.prefix, sys.base_prefix, sys.executable, tempfile.gettempdir(), os.path.dirname(__file__)]
    return path.is_dir() and not any(Path(one).resolve().is_relative_to(path.resolve()) for one in needed)


def as_outcomes(text: str) -> list[dict]:
    """Return the outcomes that a child has sent, once they have the form that outcomes have.

    Raises:
        ValueError: if they do not.
    """
    found = from_json(text) if len(text) <= LONGEST else None
    if not isinstance(found, list) or not 0 < len(found) <= MOST_CASES:
        raise ValueError("as_outcomes: that is no list of outcomes")
    for outcome in found:
        if not isinstance(outcome, dict) or outcome.keys() not in FORMS:
            raise ValueError("as_outcomes: an outcome has another form")
        texts = [outcome.get("raised", ""), outcome.get("says", ""), *outcome.get("lines", [])]
        if not (all(isinstance(one, str) for one in texts) and is_plain(outcome.get("value"))):
            raise ValueError("as_outcomes: an outcome holds what is no plain value")
    return found


def is_plain(value: Any, depth: int = 0) -> bool:
    """Return whether a value is as ``plain`` makes them, and nested no deeper than an answer can be."""
    if isinstance(value, dict | list) and depth < DEEPEST:
        return all(is_plain(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, str | np.ndarray | Unknown)
