"""Longer texts that need no download: the course's tales, Python's documentation and its source (chapters 08 to 12).

A text is split by document, a tale or a page or a file, because neighbouring sentences know each other. A document
that stands whole inside another would be in two parts at once, so it is left out, and the longer one keeps its text:
of the 79 topics of Python's documentation 22 are sections of a longer one (versions 3.11 to 3.13).
"""

import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate, takewhile
from pathlib import Path
from typing import NamedTuple

from .corpora import data_path, in_hash_order, read_text


class Tale(NamedTuple):
    """One of the course's tales; ``text`` is the title and then the paragraphs, each on a line of its own."""

    title: str
    text: str


class TextSplit(NamedTuple):
    """Three texts with no document in common."""

    train: str
    validation: str
    test: str


def split_documents(
    documents: Mapping[str, str] | Iterable[tuple[str, str]], *, validation: float = 0.1, test: float = 0.1
) -> TextSplit:
    """Split by document, in the order of a hash of each key, so that neither their order nor the machine matters.

    The test part is filled first, then validation, and the rest is for training. A border falls where the characters
    of a part come nearest to its share. The documents of a part are joined with one blank line between them. A
    document whose words stand whole inside another is left out.

    Args:
        documents: the text of each key; a key is a title or the name of a file.
        validation: share of the characters held out for choosing settings, above 0.
        test: share held out for the last measurement, above 0; the two sum to less than 1.

    Raises:
        ValueError: if a share is impossible, a key occurs twice, or fewer than three documents have text of their own.
    """
    if min(validation, test) <= 0 or validation + test >= 1:
        raise ValueError(f"split_documents: shares {validation} and {test} must be above 0 and sum to less than 1")
    pairs = list(documents.items() if isinstance(documents, Mapping) else documents)
    if twice := [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]:
        raise ValueError(f"split_documents: two documents are called {twice[0]!r}; each needs a key of its own")
    texts = dict(pairs)
    ranked = [texts[key].strip("\n") + "\n" for key in in_hash_order(outermost(texts))]
    if len(ranked) < 3:
        raise ValueError(f"split_documents: got {len(ranked)} documents with text of their own; it needs at least 3")
    ends = list(accumulate(map(len, ranked)))
    first = nearest(ends, ends[-1] * test, 1, len(ranked) - 2)
    second = nearest(ends, ends[first - 1] + ends[-1] * validation, first + 1, len(ranked) - 1)
    return TextSplit(*map("\n".join, (ranked[second:], ranked[first:second], ranked[:first])))


def outermost(texts: Mapping[str, str]) -> list[str]:
    """Return the keys of the texts that stand in no other text; of equal ones, the first by name.

    Only words count, because a section has another rule under its heading than the page that it is cut from.
    """
    # The spaces at both ends keep "art" from standing inside "part".
    words = {key: " ".join(["", *re.findall(r"\w+", texts[key]), ""]) for key in sorted(texts)}
    kept = []
    for key in sorted(words, key=lambda key: -len(words[key])):
        if words[key].strip() and not any(words[key] in words[other] for other in kept):
            kept.append(key)
    return kept


def nearest(ends: list[int], target: float, low: int, high: int) -> int:
    """Return how many documents, from ``low`` to ``high``, end nearest to a target; ``ends`` are in characters."""
    return min(range(low, high + 1), key=lambda count: abs(ends[count - 1] - target))


def parse_tales(text: str) -> list[Tale]:
    """Read tales written as ``# Title`` and paragraphs, each on one line, with blank lines between.

    Raises:
        ValueError: if a paragraph is broken over lines or stands before any title, or a tale has a title only.
    """
    tales = []
    for block in re.split("\n\n+", "\n".join(line.strip() for line in text.splitlines()).strip("\n")):
        if "\n" in block:
            raise ValueError(f"parse_tales: {block[:40]!r} goes on over lines; it needs a blank line after each line")
        if block.startswith("# "):
            tales.append([block[2:]])
        elif not tales:
            raise ValueError(f"parse_tales: got {block[:40]!r} before any title; it needs a line '# Title' first")
        else:
            tales[-1].append(block)
    for title, *paragraphs in tales:
        if not paragraphs:
            raise ValueError(f"parse_tales: the tale {title!r} has a title only; it needs at least one paragraph")
    return [Tale(lines[0], "\n".join(lines) + "\n") for lines in tales]


def read_tales(path: str | Path | None = None) -> list[Tale]:
    """Return the tales of a file in its order; without a path, the course's own.

    Raises:
        ValueError: as ``read_text`` and ``parse_tales``.
    """
    return parse_tales(read_text(data_path("tales.txt") if path is None else path))


def split_tales(tales: Iterable[Tale], *, validation: float = 0.1, test: float = 0.1) -> TextSplit:
    """Split by tale, in the order of a hash of the titles, as ``split_documents`` does.

    Raises:
        ValueError: as ``split_documents``.
    """
    return split_documents(tales, validation=validation, test=test)


def load_tales() -> TextSplit:
    """Return the course's tales, split 80 : 10 : 10 by tale, the same on every machine."""
    return split_tales(read_tales())


def load_python_docs() -> TextSplit:
    """Return the pages that Python's ``help`` shows on the language itself, split by topic: about 370,000 characters.

    The text is that of the Python that runs, so a figure measured on it holds for one version of Python.

    Raises:
        ValueError: if this Python came without the pages.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise ValueError(
            "load_python_docs: this Python came without pydoc_data.topics; it needs a complete standard library, as in "
            "the installers of python.org, conda's python or Debian's libpython3-stdlib"
        ) from None
    return split_documents({topic: tidy(text) for topic, text in topics.items()})


def tidy(text: str) -> str:
    """Drop the spaces at the ends of lines, and leave at most one blank line between two others."""
    return re.sub("\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE))


def load_stdlib_source(*, max_chars: int = 2_000_000) -> TextSplit:
    """Return the source of the standard library's modules, split by file.

    Only single-file modules are taken, no packages and no tests. The text is that of the Python that runs. Files
    share a few lines, such as those of a licence.

    Args:
        max_chars: files are taken in the order of a hash of their names as long as they fit into so many characters.

    Raises:
        ValueError: if this Python came without the source, or fewer than three files fit.
    """
    folder = Path(sysconfig.get_paths()["stdlib"])
    # The list of names leaves out what describes one machine, such as _sysconfigdata and sitecustomize.
    paths = {path.name: path for path in sorted(folder.glob("*.py")) if path.stem in sys.stdlib_module_names}
    if len(paths) < 3:
        raise ValueError(
            f"load_stdlib_source: found {len(paths)} modules in {str(folder)!r}; it needs a Python whose standard "
            "library lies there as .py files, not zipped or compiled only"
        )
    ranked = [(name, paths[name].read_text(encoding="utf-8")) for name in in_hash_order(paths)]
    sizes = accumulate(len(text) for _, text in ranked)
    fitting = sum(1 for _ in takewhile(lambda size: size <= max_chars, sizes))
    if fitting < 3:
        raise ValueError(f"load_stdlib_source: {fitting} modules fit into max_chars {max_chars}; it needs at least 3")
    return split_documents(ranked[:fitting])
