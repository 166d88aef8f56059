"""What the command line refuses: each kind of bad input gives one line, exit status 2, and loses no file."""

import pickle
import re
import sys
import tempfile
import zipfile

import pytest
import torch

from lessons_pkg import Vocab, __main__, load_checkpoint, load_names, runs, save_checkpoint, split_names
from tests.tiny import NAMES, VOCAB, run, tiny_model, trained

TEXT = "The cat saw the dog.\nThe dog saw the bird, and the cat.\n" * 20


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a good list, names.txt, a good text, text.txt, and good checkpoints, m.pt and t.pt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("\n".join(NAMES * 2))
    (tmp_path / "text.txt").write_text(TEXT)
    save_checkpoint("m.pt", trained(), VOCAB)
    vocab = Vocab.from_text(TEXT)
    save_checkpoint("t.pt", tiny_model(vocab_size=len(vocab)), vocab)
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
        (
            ["--threads", "0", "sample", "m.pt"],
            r"argument --threads: got '0'; it must be a whole number from 1 to 1024",
        ),
        (["--threads", "99999", "sample", "m.pt"], r"argument --threads: got '99999'"),  # so many end the process
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


@pytest.mark.parametrize("search", [["--greedy"], ["--beam", "3"]])
@pytest.mark.parametrize(
    "option", ["--count=2", "--length=3", "--temperature=1", "--top-k=1", "--top-p=0.5", "--seed=0"]
)
def test_a_search_refuses_what_only_drawing_needs(folder, search, option):
    refused(
        folder, rf"{option.partition('=')[0]} does not fit: a search draws nothing", "sample", "m.pt", *search, option
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts the whole path")
@pytest.mark.parametrize("name", ["n" * 300, "n" * 250])  # the second is too long for the file that is written first
def test_a_name_too_long_for_a_file(folder, name):
    train = ("train", "--epochs", "1")
    refused(folder, rf"cannot write '{name}': File name too long", *train, "--names", "names.txt", "--out", name)
    if len(name) > 255:
        refused(folder, rf"cannot read '{name}': File name too long", *train, "--names", name, "--out", "new.pt")
        refused(folder, rf"cannot read '{name}': File name too long", "sample", name)


def test_a_network_that_does_not_fit_into_memory(folder, monkeypatch):
    def refuse(*arguments, **settings):  # as torch does; a system may also promise the memory and end the process
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(runs, "RNNLM", refuse)
    train = ("train", "--names", "names.txt", "--out", "new.pt", "--hidden-size", "99999")
    refused(folder, r"there is not enough memory; it needs a smaller", *train)


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
    assert re.fullmatch(
        r"lessons_pkg: none of the 1 held-out names can be spelt with the characters of the training names, which lack "
        r"'[ac]', '[bd]'; it needs at least one that can\n",
        err,
    )


def test_evaluating_names_that_cannot_be_spelt(folder):
    (folder / "other.txt").write_text("anna\nzoë\nziba\nben\n")
    message = r"2 of 4 names in other\.txt hold characters the training names lack \('z' in 2, .*'ë' in 1"
    refused(folder, message, "evaluate", "m.pt", "other.txt", "--json")
    refused(folder, message, "evaluate", "m.pt", "other.txt", "--unknown", "error")
    (folder / "other.txt").write_text("zoë\n")
    status, out, err = run("evaluate", "m.pt", "other.txt", "--unknown", "skip")
    assert (status, out) == (2, "")
    assert err == (
        "lessons_pkg: none of the 1 names in other.txt can be spelt with the characters of the training names, "
        "which lack 'o', 'z', 'ë'; it needs at least one that can\n"
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


READ = ("train", "--text", "text.txt", "--out", "new.pt", "--epochs", "1", "--hidden-size", "8")


@pytest.mark.parametrize("option", ["--text", "--valid"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"read_text: 'list\.txt' does not exist"),
        (b"", r"read_text: 'list\.txt' is empty"),
        (b"\n\r\n \t", r"read_text: 'list\.txt' is empty"),
        (b"\x7fELF\0\0", r"read_text: 'list\.txt' looks binary"),
        ("zoë".encode("latin-1"), r"read_text: 'list\.txt' is not UTF-8 \(byte 2 is 0xeb\)"),
    ],
)
def test_a_text_that_cannot_be_read(folder, option, content, message):
    if content is not None:
        (folder / "list.txt").write_bytes(content)
    data = ("--text", "list.txt") if option == "--text" else ("--text", "text.txt", "--valid", "list.txt")
    refused(folder, message, "train", *data, *READ[3:])


@pytest.mark.parametrize("path", [".", "none/text.txt", ""])
def test_a_path_that_is_no_text(folder, path):
    names = ("train", "--names", path, "--out", "new.pt")
    refused(folder, r"read_text: '.*' (is a folder|does not exist); it needs a text file", *names)
    refused(
        folder,
        r"read_text: '.*' (is a folder|does not exist); it needs a text file",
        "train",
        "--text",
        path,
        *READ[3:],
    )
    refused(folder, r"read_text: '.*' (is a folder|does not exist); it needs a text file", "evaluate", "t.pt", path)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a", [], r"stream_source: got 1 tokens to judge by; it needs at least 2"),
        ("ab", [], r"stream_source: got 1 tokens to judge by"),
        ("The cat saw\na dog.\n", [], r"stream_source: got 12 tokens to learn from, batch_size 20 and bptt 35; .* 74"),
        (TEXT, ["--batch-size", "5000"], r"stream_source: got 1008 tokens to learn from, batch_size 5000 .*, 10034"),
        (TEXT, ["--bptt", "5000"], r"stream_source: got 1008 tokens to learn from, batch_size 20 and bptt 5000"),
        (TEXT, ["--batch-size", "600", "--no-random-start"], r"needs two tokens a column, 1200"),
        ("word\n", ["--level", "word"], r"stream_source: got \d tokens to (learn from|judge by)"),
    ],
)
def test_a_text_that_is_too_short(folder, text, options, message):
    (folder / "text.txt").write_text(text)
    refused(folder, message, *READ, *options)


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--level", x], r"argument --level: invalid choice: '") for x in ("letter", "token", "")]
    + [
        ([f"--{x}", n], rf"argument --{x}: got '{n}'; it must be a whole number, at least 1")
        for x in ("bptt", "min-count", "patience", "eval-every", "layers", "embedding-size")
        for n in ("0", "-1", "x")
    ]
    + [(["--max-vocab", "2"], r"Vocab\.from_text: got min_count 1 and max_size 2")]
    + [(["--optimizer", "adam"], r"argument --optimizer: invalid choice: 'adam'")]
    + [(["--schedule", "saw"], r"argument --schedule: invalid choice: 'saw'")]
    + [(["--anneal", x], r"TrainConfig: .* anneal .* at least 1") for x in ("0.5", "nan", "inf", "0")]
    + [(["--weight-decay", "-1"], r"TrainConfig: got .*weight_decay -1\.0")]
    + [(["--dropout", x], r"ModelConfig: got dropout .*; it must be in \[0, 1\)") for x in ("1", "-0.1", "nan")]
    + [
        (
            ["--tied", "--embedding-size", "32"],
            r"ModelConfig: tied weights need embedding_size \(32\) = hidden_size \(8\)",
        )
    ]
    + [(["--cell", "attention", "--hidden-size", "10"], r"cell 'attention' with hidden_size 10, heads 4")]
    + [(["--names", "names.txt"], r"argument --names: not allowed with argument --text")]
    + [(["--unknown", x], r"--unknown does not fit: ") for x in ("skip", "error")]
    + [(["--out", "text.txt"], r"exists and is not a checkpoint; it is left alone")]
    + [(["--out", "none/new.pt"], r"the folder 'none' does not exist")]
    + [(["--resume"], r"no file 'new\.pt'")]
    + [(["--resume", "--out", "t.pt"], r"'t\.pt' holds a finished run")],
)
def test_what_train_refuses_of_a_text(folder, options, message):
    refused(folder, message, *READ, *options)


