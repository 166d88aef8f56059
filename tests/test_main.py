"""What the command line refuses: each kind of bad input gives one line, exit status 2, and loses no file."""

import pickle
import re
import tempfile
import zipfile

import pytest
import torch

from lessons_pkg import __main__, load_checkpoint, load_names, save_checkpoint, split_names
from tests.tiny import NAMES, VOCAB, run, tiny_model, trained


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a good list, names.txt, and a good checkpoint, m.pt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("\n".join(NAMES * 2))
    save_checkpoint("m.pt", trained(), VOCAB)
    return tmp_path


def files(folder):
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder, message, *arguments):
    """Assert that a command ends with one line that says this, and changes no file."""
    before = files(folder)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert re.fullmatch(r"lessons_pkg: [^\n]+\n", err), err
    assert re.search(message, err), err
    assert files(folder) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], r"required: COMMAND; see `python -m lessons_pkg --help`"),
        (["dance"], r"invalid choice: 'dance'"),
        (["sample"], r"required: CHECKPOINT; see `python -m lessons_pkg sample --help`"),
        (["sample", "m.pt", "--wings"], r"unrecognized arguments: --wings"),
        (["evaluate", "m.pt"], r"required: FILE"),
        (["train", "--names", "names.txt"], r"required: --out"),
        (["--threads", "0", "sample", "m.pt"], r"argument --threads: got '0'; it must be a whole number, at least 1"),
    ],
)
def test_a_command_that_is_none(folder, arguments, message):
    refused(folder, message, *arguments)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--temperature", t, r"temperature .*above 0, and finite") for t in ("0", "-1", "inf", "nan", "-0.0", "1e-999")]
    + [("--temperature", t, r"argument --temperature: (invalid float|expected one)") for t in ("warm", "", "-inf")]
    + [("--top-p", p, r"top_p .*above 0 and at most 1") for p in ("0", "1.5", "nan", "-0.5", "inf")]
    + [("--top-p", "most", r"argument --top-p: invalid float")]
    + [("--top-k", k, r"argument --top-k: .*whole number") for k in ("0", "-1", "1.5", "few", "²", "9" * 30)]
    + [("--count", n, r"argument --count: .*whole number") for n in ("0", "-3", "2.5", "many")]
    + [("--beam", n, r"argument --beam: .*whole number") for n in ("0", "-3", "wide")]
    + [("--seed", n, r"argument --seed: .*whole number") for n in ("-1", "1.5", "lucky", str(2**64), "9" * 30)]
    + [("--start", "azb", r"'azb' holds \['z'\], which the vocabulary does not know; it knows 'abehln'")]
    + [("--start", "é\u2028", r"'é\\u2028' holds \['é', '\\u2028'\]")]
    + [("--start", "a\nb", r"'a\\nb' holds a line break")]
    + [("--start", "a" * 41, r"start longer than max_length")],
)
def test_what_sample_refuses(folder, option, value, message):
    refused(folder, message, "sample", "m.pt", option, value)


@pytest.mark.parametrize("search", [["--greedy"], ["--beam", "3"]])
def test_a_search_refuses_an_unknown_start(folder, search):
    refused(folder, r"'q' holds \['q'\]", "sample", "m.pt", "--start", "q", *search)


def test_a_search_that_finds_no_end(folder):
    save_checkpoint("m.pt", tiny_model(0, scale=5), VOCAB)
    refused(folder, r"no name ended within 40 characters", "sample", "m.pt", "--greedy")


def test_greedy_and_beam_exclude_each_other(folder):
    refused(folder, r"not allowed with argument", "sample", "m.pt", "--greedy", "--beam", "3")


class Foreign:
    """A class that the reader of a checkpoint must not look up."""


