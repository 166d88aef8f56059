"""A task: what is asked, a right answer, and the wrong ones that people give.

A task's mistakes serve twice. For a student, the one that behaves like their answer gives the hint. In the tests, each
must fail the task and get its own hint and no other's.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

TASKS = f"{__package__}.tasks"


class Mistake(NamedTuple):
    """A wrong answer that people give, and what to tell them."""

    hint: str
    answer: Any


@dataclass
class Task:
    """A function or a value that a student is asked for.

    Args:
        name: ``module.task``, as in ``check("chain_rule.log_prob", log_prob)``.
        reference: a right answer: for a function, the function; for a value, a function of nothing that returns it.
        cases: makes the arguments with which a function is tried, anew each time; None where a value is asked for.
        observe: calls the function with one case and returns what counts, by default what it returns.
        tolerance: largest difference of two numbers, absolute below 1 and relative above.
        points: what it is worth.
        mistakes: the known wrong answers.
    """

    name: str
    reference: Callable
    cases: Callable[[], list[tuple]] | None
    observe: Callable[..., Any]
    tolerance: float
    points: int
    mistakes: list[Mistake] = field(default_factory=list)

    def __call__(self, *arguments: Any) -> Any:
        """Return what the reference returns."""
        return self.reference(*arguments)

    def mistake(self, hint: str, *wrong: Any) -> Callable:
        """Add a known mistake: a function below it as a decorator, or a value or function as second argument."""

        def add(answer: Any) -> Any:
            self.mistakes.append(Mistake(" ".join(hint.split()), answer))
            return answer

        return add(*wrong) if wrong else add


def call(function: Callable, *arguments: Any) -> Any:
    """Return what a function returns: the usual way to observe it."""
    return function(*arguments)


def task(
    cases: Callable[[], list[tuple]] | None = None,
    *,
    observe: Callable[..., Any] = call,
    tolerance: float = 1e-5,
    points: int = 1,
) -> Callable[[Callable], Task]:
    """Make the function below it the reference of a task named ``module.function``; see ``Task`` for the arguments."""

    def make(reference: Callable) -> Task:
        name = f"{reference.__module__.rpartition('.')[2]}.{reference.__name__}"
        return Task(name, reference, cases, observe, tolerance, points)

    return make


def find(name: str) -> Task:
    """Return the task of a name.

    Raises:
        ValueError: if there is none; the error names those it may have meant.
    """
    if not isinstance(name, str):
        raise ValueError(f"check: got a {type(name).__name__} for the name of a task; it needs text, then the answer")
    module, _, short = name.partition(".")
    known = [info.name for info in pkgutil.iter_modules(importlib.import_module(TASKS).__path__)]
    if module in known:
        found = getattr(importlib.import_module(f"{TASKS}.{module}"), short, None)
        if isinstance(found, Task):
            return found
    near = get_close_matches(name, [one.name for one in every_task()], n=3, cutoff=0)
    raise ValueError(f"check: got the name {name!r}; there is no such task. Near it: {', '.join(near)}")


def every_task() -> Iterator[Task]:
    """Yield all tasks, module by module, in the order in which they are written."""
    for info in pkgutil.iter_modules(importlib.import_module(TASKS).__path__):
        module = importlib.import_module(f"{TASKS}.{info.name}")
        yield from (thing for thing in vars(module).values() if isinstance(thing, Task))
