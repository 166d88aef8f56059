"""Write notebooks that carry the course's package in their first cell, for rooms with no network.

python -m tests.standalone             write all of book/ and exercises/ into standalone/, and that into standalone.zip
python -m tests.standalone --check     write them elsewhere and run each with no package, no git and no network
"""

import argparse
import base64
import io
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import nbformat

from tests import address, colab
from tests.rules import code_cells

ROOT = address.ROOT
SOURCES = ("lessons_pkg", "data", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT")  # of the wheel
CARRIED = ("book", "exercises")
WIDTH = 4000  # characters in a line of the packed wheel: few lines to scroll over, none too long for an editor
SETUP = '''\
#@title Run this first. It brings the course's package along and needs no network.
WHEEL = """
{packed}
"""
try:
    import lessons_pkg
except ImportError:
    import base64, io, lzma, sys, tempfile, zipfile
    wheel = zipfile.ZipFile(io.BytesIO(lzma.decompress(base64.b64decode(WHEEL))))
    sys.path.insert(0, tempfile.mkdtemp())
    wheel.extractall(sys.path[0])
    import lessons_pkg'''
HIDDEN = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # in JupyterLab, in Colab


def build_wheel(folder: Path) -> Path:
    """Build the package's wheel from a copy, so that no build folder is left in the repository."""
    for name in SOURCES:
        source, copy = ROOT / name, folder / "source" / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(source, copy)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", folder, folder / "source"], check=True)
    (built,) = folder.glob("*.whl")
    return built


def left_out(wheel: Path, text: str) -> frozenset[str]:
    """Return the weights in a wheel that neither a notebook of this text names nor its tasks."""
    tasks = (ROOT / "lessons_pkg" / "classroom" / "tasks").glob("*.py")
    text += "".join(path.read_text("utf-8") for path in tasks if f'"{path.stem}.' in text)
    with ZipFile(wheel) as archive:
        weights = [name for name in archive.namelist() if name.endswith(".pt")]
    return frozenset(name for name in weights if Path(name).name not in text)


@cache
def pack(wheel: Path, without: frozenset[str] = frozenset()) -> str:
    """Return a wheel without some of its files, as lines of text."""
    raw = io.BytesIO()
    with ZipFile(wheel) as whole, ZipFile(raw, "w") as part:
        for name in whole.namelist():
            if name not in without:
                part.writestr(name, whole.read(name))  # stored: packed as a whole they become smaller
    packed = base64.b64encode(lzma.compress(raw.getvalue(), preset=9)).decode()
    return "\n".join(packed[start : start + WIDTH] for start in range(0, len(packed), WIDTH))


def convert(path: Path, wheel: Path) -> nbformat.NotebookNode:
    """Return a notebook whose setup cell carries the wheel; a notebook without a setup cell raises ValueError."""
    notebook = nbformat.read(path, as_version=4)
    _, setup = next(iter(code_cells(notebook)), (0, None))
    if not setup or setup.source != address.read().setup:
        raise ValueError(f"convert: got {path.name}, whose first code cell is not the setup cell; it needs one")
    text = "\n".join(cell.source for _, cell in code_cells(notebook))
    setup.source = SETUP.format(packed=pack(wheel, left_out(wheel, text)))
    setup.metadata |= HIDDEN
    return notebook


def write(target: Path, paths: Iterable[Path]) -> list[Path]:
    """Write the notebooks of these paths into a new folder, in folders of the same names, and return where."""
    written = []
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        for path in paths:
            place = target / path.parent.name / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(convert(path, wheel), place)
            written.append(place)
    for name in ("LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, target)
    return written


def notebooks() -> list[Path]:
    """Return the notebooks that readers and students get."""
    return [path for folder in CARRIED for path in sorted((ROOT / folder).glob("*.ipynb"))]


def check(paths: Iterable[Path]) -> int:
    """Write standalone notebooks, compare what they give offline with what is stored, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="standalone-") as folder:
        root = Path(folder) / "standalone"
        written = write(root, paths)
        colab.prepare(Path(folder))
        return colab.nbval(written, Path(folder), kernel="offline", root=root)


def main() -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.standalone", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        return check(notebooks())
    with tempfile.TemporaryDirectory(dir=ROOT, prefix="standalone-") as folder:
        written = write(Path(folder) / "standalone", notebooks())
        packed = shutil.make_archive(f"{folder}/all", "zip", folder, "standalone")
        shutil.rmtree(ROOT / "standalone", ignore_errors=True)
        os.replace(Path(folder) / "standalone", ROOT / "standalone")
        os.replace(packed, ROOT / "standalone.zip")
    sizes = [path.stat().st_size for path in (ROOT / "standalone").rglob("*.ipynb")]
    print(f"{len(written)} notebooks of {min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
