"""WikiText-2, the benchmark of two million words, from a folder, a cache or the network (chapter 15).

A figure on a benchmark means something only if the text is the same to the last token, so the tokens of each part are
counted whenever it is loaded. The text may be shared under CC BY-SA; it is not part of the course.

Source: Merity, Xiong, Bradbury and Socher, "Pointer Sentinel Mixture Models", 2016.
"""

import os
import re
import tempfile
import zipfile
import zlib
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from .corpora import read_text
from .texts import TextSplit

WIKITEXT2_URL = "https://wikitext.smerity.com/wikitext-2-v1.zip"
# Each part as we store it, and as the archive calls it.
FILES = {"train.txt": "wiki.train.tokens", "valid.txt": "wiki.valid.tokens", "test.txt": "wiki.test.tokens"}
# The server refuses the name that urllib gives itself.
AGENT = "lessons_pkg (a course on language models)"
CHUNK = 1 << 16


class Counts(NamedTuple):
    """Tokens of each part, and token types over all three; the end of a line is a token."""

    train: int
    validation: int
    test: int
    types: int


WIKITEXT2_COUNTS = Counts(2_088_628, 217_646, 245_569, 33_278)


def count_tokens(text: str) -> int:
    """Return the number of words between white space, and one end-of-line token a line."""
    return len(text.split()) + text.count("\n") + (text[-1:] not in ("", "\n"))


def load_wikitext2(
    folder: str | Path | None = None,
    *,
    url: str = WIKITEXT2_URL,
    cache: str | Path | None = None,
    timeout: float = 30.0,
) -> TextSplit:
    """Return WikiText-2 with its own split, and check that every token is there.

    Args:
        folder: where train.txt, valid.txt and test.txt are, or wiki.train.tokens and so on. Without it they are
            read from the cache, and downloaded into it (4 MB) the first time. A download that breaks off is taken up
            again by the next call. Of several processes, let one call this first.
        url: the zip archive to download.
        cache: the folder of the cache; without it, ``.cache/lessons_pkg/wikitext-2`` in the home folder.
        timeout: seconds to wait for the server, each time.

    Raises:
        ValueError: if a file is missing, the network or the server fails, or what is found is not WikiText-2.
    """
    if timeout <= 0:
        raise ValueError(f"load_wikitext2: timeout is {timeout}; it needs to be above 0 seconds")
    if folder is not None:
        return read_folder(Path(folder))
    cache = Path.home() / ".cache" / "lessons_pkg" / "wikitext-2" if cache is None else Path(cache)
    if not cache.exists() or (cache.is_dir() and not any(cache.iterdir())):
        by_hand = f"without it, put {', '.join(FILES)} into {str(cache)!r}"
        part = cache.with_name((PurePosixPath(urlsplit(url).path).name or "wikitext-2.zip") + ".part")
        prepare(cache.parent)
        if not zipfile.is_zipfile(part):
            download(url, part, timeout, by_hand)
        install(unpack(part, url), cache)
        part.unlink()
    return read_folder(cache, f", or remove {str(cache)!r} to download it again")


