"""The course's public address is the same everywhere, one command changes it everywhere, and back."""

import shutil

import nbformat
import pytest
import yaml

from tests import address, rules

OTHER = address.Address("some-school", "language.models", "v0.2.0")


@pytest.fixture
def copy(tmp_path):
    """Copy everything that may hold the address."""
    for path in address.places():
        target = tmp_path / path.relative_to(address.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return tmp_path


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_it_is_the_same_everywhere():
    assert address.complaints() == []


def test_there_and_back_changes_no_byte(copy):
    before, home = contents(copy), address.read(copy)
    changed = address.move(OTHER, copy)
    assert address.read(copy) == OTHER
    assert address.complaints(copy) == []
    notebooks = [path for folder in address.FOLDERS for path in (copy / folder).glob("*.ipynb")]
    assert {*notebooks, copy / "pyproject.toml", copy / "book" / "_config.yml"} <= set(changed)
    for path in notebooks:
        assert rules.code_cells(nbformat.read(path, 4))[0][1].source == OTHER.setup
    assert not [path for path, text in contents(copy).items() if b"next-character/next-character" in text]
    address.move(home, copy)
    assert contents(copy) == before


@pytest.mark.parametrize("part", ["owner", "repository", "tag"])
def test_one_part_alone_can_be_set(copy, part, capsys):
    home = address.read(copy)
    assert address.main([f"--{part}", "another"], copy) == 0
    assert address.read(copy) == address.replace(home, **{part: "another"})
    assert "files changed" in capsys.readouterr().out


def test_a_place_that_was_forgotten_is_named(copy, capsys):
    page = copy / "book" / "references.md"
    page.write_text(f"[Run it]({OTHER.colab('book/04_bptt.ipynb')}) and [see](https://github.com/a/b/blob/c/d.py).\n")
    (complaint,) = address.complaints(copy)
    assert complaint.startswith("book/references.md: colab.research.google.com/github/some-school/language.models")
    assert address.main([], copy) == 1
    assert "pyproject.toml says" in capsys.readouterr().err


def test_the_configuration_of_the_book_is_compared(copy):
    path = copy / "book" / "_config.yml"
    path.write_text(path.read_text().replace("branch: ", "branch: x"))
    (complaint,) = address.complaints(copy)
    assert complaint.startswith("book/_config.yml: https://github.com/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("git+https://github.com/a/b@v1", "git+https://github.com/c/d@v2"),
        ("https://github.com/a/b/blob/v1/book/x.ipynb", "https://github.com/c/d/blob/v2/book/x.ipynb"),
        ("https://github.com/a/b/releases/download/v1/x.zip", "https://github.com/c/d/releases/download/v2/x.zip"),
        ("Clone https://github.com/a/b.", "Clone https://github.com/c/d."),
        ("https://a.github.io/b/04.html", "https://c.github.io/d/04.html"),
        (
            "https://github.com/a/b@v1.5 https://github.com/a/b.txt",
            "https://github.com/c/d@v1.5 https://github.com/a/b.txt",
        ),
        (
            "https://github.com/a/bb https://github.com/aa/b a/b v1",
            "https://github.com/a/bb https://github.com/aa/b a/b v1",
        ),
    ],
)
def test_only_the_address_moves(text, expected):
    assert address.moved(text, address.Address("a", "b", "v1"), address.Address("c", "d", "v2")) == expected


def test_the_address_in_the_book_is_the_one_of_pyproject():
    home = address.read()
    stated = yaml.safe_load((address.ROOT / "book" / "_config.yml").read_text())["repository"]
    assert stated == {"url": home.home, "branch": home.tag}
    assert f'"git+{home.home}@{home.tag}"' in home.setup


@pytest.mark.parametrize(("flag", "value"), [("--owner", "a b"), ("--tag", "v 1"), ("--repository", "x/y")])
def test_an_impossible_address_is_refused(copy, capsys, flag, value):
    before = contents(copy)
    with pytest.raises(SystemExit, match="2"):
        address.main([flag, value], copy)
    assert repr(value) in capsys.readouterr().err
    assert contents(copy) == before


def test_a_release_needs_one_tag_one_version_and_a_list_of_changes(copy):
    (copy / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0\n")
    assert address.unreleasable("v0.1.0", copy) == []
    assert len(address.unreleasable("v0.2.0", copy)) == 2
    (copy / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0 (unreleased)\n")
    assert address.main(["--release", "v0.1.0"], copy) == 1
    (complaint,) = address.unreleasable("v0.1.0", copy)
    assert "unreleased" in complaint
