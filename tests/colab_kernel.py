"""Starts one kernel on what a fresh Colab machine has; tests/colab.py writes its folder and Jupyter calls it.

A new environment holds links to the packages that Colab brings, and the working folder is new and empty. The
process becomes the kernel, so that Jupyter can interrupt and end it. A solution runs strictly, and finds the course's
package there already, as on an instructor's own machine: its setup cell has nothing to do.
"""

import json
import os
import sys
import tempfile
import venv
from pathlib import Path

DROPPED = ("PYTHON", "PIP_", "GIT_", "JUPYTER_", "LESSONS_", "VIRTUAL_ENV")  # what a new machine does not have


def main(folder: Path, arguments: list[str]) -> None:
    """Make a machine as this kernel's folder says, and become its kernel."""
    stored = json.loads((folder / "machine.json").read_text())
    machine = Path(tempfile.mkdtemp(prefix="m", dir=folder.parents[1]))  # a short path: sockets go below it
    venv.create(machine / "env", symlinks=True)
    (packages,) = machine.glob("env/lib/python*/site-packages")
    for entry in map(Path, stored["packages"]):
        (packages / entry.name).symlink_to(entry)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    environment |= stored["environment"] | {"IPYTHONDIR": str(machine / "ipython"), "TMPDIR": str(machine)}
    environment["PATH"] = os.pathsep.join([str(machine / "env" / "bin"), *stored["path"]])
    if Path.cwd().name == "solutions":  # nbval starts a kernel in its notebook's folder
        environment |= {"LESSONS_STRICT": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    (machine / "content").mkdir()
    os.chdir(machine / "content")
    python = str(machine / "env" / "bin" / "python")
    os.execve(python, [python, "-m", "ipykernel_launcher", *arguments], environment)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
