"""Run the notebooks, store them in one normal form, and complain about what nbval does not see.

python -m tests.notebooks [FILE ...]           check (default: book/, solutions/, exercises/), status 1 on a complaint
python -m tests.notebooks --run [FILE ...]     execute first, and store what came out
python -m tests.notebooks --setup [FILE ...]   first put the setup cell into notebooks that lack it
python -m tests.notebooks --times XML          print the seconds of each notebook from nbval's own report
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests import address
from tests.rules import SETUP_TAGS, WIDGET, code_cells, complaints

BOOK = address.ROOT / "book"
BUDGET = 60  # seconds for a notebook on two cores: what the course promises
LIMIT = 3 * BUDGET  # where the check fails: machines differ by less than this
KEPT = {"tags", "mystnb"}  # what a cell may say about itself
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}


def chapters() -> list[Path]:
    """Return the paths of all notebooks of the book, in order."""
    return sorted(BOOK.glob("*.ipynb"))


def stored() -> list[Path]:
    """Return the paths of all stored notebooks: of the book, the solutions and the exercises, in order."""
    return [path for folder in address.FOLDERS for path in sorted((address.ROOT / folder).glob("*.ipynb"))]


def add_setup(path: Path) -> None:
    """Put the setup cell before the first code cell of a notebook, if it has none; outputs stay."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for _, cell in code_cells(notebook)]
    if any(cell.source == address.read().setup for cell in cells):
        return
    for part in [*cells, *(output for cell in cells for output in cell.outputs)]:
        if part.get("execution_count"):
            part.execution_count += 1
    setup = new_code_cell(address.read().setup, id="setup", execution_count=1, metadata={"tags": SETUP_TAGS})
    place = next((n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"), len(notebook.cells))
    notebook.cells.insert(place, setup)
    nbformat.write(notebook, path)


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Drop in place what varies from run to run or is nobody's business, and return the notebook."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in sorted(KEPT & set(cell.metadata))})
        cell.source = cell.source.rstrip()
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = NotebookNode()
            if WIDGET in output.get("data", {}) and "text/html" in output.data:
                del output.data[WIDGET]  # its model has died with the kernel, and its id is random
    return notebook


def execute(path: Path) -> float:
    """Run a notebook in a fresh kernel in its own folder, store it normalised, and return the seconds."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    strict = {"LESSONS_STRICT": "1"} if path.resolve().parent.name == "solutions" else {}
    start = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=10 * BUDGET,
        kernel_name="python3",
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
    ).execute(env=os.environ | strict)
    seconds = time.perf_counter() - start
    nbformat.write(normalise(notebook), path)
    return seconds


def report(seconds: dict[str, float]) -> list[str]:
    """Print the seconds of each notebook and return those that are far over the budget."""
    for name, spent in seconds.items():
        print(f"  {name:<36} {spent:6.1f} s of {BUDGET}{'  OVER' if spent > BUDGET else ''}")
    print(f"  {'all':<36} {sum(seconds.values()):6.1f} s")
    return [f"{name}: {spent:.0f} s, the limit is {LIMIT}" for name, spent in seconds.items() if spent > LIMIT]


def times(junit: Path) -> dict[str, float]:
    """Return the seconds of each notebook from the JUnit file of an nbval run."""
    seconds = defaultdict(float)
    for case in ElementTree.parse(junit).iter("testcase"):
        name = case.get("classname").removesuffix(".ipynb").removeprefix("book.").replace(".", "/")
        seconds[name] += float(case.get("time"))
    return dict(sorted(seconds.items()))


def name_of(path: Path) -> str:
    """Return the name of a notebook in a report: those of the book without their folder."""
    folder = path.resolve().parent.name
    return f"{folder}/{path.stem}" if folder in address.FOLDERS[1:] else path.stem


def check(path: Path) -> list[str]:
    """Return what is wrong with one stored notebook."""
    notebook = nbformat.read(path, as_version=4)
    folder = path.resolve().parent.name
    found = list(complaints(notebook, path.stem, folder if folder in address.FOLDERS else "book"))
    before = nbformat.writes(notebook)
    if nbformat.writes(normalise(notebook)) != before:
        found.append("not in the normal form: run `make notebooks`")
    return [f"{path.name if folder == 'book' else f'{folder}/{path.name}'}: {complaint}" for complaint in found]


def main() -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--setup", action="store_true")
    parser.add_argument("--times", type=Path)
    wanted = parser.parse_args()
    if wanted.times:
        found = report(times(wanted.times))
    else:
        files = wanted.files or stored()
        for path in files if wanted.setup else []:
            add_setup(path)
        found = report({name_of(path): execute(path) for path in files}) if wanted.run else []
        found += [complaint for path in files for complaint in check(path)]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
