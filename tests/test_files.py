import os
import tempfile

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
