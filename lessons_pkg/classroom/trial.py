"""One submission on its way through as many child processes as it takes.

All cells of a notebook are run first and the answers are tried then, found by their names. So it does not matter where
a student's own checks stand, or whether they are still there; of a function that is defined twice the last one counts,
as it does for whoever reads on. A cell or an answer that hangs or ends Python is left out, and a new child goes through
the rest: that loses its own points and no others.
"""

from threading import Event
from time import monotonic

from .processes import START, Child, Limits
from .submissions import Asked, Submission

MOST_STARTS = 10  # children for the cells of one submission; then what has run counts
NOT_FOUND = "there is nothing of this name"
TIME_UP = "the time for the whole notebook was up"


class StuckError(Exception):
    """A child went no further: at which step, and why."""


class Trial:
    """What running a submission has brought to light.

    Args:
        submission: whose cells are run.
        asked: the answers that are tried then.
        limits: of time and memory.
        hidden: folders that students' code need not see.
        stop: calls it off.
    """

    def __init__(self, submission: Submission, asked: list[Asked], limits: Limits, *, hidden: list[str], stop: Event):
        self.submission, self.limits, self.hidden, self.stop = submission, limits, hidden, stop
        self.waiting = {one.task.name: one.expression for one in asked}  # to be tried, in this order
        self.found: dict[str, str] = {}  # what the answers did, as JSON that nobody has looked at
        self.lost: dict[str, str] = {}  # why there is no answer
        self.cells: dict[int, str] = {}  # what went wrong in cells
        self.finished: set[int] = set()
        self.isolation: list[str] | None = None
        self.strange = False

    def run(self) -> "Trial":
        """Try all answers, starting anew after what hangs or ends Python."""
        begun, starts = monotonic(), 0
        self.half, self.end = begun + self.limits.seconds / 2, begun + self.limits.seconds
        while self.waiting and monotonic() < self.end:
            starts += 1
            late = starts > MOST_STARTS or monotonic() >= self.half
            cells = [cell for cell in self.submission.cells if self.wanted(cell[0], late)]
            job = {"cells": cells, "asked": list(self.waiting.items())}
            with Child(job, self.limits, hidden=self.hidden, stop=self.stop) as child:
                try:
                    self.follow(child, [number for number, _ in cells], self.end if late else self.half)
                except StuckError as error:
                    self.lose(*error.args, child.complaint())
        self.lost |= dict.fromkeys(self.waiting, TIME_UP)
        return self

    def wanted(self, number: int, late: bool) -> bool:
        """Return whether a cell is to be run; late, those that have run to their end are all there is time for."""
        if late and number not in self.finished:
            self.cells.setdefault(number, "was not run: the time for all cells was up")
        return number in self.finished or number not in self.cells

    def follow(self, child: Child, numbers: list[int], end: float) -> None:
        """Take each step of a job as the child announces it.

        Raises:
            StuckError: if it takes too long or ends.
        """
        (self.isolation,) = self.await_step(child, "ready", until=monotonic() + START)
        for number in numbers:
            self.await_step(child, "cell", number, until=end)
            raised = self.await_step(child, "ended", number, until=end)
            self.finished.add(number)
            if raised and raised[0]:
                self.cells[number] = f"raised {raised[0]}"
        for name in list(self.waiting):
            self.await_step(child, "task", name, until=self.end)
            match self.await_step(child, "found", name, until=self.end):
                case [str(text)]:
                    self.found[name] = text
                case _:
                    self.lost[name] = NOT_FOUND
            del self.waiting[name]

    def await_step(self, child: Child, *step: str | int, until: float) -> list:
        """Wait until a child announces a step, and return what it says besides; other lines are not believed.

        Raises:
            StuckError: if it takes too long or ends.
        """
        limit = monotonic() + (START if step == ("ready",) else self.limits.seconds_per_cell)
        while True:
            try:
                message = child.message(min(limit, until) - monotonic())
            except TimeoutError:
                reason = TIME_UP if until < limit else f"took longer than {self.limits.seconds_per_cell:g} s"
                raise StuckError(step, reason) from None
            if message is None:
                raise StuckError(step, "ended Python")
            if message[: len(step)] == list(step):
                return message[len(step) :]
            self.strange = True

    def lose(self, step: tuple, reason: str, complaint: str) -> None:
        """Leave out the cell or the answer at which a child went no further."""
        match step:
            case ["ready"]:
                self.lost |= dict.fromkeys(self.waiting, f"Python could not be started: {complaint}")
                self.waiting.clear()
            case ["cell" | "ended", number] if reason != TIME_UP or number not in self.finished:
                self.finished.discard(number)
                self.cells[number] = reason
            case ["task" | "found", name]:
                self.lost[name] = reason
                del self.waiting[name]
