"""A class that does whatever it can to the grader: notebooks, and what each must earn.

python -m tests.classroom.hostile      grades it and prints the table
"""

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.gradebook import note, points, summary
from lessons_pkg.classroom.grading import Grade, Grader
from lessons_pkg.classroom.processes import Limits
from lessons_pkg.classroom.submissions import find_submissions, read_asked, read_submission

LIMITS = Limits(seconds_per_cell=5, seconds=120, memory=1000)
SOFTMAX = "def softmax(logits):\n    return torch.softmax(logits, -1)"
DOUBLE = "def double(numbers):\n    numbers[:] = [2 * number for number in numbers]"
IMPORTS = "import os, sys, time\nimport torch\nfrom lessons_pkg.classroom import check"
GOOD = [IMPORTS, SOFTMAX, "torch.manual_seed(0)", DOUBLE, "nats = 1.7918", 'axis = "b"']
ANSWERS = {"softmax": "softmax", "double": "double", "nats_of_a_die": "nats", "axis": "axis"}
CHECKS = [f'check("tiny_tasks.{task}", {name})' for task, name in ANSWERS.items()]
SOLUTION = [*GOOD, *CHECKS]
BLANK = "def softmax(logits):\n    raise NotImplementedError"
ALL, NO_SOFTMAX, NOTHING = 5, 4, 0  # points
CHANNELS = "for fd in range(3, 30):\n    try:\n        os.write(fd, {})\n    except OSError:\n        pass"


NEEDS_FILES = ["deletes and writes", "looks at the others"]  # handled only where the system closes the files


class Case(NamedTuple):
    """What is handed in, what it must earn, and what the note must say (a regular expression)."""

    content: list[str] | bytes
    points: int
    note: str = r"^$"


def with_cell(*sources: str, at: int = 3) -> list[str]:
    """Return the good notebook with more cells; by default after the first answer and before the others."""
    return [*GOOD[:at], *sources, *GOOD[at:]]


def softmax_is(source: str) -> list[str]:
    """Return the good notebook with another first answer."""
    return [IMPORTS, source, *GOOD[2:]]


def function(body: str) -> list[str]:
    """Return the good notebook with another body in the first function."""
    return softmax_is("def softmax(logits):\n    " + body.replace("\n", "\n    "))


FORGED = r'b"\n[\"ended\", 2, null]\n[\"task\", \"tiny_tasks.softmax\"]\n' + (
    r'[\"found\", \"tiny_tasks.softmax\", \"passed\"]\n[\"done\"]\n"'
)
PATCHED = """
import numpy as np
from lessons_pkg.classroom import checks, plain, tasks
from lessons_pkg.classroom import task
yes = lambda *a, **k: True
torch.allclose = torch.equal = np.allclose = np.array_equal = plain.same = checks.same = checks.alike = yes
checks.check = checks.judge = lambda name, answer: checks.Verdict(name, "passed")
found = task.find("tiny_tasks.softmax")
found.reference, found.cases = (lambda logits: logits), (lambda: [(torch.zeros(1),)] * 2)
"""
INSIDER = """
from lessons_pkg.classroom import checks, child
child.outcomes = lambda task, answer: checks.outcomes_of_ours(task, task.reference)
softmax = double = nats = axis = 1
"""
LEFT_RUNNING = """
import subprocess
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1111)"], start_new_session=True)
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(1111)
    os._exit(0)
"""
DESTROYER = """
import shutil
from pathlib import Path
assert not Path(SUBMISSIONS, "canary.txt").exists() or Path(SUBMISSIONS, "canary.txt").unlink() is None
Path("mine.txt").write_text("this is allowed")
assert Path("mine.txt").read_text() == "this is allowed"
shutil.rmtree(SUBMISSIONS, ignore_errors=True)
"""
OTHERS = 'from pathlib import Path\nassert list(Path(SUBMISSIONS).glob("*")), "nothing to copy from"'
SHELL = ["%pip install no-such-package", "!rm -rf /", "files = !ls\n%matplotlib inline", "%%bash\nrm -rf /", "torch?"]
NEVER_ENDS = "while True:\n    try:\n        time.sleep(9)\n    except BaseException:\n        pass"
EVIL_ERROR = "class Evil(Exception):\n    def __str__(self):\n        os._exit(1)\nraise Evil"


RAISES = ["x = 1\nraise KeyError('=1+1')", "name = input('Your name? ')", "def f(:", "sys.exit()", "bytearray(10**13)"]
RAISED = r"^cell 4 raised KeyError: '=1\+1' \| cell 5 raised EOFError.* \| cell 6 raised SyntaxError.* \| " + (
    r"cell 7 raised SystemExit.* \| cell 8 raised MemoryError"
)


def stripped() -> bytes:
    """Return the good notebook without ids, metadata and version."""
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in GOOD]}).encode()


