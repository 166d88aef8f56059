"""The table of grades, as a file that any spreadsheet opens, and what the class got wrong, in a few lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from textwrap import fill

from ..files import written_atomically
from .checks import NOT_FILLED_IN
from .grading import Grade
from .task import Task

LONGEST_PART, LONGEST_NOTE, MOST_PARTS = 240, 4000, 30
FIRST = ["submission", "points", "of"]  # columns
NEVER = re.compile(r"[\x00-\x1f\x7f-\x9f;\u2028\u2029]+")  # control characters; what separates cells in some countries
RUNS = re.compile(r"^[\s'\"]*[=+\-@＝＋－＠]")  # what spreadsheets take for the beginning of a formula


def safe(text: str) -> str:
    """Return a text as it can stand in a cell: on one line, and never a formula that a spreadsheet would run."""
    text = text.encode("utf-8", "backslashreplace").decode().replace("; ", ", ")
    text = NEVER.sub(" ", text).strip()
    text = text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]} ..."
    return f"'{text}" if RUNS.match(text) else text


def points(grade: Grade, tasks: list[Task]) -> int:
    """Return the points of a submission."""
    return sum(task.points for task in tasks if grade.verdicts.get(task.name))


def note(grade: Grade, tasks: list[Task]) -> str:
    """Return what went wrong in a submission: with the file, with its cells, and task by task."""
    if grade.submission.problem:
        return " | ".join([grade.submission.problem, *grade.submission.notes])
    parts = [*grade.submission.notes]
    for task in tasks:
        verdict = grade.verdicts.get(task.name)
        if task.name in grade.lost:
            parts.append(f"{task.name}: {grade.lost[task.name]}")
        elif verdict is not None and verdict.state == NOT_FILLED_IN:
            parts.append(f"{task.name}: {NOT_FILLED_IN}")
        elif verdict is not None and not verdict:
            parts.append(f"{task.name}: {verdict.hint or ' '.join(verdict.details)}")
    short = [part if len(part) <= LONGEST_PART else f"{part[:LONGEST_PART]} ..." for part in parts]
    return " | ".join(short[:MOST_PARTS])


def isolation(grade: Grade) -> str:
    """Return what held a submission's code in."""
    return "not run" if grade.isolation is None else ", ".join(["time", *sorted(grade.isolation)])


def write_table(path: Path, grades: list[Grade], tasks: list[Task]) -> None:
    """Write the grades, one row a submission, sorted by name; an old file is replaced once the new one is whole.

    The file begins with the mark of UTF-8, without which Excel reads it as something else and spoils every accent.
    """
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    table.writerow([*FIRST, *(task.name for task in tasks), "note", "isolation"])
    possible = sum(task.points for task in tasks)
    for grade in sorted(grades, key=lambda grade: grade.submission.name):
        each = [task.points if grade.verdicts.get(task.name) else 0 for task in tasks]
        texts = safe(note(grade, tasks)), isolation(grade)
        table.writerow([safe(grade.submission.name), points(grade, tasks), possible, *each, *texts])
    with written_atomically(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def is_table(path: Path) -> bool:
    """Return whether a file begins as ``write_table`` lets it begin, or as a spreadsheet saves that again."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return re.findall(r"\w+", file.readline(200))[: len(FIRST)] == FIRST


def summary(grades: list[Grade], tasks: list[Task]) -> Iterator[str]:
    """Yield lines on the class: its mean, and for each task who solved it and the commonest mistake."""
    if not grades:
        return
    possible = sum(task.points for task in tasks)
    yield f"mean: {mean(points(grade, tasks) for grade in grades):.1f} of {possible} points"
    yield f"held in by: {' / '.join(sorted({isolation(grade) for grade in grades}))}"
    yield "right  wrong  blank   none  task"
    for task in tasks:
        verdicts = [grade.verdicts[task.name] for grade in grades if task.name in grade.verdicts]
        states = Counter(verdict.state for verdict in verdicts)
        counts = states["passed"], states["wrong"], states[NOT_FILLED_IN], len(grades) - len(verdicts)
        yield "  ".join(f"{count:5}" for count in counts) + f"  {task.name}"
        hints = Counter(verdict.hint for verdict in verdicts if verdict.hint)
        for hint, count in hints.most_common(1):
            yield fill(f"commonest mistake ({count}): {hint}", 110, initial_indent=" " * 28, subsequent_indent=" " * 28)
