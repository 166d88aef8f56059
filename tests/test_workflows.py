"""The workflows of the public forge ask only for what is here, and for no more rights than they need."""

import re
import tomllib
from importlib.util import find_spec

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "workflows"
NAMES = ["tests", "pages", "release"]
MAKEFILE = (ROOT / "Makefile").read_text()
RIGHTS = {  # of single jobs, beyond reading the repository
    ("pages", "publish"): {"pages": "write", "id-token": "write"},
    ("release", "publish"): {"contents": "write"},
}


def workflow(name):
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text())


def steps(name):
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def commands(name):
    """Return every line of shell of a workflow."""
    return [line.strip() for step in steps(name) for line in step.get("run", "").splitlines()]


def test_these_are_all():
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.yml" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_run_exists(name):
    lines = commands(name)
    assert lines
    for line in lines:
        if line.startswith("make "):
            for target in line.split()[1:]:
                assert re.search(rf"^{target}:", MAKEFILE, re.M), f"no target {target}"
        for module in re.findall(r"-m (tests\.\w+)", line):
            assert find_spec(module), module
        for path in re.findall(r"(?<![\w$.-])(?:\.ci/run|requirements\.txt)", line):
            assert (ROOT / path).exists()
        first = line.split()[0].rpartition("/")[2]
        assert first in {"make", "run", "python", "grep", "mv", "tar", "zip", "gh"}, line


def test_three_systems_and_two_versions():
    matrix = workflow("tests")["jobs"]["functions"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.13"]


def test_when_they_run():
    triggers = {name: set(workflow(name)[True]) for name in NAMES}  # YAML reads the key "on" as true
    assert {"push", "pull_request", "schedule"} <= triggers["tests"]
    assert workflow("release")[True] == {"push": {"tags": ["v*"]}}
    assert "pull_request" not in triggers["pages"] | triggers["release"]


def test_the_weekly_run_has_no_pin_of_what_the_package_needs():
    lines = [step.get("run", "") for step in workflow("tests")["jobs"]["newest"]["steps"]]
    (dropped,) = [re.search(r"grep -Ev '\^\(([\w|]+)\)=='", line)[1] for line in lines if "grep" in line]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(dropped.split("|")) == {re.match(r"\w+", one)[0] for one in project["dependencies"]}
    assert not [line for line in lines if "--requirement requirements.txt" in line]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_forges_own_actions_by_major_version(name):
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert used
    assert [one for one in used if not re.fullmatch(r"actions/[\w-]+@v\d+", one)] == []


@pytest.mark.parametrize("name", NAMES)
def test_rights_are_the_least(name):
    whole = workflow(name)
    assert whole["permissions"] == {"contents": "read"}
    granted = {(name, job): told["permissions"] for job, told in whole["jobs"].items() if "permissions" in told}
    assert granted == {key: rights for key, rights in RIGHTS.items() if key[0] == name}
    for job in {job for _, job in granted}:  # what may write runs nothing of ours
        assert not [step for step in whole["jobs"][job]["steps"] if "checkout" in step.get("uses", "")]


@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_an_event_becomes_shell(name):
    assert [line for line in commands(name) if "${{" in line] == []


def test_a_release_is_checked_before_it_is_built():
    lines = commands("release")
    check = lines.index('.venv/bin/python -m tests.address --release "$GITHUB_REF_NAME"')
    assert check < lines.index("make book slides standalone")
    text = "\n".join(lines)
    for part in ("-m pip wheel", "site.tar.gz", "site.zip", "slides.zip", "standalone.zip"):
        assert part in text


@pytest.mark.parametrize("name", NAMES)
def test_torch_for_the_cpu_is_installed_first(name):
    for job in workflow(name)["jobs"].values():
        lines = [line.strip() for step in job["steps"] for line in step.get("run", "").splitlines()]
        installs = [line for line in lines if "pip install" in line or line.startswith(("make ", ".ci/"))]
        if installs:
            assert re.search(r"pip install .*torch.* --index-url \S*(whl/cpu|TORCH_INDEX)", installs[0]), installs
