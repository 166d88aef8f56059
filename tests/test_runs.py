"""What the command ``train`` does, in a process of its own where a signal must end it."""

import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest
import torch

from lessons_pkg import (
    UNKNOWN,
    Vocab,
    evaluate_names,
    evaluate_stream,
    load_checkpoint,
    load_names,
    load_tales,
    runs,
    save_checkpoint,
    split_names,
)
from lessons_pkg.material import part
from lessons_pkg.models import CELLS
from tests.tiny import VOCAB, flat, run, same, start, trained, without_times

LIST = load_names().train[:120]
TRAIN = ("train", "--names", "names.txt", "--hidden-size", 12, "--batch-size", 16, "--lr", 0.01)
TALES = load_tales().train[:4000]
READ = ("train", "--text", "text.txt", "--hidden-size", 12, "--batch-size", 4, "--bptt", 8, "--lr", 0.01)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a list of 120 names, names.txt, a text, text.txt, and a checkpoint, m.pt.

    A run is saved whenever it can be.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "SAVE_EVERY", 0)
    (tmp_path / "text.txt").write_text(TALES)
    (tmp_path / "names.txt").write_text("\n".join(LIST))
    save_checkpoint("m.pt", trained(), VOCAB)
    return tmp_path


def test_train_makes_a_model_of_the_list(folder):
    status, out, err = run(*TRAIN, "--out", "new.pt", "--epochs", 3)
    assert (status, err) == (0, "")
    wrote, names, more = out.splitlines()
    split = split_names(LIST, validation=0.1, test=0)
    model, vocab, notes, unfinished = load_checkpoint("new.pt")
    assert vocab.tokens == ["\n", *sorted(set("".join(split.train)))]
    nll = evaluate_names(model, [vocab.encode(name) for name in split.validation]).nll
    best = min(notes["history"], key=lambda row: row["validation"])
    assert best["validation"] == nll
    assert wrote == f"wrote new.pt: the weights of update {best['step']}, {nll:.4f} nats per character on held-out data"
    assert names.startswith("some new names: ")
    assert names.count(", ") == 7
    assert more == "for more: python -m lessons_pkg sample new.pt"
    assert unfinished is None
    assert notes["data"] == hashlib.sha256("\n".join(split.train).encode()).hexdigest()
    assert notes["config"]["epochs"] == 3
    assert sorted(os.listdir()) == ["m.pt", "names.txt", "new.pt", "text.txt"]
    assert run("sample", "new.pt").status == 0


def test_train_without_a_list_takes_the_names_of_the_course():
    assert run("train", "--out", "new.pt", "--hidden-size", 4, "--batch-size", 2000, "--epochs", 1).status == 0
    checkpoint = load_checkpoint("new.pt")
    assert checkpoint.notes["data"] == hashlib.sha256("\n".join(load_names().train).encode()).hexdigest()
    assert len(checkpoint.vocab) == 27


def test_train_by_the_clock():
    assert run(*TRAIN, "--out", "new.pt", "--seconds", 0.3).status == 0
    assert load_checkpoint("new.pt").notes["history"][-1]["seconds"] < 10


def test_settings_reach_the_run():
    settings = ("--cell", "rnn", "--max-norm", 0.5, "--seed", 7)
    assert run(*TRAIN, "--out", "new.pt", "--epochs", 1, *settings).status == 0
    model, _, notes, _ = load_checkpoint("new.pt")
    assert (model.config.cell, model.config.hidden_size) == ("rnn", 12)
    expected = {"max_norm": 0.5, "seed": 7, "batch_size": 16, "lr": 0.01, "epochs": 1, "seconds": None}
    assert notes["config"].items() >= expected.items()


def test_the_same_seed_gives_the_same_file_and_another_seed_another():
    for out, seed in (("a.pt", 1), ("b.pt", 1), ("c.pt", 2)):
        run(*TRAIN, "--out", out, "--epochs", 2, "--seed", seed)
    a, b, c = (load_checkpoint(out).model.state_dict() for out in ("a.pt", "b.pt", "c.pt"))
    assert same(a, b)
    assert not same(a, c)


