"""Run notebooks as Colab would run them, with no network, and compare every output with the stored one.

python -m tests.colab [--times XML] [FILE ...]     nbval over the files, by default all of book/, solutions/, exercises/

Each notebook gets a new environment that holds what Colab brings of our needs, and nothing of the course; an empty
working folder; and its own first cell, which installs the package. In place of the network git finds the working tree
as a repository, under the course's public address and tag, and pip finds the tool that builds it. Only a solution finds
the package there already.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

from tests import address

ROOT = address.ROOT
COLAB_HAS = ("torch", "numpy", "matplotlib", "ipywidgets", "ipykernel", "pip")
BUILDS = "setuptools"  # what pip fetches to build the package
NOT_IN_A_WHEEL = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
NOWHERE = "http://127.0.0.1:9"  # whatever asks for the network is sent here, where nobody listens
OFFLINE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "SHELL": "/bin/sh",  # what runs `%pip`; its path is whole because the offline kernel looks for programs nowhere
    **{name: NOWHERE for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")},
    "OMP_NUM_THREADS": "1",
}


def closure(names: Iterable[str]) -> dict[str, Distribution]:
    """Return the installed distributions of these names and of all that they need here."""
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = distribution(name)
            needs = map(Requirement, found[name].requires or [])
            waiting += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


def entries(parts: Iterable[Distribution]) -> list[str]:
    """Return the paths of everything that distributions have put directly into site-packages."""
    tops = {str(one.locate_file(file.parts[0])) for one in parts for file in one.files if file.parts[0] != ".."}
    return sorted(top for top in tops if Path(top).name != "__pycache__")


def repack(name: str, folder: Path) -> Path:
    """Make a wheel again of an installed distribution of pure Python."""
    source = distribution(name)
    files = [one for one in source.files if one.parts[0] != ".." and one.suffix != ".pyc"]
    files = [one for one in files if one.name not in NOT_IN_A_WHEEL]
    info = next(one.parent for one in files if one.name == "METADATA")
    lines = [f"{one.as_posix()},{one.hash.mode}={one.hash.value},{one.size}" for one in files if one.hash]
    wheel = folder / f"{name}-{source.version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for one in files:
            archive.write(one.locate(), one.as_posix())
        archive.writestr(f"{info.as_posix()}/RECORD", "\n".join([*lines, f"{info.as_posix()}/RECORD,,", ""]))
    return wheel


def snapshot(repository: Path, tag: str) -> None:
    """Make a repository of the working tree as it is, with one commit and one tag; the real one is not touched."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "As it stands"], ["tag", tag]):
        subprocess.run(
            ["git", f"--git-dir={repository}", f"--work-tree={ROOT}", *words], check=True, cwd=ROOT, env=environment
        )


def install_kernel(folder: Path, name: str, machine: dict) -> None:
    """Write a kernel of this name for Jupyter, with the machine on which it is to start."""
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    (spec / "machine.json").write_text(json.dumps(machine))
    launcher = [sys.executable, str(Path(__file__).with_name("colab_kernel.py")), str(spec)]
    stated = {"argv": [*launcher, "-f", "{connection_file}"], "display_name": name, "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(stated))


def prepare(folder: Path) -> None:
    """Write the kernels: "colab" finds the course and its build tool, "offline" nothing, and not even git."""
    where = address.read()
    (folder / "wheels").mkdir()
    repack(BUILDS, folder / "wheels")
    snapshot(folder / "course.git", where.tag)
    packages = entries(closure(COLAB_HAS).values())
    install_kernel(folder, "offline", {"packages": packages, "environment": OFFLINE, "path": []})
    found = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'course.git').as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": where.home,
    }
    path = os.environ["PATH"].split(os.pathsep)
    install_kernel(folder, "colab", {"packages": packages, "environment": OFFLINE | found, "path": path})


def nbval(
    files: list[Path], folder: Path, *, times: Path | None = None, kernel: str = "colab", root: Path = ROOT
) -> int:
    """Compare notebooks, all below one root, with what they give in a prepared kernel; return pytest's exit status."""
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name", kernel, "-p", "no:cacheprovider"]
    command += ["--nbval-sanitize-with", str(ROOT / "tests" / "sanitize.cfg"), "-n", "2", "--dist", "loadfile"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(root)]
    command += [f"--junitxml={times}"] if times else []
    environment = os.environ | {"JUPYTER_PATH": str(folder)}
    return subprocess.run([*command, *map(str, files)], cwd=ROOT, env=environment).returncode


def main() -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.colab", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--times", type=Path, help="where to write the seconds of each cell, as JUnit XML")
    wanted = parser.parse_args()
    if not shutil.which("git"):
        parser.error("needs git")
    files = wanted.files or [path for folder in address.FOLDERS for path in sorted(ROOT.glob(f"{folder}/*.ipynb"))]
    with tempfile.TemporaryDirectory(prefix="colab-") as folder:
        prepare(Path(folder))
        return nbval(files, Path(folder), times=wanted.times)


if __name__ == "__main__":
    sys.exit(main())
