import os
import sys
import tempfile
import time

import pytest

from lessons_pkg.files import check_writable, written_atomically


def write(path, content=b"new"):
    with written_atomically(path) as file:
        file.write(content)


def refuse(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("use", [check_writable, write])
def test_where_nothing_can_be_written(tmp_path, monkeypatch, use):
    with pytest.raises(ValueError, match=r"check_writable: .* is a folder; it needs the name of a file"):
        use(tmp_path)
    with pytest.raises(ValueError, match=r"check_writable: the folder .*none' does not exist; make it first"):
        use(tmp_path / "none" / "m.pt")
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(ValueError, match=r"check_writable: cannot write in .*: Permission denied"):
        use(tmp_path / "m.pt")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts the whole path")
@pytest.mark.parametrize("length", [250, 300])
def test_a_name_that_is_too_long_is_found_out_before_the_work(tmp_path, length):
    with pytest.raises(ValueError, match=r"check_writable: cannot write '.*nnn': File name too long"):
        check_writable(tmp_path / ("n" * length))
    assert os.listdir(tmp_path) == []


def test_the_half_that_a_killed_save_has_left_is_removed_when_it_is_old(tmp_path):
    for name, age in {"m[1].pt.7.part": 7200, "m[1].pt.8.part": 60, "m1.pt.9.part": 7200}.items():
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write(tmp_path / "m[1].pt")
    assert sorted(os.listdir(tmp_path)) == ["m1.pt.9.part", "m[1].pt", "m[1].pt.8.part"]


def test_where_something_can_be_written(tmp_path):
    assert check_writable(str(tmp_path / "m.pt")) == tmp_path / "m.pt"
    assert os.listdir(tmp_path) == []
    for content in (b"one", b"another"):
        write(str(tmp_path / "m.pt"), content)
        assert (tmp_path / "m.pt").read_bytes() == content
        assert os.listdir(tmp_path) == ["m.pt"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_refuses_new_files(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ValueError, match=r"check_writable: cannot write in .*: Permission denied"):
        check_writable(tmp_path / "m.pt")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("full"), KeyboardInterrupt()])
def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "old"
    path.write_bytes(b"old")

    def fail():
        with written_atomically(path) as file:
            file.write(b"half of it")
            raise error

    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ValueError
    with pytest.raises(expected) as caught:
        fail()
    if expected is ValueError:
        assert str(caught.value).startswith(f"written_atomically: cannot write '{path}'")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["old"]