def prepare(folder: Path) -> None:
    """Make a folder, or say why there can be no files in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        why = f"{error.strerror}; it needs a folder to write in: name another cache"
        raise ValueError(f"load_wikitext2: cannot write in {str(folder)!r}: {why}") from None


def read_folder(folder: Path, otherwise: str = "") -> TextSplit:
    """Read the three files of a folder, by either of their names, and check them."""
    if not folder.is_dir():
        raise ValueError(f"load_wikitext2: there is no folder {str(folder)!r}; it needs one with {', '.join(FILES)}")
    texts = []
    for names in FILES.items():
        found = [folder / name for name in names if (folder / name).is_file()]
        if not found:
            raise ValueError(f"load_wikitext2: {str(folder)!r} has no {' or '.join(names)}; add it{otherwise}")
        texts.append(read_text(found[0]))
    return checked(TextSplit(*texts), f"in {str(folder)!r}", otherwise)


def checked(split: TextSplit, where: str, otherwise: str = "") -> TextSplit:
    """Return a split whose tokens have been counted and are all there."""
    for name, text, needed in zip(split._fields, split, WIKITEXT2_COUNTS, strict=False):
        if (got := count_tokens(text)) != needed:
            why = "it looks cut off" if got < needed else "it is another text"
            counted = f"{got:,} tokens with the ends of lines; it needs {needed:,}"
            raise ValueError(
                f"load_wikitext2: {where} the {name} part has {counted}: {why}; give a whole copy{otherwise}"
            )
    types = len(set().union(*(text.split() for text in split))) + 1
    if types != WIKITEXT2_COUNTS.types:
        raise ValueError(
            f"load_wikitext2: {where} there are {types:,} token types; it needs {WIKITEXT2_COUNTS.types:,}: its words "
            f"were changed; give an unchanged copy{otherwise}"
        )
    return split


def download(url: str, part: Path, timeout: float, by_hand: str) -> None:
    """Download an archive into a ``.part`` file, from where an earlier download broke off if the server can."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": AGENT} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        response = urlopen(Request(url, headers=headers), timeout=timeout)
    except (OSError, HTTPException, ValueError) as error:
        code = error.code if isinstance(error, HTTPError) else None
        if code == 416 and start:  # the half that is here is longer than the whole that is there
            part.unlink()
            return download(url, part, timeout, by_hand)
        reason = getattr(error, "reason", error)
        said = f"answered {code} {reason}" if code else f"cannot be reached ({reason}), so there may be no network"
        raise ValueError(f"load_wikitext2: {url} {said}; it needs the archive from there; {by_hand}") from None
    with response:
        save(response, part)


def save(response: HTTPResponse, part: Path) -> None:
    """Write what a server sends into a file, at the place where it belongs, and check that all of it came."""
    # 206 is an answer from somewhere in the middle; any other answer begins at the beginning.
    asked = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    begin = int(asked[1]) if response.status == 206 and asked else 0
    length = response.headers.get("Content-Length")
    why = "the connection closed"
    with part.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        try:
            while chunk := response.read(CHUNK):
                file.write(chunk)
        except (OSError, HTTPException) as error:
            why = str(error)
        got = file.tell()
    if length and got < begin + int(length):
        raise ValueError(
            f"load_wikitext2: the download stopped after {got:,} of {begin + int(length):,} bytes ({why}); "
            "call again to go on from there"
        )


def unpack(part: Path, url: str) -> dict[str, bytes]:
    """Read the three files out of a downloaded archive, and check them; an archive of no use is removed."""
    try:
        with zipfile.ZipFile(part) as archive:
            # The names inside are never used as paths: a file may call itself "../../something".
            inside = {PurePosixPath(name).name: name for name in archive.namelist()}
            missing = [name for name in FILES.values() if name not in inside]
            if missing:
                got = f"holds {sorted(inside)[:6]}; it needs {', '.join(missing)}"
                raise ValueError(f"load_wikitext2: the archive of {url} {got}")
            raw = {ours: archive.read(inside[theirs]) for ours, theirs in FILES.items()}
        checked(TextSplit(*(content.decode() for content in raw.values())), f"in the archive of {url}")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeDecodeError) as error:
        why = f"{error}; it begins with {part.read_bytes()[:20]!r}"
        part.unlink()
        raise ValueError(
            f"load_wikitext2: {url} sent no whole zip of plain text ({why}); call again to start over"
        ) from None
    except ValueError:
        part.unlink()
        raise
    return raw


def install(raw: dict[str, bytes], cache: Path) -> None:
    """Write the files beside the cache and move them there in one step, so that a killed run leaves no half of it."""
    with tempfile.TemporaryDirectory(dir=cache.parent, prefix=f"{cache.name}.") as beside:
        folder = Path(beside, "whole")
        folder.mkdir()
        for name, content in raw.items():
            (folder / name).write_bytes(content)
        if cache.is_dir():
            cache.rmdir()  # an empty one; not every system puts a folder in its place
        os.replace(folder, cache)