CLASS = {
    "good": Case(GOOD, ALL),
    "blank": Case([IMPORTS, BLANK], NOTHING, r"softmax: not filled in yet \| .*double: there is nothing of this name"),
    "mistaken": Case(function("return logits.exp() / logits.exp().sum()"), NO_SOFTMAX, r"Which numbers sum to 1"),
    "wrong": Case(function("return logits"), NO_SOFTMAX, r"softmax: Tried with .*Yours: "),
    # what does not end
    "loop in a cell": Case(with_cell("while True:\n    pass"), ALL, r"^cell 4 took longer than 5 s$"),
    "hang that catches all": Case(with_cell(NEVER_ENDS), ALL, r"^cell 4 took longer than 5 s$"),
    "loop in C": Case(with_cell("sum(range(10**13))"), ALL, r"^cell 4 took longer than 5 s$"),
    "loop when called": Case(function("time.sleep(99)"), NO_SOFTMAX, r"^tiny_tasks.softmax: took longer than 5 s$"),
    "loop when checked": Case(
        [*function("time.sleep(99)"), CHECKS[0]], NO_SOFTMAX, r"^cell 7 took.*softmax: took longer than 5 s$"
    ),
    "loops in two answers": Case(
        [*function("time.sleep(99)"), "def double(numbers):\n    time.sleep(99)"], 2, r"softmax: took.*double: took"
    ),
    # what ends Python
    "os._exit in a cell": Case(with_cell("os._exit(0)"), ALL, r"^cell 4 ended Python$"),
    "os._exit when called": Case(function("os._exit(0)"), NO_SOFTMAX, r"^tiny_tasks.softmax: ended Python$"),
    "os._exit a little later": Case(
        with_cell("import threading\nthreading.Timer(0.5, os._exit, [0]).start()", "time.sleep(2)"),
        ALL,
        r"cell 5 ended",
    ),
    "sys.exit when called": Case(function("sys.exit()"), NO_SOFTMAX, r"SystemExit"),
    "a crash in C": Case(with_cell("import ctypes\nctypes.string_at(0)"), ALL, r"^cell 4 ended Python$"),
    "kills itself": Case(with_cell("os.kill(os.getpid(), 9)"), ALL, r"^cell 4 ended Python$"),
    "endless recursion": Case(
        with_cell("sys.setrecursionlimit(10**9)\ndef f(x):\n    return f([x])\nf(0)"),
        ALL,
        r"^cell 4 (ended|raised|took)",
    ),
    "closes all files": Case(with_cell("os.closerange(0, 1000)"), ALL, r"^cell 4 (ended|took)"),
    # what takes too much
    "allocation by and by": Case(with_cell("x = [bytes(10**7) for _ in range(10**5)]"), ALL, r"^cell 4 raised Memory"),
    "huge tensor": Case(function("return torch.zeros(10**12)"), NO_SOFTMAX, r"raised RuntimeError.*memory"),
    "fork bomb": Case(with_cell("while True:\n    os.fork()"), ALL, r"^cell 4 (raised|took|ended)"),
    "children left running": Case(with_cell(LEFT_RUNNING), ALL),
    "fork that goes on": Case(with_cell("os.fork()"), ALL),
    "long output": Case(with_cell("for _ in range(10**5):\n    print('✓ passed' * 100)"), ALL),
    "long answer": Case(function("return torch.zeros(10**6)"), NO_SOFTMAX, r"the answer takes [\d,]+ characters"),
    "deep answer": Case(
        function("x = []\nfor _ in range(500): x = [x]\nreturn x"), NO_SOFTMAX, r"softmax: (what came back|Tried with)"
    ),
    "answer that holds itself": Case(function("x = []\nx.append(x)\nreturn x"), NO_SOFTMAX, r"RecursionError"),
    # what is forged
    "forged output": Case(
        [IMPORTS, BLANK, "print('✓ passed: tiny_tasks.softmax')", *GOOD[3:]], NO_SOFTMAX, "not filled"
    ),
    "forged line": Case([IMPORTS, f"{BLANK}\n{CHANNELS.format(FORGED)}", *GOOD[3:]], NO_SOFTMAX, r"was not believed"),
    "forged line when called": Case(function(CHANNELS.format(FORGED)), NO_SOFTMAX, r"was not believed.*no answer"),
    "endless lines": Case(
        with_cell("while True:\n    " + CHANNELS.format("b'\\n' * 9**5").replace("\n", "\n    ")), ALL, "cell 4"
    ),
    "endless line": Case(
        with_cell("while True:\n    " + CHANNELS.format("b'x' * 9**6").replace("\n", "\n    ")), ALL, "cell 4"
    ),
    "patched libraries": Case(
        [IMPORTS, BLANK.replace("raise NotImplementedError", "return logits"), PATCHED, *GOOD[3:]],
        NO_SOFTMAX,
        r"softmax: ",
    ),
    "says passed": Case(softmax_is('softmax = "passed"'), NO_SOFTMAX, r"softmax: (This is text|Tried with)"),
    "copies the answer": Case(
        [
            IMPORTS,
            "from lessons_pkg.classroom.task import find\nsoftmax = find('tiny_tasks.softmax').reference",
            *GOOD[3:],
        ],
        ALL,
        r"^uses lessons_pkg.classroom, .*: from lessons_pkg.classroom.task import find$",
    ),
    "patches what tries the answers": Case(
        [IMPORTS, INSIDER], ALL, r"^uses lessons_pkg.classroom, .*: from lessons_pkg.classroom import checks, child$"
    ),
    # what notebooks hold
    "raises half-way": Case(with_cell(*RAISES), ALL, RAISED),
    "an error that exits": Case(with_cell(EVIL_ERROR), ALL, r"^cell 4 ended Python$"),
    "commands": Case(with_cell(*SHELL), ALL),
    "await": Case(with_cell("import asyncio\nx = await asyncio.sleep(0.01, 3)\nassert x == 3"), ALL),
    NEEDS_FILES[0]: Case(with_cell(DESTROYER), ALL),
    NEEDS_FILES[1]: Case(with_cell(OTHERS), ALL, r"nothing to copy from"),
    "deleted cell": Case([IMPORTS, *GOOD[3:]], NO_SOFTMAX, r"^tiny_tasks.softmax: there is nothing of this name$"),
    "defined twice": Case(
        with_cell(SOFTMAX.replace("-1", "0")), NO_SOFTMAX, r"softmax is defined in 2 cells; the last"
    ),
    "duplicated cells": Case(GOOD * 2, ALL, r"defined in 2 cells"),
    "stripped": Case(stripped(), ALL),
    # what are no notebooks
    "broken": Case(b'{"cells": [', NOTHING, r"is no notebook: JSONDecodeError"),
    "empty": Case(b"", NOTHING, r"^the file is empty$"),
    "no text": Case(b"\xff\xfe\x00", NOTHING, r"is no notebook: UnicodeDecodeError"),
    "deep": Case(b'{"cells": ' + b"[" * 10**5, NOTHING, r"is no notebook: RecursionError"),
    "a list": Case(b"[1, 2]", NOTHING, r"is no notebook: TypeError"),
    "odd cells": Case(b'{"cells": [{"cell_type": "code", "source": [1]}]}', NOTHING, r"cell 1 is no text"),
    # names
    "=1+1": Case(GOOD, ALL),
    "eve/\U0001f600 =cmd": Case(GOOD, ALL),
    "two": Case(GOOD, ALL, r"^may be one of several of the same student: two \(1\)\.ipynb$"),
    "two (1)": Case(GOOD, ALL, r"^may be one of several of the same student: two\.ipynb$"),
}


