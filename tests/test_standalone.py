"""Standalone notebooks carry the package in their first cell, and run with no package, no git and no network."""

import shutil
import sys
import tomllib

import nbformat
import pytest

from tests import address, colab, rules, standalone

CHAPTER = address.ROOT / "book" / "04_bptt.ipynb"
EXERCISE = address.ROOT / "exercises" / "04_bptt.ipynb"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return standalone.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("git"), reason="needs git, and links")
def test_a_chapter_and_an_exercise_run_offline():
    assert standalone.check([CHAPTER, EXERCISE]) == 0


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("git"), reason="needs git, and links")
def test_a_notebook_that_gives_something_else_is_noticed(tmp_path):
    notebook = nbformat.read(EXERCISE, as_version=4)
    notebook.cells = [*notebook.cells[:2], nbformat.v4.new_code_cell("assert False", execution_count=2)]
    nbformat.write(notebook, tmp_path / "changed.ipynb")
    colab.prepare(tmp_path)
    (written,) = standalone.write(tmp_path / "s", [tmp_path / "changed.ipynb"])
    assert colab.nbval([written], tmp_path, kernel="offline", root=tmp_path / "s") == 1


def test_only_the_first_cell_is_another(wheel):
    before, after = nbformat.read(CHAPTER, as_version=4), standalone.convert(CHAPTER, wheel)
    (_, setup), *rest = rules.code_cells(after)
    assert [cell for _, cell in rest] == [cell for _, cell in rules.code_cells(before)[1:]]
    assert "%pip" not in setup.source
    assert setup.source.startswith("#@title")
    assert max(map(len, setup.source.splitlines())) <= standalone.WIDTH
    assert setup.metadata["jupyter"]["source_hidden"]


def test_the_first_cell_unpacks_the_wheel(wheel, monkeypatch):
    monkeypatch.setitem(sys.modules, "lessons_pkg", None)  # so that the cell cannot import it
    monkeypatch.setattr(sys, "path", sys.path.copy())
    _, setup = rules.code_cells(standalone.convert(CHAPTER, wheel))[0]
    with pytest.raises(ImportError):  # the last line, since the name is still barred
        exec(setup.source, {})
    (folder,) = [path for path in map(standalone.Path, sys.path[:1]) if (path / "lessons_pkg").is_dir()]
    assert (folder / "lessons_pkg" / "data" / "names.csv").read_bytes() == (
        address.ROOT / "data" / "names.csv"
    ).read_bytes()
    version = tomllib.loads((address.ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (folder / f"lessons_pkg-{version}.dist-info" / "METADATA").exists()
    shutil.rmtree(folder)


def test_weights_travel_with_the_notebooks_that_name_them(wheel):
    def stays_behind(text):
        return {standalone.Path(name).name for name in standalone.left_out(wheel, text)}

    everything = stays_behind("")
    assert {"names.pt", "tales-words.pt", "tales-lstm.pt"} <= everything
    assert stays_behind('load_checkpoint(data_path("tales-words.pt"))') == everything - {"tales-words.pt"}
    assert stays_behind('check("reach.window_loss", f)') == everything - {"names.pt"}  # its task loads them
    assert len(standalone.pack(wheel)) > 1.5 * len(standalone.pack(wheel, standalone.left_out(wheel, "")))


def test_a_notebook_without_a_setup_cell_is_refused(wheel, tmp_path):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), tmp_path / "bare.ipynb")
    with pytest.raises(ValueError, match=r"convert: got bare\.ipynb"):
        standalone.convert(tmp_path / "bare.ipynb", wheel)


def test_chapters_and_exercises_are_carried():
    paths = standalone.notebooks()
    assert CHAPTER in paths
    assert {path.parent.name for path in paths} <= set(standalone.CARRIED)