def spoil(kind):
    """Put something that is no checkpoint of ours at m.pt."""
    content = torch.load("m.pt", weights_only=True)
    with open("m.pt", "rb") as file:
        raw = file.read()
    match kind:
        case "foreign":
            torch.save({"state_dict": content["weights"]}, "m.pt")
        case "other version":
            torch.save(content | {"format": "lessons_pkg checkpoint 99"}, "m.pt")
        case "not finite":
            content["weights"]["output.bias"][0] = torch.nan
            torch.save(content, "m.pt")
        case "a class":
            torch.save(Foreign(), "m.pt")
        case "zip":
            with zipfile.ZipFile("m.pt", "w") as archive:
                archive.writestr("hello.txt", "hello")
        case _:
            other = {"pickle": pickle.dumps(Foreign()), "text": b"anna\nben\n", "empty": b"", "truncated": raw[:-100]}
            with open("m.pt", "wb") as file:
                file.write(other[kind])


@pytest.mark.parametrize(
    "kind", ["foreign", "other version", "not finite", "a class", "zip", "pickle", "text", "empty", "truncated"]
)
@pytest.mark.parametrize(
    "command",
    [
        ("sample", "m.pt"),
        ("evaluate", "m.pt", "names.txt", "--json"),
        ("train", "--names", "names.txt", "--out", "m.pt", "--resume"),
    ],
    ids=lambda command: command[0],
)
def test_a_damaged_or_foreign_checkpoint(folder, recwarn, command, kind):
    spoil(kind)
    refused(folder, r"load_checkpoint: 'm\.pt' (is damaged|was not made by this version)", *command)
    assert not recwarn.list  # a warning would be another line on stderr


@pytest.mark.parametrize("path", ["none.pt", "none/m.pt", "."])
def test_a_missing_checkpoint(folder, path):
    refused(folder, r"no file '.*'; `python -m lessons_pkg train` makes one", "sample", path)
    refused(folder, r"no file '.*'; `python -m lessons_pkg train` makes one", "evaluate", path, "names.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"'list\.txt' does not exist"),
        (b"", r"'list\.txt' is empty"),
        (b"\n \n", r"'list\.txt' is empty"),
        (b"\x7fELF\0\0", r"'list\.txt' looks binary"),
        ("zoë".encode("utf-16"), r"'list\.txt' (looks binary|is not UTF-8)"),
        ("zoë\n".encode("latin-1"), r"'list\.txt' is not UTF-8 \(byte 2 is 0xeb\)"),
    ],
)
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_list_that_cannot_be_read(folder, command, content, message):
    if content is not None:
        (folder / "list.txt").write_bytes(content)
    arguments = ["--names", "list.txt", "--out", "new.pt"] if command == "train" else ["m.pt", "list.txt"]
    refused(folder, message, command, *arguments)


def test_a_folder_is_no_list(folder):
    refused(folder, r"'\.' is a folder; it needs a text file", "train", "--names", ".", "--out", "new.pt")
    refused(folder, r"'\.' is a folder; it needs a text file", "evaluate", "m.pt", ".")


@pytest.mark.parametrize("names", ["anna\n", "anna\n" * 5])
def test_one_name_cannot_be_split(folder, names):
    (folder / "names.txt").write_text(names)
    refused(folder, r"got 1 distinct names; it needs at least 2", "train", "--names", "names.txt", "--out", "m.pt")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--seconds", s, r"TrainConfig: got seconds .* it must be") for s in ("0", "-1", "nan", "inf", "-0.0")]
    + [("--seconds", "soon", r"argument --seconds: invalid float")]
    + [("--epochs", n, r"argument --epochs: .*whole number") for n in ("0", "-1", "1.5", "some")]
    + [("--lr", x, r"TrainConfig: got lr .* it must be") for x in ("0", "-1", "nan", "inf")]
    + [("--max-norm", x, r"TrainConfig: got max_norm .* it must be") for x in ("0", "-1", "nan")]
    + [(f"--{x}", "0", rf"argument --{x}: .*whole number") for x in ("batch-size", "hidden-size")]
    + [("--seed", n, r"argument --seed: .*whole number") for n in ("-1", str(2**70))]
    + [("--cell", "transformer", r"argument --cell: invalid choice: 'transformer'")]
    + [("--unknown", "guess", r"argument --unknown: invalid choice: 'guess'")]
    + [("--out", "none/m.pt", r"the folder 'none' does not exist; make it first")]
    + [("--out", ".", r"'\.' is a folder; it needs the name of a file")],
)
def test_what_train_refuses(folder, option, value, message):
    refused(folder, message, "train", "--names", "names.txt", "--out", "m.pt", option, value)


