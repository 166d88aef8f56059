import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lessons_pkg import wikitext
from lessons_pkg.texts import TextSplit
from lessons_pkg.wikitext import WIKITEXT2_COUNTS, Counts, count_tokens, load_wikitext2

from .tiny import ROOT


def invented(seed, lines):
    """Return lines of invented words, with blank lines and characters of two bytes, as in WikiText-2."""
    draw = random.Random(seed)
    rows = (" ".join(f"é{draw.randrange(10**6):06d}" for _ in range(draw.randrange(30))) for _ in range(lines))
    return "".join(f" {row} \n" for row in rows)


SPLIT = TextSplit(invented(0, 2000), invented(1, 200), invented(2, 210))
WORDS = [text.split() for text in SPLIT]
COUNTS = Counts(*(len(words) + text.count("\n") for words, text in zip(WORDS, SPLIT, strict=True)), 1)
COUNTS = COUNTS._replace(types=len(set().union(*WORDS)) + 1)
OURS = ["train.txt", "valid.txt", "test.txt"]
THEIRS = ["wiki.train.tokens", "wiki.valid.tokens", "wiki.test.tokens"]


def zipped(texts=SPLIT, names=THEIRS, folder="wikitext-2/"):
    """Return an archive as bytes, not compressed, so that a part of it can be said in bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(folder + "README.txt", "read me")
        for name, text in zip(names, texts, strict=False):
            archive.writestr(folder + name, text)
    return stream.getvalue()


def write(folder, texts=SPLIT, names=OURS):
    """Write files into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(names, texts, strict=False):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


class Server(ThreadingHTTPServer):
    """A server on this machine that can be told to fail; it keeps the Range of each request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.body, self.status, self.ranges, self.asked, self.agents = zipped(), 200, True, [], []
        self.cut = self.hang = None  # after how many bytes of the body to hang up, or to fall silent
        self.go_on = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/wikitext-2-v1.zip"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        server.agents.append(self.headers.get("User-Agent"))
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        if server.status != 200 or 0 < len(server.body) <= start:
            return self.send_error(server.status if server.status != 200 else 416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.body) - 1}/{len(server.body)}")
        self.send_header("Content-Length", str(len(server.body) - start))
        self.end_headers()
        stop = server.cut or server.hang
        self.wfile.write(server.body[start:stop])
        if server.hang:
            server.go_on.wait(30)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.go_on.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Expect the counts of the small text, and ask no proxy."""
    monkeypatch.setattr(wikitext, "WIKITEXT2_COUNTS", COUNTS)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "deep" / "wikitext-2"


def beside(cache):
    """Return what there is in the cache's folder, the cache included."""
    return sorted(path.name for path in cache.parent.iterdir())


def refused(message, *arguments, **settings):
    """Assert that loading is refused with a message, of one line, and return it."""
    with pytest.raises(ValueError, match=message) as caught:
        load_wikitext2(*arguments, **settings)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(("load_wikitext2: ", "read_text: "))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("\n", 1), (" a b \n \n = c = \n", 8), ("a\tb", 3), ("a\n\nb\u2028c\r\n", 6)]
)
def test_tokens_are_words_and_ends_of_lines(text, tokens):
    assert count_tokens(text) == tokens


def test_the_counts_are_those_that_everybody_reports():
    assert WIKITEXT2_COUNTS == (2_088_628, 217_646, 245_569, 33_278)


@pytest.mark.parametrize("names", [OURS, THEIRS, [OURS[0], *THEIRS[1:]]])
def test_a_folder_is_read_by_either_name(tmp_path, names):
    assert load_wikitext2(write(tmp_path, names=names)) == SPLIT
    assert load_wikitext2(str(tmp_path)) == SPLIT


def test_a_missing_folder_or_file_is_named(tmp_path):
    refused("there is no folder .*none'; it needs one with train.txt, valid.txt, test.txt", tmp_path / "none")
    write(tmp_path, SPLIT[:2])
    refused("has no test.txt or wiki.test.tokens; add it$", tmp_path)
    refused("there is no folder", tmp_path / "train.txt")


