import os
import socket
import sys
from contextlib import closing
from threading import Event

import pytest

from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.processes import Child, Limits, as_message, environment

LIMITS = Limits(seconds_per_cell=20, memory=500)


@pytest.fixture(autouse=True)
def only_tiny_tasks(monkeypatch):
    """Let ``check`` find the small tasks beside this file."""
    monkeypatch.setattr(task_module, "TASKS", "tests.classroom")


def said(*cells, hidden=(), needs=()):
    """Run cells; return what each has raised, or None. Skip where the system does not offer what it needs."""
    job = {"cells": list(enumerate(cells)), "asked": []}
    with Child(job, LIMITS, hidden=list(hidden), stop=Event()) as child:
        ready, isolation = child.message(60)
        assert ready == "ready", child.complaint()
        if missing := set(needs) - set(isolation):
            pytest.skip(f"this system does not offer: {', '.join(missing)}")
        raised = []
        for number in range(len(cells)):
            assert child.message(20) == ["cell", number]
            raised.append(child.message(20)[2])
        assert child.message(20) == ["done"]
    assert not os.path.exists(child.folder)
    return raised


def test_cells_share_a_namespace_and_an_error_ends_only_its_own():
    assert said("x = 1", "x += y", "assert x == 1") == [None, "NameError: name 'y' is not defined", None]


def test_there_is_no_network():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        connect = f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"
        assert said(connect, needs=["network"])[0].startswith("OSError: [Errno 101]")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hides folders")
def test_a_socket_in_a_hidden_folder_cannot_be_reached(tmp_path):
    path = tmp_path / "s"
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(path))
        server.listen()
        tmp_path.chmod(0o755)
        path.chmod(0o777)
        connect = f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(path)!r})"
        assert said(connect, hidden=[str(tmp_path)], needs=["files"])[0].startswith("FileNotFoundError")


def test_there_are_no_other_processes():
    (raised,) = said(f"import os\nassert os.getpid() < 10\nos.kill({os.getpid()}, 0)", needs=["processes"])
    assert raised.startswith("ProcessLookupError")
    grandparent = "open('/proc/1/mem')"
    assert "Permission" in said(grandparent, needs=["processes", "files"])[0]


def test_files_are_read_only_and_some_are_hidden(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "canary").write_text("here")
    hidden = tmp_path / "hidden" / "deeper"
    hidden.mkdir(parents=True)
    (hidden / "canary").write_text("here")
    cells = [
        f"open({str(tmp_path / 'open' / 'canary')!r}, 'w')",
        f"import os\nos.remove({str(tmp_path / 'open' / 'canary')!r})",
        f"open({str(hidden / 'canary')!r})",
        "open('mine', 'w').write('x')",
        "import ctypes\nassert ctypes.CDLL(None).mount(b'tmpfs', b'/usr', b'tmpfs', 0, None) == -1",
        "assert not ctypes.CDLL(None).mount(b'/', b'/', None, 4096 | 32, None) == 0",
        "x = open('large', 'wb')\nwhile True: x.write(bytes(2**20)), x.flush()",
    ]
    raised = said(*cells, hidden=[str(hidden), str(tmp_path / "hidden")], needs=["files"])
    assert [str(text).partition(":")[0] for text in raised[:3]] == ["OSError", "OSError", "FileNotFoundError"]
    assert raised[3:6] == [None, None, None]
    assert raised[6].startswith("OSError")
    assert (tmp_path / "open" / "canary").read_text() == "here"


def test_memory_is_limited():
    raised = said(
        "x = bytes(300 * 2**20)", "y = bytes(600 * 2**20)", "import torch\ntorch.zeros(10**9)", needs=["memory"]
    )
    assert raised[0] is None
    assert raised[1].startswith("MemoryError")
    assert raised[2].startswith("RuntimeError")


def test_nothing_of_the_instructors_environment_is_seen(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    monkeypatch.setenv("LESSONS_STRICT", "1")
    assert not {"SECRET_TOKEN", "LESSONS_STRICT", "HOME"} & environment().keys()
    cells = [
        "import os\nassert not {'SECRET_TOKEN', 'LESSONS_STRICT'} & os.environ.keys()",
        "assert os.environ['HOME'] == os.getcwd() and set(os.listdir()) == {'matplotlib'}",
        "input()",
    ]
    assert said(*cells) == [None, None, "EOFError: EOF when reading a line"]


def test_a_cell_finds_what_it_finds_in_a_notebook():
    cells = [
        "from lessons_pkg.classroom import check",
        "right, wrong = check('tiny_tasks.axis', 'b'), check('tiny_tasks.axis', 'a')",
        "assert right and not wrong",
        "display(3)\nassert __name__ == '__main__'",
        "import inspect\ndef f(): return 1\nassert 'return 1' in inspect.getsource(f)",
        "import pickle\nclass A: pass\nassert isinstance(pickle.loads(pickle.dumps(A())), A)",
    ]
    assert said(*cells) == [None] * len(cells)


def test_waiting_ends():
    job = {"cells": [(1, "import time"), (2, "time.sleep(60)")], "asked": []}
    stop = Event()
    with Child(job, LIMITS, hidden=[], stop=stop) as child:
        while child.message(60) != ["cell", 2]:
            pass
        with pytest.raises(TimeoutError):
            child.message(0.3)
        stop.set()
        with pytest.raises(KeyboardInterrupt):
            child.message(60)
    assert child.process.returncode is not None


def test_a_child_that_cannot_start_says_why():
    job = {"cells": [], "asked": [["none.such", "x"]]}
    with Child(job, LIMITS, hidden=[], stop=Event()) as child:
        assert child.message(60) is None
        assert child.complaint().startswith("ValueError: check: got the name 'none.such'")


@pytest.mark.parametrize("line", [b"", b"x\n", b"3\n", b'"ready"\n', b"{}\n", b"\xff\n", b"[" * 10**5])
def test_a_line_that_is_no_message(line):
    assert as_message(line) == []


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e300])
def test_limits_are_sensible(seconds):
    with pytest.raises(ValueError, match=r"Limits: got seconds -?\w+.*; it must be above 0 and at most 86,400"):
        Limits(seconds=seconds)
    with pytest.raises(ValueError, match=r"Limits: got seconds_per_cell"):
        Limits(seconds_per_cell=seconds)
