import io
import math
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from lessons_pkg import Vocab, data_path, load_checkpoint, save_checkpoint
from lessons_pkg.checkpoint import FORMAT
from lessons_pkg.models import CELLS
from lessons_pkg.tokenizer import LEVELS
from tests.tiny import VOCAB, same, seeded, tiny_model


@pytest.fixture
def path(tmp_path):
    """Return the path of a good checkpoint."""
    path = tmp_path / "m.pt"
    save_checkpoint(path, tiny_model(dropout=0.5), VOCAB, notes={"why": "a test", "losses": [1.5, None]})
    return path


def content(path):
    return torch.load(path, weights_only=True)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("extra", [{}, {"layers": 2, "embedding_size": None}, {"tied": True, "embedding_size": 8}])
def test_what_was_saved_comes_back(tmp_path, cell, extra):
    model = tiny_model(cell=cell, dropout=0.5, **extra)
    path = tmp_path / "m.pt"
    save_checkpoint(path, model, VOCAB)
    loaded = load_checkpoint(str(path))
    assert same(loaded.model.state_dict(), model.state_dict())
    assert loaded.model.config == model.config
    assert not loaded.model.training
    assert loaded.vocab.tokens == VOCAB.tokens
    assert loaded.notes == {}
    assert loaded.run is None
    inputs = torch.randint(len(VOCAB), (5, 3), generator=seeded())
    assert torch.equal(loaded.model(inputs)[0], model(inputs)[0])


def test_notes_and_a_run_come_back(path):
    assert load_checkpoint(path).notes == {"why": "a test", "losses": [1.5, None]}
    run = {"step": 3, "moments": torch.ones(2, 3)}
    save_checkpoint(path, tiny_model(), VOCAB, run=run)
    loaded = load_checkpoint(path).run
    assert loaded["step"] == 3
    assert torch.equal(loaded["moments"], run["moments"])


def test_other_weights_can_be_saved_in_16_bits(path):
    best = tiny_model(7)
    save_checkpoint(path, tiny_model(), VOCAB, weights={k: w.half() for k, w in best.state_dict().items()})
    small = path.stat().st_size
    loaded = load_checkpoint(path).model
    assert same(loaded.state_dict(), {k: w.half().float() for k, w in best.state_dict().items()})
    save_checkpoint(path, tiny_model(), VOCAB)
    assert small < path.stat().st_size


def test_the_vocabulary_comes_back_in_its_order(tmp_path):
    vocab = Vocab("zéa-")
    path = tmp_path / "m.pt"
    save_checkpoint(path, tiny_model(vocab_size=len(vocab)), vocab)
    assert load_checkpoint(path).vocab.encode("é-az") == vocab.encode("é-az")


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_of_a_vocabulary_comes_back(tmp_path, level):
    vocab = Vocab.from_text("the cat saw the dog.\n", level=level, min_count=2)
    save_checkpoint(tmp_path / "m.pt", tiny_model(vocab_size=len(vocab)), vocab)
    loaded = load_checkpoint(tmp_path / "m.pt").vocab
    assert (loaded.level, loaded.tokens, loaded.reads_text) == (level, vocab.tokens, True)
    assert loaded.encode("the dog ate\n") == vocab.encode("the dog ate\n")


def test_a_file_from_before_there_were_levels_is_of_characters(path):
    old = content(path)
    del old["level"]
    for setting in ("heads", "context"):
        del old["config"][setting]
    torch.save(old, path)
    loaded = load_checkpoint(path)
    assert loaded.vocab.level == "char"
    assert loaded.vocab.tokens == VOCAB.tokens
    assert not loaded.vocab.reads_text
    assert not load_checkpoint(data_path("names.pt")).vocab.reads_text


@pytest.mark.parametrize("level", ["letter", 3, ["char"]])
def test_a_level_that_is_none_is_damage(path, level):
    torch.save(content(path) | {"level": level}, path)
    with pytest.raises(ValueError, match=r"load_checkpoint: .* is damaged: "):
        load_checkpoint(path)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("full"), KeyboardInterrupt()])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(path, monkeypatch, error):
    before = path.read_bytes()

    def fail(content, file):
        file.write(b"half of it")
        raise error

    monkeypatch.setattr(torch, "save", fail)
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ValueError
    with pytest.raises(expected) as caught:
        save_checkpoint(path, tiny_model(1), VOCAB)
    if expected is ValueError:
        assert f"written_atomically: cannot write '{path}'" in str(caught.value)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["m.pt"]


def test_the_new_file_takes_the_place_of_the_old_one_when_it_is_whole(path, monkeypatch):
    before, seen = path.read_bytes(), []
    replace = os.replace

    def look(new, old):
        seen.append((content(new)["format"], Path(old).read_bytes()))
        replace(new, old)

    monkeypatch.setattr(os, "replace", look)
    save_checkpoint(path, tiny_model(1), VOCAB)
    assert seen == [(FORMAT, before)]
    assert same(load_checkpoint(path).model.state_dict(), tiny_model(1).state_dict())
    assert os.listdir(path.parent) == ["m.pt"]