@pytest.mark.parametrize("data", [["--names", "names.txt"], []])
@pytest.mark.parametrize(
    "option",
    [
        ["--level", "char"],
        ["--valid", "text.txt"],
        ["--bptt", "5"],
        ["--min-count", "2"],
        ["--max-vocab", "9"],
        ["--carry"],
        ["--no-carry"],
        ["--random-start"],
        ["--no-random-start"],
    ],
    ids=lambda option: option[0],
)
def test_options_of_a_text_are_refused_with_names(folder, data, option):
    name = option[0].replace("--no-", "--")
    refused(folder, f"{name} does not fit: it goes with --text", "train", *data, "--out", "new.pt", *option)


@pytest.mark.parametrize(
    "option", [["--batch-size", "2"], ["--bptt", "5"], ["--warmup", "0"], ["--warmup", "3"], ["--reset"]]
)
def test_options_of_a_text_are_refused_with_a_model_of_names(folder, option):
    message = f"{option[0]} does not fit: each name begins afresh"
    refused(folder, message, "evaluate", "m.pt", "names.txt", *option)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--warmup", n], rf"argument --warmup: got '{n}'; it must be a whole number, at least 0")
        for n in ("-1", "1.5", "x")
    ]
    + [
        ([f"--{x}", n], rf"argument --{x}: got '{n}'; it must be a whole number, at least 1")
        for x in ("batch-size", "bptt")
        for n in ("0", "-3", "many")
    ]
    + [(["--batch-size", "9999"], r"batchify: got 360 tokens and batch_size 9999")]
    + [(["--batch-size", "9999", "--warmup", "3"], r"overlapping_columns: got 360 tokens, batch_size 9999")]
    + [(["--unknown", "skip"], r"--unknown does not fit: ")],
)
def test_what_evaluate_refuses_of_a_text(folder, options, message):
    refused(folder, message, "evaluate", "t.pt", "text.txt", "--json", *options)


def test_unknown_tokens_and_short_texts_are_refused_in_one_line(folder):
    (folder / "other.txt").write_text("The bat")
    message = r"1 of 2 tokens are unknown to the model; without --unknown error they are scored as <unk>"
    refused(folder, message, "evaluate", "t.pt", "other.txt", "--unknown", "error")
    (folder / "other.txt").write_text("Bats")
    refused(folder, r"overlapping_columns: got 1 tokens, batch_size 1", "evaluate", "t.pt", "other.txt")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--count", "3"], r"--count does not fit: a model of text writes one piece of --length tokens"),
        (["--greedy"], r"--greedy and --beam look for a whole name; this is a model of text"),
        (["--beam", "3"], r"--greedy and --beam look for a whole name"),
        (["--length", "0"], r"argument --length: got '0'; it must be a whole number, at least 1"),
        (["--temperature", "0"], r"temperature .*above 0, and finite"),
        (["--top-p", "2"], r"top_p .*above 0 and at most 1"),
    ],
    ids=str,
)
def test_what_sample_refuses_of_a_model_of_text(folder, options, message):
    refused(folder, message, "sample", "t.pt", *options)


def test_a_model_of_names_has_no_length(folder):
    refused(folder, r"--length does not fit: a model of names knows where they end", "sample", "m.pt", "--length", "5")
