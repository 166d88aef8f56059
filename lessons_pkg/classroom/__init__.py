"""The classroom: exercises that answer back, their blanks, and grading. Students need ``check`` alone."""

from .checks import check

__all__ = ["check"]
