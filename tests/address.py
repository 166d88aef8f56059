"""Where the course lives in public: stated once, in pyproject.toml, equal everywhere, and set by one command.

python -m tests.address                                     check that every place has it, exit status 1 if not
python -m tests.address --owner X --repository Y --tag Z    set it everywhere; what is left out stays
python -m tests.address --release v0.2.0                    check that this is the tag, and that of the version
"""

import argparse
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
FOLDERS = ("book", "solutions", "exercises")  # where notebooks stand
PLACES = [
    *("pyproject.toml", "*.md", "book/_config.yml", "book/**/*.md", ".github/workflows/*.yml"),
    *(f"{folder}/*.ipynb" for folder in FOLDERS),
]
NAME, TAG = r"[\w.-]+", r"[\w./-]*\w"
SETUP = """\
# Gets the course's package where it is missing, as in Colab; elsewhere this does nothing.
try:
    import lessons_pkg
except ImportError:
    %pip install -q --no-deps "git+{home}@{tag}"
    import lessons_pkg  # did pip fail above? With no network, use the standalone notebook"""
CLAIMS = re.compile(  # the addresses that can only be meant as ours; others may link to another repository
    rf"(?P<before>git\+https://github\.com/|colab\.research\.google\.com/github/)"
    rf"(?P<owner>{NAME})/(?P<repository>{NAME})(?:@|/blob/)(?P<tag>[\w.-]*\w)"
)


@dataclass(frozen=True)
class Address:
    """Owner, repository and tag."""

    owner: str
    repository: str
    tag: str

    def __post_init__(self):
        for name, value in asdict(self).items():
            if not re.fullmatch(TAG if name == "tag" else NAME, value):
                raise ValueError(f"Address: got {name} {value!r}, needs letters, digits and any of . _ -")

    @property
    def home(self) -> str:
        """Return the address of the repository."""
        return f"https://github.com/{self.owner}/{self.repository}"

    @property
    def setup(self) -> str:
        """Return the source of the first code cell of every notebook."""
        return SETUP.format(home=self.home, tag=self.tag)

    def colab(self, path: str) -> str:
        """Return the address that opens a notebook of the repository in Colab."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.repository}/blob/{self.tag}/{path}"


def read(root: Path = ROOT) -> Address:
    """Return what pyproject.toml says."""
    return Address(**tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["course"])


def places(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file that may have the address in it."""
    for pattern in PLACES:
        yield from (path for path in sorted(root.glob(pattern)) if "_build" not in path.relative_to(root).parts)


def moved(text: str, old: Address, new: Address) -> str:
    """Return a text with one address put in the place of another, and nothing else changed."""
    home = rf"(github(?:\.com)?/){re.escape(old.owner)}/{re.escape(old.repository)}(?!\.?[\w-])"
    tagged = rf"(@|/(?:blob|tree|releases/tag|releases/download)/){re.escape(old.tag)}(?!\.?[\w-])"
    text = re.sub(home + tagged, rf"\g<1>{new.owner}/{new.repository}\g<2>{new.tag}", text)
    text = re.sub(home, rf"\g<1>{new.owner}/{new.repository}", text)
    return text.replace(f"{old.owner}.github.io/{old.repository}", f"{new.owner}.github.io/{new.repository}")


def rewritten(path: Path, old: Address, new: Address) -> str:
    """Return the text of a file under another address; two files also name its parts."""
    text = moved(path.read_bytes().decode(), old, new)
    if path.name == "pyproject.toml":
        for name, value in asdict(new).items():
            text = re.sub(rf'^{name} = "[^"]*"', f'{name} = "{value}"', text, flags=re.M)
    if path.name == "_config.yml":
        text = re.sub(rf"^(  branch: ){re.escape(old.tag)}(?=\s)", rf"\g<1>{new.tag}", text, flags=re.M)
    return text


def move(new: Address, root: Path = ROOT) -> list[Path]:
    """Set the address everywhere and return the files that changed; no file is ever half written."""
    old = read(root)
    texts = {path: rewritten(path, old, new) for path in places(root)}
    changed = {path: text for path, text in texts.items() if text.encode() != path.read_bytes()}
    for path, text in changed.items():
        part = path.with_name(path.name + ".part")
        part.write_bytes(text.encode())
    for path in changed:
        os.replace(path.with_name(path.name + ".part"), path)
    return list(changed)


def complaints(root: Path = ROOT) -> list[str]:
    """Return each place that has another address than pyproject.toml; rules.py sees to the setup cells."""
    ours = read(root)
    found = []
    for path in places(root):
        for claim in CLAIMS.finditer(path.read_text("utf-8")):
            if claim.group("owner", "repository", "tag") != (ours.owner, ours.repository, ours.tag):
                found.append(f"{path.relative_to(root)}: {claim[0]}")
    stated = yaml.safe_load((root / "book" / "_config.yml").read_text("utf-8"))["repository"]
    if (stated["url"], stated["branch"]) != (ours.home, ours.tag):
        found.append(f"book/_config.yml: {stated['url']} {stated['branch']}")
    return [f"{one}, and pyproject.toml says {ours.home} {ours.tag}" for one in found]


def unreleasable(tag: str, root: Path = ROOT) -> list[str]:
    """Return why a tag cannot be released: it must be the address's, the version's, and in the list of changes."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    found = complaints(root)
    if tag != read(root).tag:
        found.append(f"the tag is {tag}, and pyproject.toml says {read(root).tag}: make address TAG={tag}")
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, and the version in pyproject.toml is {version}")
    if not re.search(rf"^## {re.escape(version)}$", (root / "CHANGELOG.md").read_text("utf-8"), re.M):
        found.append(f"CHANGELOG.md has no heading '## {version}' without 'unreleased'")
    return found


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.address", description=__doc__.splitlines()[0])
    for name in ("owner", "repository", "tag", "release"):
        parser.add_argument(f"--{name}", default="")
    wanted = vars(parser.parse_args(arguments))
    release = wanted.pop("release")
    if new := {name: value for name, value in wanted.items() if value}:
        try:
            changed = move(replace(read(root), **new), root)
        except ValueError as error:
            parser.error(str(error))
        print(f"{read(root).home} at {read(root).tag}: {len(changed)} files changed")
    found = unreleasable(release, root) if release else complaints(root)
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