@pytest.mark.parametrize("part", [0, 1, 2])
def test_half_a_file_looks_cut_off(tmp_path, part):
    whole = SPLIT[part]
    half = whole[: len(whole) // 2]
    write(tmp_path, SPLIT._replace(**{SPLIT._fields[part]: half}))
    numbers = f"{count_tokens(half):,} tokens .* it needs {COUNTS[part]:,}"
    refused(f"the {SPLIT._fields[part]} part has {numbers}: it looks cut off", tmp_path)


def test_one_token_fewer_more_or_changed_is_seen(tmp_path):
    last = SPLIT.test.split()[-1]
    assert SPLIT.test.endswith(f" {last} \n")
    for end in (" \n", ""):  # a line that is not ended is a line
        fewer = SPLIT.test.removesuffix(f" {last} \n") + end
        numbers = f"{COUNTS.test - 1:,} tokens .* it needs {COUNTS.test:,}: it looks cut off"
        refused(f"test part has {numbers}", write(tmp_path, SPLIT._replace(test=fewer)))
    refused("train part .*: it is another text", write(tmp_path, SPLIT._replace(train=SPLIT.train + "more\n")))
    word = next(word for word in WORDS[0] if sum(words.count(word) for words in WORDS) == 1)
    changed = SPLIT._replace(train=SPLIT.train.replace(word, WORDS[1][0]))
    refused(f"there are {COUNTS.types - 1:,} token types; it needs {COUNTS.types:,}", write(tmp_path, changed))


def test_a_download_is_kept(server, cache):
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert beside(cache) == ["wikitext-2"]
    assert sorted(path.name for path in cache.iterdir()) == sorted(OURS)
    assert [(cache / name).read_text(encoding="utf-8") for name in OURS] == list(SPLIT)
    assert load_wikitext2(url=server.url, cache=str(cache)) == SPLIT
    assert server.asked == [None]
    assert "urllib" not in server.agents[0]


def test_without_a_name_the_cache_is_in_the_home_folder(server, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert load_wikitext2(url=server.url) == SPLIT
    assert (tmp_path / ".cache" / "lessons_pkg" / "wikitext-2" / "train.txt").exists()


def test_an_empty_cache_is_filled(server, cache):
    cache.mkdir(parents=True)
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_breaks_off_is_taken_up_again(server, cache, ranges):
    server.ranges, server.cut = ranges, len(server.body) // 2
    message = refused(r"the download stopped after .* call again to go on from there", url=server.url, cache=cache)
    assert f"after {server.cut:,} of {len(server.body):,} bytes" in message
    assert beside(cache) == ["wikitext-2-v1.zip.part"]
    assert (cache.parent / "wikitext-2-v1.zip.part").read_bytes() == server.body[: server.cut]
    server.cut = None
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert server.asked == [None, f"bytes={len(server.body) // 2}-"]
    assert beside(cache) == ["wikitext-2"]


def test_a_server_that_falls_silent_is_given_up(server, cache):
    server.hang = len(server.body) // 2
    refused(r"the download stopped after .* \(.*timed out\)", url=server.url, cache=cache, timeout=0.3)
    server.hang = None
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert 0 < int(server.asked[1].removeprefix("bytes=").rstrip("-")) <= len(server.body) // 2


@pytest.mark.parametrize("ranges", [True, False])
def test_half_a_file_of_something_longer_is_thrown_away(server, cache, ranges):
    server.ranges = ranges
    cache.parent.mkdir(parents=True)
    (cache.parent / "wikitext-2-v1.zip.part").write_bytes(b"x" * (len(server.body) + 100_000))
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert server.asked == [f"bytes={len(server.body) + 100_000}-", None][: 1 + ranges]


def test_half_a_file_of_something_else_is_thrown_away(server, cache):
    cache.parent.mkdir(parents=True)
    (cache.parent / "wikitext-2-v1.zip.part").write_bytes(b"x" * (len(server.body) // 2))
    refused("sent no whole zip .* call again to start over", url=server.url, cache=cache)
    assert beside(cache) == []
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT


CHILD = """
import os, signal, sys
from lessons_pkg import wikitext
wikitext.WIKITEXT2_COUNTS = wikitext.Counts({counts})
if sys.argv[3] == "install":  # stop dead with one file written
    written = wikitext.Path.write_bytes
    wikitext.Path.write_bytes = lambda path, raw: (written(path, raw), os.kill(os.getpid(), signal.SIGKILL))
wikitext.load_wikitext2(url=sys.argv[1], cache=sys.argv[2])
"""


def child(server, cache, where):
    """Load in another process, which is to die."""
    code = CHILD.format(counts=", ".join(map(str, COUNTS)))
    return subprocess.Popen([sys.executable, "-c", code, server.url, str(cache), where], cwd=ROOT, env=os.environ)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_run_killed_while_it_downloads_leaves_no_bad_cache(server, cache):
    server.hang = len(server.body) // 2
    part = cache.parent / "wikitext-2-v1.zip.part"
    with child(server, cache, "download") as process:
        end = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size) and time.monotonic() < end and process.poll() is None:
            time.sleep(0.02)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    got = part.stat().st_size
    assert 0 < got < len(server.body)
    assert not cache.exists()
    server.hang = None
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert server.asked == [None, f"bytes={got}-"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_run_killed_while_it_unpacks_leaves_no_bad_cache(server, cache):
    with child(server, cache, "install") as process:
        assert process.wait(60) == -signal.SIGKILL
    assert any(cache.parent.rglob("train.txt"))
    assert not any(cache.parent.rglob("test.txt"))
    assert not cache.exists()
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert server.asked == [None], "the archive was whole; there is no need to ask for it again"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<!DOCTYPE html><p>Moved.", "sent no whole zip .* it begins with b'<!DOCTYPE html"),
        (b"", "sent no whole zip"),
        (zipped()[: len(zipped()) // 2], "sent no whole zip"),
        (zipped().replace(WORDS[0][9].encode(), b"\xc3\xa9999999", 1), r"sent no whole zip .*Bad CRC"),
        (zipped(names=["train.raw"]), r"holds \['README.txt', 'train.raw'\]; it needs wiki.train.tokens, wiki.valid"),
        (zipped(SPLIT[:2]), "needs wiki.test.tokens$"),
        (zipped([SPLIT[0], SPLIT[1], SPLIT[2][:-50]]), "archive of http.* the test part .* it looks cut off"),
        (zipped([SPLIT[0], SPLIT[2], SPLIT[1]]), "archive of http.* the validation part has"),
        (zipped([SPLIT[0].encode("utf-16"), *SPLIT[1:]]), "sent no whole zip of plain text .*utf-8"),
    ],
    ids=["html", "empty", "half", "damaged", "other names", "two of three", "cut", "swapped", "utf-16"],
)
def test_a_wrong_archive_is_refused_and_not_kept(server, cache, body, message):
    right, server.body = server.body, body
    refused(message, url=server.url, cache=cache)
    assert beside(cache) == []
    server.body = right
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    assert server.asked == [None, None]


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (403, "Forbidden"), (500, "Internal Server Error")])
def test_a_server_that_refuses_is_quoted(server, cache, status, reason):
    server.status = status
    message = refused(f"answered {status} {reason}", url=server.url, cache=cache)
    assert server.url in message
    assert f"put train.txt, valid.txt, test.txt into {str(cache)!r}" in message
    assert beside(cache) == []


def test_without_a_network_it_says_where_files_go_by_hand(server, cache):
    closed = Server()
    closed.server_close()
    message = refused(r"cannot be reached \(.*refused", url=closed.url, cache=cache)
    assert f"put train.txt, valid.txt, test.txt into {str(cache)!r}" in message
    write(cache)
    assert load_wikitext2(url=closed.url, cache=cache) == SPLIT


def test_a_spoilt_cache_is_refused_each_time(server, cache):
    write(cache, SPLIT[:2])
    refused("has no test.txt .* or remove .*wikitext-2' to download it again", url=server.url, cache=cache)
    write(cache, (*SPLIT[:2], SPLIT.test[:99]))
    refused("it looks cut off; give a whole copy, or remove .*wikitext-2'", url=server.url, cache=cache)
    assert server.asked == []


def test_no_path_of_the_archive_is_trusted(server, tmp_path):
    names = ["../../wiki.train.tokens", "/wiki.valid.tokens", "..\\..\\x/wiki.test.tokens", "../../evil.txt"]
    server.body = zipped([*SPLIT, "evil"], names, folder="")
    cache = tmp_path / "one" / "two" / "wikitext-2"
    assert load_wikitext2(url=server.url, cache=cache) == SPLIT
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {f"one/two/wikitext-2/{name}" for name in OURS}


def test_what_is_impossible_is_refused(server, cache, tmp_path):
    refused("timeout is 0; it needs to be above 0 seconds", url=server.url, cache=cache, timeout=0)
    refused(r"nonsense cannot be reached \(unknown url type", url="nonsense", cache=cache)
    (tmp_path / "file").write_text("no folder")
    refused("cannot write in .*file'", url=server.url, cache=tmp_path / "file" / "wikitext-2")
    assert server.asked == []


def test_a_file_in_the_place_of_the_cache_is_left_alone(server, cache):
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("mine")
    refused("there is no folder", url=server.url, cache=cache)
    assert cache.read_text() == "mine"