def test_a_run_too_short_to_learn_anything_says_so(folder):
    out = run("train", "--names", "names.txt", "--out", "new.pt", "--hidden-size", 12, "--epochs", 1).out
    told = out.splitlines()[0]  # one batch, and so one update, at rate 0
    assert told.startswith("wrote new.pt: the weights of update 0, ")
    assert told.endswith(" on held-out data; no update has made it better: try more --seconds or --epochs")


def test_float16_rounds_the_weights_and_halves_them():
    for out, extra in (("whole.pt", ()), ("half.pt", ("--float16",))):
        run(*TRAIN, "--out", out, "--epochs", 2, *extra)
    whole, half = (load_checkpoint(out).model.state_dict() for out in ("whole.pt", "half.pt"))
    assert same(half, {name: w.half().float() for name, w in whole.items()})
    assert {w.dtype for w in torch.load("half.pt", weights_only=True)["weights"].values()} == {torch.float16}


def test_names_with_letters_that_the_rest_lacks_are_skipped_and_counted(folder):
    lists = ([*LIST, "é" + name] for name in LIST)
    names = next(names for names in lists if names[-1] in split_names(names, test=0).validation)
    (folder / "names.txt").write_text("\n".join(names))
    status, out, err = run(*TRAIN, "--out", "new.pt", "--epochs", 1)
    assert status == 0
    assert err == "skipped: 1 of 12 held-out names hold characters the training names lack ('é' in 1)\n"
    assert out.startswith("wrote new.pt")
    assert "é" not in load_checkpoint("new.pt").vocab.tokens


