"""What the commands ``blanks`` and ``grade`` do; their parser is in ``__main__``."""

import argparse
from pathlib import Path

from .blanks import write_blanks


def blanks(a: argparse.Namespace) -> int:
    """Write the exercises, or say which differ from what the solutions give; 1 if any does with ``--check``."""
    changed = write_blanks(Path(a.solutions), Path(a.exercises), only_check=a.check)
    if a.check:
        print(*(f"{name} is not what its solution gives" for name in changed), sep="\n", end="\n" if changed else "")
        return int(bool(changed))
    print(*(f"wrote {Path(a.exercises) / name}" for name in changed), sep="\n", end="\n" if changed else "")
    print(f"{len(changed)} written; all the others were up to date")
    return 0
