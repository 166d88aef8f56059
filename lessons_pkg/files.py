"""Writing files so that nothing is ever lost: a file is replaced once the new one is whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def check_writable(path: str | Path) -> Path:
    """Return the path of a file to be written, or say why it cannot be.

    Raises:
        ValueError: if the folder does not exist or refuses new files, or the path is a folder.
    """
    path = Path(path)
    folder = path.parent
    if path.is_dir():
        raise ValueError(f"check_writable: {str(path)!r} is a folder; it needs the name of a file")
    if not folder.is_dir():
        raise ValueError(f"check_writable: the folder {str(folder)!r} does not exist; make it first")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"check_writable: cannot write in {str(folder)!r}: {error.strerror}") from None
    return path


@contextmanager
def written_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file to write to, and put it in the place of ``path`` when the block ends without an error.

    Raises:
        ValueError: if the file cannot be written; an old one is left as it was.
    """
    path = check_writable(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
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
