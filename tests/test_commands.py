"""What the commands do: in this process where that is enough, in one of their own where a signal must end it."""

import hashlib
import json
import os
import resource
import signal

import pytest
import torch

from lessons_pkg import (
    beam_search,
    evaluate_names,
    greedy,
    load_checkpoint,
    load_names,
    runs,
    sample_names,
    save_checkpoint,
    split_names,
)
from tests.tiny import ENCODED, NAMES, VOCAB, run, same, seeded, start, trained, without_times

LIST = load_names().train[:120]
TRAIN = ("train", "--names", "names.txt", "--hidden-size", 12, "--batch-size", 16, "--lr", 0.01)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a list of 120 names, names.txt, and a checkpoint, m.pt; save a run whenever it can be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "SAVE_EVERY", 0)
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
    assert sorted(os.listdir()) == ["m.pt", "names.txt", "new.pt"]
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


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
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
        assert sorted(os.listdir()) == ["m.pt", "names.txt", "struck.pt", "whole.pt"]
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
    assert run(*first, "--resume").status == 0  # the same command with --resume behind it
    content = torch.load("struck.pt", weights_only=True)
    assert all(weight.dtype == torch.float16 for weight in content["weights"].values())


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
    assert err.startswith("lessons_pkg: save_checkpoint: cannot write 'm.pt': ")
    assert err.count("\n") == 1
    assert (folder / "m.pt").read_bytes() == before
    assert sorted(os.listdir()) == ["m.pt", "names.txt"]


def test_sample_prints_names():
    status, out, err = run("sample", "m.pt", "--count", 30, "--seed", 3, "--temperature", 0.7, "--start", "be")
    assert (status, err) == (0, "")
    drawn = out.splitlines()
    settings = {"temperature": 0.7, "start": "be", "min_length": 1}
    assert drawn == sample_names(trained(), VOCAB, 30, generator=seeded(3), **settings)
    assert set(drawn) >= {"ben", "bea"}
    assert len(run("sample", "m.pt").out.splitlines()) == 20


@pytest.mark.parametrize("option", [("--top-k", 1), ("--top-p", 1e-6), ("--temperature", 1e-300)])
def test_the_narrowest_choice_is_greedy(option):
    best = greedy(trained(), VOCAB).name
    assert set(run("sample", "m.pt", *option).out.splitlines()) == {best}


def test_a_seed_repeats_and_no_seed_does_not():
    first, again, other = (run("sample", "m.pt", "--count", 50, "--seed", seed).out for seed in (1, 1, 2))
    assert first == again != other
    assert run("sample", "m.pt", "--count", 50).out != run("sample", "m.pt", "--count", 50).out


def test_threads_are_those_asked_for():
    try:
        assert run("--threads", 2, "sample", "m.pt", "--count", 2).status == 0
        assert torch.get_num_threads() == 2
    finally:
        assert run("sample", "m.pt", "--count", 2).status == 0
    assert torch.get_num_threads() == 1


def test_no_name_is_empty():
    drawn = run("sample", "m.pt", "--count", 300, "--temperature", 50, "--seed", 1).out.splitlines()
    assert len(drawn) == 300
    assert min(map(len, drawn)) == 1


def test_searches_print_their_log_probability():
    found = beam_search(trained(), VOCAB, width=3)
    assert run("sample", "m.pt", "--beam", 3).out == "".join(f"{s.log_prob:8.3f}  {s.name}\n" for s in found)
    best = greedy(trained(), VOCAB, start="h")
    assert run("sample", "m.pt", "--greedy", "--start", "h").out == f"{best.log_prob:8.3f}  {best.name}\n"


def test_evaluate_prints_the_score(folder):
    (folder / "names.txt").write_text("\n".join(NAMES))
    score = evaluate_names(trained(), ENCODED)
    status, out, err = run("evaluate", "m.pt", "names.txt", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "nll": score.nll,
        "perplexity": score.perplexity,
        "bits_per_char": score.bits_per_char,
        "tokens": sum(len(name) + 1 for name in NAMES),
        "dropped": 0,
    }
    assert run("evaluate", "m.pt", "names.txt").out == (
        f"{score.nll:.4f} nats per character, perplexity {score.perplexity:.3f}, "
        f"{score.bits_per_char:.4f} bits per character, over {score.tokens} characters (ends of names counted)\n"
    )


def test_evaluate_can_skip_what_it_cannot_spell(folder):
    (folder / "names.txt").write_text("anna\nzoë\nben\n")
    status, out, err = run("evaluate", "m.pt", "names.txt", "--json", "--unknown", "skip")
    assert status == 0
    assert err.startswith("skipped: 1 of 3 names in names.txt hold characters the training names lack (")
    expected = evaluate_names(trained(), [VOCAB.encode("anna"), VOCAB.encode("ben")])
    assert json.loads(out) == expected._asdict()


@pytest.mark.parametrize("count", [20, 50_000])
def test_a_reader_that_goes_away_is_no_error(count):
    process = start("sample", "m.pt", "--count", count)
    if count > 20:
        assert process.stdout.readline()
    process.stdout.close()  # what `head -1` does
    err = process.stderr.read()
    assert (process.wait(timeout=120), err) == (0, "")
    process.stderr.close()
