"""The wheel: built, installed beside nothing, and used from an empty folder, as in a notebook service."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PathDistribution

import pytest
from packaging.requirements import Requirement

from tests.standalone import build_wheel
from tests.tiny import ROOT


def pip(*arguments):
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    result = subprocess.run(
        [sys.executable, "-m", "pip", *arguments[:1], *quiet, *map(str, arguments[1:])], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel into a folder of its own, and return that."""
    target = tmp_path_factory.mktemp("target")
    pip("install", "--no-index", "--target", target, wheel)
    return target


def python(installed, folder, *arguments):
    """Run Python in a folder, with the installed package and not the repository's; return what it prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


USE = """
import lessons_pkg, pathlib
from lessons_pkg.explorers import temperature_explorer

split = lessons_pkg.load_names()
model, vocab, *_ = lessons_pkg.load_checkpoint(lessons_pkg.data_path("names.pt"))
html = temperature_explorer(model, vocab)._repr_mimebundle_()["text/html"]
print(pathlib.Path(lessons_pkg.__file__).parent, *map(len, split), len(vocab), "<script" in html)
"""


def test_the_installed_package_works_in_an_empty_folder(installed, tmp_path):
    where, *rest = python(installed, tmp_path, "-c", USE).split()
    assert where == str(installed / "lessons_pkg")
    assert rest == ["12648", "1581", "1581", "27", "True"]
    checkpoint = installed / "lessons_pkg" / "data" / "names.pt"
    names = python(installed, tmp_path, "-m", "lessons_pkg", "sample", checkpoint, "--count", "3", "--seed", "1")
    assert re.fullmatch(r"([a-z]+\n){3}", names)
    assert os.listdir(tmp_path) == []


def test_everything_that_is_no_code_is_in_the_wheel(installed):
    shipped = {path.relative_to(installed / "lessons_pkg").as_posix() for path in installed.glob("lessons_pkg/**/*.*")}
    extras = [path for path in (ROOT / "lessons_pkg").rglob("*") if path.suffix in (".py", ".js", ".css")]
    assert {path.relative_to(ROOT / "lessons_pkg").as_posix() for path in extras} <= shipped
    assert {f"data/{path.name}" for path in (ROOT / "data").iterdir() if path.is_file()} <= shipped
    assert not [name for name in shipped if "test" in name]


def test_the_metadata_asks_for_lower_bounds_only(installed):
    (info,) = installed.glob("*.dist-info")
    distribution = PathDistribution(info)
    requirements = {r.name: r for r in map(Requirement, distribution.requires)}
    assert requirements.keys() == {"torch", "numpy", "matplotlib", "ipywidgets"}
    for requirement in requirements.values():
        assert [clause.operator for clause in requirement.specifier] == [">="]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert distribution.version == project["version"]
    assert distribution.metadata["Requires-Python"] == ">=3.11"
    (script,) = distribution.entry_points.select(group="console_scripts")
    assert (script.name, script.value) == ("lessons", "lessons_pkg.__main__:main")
    assert {path.name for path in info.glob("licenses/*")} == {"LICENSE", "LICENSE-TEXT"}
