"""What the commands ``sample`` and ``evaluate`` do; what the command line refuses is in test_main."""

import json
import math

import pytest
import torch

from lessons_pkg import (
    UNKNOWN,
    Vocab,
    beam_search,
    evaluate_names,
    evaluate_stream,
    greedy,
    sample_names,
    sample_text,
    save_checkpoint,
    split_words,
)
from tests.tiny import ENCODED, NAMES, VOCAB, run, seeded, start, tale, tiny_model, trained, trained_on_tale


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a list of names, names.txt, and a model of names, m.pt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    save_checkpoint("m.pt", trained(), VOCAB)
    return tmp_path


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


TEXT = "The cat saw the dog.\nThe dog saw the bird, and the cat.\n" * 8


@pytest.fixture
def words(folder):
    """Put a model of words, w.pt, and a text, text.txt, into the folder; return model, vocabulary and ids."""
    vocab = Vocab.from_text(TEXT)
    model = tiny_model(vocab_size=len(vocab), scale=4)
    save_checkpoint("w.pt", model, vocab)
    (folder / "text.txt").write_text(TEXT)
    return model, vocab, vocab.encode(TEXT)


def test_sample_writes_text(words):
    model, vocab, _ = words
    settings = {"start": "The cat", "temperature": 0.7, "top_k": 5, "top_p": 0.9}
    options = [part for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", value)]
    status, out, err = run("sample", "w.pt", "--length", 12, "--seed", 3, *options)
    assert (status, err) == (0, "")
    assert out == sample_text(model, vocab, 12, generator=seeded(3), **settings) + "\n"
    assert run("sample", "w.pt", "--seed", 3).out == sample_text(model, vocab, 100, generator=seeded(3)) + "\n"
    assert run("sample", "w.pt").out != run("sample", "w.pt").out


def test_sample_writes_characters(folder):
    save_checkpoint("c.pt", trained_on_tale(), tale().vocab)
    status, out, _ = run("sample", "c.pt", "--length", 50, "--seed", 1, "--start", "The é")
    assert status == 0
    assert out.startswith("The é")
    assert len(out) == 5 + 50 + 1


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ([], {}),
        (["--batch-size", 4], {"batch_size": 4}),
        (["--batch-size", 4, "--warmup", 6], {"batch_size": 4, "warmup": 6}),
        (["--batch-size", 4, "--warmup", 0], {"batch_size": 4}),
        (["--bptt", 3], {"bptt": 3}),
        (["--bptt", 3, "--reset"], {"bptt": 3, "reset": True}),
        (
            ["--batch-size", 5, "--bptt", 7, "--warmup", 3, "--reset"],
            {"batch_size": 5, "bptt": 7, "warmup": 3, "reset": True},
        ),
    ],
    ids=str,
)
def test_evaluate_scores_a_text_as_its_options_say(words, options, settings):
    model, _, ids = words
    score = evaluate_stream(model, ids, chars=len(TEXT) - len(split_words(TEXT)[0]), **settings)
    status, out, err = run("evaluate", "w.pt", "text.txt", "--json", *options)
    assert (status, err) == (0, "")
    assert json.loads(out) == score._asdict() | {"unknown": 0}
    assert score.tokens + score.dropped == len(ids) - 1
    lost = f"; {score.dropped} others are in no window" if score.dropped else ""
    assert run("evaluate", "w.pt", "text.txt", *options).out == (
        f"{score.nll:.4f} nats per word, perplexity {score.perplexity:.3f}, {score.bits_per_char:.4f} bits per "
        f"character, over {score.tokens} words{lost}\n"
    )


def test_each_option_of_evaluate_changes_what_it_should(words):
    def nll(*options):
        return json.loads(run("evaluate", "w.pt", "text.txt", "--json", *options).out)["nll"]

    exact = nll()
    assert nll("--bptt", 3) == pytest.approx(exact, rel=1e-6)
    assert nll("--batch-size", 4, "--warmup", 500) == pytest.approx(exact, rel=1e-6)
    assert nll("--bptt", 3, "--reset") != pytest.approx(exact, rel=1e-3)
    assert nll("--batch-size", 20) != pytest.approx(exact, rel=1e-4)


def test_a_character_costs_as_many_bits_as_a_token_where_characters_are_the_tokens(folder):
    save_checkpoint("c.pt", trained_on_tale(), tale().vocab)
    (folder / "text.txt").write_text("The sea.\n")
    score = json.loads(run("evaluate", "c.pt", "text.txt", "--json").out)
    assert (score["tokens"], score["unknown"]) == (8, 0)
    assert score["bits_per_char"] == pytest.approx(score["nll"] / math.log(2))
    assert " nats per character, " in run("evaluate", "c.pt", "text.txt").out


def test_evaluate_counts_what_the_model_does_not_know(words, folder):
    model, vocab, _ = words
    (folder / "other.txt").write_text("The bat saw 7 cats.\n")
    status, out, err = run("evaluate", "w.pt", "other.txt", "--json")
    assert status == 0
    assert err == f"3 of 7 tokens are unknown to the model and are scored as {UNKNOWN}: " + (
        "compare with models of the same vocabulary only\n"
    )
    expected = evaluate_stream(model, vocab.encode("The bat saw 7 cats.\n"), chars=17)  # The is given
    assert json.loads(out) == expected._asdict() | {"unknown": 3}


def test_spaces_before_the_first_word_cost_nothing(words, folder):
    (folder / "spaced.txt").write_text("   \n  " + TEXT)
    (folder / "plain.txt").write_text("\n" + TEXT)
    scores = [json.loads(run("evaluate", "w.pt", f"{name}.txt", "--json").out) for name in ("spaced", "plain")]
    (folder / "indented.txt").write_text("     " + TEXT)
    scores += [json.loads(run("evaluate", "w.pt", f"{name}.txt", "--json").out) for name in ("indented", "text")]
    assert scores[2] == scores[3]
    assert scores[0]["nll"] == scores[1]["nll"]


def test_a_text_of_one_word_whose_line_end_the_tokenizer_adds(folder):
    vocab = Vocab(["the", UNKNOWN], level="token")
    save_checkpoint("u.pt", tiny_model(vocab_size=len(vocab)), vocab)
    (folder / "word.txt").write_text("the")
    score = json.loads(run("evaluate", "u.pt", "word.txt", "--json").out)
    assert (score["tokens"], score["bits_per_char"]) == (1, pytest.approx(score["nll"] / math.log(2)))


def test_json_has_no_infinity(folder):
    model = tiny_model(vocab_size=len(VOCAB), scale=1e5)
    save_checkpoint("wild.pt", model, VOCAB)
    out = run("evaluate", "wild.pt", "names.txt", "--json").out
    score = json.loads(out, parse_constant=pytest.fail)
    assert score["nll"] > 709
    assert score["perplexity"] is None


def test_line_ends_of_other_systems_are_line_ends(words, folder):
    (folder / "other.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert run("evaluate", "w.pt", "other.txt", "--json").out == run("evaluate", "w.pt", "text.txt", "--json").out
