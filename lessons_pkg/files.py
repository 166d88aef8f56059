"""Writing files so that nothing is ever lost: a file is replaced once the new one is whole."""

import glob
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

HOUR = 3600  # seconds


def check_writable(path: str | Path) -> Path:
    """Return the path of a file to be written, or say why it cannot be.

    Raises:
        ValueError: if the folder does not exist or refuses new files, or the path is a folder or its name too long.
    """
    path = Path(path)
    folder = path.parent
    if os.path.isdir(path):  # unlike ``Path.is_dir`` these raise nothing where a name is too long or a folder is closed
        raise ValueError(f"check_writable: {str(path)!r} is a folder; it needs the name of a file")
    if not os.path.isdir(folder):
        raise ValueError(f"check_writable: the folder {str(folder)!r} does not exist; make it first")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"check_writable: cannot write in {str(folder)!r}: {error.strerror}") from None
    try:
        part_of(path).lstat()
    except FileNotFoundError:
        return path
    except OSError as error:  # a name that is too long; better now than after an hour of training
        raise ValueError(f"check_writable: cannot write {str(path)!r}: {error.strerror}") from None
    return path


def part_of(path: Path) -> Path:
    """Return where this process writes a file until it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def remove_old_parts(path: Path) -> None:
    """Remove what saves of this file have left that were killed: no save takes an hour."""
    for part in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > HOUR:
                part.unlink()


@contextmanager
def written_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file to write to, and put it in the place of ``path`` when the block ends without an error.

    Raises:
        ValueError: if the file cannot be written; an old one is left as it was.
    """
    path = check_writable(path)
    temporary = part_of(path)
    remove_old_parts(path)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError | RuntimeError):  # torch's own writer raises the second kind
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise ValueError(f"written_atomically: cannot write {str(path)!r}: {reason}") from None
        raise
