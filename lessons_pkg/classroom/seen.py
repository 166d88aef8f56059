"""What is told of an answer that is wrong: what it did with a case, beside what was expected."""

from typing import Any

import numpy as np

from .plain import form, plain, same, shown
from .task import Task

FEW, LONGEST_ARGUMENT = 12, 60  # numbers that are shown all; characters of an argument
NO_FUNCTION = "no function"  # in the place of an error's type, where something else was handed in


def seen(task: Task, number: int, expected: dict, found: dict, known: bool) -> list[str]:
    """Return lines that say what an answer did with a case and, for a function, what was expected."""
    if found.get("raised") == NO_FUNCTION:
        return [found["says"]]
    if "raised" in found:
        says = f"{found['raised']}: {found['says']}"
        blame = "Your function raised" if found["lines"] else "At the call, or with what your function returned:"
        return [*said_of_case(task, number), f"{blame} {says}", *found["lines"]]
    if task.cases is None:
        theirs, ours = form(found.get("value")), form(expected["value"])
        if theirs != ours:
            return [f"You entered {theirs}; it takes {ours}."]
        return [] if known else ["That is not it, and it is none of the wrong answers that we know."]
    return [*said_of_case(task, number), *differences(found.get("value"), expected.get("value"), task.tolerance)]


def differences(found: Any, expected: Any, tolerance: float) -> list[str]:
    """Return lines that set what a function returned beside what was expected."""
    if found is None:
        return ["Your function returned None: is a `return` missing?"]
    theirs, ours = form(found), form(expected)
    if theirs != ours:
        return [f"Yours gives {theirs}; expected {ours}.", f"Yours:    {shown(found)}", f"Expected: {shown(expected)}"]
    if isinstance(found, dict | list):
        places = found if isinstance(found, dict) else range(len(found))
        first = next((place for place in places if not same(expected[place], found[place], tolerance)), None)
        if first is not None and found[first] is not None:
            return [f"They differ at {first!r}:", *differences(found[first], expected[first], tolerance)]
    if isinstance(found, np.ndarray) and found.size > FEW:
        with np.errstate(invalid="ignore"):
            apart = np.where(found == expected, 0, np.nan_to_num(np.abs(found - expected), nan=np.inf))
        where = tuple(map(int, np.unravel_index(apart.argmax(), apart.shape)))
        worst = differences(plain(found[where]), plain(expected[where]), tolerance)
        return [f"Where they differ most, at {list(where)}:", *worst]
    return [f"Yours:    {shown(found)}", f"Expected: {shown(expected)}"]


def said_of_case(task: Task, number: int) -> list[str]:
    """Return a line that shows the arguments of a case, large ones by their form alone."""
    if task.cases is None or not task.cases()[number]:
        return []
    arguments = [plain(argument) for argument in task.cases()[number]]
    texts = [text if len(text := shown(one)) <= LONGEST_ARGUMENT else form(one) for one in arguments]
    return [f"Tried with ({', '.join(texts)})."]