# What runs in the process of its own: it saves at every chance, and is struck by a signal in the middle of a save,
# when the new file is whole but not yet in the place of the old one.
STRUCK = """
import os, sys
from lessons_pkg import __main__, runs

runs.SAVE_EVERY = 0
signal, left, replace = int(sys.argv[1]), 5, os.replace

def strike(new, old):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal)
    replace(new, old)

os.replace = strike
sys.exit(__main__.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_a_signal_ends_goes_on_as_if_nothing_had_happened(folder, number):
    length = ("--epochs", 12)
    whole = run(*TRAIN, "--out", "whole.pt", *length)
    process = start(number.value, *TRAIN, "--out", "struck.pt", *length, python=("-c", STRUCK))
    out, err = process.communicate(timeout=120)
    struck = load_checkpoint("struck.pt")
    assert struck.run["step"] in (28, 35, 36)  # a look at the held-out names every seven updates; the fifth failed
    if number == signal.SIGKILL:
        assert (process.returncode, out, err) == (-signal.SIGKILL, "", "")
    else:
        assert (process.returncode, out) == (130, "")
        assert err.startswith("interrupted; kept in struck.pt: the weights of update ")
        assert err.endswith("go on with --resume\n")
        assert err.count("\n") == 1
        assert sorted(os.listdir()) == ["m.pt", "names.txt", "struck.pt", "text.txt", "whole.pt"]
    assert run("sample", "struck.pt", "--count", 2).status == 0  # the best so far can be used as it is
    (folder / "names.txt").write_text("\n".join(reversed(LIST)))  # the same list in another order
    resumed = run("train", "--names", "names.txt", "--out", "struck.pt", "--resume")
    assert resumed.status == whole.status == 0
    assert resumed.err.startswith(f"resuming at update {struck.run['step']}, after ")
    assert resumed.out == whole.out.replace("whole.pt", "struck.pt")
    first, second = load_checkpoint("whole.pt"), load_checkpoint("struck.pt")
    assert same(first.model.state_dict(), second.model.state_dict())
    assert without_times(first.notes["history"]) == without_times(second.notes["history"])
    assert second.run is None


def test_an_unfinished_run_is_not_resumed_on_another_list(folder):
    process = start(int(signal.SIGKILL), *TRAIN, "--out", "struck.pt", "--epochs", 12, python=("-c", STRUCK))
    process.communicate(timeout=120)
    (folder / "names.txt").write_text("\n".join(LIST[:-1]))
    before = (folder / "struck.pt").read_bytes()
    status, out, err = run(*TRAIN, "--out", "struck.pt", "--resume")
    assert (status, out) == (2, "")
    assert err == "lessons_pkg: 'struck.pt' was trained on other names; resume it with the same --names or --text\n"
    assert (folder / "struck.pt").read_bytes() == before


def test_a_resumed_run_keeps_its_settings(folder):
    first = (*TRAIN, "--out", "struck.pt", "--epochs", 12, "--float16")
    start(int(signal.SIGKILL), *first, python=("-c", STRUCK)).communicate(timeout=120)
    others = (("--epochs", 13, 12), ("--seed", 5, 0), ("--cell", "rnn", "lstm"), ("--seconds", 3, None))
    for option, value, stored in others:
        status, out, err = run(*TRAIN, "--out", "struck.pt", "--resume", option, value)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert f"the run in 'struck.pt' has {option[2:]} {stored}, not " in err
    wrong = run(*TRAIN, "--out", "struck.pt", "--resume", "--seed", 5, "--cell", "rnn", "--batch-size", 3)
    assert "has batch_size 16, not 3; leave that option out" in wrong.err  # of several, always the same one
    assert run(*first, "--resume").status == 0  # the same command with --resume behind it
    content = torch.load("struck.pt", weights_only=True)
    assert all(weight.dtype == torch.float16 for weight in content["weights"].values())


def test_a_run_that_was_not_to_be_rounded_stays_so(folder):
    start(int(signal.SIGKILL), *TRAIN, "--out", "struck.pt", "--epochs", 12, python=("-c", STRUCK)).communicate(
        timeout=120
    )
    status, out, err = run(*TRAIN, "--out", "struck.pt", "--resume", "--float16")
    assert (status, out) == (2, "")
    assert err == "lessons_pkg: the run in 'struck.pt' has float16 False, not True; leave that option out\n"


def test_an_unfinished_run_is_not_written_over(folder):
    process = start(int(signal.SIGKILL), *TRAIN, "--out", "struck.pt", "--epochs", 12, python=("-c", STRUCK))
    process.communicate(timeout=120)
    before = (folder / "struck.pt").read_bytes()
    status, out, err = run(*TRAIN, "--out", "struck.pt", "--epochs", 1)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "'struck.pt' holds an unfinished run; --resume goes on with it" in err
    assert (folder / "struck.pt").read_bytes() == before


def test_a_run_saved_by_other_means_is_not_resumed():
    split = split_names(LIST, validation=0.1, test=0)
    digest = hashlib.sha256("\n".join(split.train).encode()).hexdigest()
    for notes in ({}, {"names": digest}, {"names": digest, "config": {"epochs": 1}}, {"names": digest, "config": 5}):
        save_checkpoint("m.pt", trained(), VOCAB, run={"step": 3}, notes=notes)
        status, out, err = run(*TRAIN, "--out", "m.pt", "--resume")
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("lessons_pkg: 'm.pt' holds a run that this version cannot take up: ")


def test_a_loss_that_is_no_number_keeps_the_last_good_weights():
    status, out, err = run("train", "--names", "names.txt", "--out", "new.pt", "--epochs", 5, "--lr", 1e30)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "the loss was no longer a number at update " in err
    assert "kept in new.pt: the weights of update " in err
    assert "try --lr lower or --max-norm smaller (clipping)" in err
    checkpoint = load_checkpoint("new.pt")
    assert checkpoint.run is None
    vocab, split = checkpoint.vocab, split_names(LIST, validation=0.1, test=0)
    nll = evaluate_names(checkpoint.model, [vocab.encode(name) for name in split.validation]).nll
    assert f"{nll:.4f} nats per character" in err
    assert run("sample", "new.pt").status == 0


def test_a_disk_that_is_full_loses_nothing(folder):
    before = (folder / "m.pt").read_bytes()

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    process = start(*TRAIN, "--out", "m.pt", "--epochs", 1, preexec_fn=small_files)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("lessons_pkg: written_atomically: cannot write 'm.pt': ")
    assert err.count("\n") == 1
    assert (folder / "m.pt").read_bytes() == before
    assert sorted(os.listdir()) == ["m.pt", "names.txt", "text.txt"]


@pytest.mark.parametrize("level", ["char", "word"])
def test_train_makes_a_model_of_a_text(level):
    asked = () if level == "char" else ("--level", "word")  # characters are what it takes if it is not told
    status, out, err = run(*READ, "--out", "new.pt", "--epochs", 2, *asked)
    assert status == 0
    learned, judged = part(TALES, level)
    model, vocab, notes, unfinished = load_checkpoint("new.pt")
    assert unfinished is None
    assert vocab.tokens == Vocab.from_text(learned, level=level).tokens
    ids, held_out = vocab.encode(learned), vocab.encode(judged)
    unknown = held_out.count(vocab.ids[UNKNOWN])
    first, second = err.splitlines()
    assert first == (
        f"{len(ids):,} tokens to learn from, a vocabulary of {len(vocab):,}; {len(held_out):,} tokens to judge by, "
        f"{unknown:,} of them unknown ({unknown / len(held_out):.1%})"
    )
    assert second == f"{(len(ids) - 7) % 4 + 3 + 7} targets are in no window of an epoch"
    nll = evaluate_stream(model, held_out, batch_size=10, bptt=8, warmup=8).nll
    best = min(notes["history"], key=lambda row: row["validation"])
    assert best["validation"] == nll
    wrote, writes, *text, more = out.splitlines()
    token = "character" if level == "char" else "word"
    assert wrote == f"wrote new.pt: the weights of update {best['step']}, {nll:.4f} nats per {token} on held-out data"
    assert writes == "it writes:"
    assert len("\n".join(text)) == 200 or level == "word"
    assert more == "for more: python -m lessons_pkg sample new.pt"
    assert notes["config"].items() >= {"bptt": 8, "batch_size": 4, "carry": True, "epochs": 2, "lr": 0.01}.items()
    assert run("sample", "new.pt").status == run("evaluate", "new.pt", "text.txt").status == 0


def test_text_that_is_cut_already_is_cut_at_spaces(folder):
    (folder / "text.txt").write_text(f" the {UNKNOWN} 's cat , \n\n saw a {UNKNOWN} @-@ dog \n" * 40)
    status, _, err = run(*READ, "--out", "new.pt", "--epochs", 1, "--level", "word")
    assert status == 0
    assert err.startswith(f"text.txt holds {UNKNOWN}: it is cut into words already, and spaces part them\n468 tokens ")
    vocab = load_checkpoint("new.pt").vocab
    assert vocab.level == "token"
    assert vocab.tokens == ["\n", *sorted(["the", UNKNOWN, "'s", "cat", ",", "saw", "a", "@-@", "dog"])]
    assert run("evaluate", "new.pt", "text.txt", "--json").status == 0
    assert run(*READ, "--out", "new.pt", "--epochs", 1, "--level", "char").status == 0
    assert load_checkpoint("new.pt").vocab.level == "char"


def test_held_out_text_may_be_a_file_of_its_own(folder):
    (folder / "valid.txt").write_text("A cat sat on the mill, one day.\n" * 5)
    status, _, err = run(*READ, "--out", "new.pt", "--epochs", 1, "--valid", "valid.txt", "--level", "word")
    assert status == 0
    model, vocab, notes, _ = load_checkpoint("new.pt")
    assert vocab.tokens == Vocab.from_text(TALES).tokens  # all of the text is learned from
    assert "; 55 tokens to judge by, " in err
    ids = vocab.encode((folder / "valid.txt").read_text())
    assert min(row["validation"] for row in notes["history"]) == pytest.approx(
        evaluate_stream(model, ids, batch_size=10, bptt=8, warmup=8).nll
    )


def test_the_word_tales_stands_for_the_text_of_the_course(monkeypatch, folder):
    status, _, err = run(
        *READ[:1], "--text", "tales", *READ[3:], "--out", "new.pt", "--epochs", 1, "--batch-size", 2000
    )
    assert status == 0
    assert err.startswith(f"{len(load_tales().train):,} tokens to learn from, ")
    assert f"; {len(load_tales().validation):,} tokens to judge by" in err
    (folder / "tales").write_text(TALES)  # a file of this name comes first
    err = run(*READ[:1], "--text", "tales", *READ[3:], "--out", "new.pt", "--epochs", 1).err
    assert err.startswith(f"{len(part(TALES, 'char')[0]):,} tokens to learn from, ")


def test_settings_of_a_text_reach_the_run():
    options = ("--cell", "attention", "--min-count", 2, "--max-vocab", 40, "--no-carry", "--no-random-start")
    optimizer = ("--optimizer", "sgd", "--schedule", "linear", "--anneal", 4, "--patience", 3, "--eval-every", 5)
    assert run(*READ, "--out", "new.pt", "--epochs", 1, "--level", "word", *options, *optimizer).status == 0
    model, vocab, notes, _ = load_checkpoint("new.pt")
    assert vocab.tokens == Vocab.from_text(part(TALES, "word")[0], min_count=2, max_size=40).tokens
    assert len(vocab) == 40
    assert (model.config.cell, model.config.hidden_size) == ("attention", 12)
    expected = {"carry": False, "random_start": False, "optimizer": "sgd", "schedule": "linear", "anneal": 4}
    assert notes["config"].items() >= (expected | {"patience": 3, "eval_every": 5}).items()
    assert notes["history"][1]["step"] == 5


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "data", [("--names", "names.txt"), ("--text", "text.txt", "--level", "word")], ids=lambda d: d[0]
)
def test_every_cell_can_be_trained_on_names_and_on_words(cell, data):
    model = ("--hidden-size", 12, "--batch-size", 16, "--cell", cell)
    assert run("train", *data, *model, "--out", "new.pt", "--epochs", 1).status == 0
    assert load_checkpoint("new.pt").model.config.cell == cell


@pytest.mark.parametrize("shape", [("--tied",), ("--no-tied",), ("--embedding-size", 5), ("--layers", 2)])
def test_shapes_of_the_network_can_be_asked_for(shape):
    assert run(*READ, "--out", "new.pt", "--epochs", 1, "--level", "word", *shape).status == 0
    config = load_checkpoint("new.pt").model.config
    assert (config.tied, config.embedding_size == 5, config.layers) == (
        shape[0] == "--tied",
        shape[0] == "--embedding-size",
        2 if shape[0] == "--layers" else 1,
    )


def test_patience_ends_a_run_early():
    settings = ("--epochs", 50, "--patience", 1, "--eval-every", 1, "--lr", 1e-30)
    status, out, _ = run(*READ, "--out", "new.pt", *settings)
    assert status == 0
    assert out.startswith("wrote new.pt: the weights of update 0, ")
    checkpoint = load_checkpoint("new.pt")
    assert checkpoint.run is None
    assert checkpoint.notes["history"][-1]["step"] == 1


WORDS = ("--level", "word", "--min-count", 2)


def broken_run(monkeypatch, *arguments):
    """Begin a run in this process that breaks off at its fifth save and leaves struck.pt."""
    replace, left = os.replace, [5]

    def strike(new, old):
        left[0] -= 1
        if left[0] == 0:
            raise SystemExit
        replace(new, old)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", strike)
        with pytest.raises(SystemExit):
            run(*arguments, "--out", "struck.pt")
    return Path("struck.pt").read_bytes()


def test_a_killed_run_of_a_text_goes_on_as_if_nothing_had_happened():
    whole = run(*READ, *WORDS, "--out", "whole.pt", "--epochs", 3, "--eval-every", 5)
    arguments = (*READ, *WORDS, "--out", "struck.pt", "--epochs", 3, "--eval-every", 5)
    process = start(int(signal.SIGKILL), *arguments, python=("-c", STRUCK))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    struck = load_checkpoint("struck.pt")
    assert struck.run["step"] == 20
    assert all(t.isfinite().all() for t in flat(struck.run["hidden"]))
    assert run("sample", "struck.pt", "--length", 5).status == 0  # the best so far can be used as it is
    resumed = run(
        "train", "--text", "text.txt", "--out", "struck.pt", "--resume"
    )  # vocabulary and level are the file's
    assert resumed.status == whole.status == 0
    *same_lines, last = resumed.err.splitlines()
    assert "\n".join(same_lines) + "\n" == whole.err
    assert last.startswith("resuming at update 20, after ")
    assert resumed.out == whole.out.replace("whole.pt", "struck.pt")
    first, second = load_checkpoint("whole.pt"), load_checkpoint("struck.pt")
    assert same(first.model.state_dict(), second.model.state_dict())
    assert without_times(first.notes["history"]) == without_times(second.notes["history"])
    assert (second.vocab.level, second.vocab.tokens, second.run) == ("word", first.vocab.tokens, None)


def test_a_run_is_resumed_with_its_own_vocabulary_or_not_at_all(folder, monkeypatch):
    (folder / "valid.txt").write_text(TALES[-500:])
    data = ("--text", "text.txt", "--valid", "valid.txt")
    before = broken_run(monkeypatch, *READ, *WORDS, "--valid", "valid.txt", "--epochs", 3, "--eval-every", 5)
    resume = ("train", *data, "--out", "struck.pt", "--resume")
    for other in (("--level", "char"), ("--min-count", 1), ("--max-vocab", 50), ("--level", "word", "--min-count", 3)):
        status, out, err = run(*resume, *other)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("lessons_pkg: the run in 'struck.pt' has another vocabulary, Vocab(")
        assert (folder / "struck.pt").read_bytes() == before
    assert run(*resume, *WORDS).status == 0  # the same options as before are no contradiction
    assert load_checkpoint("struck.pt").vocab.level == "word"


def test_an_unfinished_run_is_not_resumed_on_another_text_or_on_names(folder, monkeypatch):
    before = broken_run(monkeypatch, *READ, "--epochs", 3, "--eval-every", 5)
    (folder / "other.txt").write_text(TALES[:-1])
    (folder / "valid.txt").write_text(TALES[-500:])
    other = "'struck.pt' was trained on other tokens; resume it with the same --names or --text"
    for data, message in (
        (("--text", "other.txt"), other),
        (("--text", "text.txt", "--valid", "valid.txt"), other),
        (("--names", "names.txt"), "'struck.pt' was trained on tokens; resume it with the same --text"),
        ((), "'struck.pt' was trained on tokens; resume it with the same --text"),
        (("--text", "text.txt", "--bptt", 9), "the run in 'struck.pt' has bptt 8, not 9; leave that option out"),
        (("--text", "text.txt", "--no-carry"), "the run in 'struck.pt' has carry True, not False"),
        (("--text", "text.txt", "--tied"), "the run in 'struck.pt' has tied False, not True"),
    ):
        status, out, err = run("train", *data, "--out", "struck.pt", "--resume")
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"lessons_pkg: {message}")
        assert (folder / "struck.pt").read_bytes() == before


def test_an_unfinished_run_of_names_is_not_resumed_on_a_text(monkeypatch):
    broken_run(monkeypatch, *TRAIN, "--epochs", 12)
    status, out, err = run("train", "--text", "text.txt", "--out", "struck.pt", "--resume")
    assert (status, out) == (2, "")
    assert err == "lessons_pkg: 'struck.pt' was trained on names; resume it with the same --names\n"


@pytest.mark.parametrize("out", ["text.txt", "valid.txt"])
def test_a_text_is_not_overwritten_by_its_model(folder, out):
    (folder / "valid.txt").write_text(TALES[-500:])
    before = (folder / out).read_bytes()
    status, _, err = run(*READ, "--valid", "valid.txt", "--out", out, "--epochs", 1)
    assert (status, err.count("\n")) == (2, 1)
    assert "exists and is not a checkpoint; it is left alone" in err
    assert (folder / out).read_bytes() == before
