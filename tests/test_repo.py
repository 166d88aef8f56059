"""The repository keeps its promises: imports point one way, modules stay short, files are where they are said to be."""

import ast
import importlib
import inspect
import os
import re
import tomllib
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from itertools import chain
from pathlib import Path
from statistics import median

import pytest
from packaging.requirements import Requirement

import lessons_pkg
from tests.conftest import contents

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lessons_pkg"
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = {  # a module imports from its own floor and from those below
    1: {"vocab", "corpora", "metrics", "numpy_rnn", "numpy_optim", "clipping", "models"}
    | {"tokenizer", "subwords", "states", "attention", "long_softmax", "texts", "wikitext", "files"},
    2: {"ngram", "batching", "checkpoint", "sampling", "search", "recipe"},
    3: {"training", "sources", "evaluation", "plots", "explorers"},
    4: {"arguments", "classroom", "progress", "material", "runs", "commands", "__main__"},
}
FLOOR = {module: floor for floor, modules in FLOORS.items() for module in modules}
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 200, 40, 12
TESTS_OF_MORE = {  # of what is no single module
    *("notebooks", "site", "repo", "names_data", "tales_data", "wheel", "teaching", "pages"),
    *("address", "colab", "standalone", "workflows"),
    *("explorers_page", "explorers_by_hand", "explorers_by_hand_page", "explorers_text", "explorers_text_page"),
    *("slides", "slides_page", "exercises"),
}
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"]
NOT_OURS = {".git", ".venv", "_build", "build", "slides", "standalone", "__pycache__"}
NOT_OURS |= {".pytest_cache", ".ruff_cache", ".hypothesis"}
# Paths of the machine that something was written on.
MACHINE = re.compile(r"(?<![\w.])/(root|work|home/\w+|Users/\w+|tmp/\w+)/|[A-Z]:\\Users")


def top(path: Path) -> str:
    """Return the module or sub-package of lessons_pkg that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> set[str]:
    """Return the modules and sub-packages of lessons_pkg that a file imports."""
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            found += [f"{base}.{alias.name}" for alias in node.names]
    return {name.split(".")[1] for name in found if name.startswith("lessons_pkg.")} - {top(path)}


def functions(path: Path) -> dict[str, int]:
    """Return the lines of each function of a file, its docstring not counted."""
    lines = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            docstring = first if ast.get_docstring(node) else None
            spoken = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
            lines[f"{path.relative_to(ROOT)}:{node.name}"] = node.end_lineno - node.lineno + 1 - spoken
    return lines


def texts() -> dict[Path, str]:
    """Return every text file of the repository."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.endswith(".egg-info")]
        for name in files:
            raw = Path(folder, name).read_bytes()
            if b"\0" not in raw:
                found[Path(folder, name).relative_to(ROOT)] = raw.decode()
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    if path == PACKAGE / "__init__.py":
        assert not imports(path) & {"classroom", "commands", "__main__"}
        return
    assert top(path) in FLOOR, f"give {top(path)} a floor in tests/test_repo.py"
    assert {name for name in imports(path) if FLOOR.get(name, 0) > FLOOR[top(path)]} == set()
    assert not imports(path) & {"explorers", "__main__"}
    assert top(path) == "__main__" or "classroom" not in imports(path)


def test_imports_have_no_circle():
    graph = {}
    for path in MODULES:
        if path != PACKAGE / "__init__.py":
            graph.setdefault(top(path), set()).update(imports(path))
    assert list(TopologicalSorter(graph).static_order())


def test_imports_are_read_right(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "lessons_pkg")
    path = tmp_path / "lessons_pkg" / "plots" / "style.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import os.path\nimport lessons_pkg.vocab\nfrom . import sizes\nfrom .. import models\n"
        "from ..ngram import NGram\nfrom torch.nn import Module\nfrom lessons_pkg import batching\n"
    )
    assert imports(path) == {"vocab", "models", "ngram", "batching"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_are_short(path):
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE
    assert {name: lines for name, lines in functions(path).items() if lines > LONGEST_FUNCTION} == {}


def test_median_function():
    lengths = list(chain.from_iterable(functions(path).values() for path in MODULES))
    assert median(lengths) <= MEDIAN_FUNCTION, f"the median function has {median(lengths)} lines"


def test_public_names_exist_and_are_documented():
    for name in lessons_pkg.__all__:
        thing = getattr(lessons_pkg, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert inspect.getdoc(thing), f"{name} has no docstring"
            assert thing.__module__.startswith("lessons_pkg."), f"{name} is not ours"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_are_documented(path):
    if path.name != "__main__.py":
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        assert importlib.import_module(dotted).__doc__


def mirrored(pattern: str) -> set[str]:
    """Return what the test files are named after."""
    return {path.stem.removeprefix("test_") for path in ROOT.glob(f"tests/{pattern}")}


def test_tests_mirror_the_modules():
    modules = {top(path).strip("_") for path in MODULES} - {"init"}
    assert mirrored("test_*.py") - modules - TESTS_OF_MORE == set()
    assert modules - mirrored("test_*.py") - {path.parent.name for path in ROOT.glob("tests/*/test_*.py")} == set()
    for folder in ("plots", "explorers"):
        assert mirrored(f"{folder}/test_*.py") <= {path.stem for path in PACKAGE.glob(f"{folder}/*.py")}
    assert mirrored("equations/test_*.py") <= {path.stem for path in ROOT.glob("book/*.ipynb")}


def test_the_package_asks_for_no_exact_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {Requirement(line).name: Requirement(line) for line in lines if line and not line.startswith("#")}
    assert {str(pin) for pin in pins.values() if [one.operator for one in pin.specifier] != ["=="]} == set()
    for wanted in map(Requirement, project["dependencies"]):
        assert [one.operator for one in wanted.specifier] == [">="], f"{wanted}: a lower bound, no more"
        (pin,) = pins[wanted.name].specifier
        assert pin.version in wanted.specifier
    assert project["requires-python"] == ">=3.11"


@pytest.mark.parametrize(
    "name", [*DOCUMENTS, "LICENSE", "LICENSE-TEXT", "Makefile", ".ci/run", ".pre-commit-config.yaml"]
)
def test_the_usual_files_are_there(name):
    assert (ROOT / name).stat().st_size > 100
    assert name != ".ci/run" or os.access(ROOT / name, os.X_OK)


def test_version_is_in_the_changelog():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_of_the_documents_resolve(name):
    targets = re.findall(r"\]\(([^)\s#]+)", (ROOT / name).read_text())
    dead = [one for one in targets if not re.match(r"\w+:", one) and not (ROOT / name).parent.joinpath(one).exists()]
    assert dead == []


def test_every_notebook_is_in_the_contents_and_in_the_readme():
    listed = set(contents())
    book = ROOT / "book"
    found = {path.relative_to(book) for ending in ("ipynb", "md") for path in book.rglob(f"*.{ending}")}
    pages = {str(path.with_suffix("")) for path in found if path.parts[0] not in {"_build", "exercises"}}
    pages |= {f"exercises/{path.stem}" for path in ROOT.glob("exercises/*.ipynb")}  # the build copies them there
    assert listed == pages
    readme = (ROOT / "README.md").read_text()
    assert {page for page in pages if re.match(r"\d\d_", page) and page not in readme} == set()


def test_no_path_of_somebodys_machine():
    found = {str(path): MACHINE.search(text)[0] for path, text in texts().items() if MACHINE.search(text)}
    found.pop("tests/test_repo.py", None)
    assert found == {}
