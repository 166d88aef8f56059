"""The machine that stands in for Colab has what Colab has and no more, and the setup cell does there what it says."""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions, version
from zipfile import ZipFile

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tests import address, colab

pytestmark = pytest.mark.skipif(sys.platform == "win32" or not shutil.which("git"), reason="needs git, and links")

LOOK = """
import importlib.util, json, os, sys
names = ["lessons_pkg", "torch", "IPython", "pip", "nbval", "pytest", "sphinx", "jupyter_book", "nbclient"]
found = [name for name in names if importlib.util.find_spec(name)]
home = getattr(sys.modules.get("lessons_pkg"), "__file__", None)
print(json.dumps([found, os.listdir(), home, sys.prefix, os.environ.get("LESSONS_STRICT")]))
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Prepare the kernels once, and let Jupyter find them."""
    folder = tmp_path_factory.mktemp("colab")
    colab.prepare(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        patch.setenv("PYTHONPATH", str(address.ROOT))  # what must not reach the kernel
        yield folder


def run(kernel, *cells, folder="."):
    """Run cells in a new kernel and return the notebook."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, kernel_name=kernel, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.allow_errors = True
    return client.execute()


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_before_the_setup_cell_there_is_no_course_and_after_it_there_is(kernels):
    before, setup, after = run("colab", LOOK, address.read().setup, LOOK).cells
    found, files, home, prefix, strict = json.loads(printed(before))
    assert found == ["torch", "IPython", "pip"]
    assert (files, home, strict) == ([], None, None)
    assert not [output for output in setup.outputs if output.output_type == "error"], printed(setup)
    found, files, home, prefix, _ = json.loads(printed(after))
    assert found == ["lessons_pkg", "torch", "IPython", "pip"]
    assert home.startswith(prefix)
    assert files == []


def test_solutions_run_strictly_where_the_package_is_already(kernels, tmp_path):
    (tmp_path / "solutions").mkdir()
    setup, look = run("offline", address.read().setup, LOOK, folder=tmp_path / "solutions").cells
    assert setup.outputs == []
    found, files, home, _, strict = json.loads(printed(look))
    assert found == ["lessons_pkg", "torch", "IPython", "pip"]
    assert (files, home, strict) == ([], str(address.ROOT / "lessons_pkg" / "__init__.py"), "1")


def test_without_a_network_the_setup_cell_fails_and_says_what_to_do(kernels):
    notebook = new_notebook(cells=[new_code_cell(address.read().setup), new_code_cell("print('not reached')")])
    with pytest.raises(CellExecutionError) as failure:
        NotebookClient(notebook, kernel_name="offline", timeout=120).execute()
    message = re.sub(r"\x1b\[[\d;]*m", "", str(failure.value))
    assert "No module named 'lessons_pkg'" in message
    assert "-> 6     import lessons_pkg  # did pip fail above? With no network, use the standalone notebook" in message
    assert "ERROR: " in printed(notebook.cells[0])  # pip's own words stay
    assert notebook.cells[1].outputs == []


def test_every_machine_is_a_new_one(kernels):
    mark = "import site, pathlib; pathlib.Path(site.getsitepackages()[0], 'left_behind.py').touch()"
    run("offline", mark)
    (cell,) = run("offline", "import left_behind").cells
    assert "ModuleNotFoundError" in str(cell.outputs)


def test_closure_follows_what_is_needed_here_and_no_extras():
    found = colab.closure(["ipywidgets", "pip"])
    assert {"ipywidgets", "ipython", "traitlets", "comm", "pip", "jupyterlab-widgets"} <= found.keys()
    assert not found.keys() & {"pytest", "nbval", "sphinx", "jupyter-book", "lessons-pkg"}


def test_a_repacked_wheel_installs(tmp_path):
    wheel = colab.repack(colab.BUILDS, tmp_path)
    assert wheel.name == f"setuptools-{version('setuptools')}-py3-none-any.whl"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*pip, tmp_path / "there", wheel], check=True)
    (installed,) = distributions(path=[str(tmp_path / "there")])
    assert installed.version == version("setuptools")
    assert (tmp_path / "there" / "setuptools" / "build_meta.py").exists()
    with ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if name.endswith((".pyc", "INSTALLER"))]


def test_the_snapshot_is_the_working_tree_and_leaves_the_repository_alone(tmp_path):
    def git(*words):
        return subprocess.run(["git", *words], cwd=address.ROOT, capture_output=True, text=True).stdout

    before = git("rev-parse", "HEAD"), git("stash", "list"), git("tag")
    colab.snapshot(tmp_path / "course.git", "v9")
    listed = git(f"--git-dir={tmp_path / 'course.git'}", "ls-tree", "-r", "--name-only", "v9").splitlines()
    assert {"pyproject.toml", "lessons_pkg/__init__.py", "data/names.csv", "tests/colab.py"} <= set(listed)
    assert not [name for name in listed if name.startswith((".venv/", "book/_build/", "standalone"))]
    assert (git("rev-parse", "HEAD"), git("stash", "list"), git("tag")) == before