class Trap:
    """Pickles as a call that leaves a mark."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return file.getvalue()


@pytest.mark.parametrize("raw", [b"", b"anna\nben\n", b"\x80\x02", b"PK\x03\x04", archive(), pickle.dumps([1, 2])])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, raw):
    path = tmp_path / "m.pt"
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"load_checkpoint: .*m\.pt' (is damaged|was not made)"):
        load_checkpoint(path)


@pytest.mark.parametrize("write", [torch.save, lambda trap, path: path.write_bytes(pickle.dumps(trap))])
def test_reading_a_file_runs_none_of_its_code(tmp_path, write):
    mark, path = tmp_path / "mark", tmp_path / "m.pt"
    write(Trap(mark), path)
    with pytest.raises(ValueError, match="is damaged or is not a checkpoint"):
        load_checkpoint(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    "other", [{"state_dict": {}}, {}, [1, 2], torch.ones(2, 2), "hello", {"format": FORMAT.replace("1", "99")}]
)
def test_a_checkpoint_of_another_kind_is_refused(tmp_path, other):
    path = tmp_path / "m.pt"
    torch.save(other, path)
    with pytest.raises(ValueError, match=r"m\.pt' was not made by this version of this package: its format is"):
        load_checkpoint(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(path, share):
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(ValueError, match="is damaged"):
        load_checkpoint(path)


def test_flipped_bytes_are_noticed(path):
    raw = bytearray(path.read_bytes())
    weights = tiny_model().output.weight.detach().numpy().tobytes()
    place = raw.index(weights)
    raw[place + 8] ^= 0b0100_0000
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="is damaged"):
        load_checkpoint(path)


@pytest.mark.parametrize("missing", ["config", "vocab", "weights", "notes", "run"])
def test_a_missing_part_is_damage(path, missing):
    parts = content(path)
    del parts[missing]
    torch.save(parts, path)
    with pytest.raises(ValueError, match=rf"m\.pt' is damaged: .*{missing}"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"config": {"vocab_size": "many"}},
        {"config": {"vocab_size": 7, "cell": "transformer"}},
        {"config": {"vocab_size": 7, "heads": 4}},
        {"config": {"vocab_size": len(VOCAB), "hidden_size": 9, "embedding_size": 4, "cell": "gru"}},
        {"config": 5},
        {"config": None},
        {"vocab": ["\n", "a", "b"]},
        {"vocab": []},
        {"vocab": None},
        {"vocab": ["\n", 1, "a", "b", "c", "d", "e"]},
        {"weights": {}},
        {"weights": {"output.weight": torch.zeros(2, 2)}},
        {"weights": None},
        {"weights": 3},
        {"weights": [torch.zeros(2)]},
        {"notes": None},
        {"notes": "none"},
        {"run": 5},
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_damage(path, wrong):
    torch.save(content(path) | wrong, path)
    with pytest.raises(ValueError, match=r"load_checkpoint: .*m\.pt' is damaged: \S.*") as caught:
        load_checkpoint(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_refused(path, value):
    parts = content(path)
    parts["weights"]["output.weight"][1, 2] = value
    torch.save(parts, path)
    with pytest.raises(ValueError, match=r"is damaged: it holds weights that are not finite numbers"):
        load_checkpoint(path)


def test_large_weights_are_still_weights(path):
    parts = content(path)
    parts["weights"]["output.weight"].fill_(3e38)
    torch.save(parts, path)
    assert load_checkpoint(path).model.output.weight.min() > 1e38


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.pt", tmp_path):
        with pytest.raises(ValueError, match=r"load_checkpoint: no file .* `python -m lessons_pkg train` makes one"):
            load_checkpoint(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs a file without an end")
def test_a_device_is_not_read_for_ever():
    with pytest.raises(ValueError, match=r"load_checkpoint: no file '/dev/zero'"):
        load_checkpoint("/dev/zero")


def test_a_file_that_may_not_be_read_is_not_called_damaged(path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    with pytest.raises(ValueError, match=r"load_checkpoint: cannot read '.*m\.pt': Permission denied"):
        load_checkpoint(path)


def test_the_checkpoint_of_the_course_loads():
    model, vocab, notes, run = load_checkpoint(data_path("names.pt"))
    assert (model.config.cell, model.config.hidden_size, model.config.embedding_size) == ("gru", 64, 32)
    assert "".join(vocab.tokens) == "\nabcdefghijklmnopqrstuvwxyz"
    assert notes["config"]["seed"] == 1
    assert run is None
    assert all(torch.equal(w, w.half().float()) for w in model.parameters())
