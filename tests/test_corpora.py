import hashlib
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import Split, data_path, load_names, load_records, read_names, read_text, split_names
from lessons_pkg.corpora import hold_out_spellable

words = st.text("abc", max_size=4)


@given(st.lists(words, min_size=4).filter(lambda names: len(set(names)) > 3), st.randoms(use_true_random=False))
def test_a_split_leaks_nothing_loses_nothing_and_ignores_the_order(names, random):
    split = split_names(names, validation=0.2, test=0.2)
    train, validation, test = map(set, split)
    assert train.isdisjoint(validation | test)
    assert validation.isdisjoint(test)
    assert Counter(chain.from_iterable(split)) == Counter(names)
    shuffled = random.sample(names, len(names))
    assert split_names(shuffled, validation=0.2, test=0.2) == split


@given(st.sets(words, min_size=8), st.integers(1, 5))
def test_repeats_of_a_name_go_to_one_part_and_do_not_move_the_border(names, repeats):
    names = sorted(names)
    assert [list(dict.fromkeys(part)) for part in split_names(names * repeats)] == list(split_names(names))


@given(st.sets(st.text("abcdef", min_size=1), min_size=10), st.sampled_from([(0, 0), (0.1, 0), (0, 0.3), (0.25, 0.5)]))
def test_the_parts_have_the_sizes_asked_for(names, shares):
    validation, test = shares
    split = split_names(names, validation=validation, test=test)
    assert len(split.validation) == (max(1, round(len(names) * validation)) if validation else 0)
    assert len(split.test) == (max(1, round(len(names) * test)) if test else 0)


def test_the_order_of_a_part_is_not_the_alphabet():
    train = load_names().train
    assert train != sorted(train)
    assert len({name[0] for name in train[:60]}) > 10


def test_the_course_split_is_the_same_everywhere():
    split = load_names()
    digest = hashlib.sha256("|".join(" ".join(part) for part in split).encode()).hexdigest()
    # Every figure of the book hangs on this split: whoever changes names.csv trains and measures everything anew.
    assert [len(part) for part in split] == [12648, 1581, 1581]
    assert digest == "5b25313278b883a744a9188a256148c0c7ed8b13c97118609d34f9c71621b168"


def test_the_course_split_holds_every_record_once():
    assert sorted(chain.from_iterable(load_names())) == [record.name for record in load_records()]


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0.1), (0.1, -0.1), (0.5, 0.5), (1, 0), (0, 1.5)])
def test_impossible_shares_are_refused(validation, test):
    with pytest.raises(ValueError, match="split_names: shares"):
        split_names(["a", "b", "c"], validation=validation, test=test)


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"], ["a", "b"] * 3])
def test_too_few_distinct_names_are_refused(names):
    with pytest.raises(ValueError, match=f"split_names: got {len(set(names))} distinct names; it needs at least 3"):
        split_names(names)


def test_data_path_says_what_there_is():
    assert data_path("names.csv").is_file()
    with pytest.raises(ValueError, match=r"data_path: no file 'nomes.csv'; there are \[.*'names.csv'"):
        data_path("nomes.csv")


def test_read_names_drops_blanks_and_keeps_repeats(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeffzoë\r\n\r\n  Ann Marie \n\t\nzoë".encode())
    assert read_names(path) == read_names(str(path)) == ["zoë", "Ann Marie", "zoë"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"anna\0ben", r"binary \(byte 4 is zero\)"),
        ("anna".encode("utf-16"), "binary"),
        ("anna\nzo\xeb\n".encode("latin-1"), r"not UTF-8 \(byte 7 is 0xeb\); save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, message):
    path = tmp_path / "names.txt"
    path.write_bytes(content)
    for read in (read_text, read_names):
        with pytest.raises(ValueError, match=f"read_text: .*names.txt' (is|looks)? ?{message}"):
            read(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"read_text: .*none\.txt' does not exist"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(ValueError, match=r"read_text: .* is a folder; it needs a text file"):
        read_text(tmp_path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "names.txt").write_text("anna")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ValueError, match=r"cannot read .*names\.txt': Permission denied"):
        read_text(tmp_path / "names.txt")


def test_another_name_is_held_out_if_none_can_be_spelt():
    stuck = Split(["anna", "nan"], ["zoe"], [])
    assert hold_out_spellable(stuck) == Split(["nan", "zoe"], ["anna"], [])
    for fine in (Split(["anna", "nan"], ["zoe", "ann"], []), Split(["ab"], ["cd"], [])):
        assert hold_out_spellable(fine) == fine