def notebook(cells: list[str], outputs: tuple = ()) -> bytes:
    """Return a notebook with these code cells as a file holds it."""
    made = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": list(outputs)} for source in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def hand_in(folder: Path, cases: dict[str, Case]) -> None:
    """Write submissions into a folder."""
    for name, case in cases.items():
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        sources = case.content
        passed = [{"output_type": "stream", "name": "stdout", "text": "✓ passed: tiny_tasks.softmax"}]
        if isinstance(sources, list):
            sources = notebook([one.replace("SUBMISSIONS", repr(str(folder))) for one in sources], passed)
        path.write_bytes(sources)


def graded(folder: Path, cases: dict[str, Case], *, limits: Limits = LIMITS, workers: int = 4) -> dict[str, Grade]:
    """Hand in and grade a class; return the grades by name."""
    class_folder = folder / "class"
    hand_in(class_folder, cases)
    (class_folder / "canary.txt").write_text("still here")
    (folder / "solution.ipynb").write_bytes(notebook(SOLUTION))
    solution = folder / "solution.ipynb"
    grader = Grader(read_asked(solution), limits, [class_folder])
    grader.rehearse(read_submission(solution, folder))
    paths, _ = find_submissions(class_folder)
    grades = grader.grade_all(paths, class_folder, workers)
    return {grade.submission.name.removesuffix(".ipynb"): grade for grade in grades}


def main() -> None:
    """Grade the class and print the table."""
    task_module.TASKS = "tests.classroom"
    with tempfile.TemporaryDirectory() as folder:
        grades = graded(Path(folder), CLASS)
        tasks = [one.task for one in read_asked(Path(folder) / "solution.ipynb")]
    print("| submission | points | expected | note |", "|---|---|---|---|", sep="\n")
    for name, case in CLASS.items():
        said = note(grades[name], tasks).replace("|", "/")
        print(f"| {name} | {points(grades[name], tasks)} | {case.points} | {said} |")
    print(*summary(list(grades.values()), tasks), sep="\n")


if __name__ == "__main__":
    main()
