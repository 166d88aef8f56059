"""The tales and the checkpoints made from them against their datasheet, data/README.md."""

import math
import re
import shlex
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from lessons_pkg import (
    UNKNOWN,
    data_path,
    evaluate_stream,
    join_words,
    load_checkpoint,
    load_tales,
    read_tales,
    split_words,
)
from lessons_pkg.__main__ import build_parser

RAW = data_path("tales.txt").read_bytes()
TEXT = RAW.decode("ascii")
DATASHEET = data_path("README.md").read_text(encoding="utf-8")
SHEET = " ".join(DATASHEET.split())
WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
WORDS = WORD.findall(TEXT)


def stated(pattern):
    """Return the numbers that the datasheet states in this sentence."""
    (found,) = re.findall(pattern, SHEET)
    return [float(number.replace(",", "")) for number in ([found] if isinstance(found, str) else found)]


def test_the_file_is_what_the_course_asks_for():
    assert len(TEXT) >= 150_000
    assert len(set(WORDS)) <= 4000
    runs = Counter(tuple(WORDS[i : i + 8]) for i in range(len(WORDS) - 7))
    assert sum(count for count in runs.values() if count > 1) <= 0.02 * runs.total()


def test_the_form_is_one_that_a_program_can_read():
    assert set(TEXT) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#',-.:;? \n")
    lines = TEXT.split("\n")
    assert lines[-1] == ""
    assert all(bool(a) != bool(b) for a, b in pairwise(lines[:-1]))  # text and blank lines take turns
    assert all(line.count('"') % 2 == 0 and line == line.strip() and "  " not in line for line in lines)
    assert all(re.fullmatch(r"# [A-Z].*", line) for line in lines if "#" in line)


def test_the_datasheet_counts_the_file():
    tales = read_tales()
    assert stated(
        r"holds (\d+) tales of some [\d,]+ characters each: ([\d,]+) characters, ([\d,]+) words, ([\d,]+)"
    ) == [len(tales), len(TEXT), len(WORDS), len(set(WORDS))]
    assert len({tale.title for tale in tales}) == len(tales)
    assert abs(stated(r"tales of some ([\d,]+) characters")[0] - len(TEXT) / len(tales)) < 50
    assert "Of all sequences of eight words none occurs twice." in SHEET
    assert len({tuple(WORDS[i : i + 8]) for i in range(len(WORDS) - 7)}) == len(WORDS) - 7


def test_the_split_is_by_tale():
    split, tales = load_tales(), read_tales()
    parts = [[tale for tale in tales if tale.text in part] for part in split]
    assert stated(r"(\d+) tales to train on, (\d+) for validation, (\d+) for the test") == [len(part) for part in parts]
    assert sum(map(len, parts)) == len(tales)
    assert all(
        sum(len(tale.text) + 1 for tale in part) == len(text) + 1 for part, text in zip(parts, split, strict=True)
    )


def test_words_lose_nothing():
    for part in load_tales():
        assert join_words(split_words(part)) == part


@pytest.mark.parametrize("name", ["tales-words.pt", "tales-chars.pt", "tales-lstm.pt", "tales-attention.pt"])
def test_the_command_in_the_datasheet_is_the_one_that_was_run(name):
    (command,) = re.findall(rf"^python -m lessons_pkg (.*train .*{name})$", DATASHEET, re.M)
    asked = vars(build_parser().parse_args(shlex.split(command)))
    model, vocab, notes, run = load_checkpoint(data_path(name))
    made = model.settings() | notes["config"] | {"level": vocab.level, "float16": notes["float16"]}
    settings = {key: value for key, value in asked.items() if key in made and value is not None}
    assert {"hidden_size", "epochs", "seed", "float16"} <= settings.keys()
    assert settings == {key: made[key] for key in settings}
    assert run is None


def test_the_checkpoints_are_as_good_as_the_datasheet_says():
    text = load_tales().test
    model, vocab, *_ = load_checkpoint(data_path("tales-words.pt"))
    ids = vocab.encode(text)
    nll, unknown, tokens, perplexity = stated(
        r"reaches ([\d.]+) nats per word with ([\d,]+) of ([\d,]+) tokens unknown, a perplexity of ([\d.]+)[;,]"
    )
    score = evaluate_stream(model, ids)
    assert [round(score.nll, 3), len(ids), ids.count(vocab.ids[UNKNOWN])] == [nll, tokens, unknown]
    assert round(math.exp(score.nll), 1) == perplexity
    model, vocab, *_ = load_checkpoint(data_path("tales-chars.pt"))
    assert [round(evaluate_stream(model, vocab.encode(text)).nll, 3)] == stated(
        r"the second ([\d.]+) nats per character"
    )


def test_every_file_of_results_has_its_script_and_its_line():
    results = {path.stem for path in data_path("README.md").parent.glob("runs_*.json")}
    assert results == {path.stem for path in Path(__file__).parent.glob("runs_*.py")}
    assert results == set(re.findall(r"`(runs_\d\d)\.json`", DATASHEET))
