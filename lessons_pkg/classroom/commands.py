"""What the commands ``blanks`` and ``grade`` do; their parser is in ``__main__``."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from ..files import check_writable
from .blanks import write_blanks
from .gradebook import is_table, points, summary, write_table
from .grading import Grade, Grader
from .processes import Limits
from .submissions import find_submissions, read_asked, read_submission


def blanks(a: argparse.Namespace) -> int:
    """Write the exercises, or say which differ from what the solutions give; 1 if any does with ``--check``."""
    changed = write_blanks(Path(a.solutions), Path(a.exercises), only_check=a.check)
    if a.check:
        print(*(f"{name} is not what its solution gives" for name in changed), sep="\n", end="\n" if changed else "")
        return int(bool(changed))
    print(*(f"wrote {Path(a.exercises) / name}" for name in changed), sep="\n", end="\n" if changed else "")
    print(f"{len(changed)} written; all the others were up to date")
    return 0


def grade(a: argparse.Namespace) -> int:
    """Grade a class and write the table; after Ctrl-C, 130, it holds what was graded by then."""
    folder, solution, table = Path(a.submissions), Path(a.solution), Path(a.table)
    limits = Limits(a.seconds_per_cell, a.seconds, a.memory)
    paths, others = find_submissions(folder)
    asked = read_asked(solution)
    tasks = [one.task for one in asked]
    check_table(table)
    grader = Grader(asked, limits, [folder, solution.parent])
    grader.rehearse(read_submission(solution, solution.parent))
    grades: list[Grade] = []
    status = 0
    try:
        for grade in grader.grade_all(paths, folder, a.workers or os.cpu_count() or 1):
            grades.append(grade)
            with suppress(BrokenPipeError):  # whoever read this, such as `head`, has gone; the grading goes on
                earned = f"{grade.submission.name!r}, {points(grade, tasks)} points"
                print(f"{len(grades):4} of {len(paths)}: {earned}", flush=True)
    except KeyboardInterrupt:
        print(f"interrupted: {len(grades)} of {len(paths)} are graded", file=sys.stderr)
        status = 130
    finally:
        if grades:
            write_table(table, grades, tasks)
    print(*summary(grades, tasks), sep="\n")
    if others:
        print(f"left alone: {others} files that are no notebooks")
    if grades:
        print(f"wrote {table}")
    return status


def check_table(path: Path) -> None:
    """Raise a ValueError if the table cannot be written, or its name or what is there is not that of a table."""
    if path.suffix.lower() != ".csv":
        raise ValueError(f"grade: got {path.name!r} as the table to write; it needs a name that ends in .csv")
    if check_writable(path).exists() and not is_table(path):
        raise ValueError(f"grade: {str(path)!r} exists and is no table of grades; it is left alone: give another name")
