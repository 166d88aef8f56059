"""What runs a student's notebook: its code cells one by one in one namespace, and then the answers.

It tells the parent, line by line, what begins, so that the parent can measure the time and knows what hung. Nothing
that it says is believed but data: which values a function returned. Whether these are right, the parent finds out.
"""

import ast
import asyncio
import inspect
import json
import linecache
import os
import shutil
import sys
import types
from pathlib import Path
from typing import Any

from . import task as tasks
from .checks import outcomes, words_of
from .plain import to_json
from .task import Task

LONGEST_TEXT, LONGEST_ANSWER = 300, 2**20  # characters


class Channel:
    """The way to the parent: one JSON list a line."""

    def __init__(self, descriptor: int):
        self.file = open(descriptor, "wb")  # noqa: SIM115  it is used until the process ends
        self.owner = os.getpid()

    def send(self, *message: Any) -> None:
        """Write one line; the line break before it ends what a student's code may have written there."""
        if os.getpid() != self.owner:  # a copy that the student's code has made
            os._exit(1)
        self.file.write(f"\n{json.dumps(message)}\n".encode())
        self.file.flush()


def nothing(*arguments: Any, **settings: Any) -> None:
    """Do nothing."""


def run(job: dict, descriptor: int, isolation: list[str]) -> None:
    """Run a job and end the process.

    Args:
        job: the cells, as pairs of number and source; the answers asked for, as pairs of a task's name and an
            expression; the package in which the tasks are found.
        descriptor: of the file for the lines to the parent.
        isolation: what the parent is told about it.
    """
    tasks.TASKS = job["tasks"]
    asked = [(tasks.find(name), expression) for name, expression in job["asked"]]
    borrow_font_cache(job["fonts"])
    namespace = new_namespace()
    channel = Channel(descriptor)
    channel.send("ready", isolation)
    os.dup2(0, 2)  # what goes wrong from here on is the student's
    for number, source in job["cells"]:
        channel.send("cell", number)
        channel.send("ended", number, run_cell(number, source, namespace))
    for task, expression in asked:
        channel.send("task", task.name)
        channel.send("found", task.name, try_answer(task, expression, namespace))
    channel.send("done")
    os._exit(0)  # whatever threads there are


def borrow_font_cache(folder: str) -> None:
    """Copy matplotlib's list of fonts, which takes seconds to make, to where matplotlib will look for it."""
    here = Path("matplotlib").absolute()
    here.mkdir()
    os.environ |= {"MPLCONFIGDIR": str(here), "HOME": os.getcwd(), "TMPDIR": os.getcwd()}
    for path in Path(folder).glob("fontlist-*.json"):
        shutil.copyfile(path, here / path.name)


def new_namespace() -> dict:
    """Return the namespace of a notebook, in which what belongs to notebooks alone does nothing.

    Checks work as they always do, since later cells may use what follows on a check that is passed; what they print
    is not read.
    """
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(module).update(get_ipython=nothing, display=nothing)
    return vars(module)


def run_cell(number: int, source: str, namespace: dict) -> str | None:
    """Run a cell; return what it raised, if anything."""
    name = f"cell {number}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        code = compile(source, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        awaited = eval(code, namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(awaited)
    except BaseException as error:  # SystemExit too: a notebook would go on with the next cell
        return said(error)
    return None


def said(error: BaseException) -> str:
    """Return the type and the words of an error, whatever its class does when it is asked."""
    return f"{type(error).__name__}: {words_of(error)}"[:LONGEST_TEXT]


def try_answer(task: Task, expression: str, namespace: dict) -> str | None:
    """Return the outcomes of an answer as JSON, or None if nothing has its name."""
    try:
        answer = eval(expression, namespace)
    except NameError:
        return None
    except BaseException as error:
        return failed(said(error))
    try:
        text = to_json(outcomes(task, answer))
    except BaseException as error:  # what ``outcomes`` does not catch: SystemExit, endless recursion in the answer
        return failed(said(error))
    return text if len(text) <= LONGEST_ANSWER else failed(f"ValueError: the answer takes {len(text):,} characters")


def failed(text: str) -> str:
    """Return the outcome of an answer that could not be tried, as JSON."""
    kind, _, words = text.partition(": ")
    return to_json([{"raised": kind, "says": words, "lines": []}])
