"""Child processes for students' code: started, listened to for a limited time, and ended with all they have started."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from time import monotonic

import matplotlib

from . import isolation, task

LONGEST_LINE, LONGEST_TALK, LINE_TAKES = 2**22, 2**25, 200  # bytes: read from a child; kept beside each line
BEAT = 0.2  # seconds between two looks at whether grading was called off
LONGEST_TIME = 86_400  # seconds for a submission
START = 120  # seconds a child may take before it is ready: importing torch on a slow disk


@dataclass(frozen=True)
class Limits:
    """What the code of one submission may take.

    Args:
        seconds_per_cell: for each cell, and for each answer when it is tried.
        seconds: in all; half of it for the cells, half for the answers.
        memory: MB for each process, beyond what Python and torch take.
    """

    seconds_per_cell: float = 30
    seconds: float = 240
    memory: int = 2048

    def __post_init__(self):
        for name in ("seconds_per_cell", "seconds"):
            if not 0 < (value := getattr(self, name)) <= LONGEST_TIME:
                raise ValueError(f"Limits: got {name} {value}; it must be above 0 and at most {LONGEST_TIME:,}")


class Child:
    """A process that runs a job; it is over when the ``with`` block is, and so is everything it has started.

    Args:
        job: what ``child.run`` is to do.
        limits: what it may take.
        hidden: folders that are to look empty to it.
        stop: ends the waiting when it is set.
    """

    def __init__(self, job: dict, limits: Limits, *, hidden: list[str], stop: Event):
        self.lines, self.stop = Queue(), stop
        self.folder = tempfile.mkdtemp(prefix="lessons-")
        job = job | {"folder": self.folder, "hidden": hidden, "fonts": matplotlib.get_cachedir(), "tasks": task.TASKS}
        job |= {"seconds": limits.seconds, "memory": limits.memory}
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        self.process = subprocess.Popen(
            [sys.executable, "-P", isolation.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            env=environment(),
            cwd=self.folder,
            start_new_session=True,
        )
        self.reader = Thread(target=self.read, daemon=True)
        self.reader.start()
        self.say(json.dumps(job))

    def say(self, text: str) -> None:
        """Give the child its job."""
        try:
            with self.process.stdin as file:
                file.write(text.encode())
        except OSError:  # it has ended; the next message will be None
            pass

    def read(self) -> None:
        """Put what the child says where ``message`` finds it, up to a limit, after which it talks to nobody."""
        left = LONGEST_TALK
        while left > 0 and (line := self.process.stdout.readline(LONGEST_LINE)):
            left -= len(line) + LINE_TAKES
            self.lines.put(line)
        self.lines.put(b"")

    def message(self, seconds: float) -> list | None:
        """Return the next message, [] for a line that is none, and None when the child has ended.

        Raises:
            TimeoutError: if there is none within so many seconds.
            KeyboardInterrupt: if grading was called off.
        """
        until = monotonic() + seconds
        while True:
            if self.stop.is_set():
                raise KeyboardInterrupt
            try:
                line = self.lines.get(timeout=max(0.001, min(BEAT, until - monotonic())))
            except Empty:
                line = b"\n"
            if not line:
                return None
            if line.strip():
                return as_message(line)
            if monotonic() >= until:
                raise TimeoutError

    def complaint(self) -> str:
        """Return the last line that it wrote before a student's code began."""
        self.complaints.seek(0)
        return (self.complaints.read().decode(errors="replace").splitlines() or [""])[-1]

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *error) -> None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # there is nobody left
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.complaints.close()
        remove(self.folder)


def as_message(line: bytes) -> list:
    """Return the list that a line holds; [] if it holds none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def environment() -> dict[str, str]:
    """Return a child's environment: what Python needs to start and to find the course, and nothing else of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    paths = [str(Path(path).absolute()) for path in sys.path]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    same_each_time = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg"}
    return kept | one_thread | same_each_time | {"PYTHONPATH": os.pathsep.join(paths), "CUDA_VISIBLE_DEVICES": ""}


def remove(folder: str) -> None:
    """Remove a folder as far as that is possible; a student's code may have filled it with anything."""
    with suppress(RecursionError):  # from folders nested deeper than Python counts
        shutil.rmtree(folder, ignore_errors=True)
