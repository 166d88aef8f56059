"""The list of names and the checkpoint against their datasheet, data/README.md."""

import json
import math
import re
import shlex
from collections import Counter

import pytest

from lessons_pkg import Vocab, data_path, evaluate_names, load_checkpoint, load_names, load_records
from tests import histories

DATASHEET = data_path("README.md").read_text(encoding="utf-8")
TEXT = " ".join(DATASHEET.split())
RECORDS = load_records()
USAGES = ["feminine", "masculine", "either"]
RESULTS = {"curve", "learned", "drawn"}  # the rest of a history is its settings


def stated(pattern):
    """Return the numbers that the datasheet states in this sentence."""
    (found,) = re.findall(pattern, TEXT)
    return [int(number.replace(",", "")) for number in ([found] if isinstance(found, str) else found)]


def test_the_file_is_what_the_course_asks_for():
    raw = data_path("names.csv").read_bytes()
    assert raw.isascii()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    header, *rows = raw.decode().splitlines()
    assert header == "name,origin,usage"
    assert rows == sorted(rows, key=lambda row: row.split(",")[0])
    assert all(re.fullmatch(r"[a-z]+,[a-z]+,(feminine|masculine|either)", row) for row in rows)
    assert len({row.split(",")[0] for row in rows}) == len(rows) == len(RECORDS) >= 6000


def test_every_origin_has_its_share():
    origins = Counter(record.origin for record in RECORDS)
    assert len(origins) >= 12
    assert min(origins.values()) >= 300
    by_usage = Counter((record.origin, record.usage) for record in RECORDS)
    assert all(by_usage[origin, usage] >= 100 for origin in origins for usage in USAGES[:2])


def test_the_table_counts_the_file():
    rows = re.findall(r"^\| (\w+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", DATASHEET, re.M)
    table = {origin: [int(number.replace(",", "")) for number in numbers] for origin, *numbers in rows}
    counted = {}
    for origin in [*sorted({record.origin for record in RECORDS}), "all"]:
        usages = Counter(record.usage for record in RECORDS if origin in (record.origin, "all"))
        counted[origin] = [usages.total(), *(usages[usage] for usage in USAGES)]
    assert table == counted
    assert [origin for origin, *_ in rows] == list(counted)
    assert "| origin | names | feminine | masculine | either |" in DATASHEET


def test_the_sentences_count_the_file():
    assert stated(r"([\d,]+) distinct given names in (\d+) origins") == [
        len(RECORDS),
        len({record.origin for record in RECORDS}),
    ]
    lengths = [len(record.name) for record in RECORDS]
    assert stated(r"`name`: (\d+) to (\d+) letters, a to z only") == [min(lengths), max(lengths)]
    parts = stated(r"([\d,]+) to train on, ([\d,]+) for validation, ([\d,]+) for the test")
    assert parts == [len(part) for part in load_names()]


@pytest.mark.parametrize("name", ["zoe", "jose"])
def test_the_spellings_given_as_examples_are_in_the_list(name):
    assert f"is `{name}`" in TEXT
    assert name in {record.name for record in RECORDS}


def test_the_checkpoint_was_made_by_the_command_beside_it():
    (command,) = re.findall(r"^python -m lessons_pkg (train .*names\.pt)$", DATASHEET, re.M)
    options = shlex.split(command.replace("--float16", "--float16 yes"))[1:]
    asked = dict(zip(options[::2], options[1::2], strict=True))
    model, vocab, notes, run = load_checkpoint(data_path("names.pt"))
    assert asked == {
        "--cell": model.config.cell,
        "--hidden-size": str(model.config.hidden_size),
        "--epochs": str(notes["config"]["epochs"]),
        "--seed": str(notes["config"]["seed"]),
        "--float16": "yes",
        "--out": "data/names.pt",
    }
    assert run is None
    described = stated(r"A recurrent network of (\d+) GRU units with an embedding of (\d+)")
    assert described == [model.config.hidden_size, model.config.embedding_size]
    assert model.config.layers == 1
    assert len(vocab) == 27


def test_the_checkpoint_scores_what_the_datasheet_says():
    model, vocab, *_ = load_checkpoint(data_path("names.pt"))
    nll = evaluate_names(model, [vocab.encode(name) for name in load_names().test]).nll
    (figure,) = re.findall(r"On the test part it reaches (\d\.\d{3}) nats per character", TEXT)
    assert nll == pytest.approx(float(figure), abs=0.0006)


def test_the_histories_are_small_and_were_made_by_the_command_beside_them():
    file = data_path("histories.json")
    assert file.stat().st_size <= 60_000
    content = json.loads(file.read_text())
    assert f"by `{content['made_by']}`" in TEXT
    assert {
        label: {k: run[k] for k in run.keys() - RESULTS} for label, run in content["runs"].items()
    } == histories.RUNS
    for run in content["runs"].values():
        seconds, read, nats = zip(*run["curve"], strict=True)
        assert list(seconds) == sorted(seconds)
        assert list(read) == sorted(read)
        assert 0 <= seconds[0] < 1
        assert content["seconds"] <= seconds[-1] < content["seconds"] + 2
        assert nats[0] == pytest.approx(math.log(27), abs=0.05)
        assert all(len(words) == histories.DRAWN for words in run["drawn"].values())


@pytest.mark.parametrize("label", ["one at a time", "batched"])
def test_a_history_is_a_training_run(label):
    names = [[1, 2], [1, 2, 3], [2], [3, 1]] * 10
    run = histories.run_numpy(names, names, Vocab("abc"), seconds=0.3, **histories.RUNS[label])
    assert run["curve"][0][1] == 0
    assert run["curve"][-1][1] > 100
    assert run["learned"] == run["curve"][-1][2] < run["curve"][0][2] - 0.3
    assert set(run["drawn"]) == {"0"}
