"""Run the notebooks, store them in one normal form, and complain about what nbval does not see.

python -m tests.notebooks [FILE ...]         check (default: all of book/), exit status 1 on a complaint
python -m tests.notebooks --run [FILE ...]   execute first, and store what came out
python -m tests.notebooks --times XML        print the seconds of each notebook from nbval's own report
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from nbformat import NotebookNode

from tests.rules import WIDGET, complaints

BOOK = Path(__file__).parents[1] / "book"
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
    start = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=10 * BUDGET,
        kernel_name="python3",
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
    ).execute()
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
        seconds[case.get("classname").removeprefix("book.").removesuffix(".ipynb")] += float(case.get("time"))
    return dict(sorted(seconds.items()))


def check(path: Path) -> list[str]:
    """Return what is wrong with one stored notebook."""
    notebook = nbformat.read(path, as_version=4)
    found = list(complaints(notebook, path.stem))
    stored = nbformat.writes(notebook)
    if nbformat.writes(normalise(notebook)) != stored:
        found.append("not in the normal form: run `make notebooks`")
    return [f"{path.name}: {complaint}" for complaint in found]


def main() -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--times", type=Path)
    wanted = parser.parse_args()
    if wanted.times:
        found = report(times(wanted.times))
    else:
        files = wanted.files or chapters()
        found = report({path.stem: execute(path) for path in files}) if wanted.run else []
        found += [complaint for path in files for complaint in check(path)]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