def test_a_run_has_one_length(folder):
    both = ("--seconds", "5", "--epochs", "2")
    refused(folder, r"not allowed with argument", "train", "--names", "names.txt", "--out", "m.pt", *both)


def test_a_folder_that_refuses_new_files(folder, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    refused(folder, r"cannot write in '\.': Permission denied", "train", "--names", "names.txt", "--out", "m.pt")


@pytest.mark.parametrize("out", ["names.txt", "./names.txt", "link.txt"])
def test_the_list_is_not_overwritten_by_the_model(folder, out):
    (folder / "link.txt").symlink_to("names.txt")
    refused(folder, r"exists and is not a checkpoint; it is left alone", "train", "--names", "names.txt", "--out", out)


def test_resuming_what_is_not_there_or_is_finished(folder):
    refused(folder, r"no file 'new\.pt'", "train", "--names", "names.txt", "--out", "new.pt", "--resume")
    refused(folder, r"'m\.pt' holds a finished run", "train", "--names", "names.txt", "--out", "m.pt", "--resume")


def held_out_name(letter):
    """Return a name with this letter that is held out of a list of ``NAMES`` and itself."""
    candidates = (letter + name for name in load_names().train)
    return next(c for c in candidates if split_names([*NAMES, c], validation=0.1, test=0).validation == [c])


def test_held_out_names_that_cannot_be_spelt(folder):
    (folder / "names.txt").write_text("\n".join([*NAMES, held_out_name("é")]))
    train = ("train", "--names", "names.txt", "--out", "m.pt", "--epochs", "1")
    refused(folder, r"1 of 1 held-out names hold characters .*'é' in 1.*--unknown skip", *train, "--unknown", "error")
    assert run(*train).status == 0  # another name is held out, and this one is learned from
    assert "é" in load_checkpoint("m.pt").vocab.ids
    (folder / "names.txt").write_text("ab\ncd\n")
    status, _, err = run(*train)
    assert status == 2
    skipped, reason = err.splitlines()
    assert skipped.startswith("skipped: 1 of 1 held-out names hold characters the training names lack (")
    assert reason == "lessons_pkg: none of the 1 held-out names can be spelt with the characters of the training names"


def test_evaluating_names_that_cannot_be_spelt(folder):
    (folder / "other.txt").write_text("anna\nzoë\nziba\nben\n")
    message = r"2 of 4 names in other\.txt hold characters the training names lack \('z' in 2, .*'ë' in 1"
    refused(folder, message, "evaluate", "m.pt", "other.txt", "--json")
    refused(folder, message, "evaluate", "m.pt", "other.txt", "--unknown", "error")
    (folder / "other.txt").write_text("zoë\n")
    status, out, err = run("evaluate", "m.pt", "other.txt", "--unknown", "skip")
    assert (status, out) == (2, "")
    assert err.splitlines()[-1] == (
        "lessons_pkg: none of the 1 names in other.txt can be spelt with the characters of the training names"
    )


@pytest.mark.parametrize("command", [[], ["train"], ["sample"], ["evaluate"]])
def test_help_needs_no_files(capsys, command):
    with pytest.raises(SystemExit) as ended:
        __main__.main([*command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: python -m lessons_pkg")
    assert len(shown.splitlines()) > 5


def test_ctrl_c_leaves_no_traceback(monkeypatch):
    def interrupt(a):
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__.commands, "sample", interrupt)
    assert run("sample", "m.pt") == (130, "", "")
