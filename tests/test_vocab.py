from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import STOP, STOP_ID, UnknownCharacterError, Vocab
from lessons_pkg.vocab import split_known


@given(st.text(min_size=1).filter(lambda text: set(text) != {STOP}))
def test_decoding_what_was_encoded_gives_it_back(text):
    vocab = Vocab(text)
    ids = vocab.encode(text)
    assert vocab.decode(ids) == text
    assert len(ids) == len(text)
    assert all(0 <= i < len(vocab) for i in ids)


@given(st.sets(st.characters(), min_size=1).filter(lambda tokens: tokens != {STOP}))
def test_every_id_decodes_to_a_token_with_that_id(tokens):
    vocab = Vocab(tokens)
    assert set(vocab.tokens) == tokens | {STOP}
    assert [vocab.ids[vocab.decode([i])] for i in range(len(vocab))] == list(range(len(vocab)))


def test_the_order_is_sorted_and_not_that_of_the_text():
    for order in permutations("bca\n"):
        assert Vocab(order).tokens == [STOP, "a", "b", "c"]


def test_the_stop_symbol_is_id_0_even_if_another_character_sorts_before_it():
    vocab = Vocab("\ta")
    assert vocab.encode(STOP) == [STOP_ID] == [0]
    assert vocab.encode("\ta") == [1, 2]


def test_from_names_holds_the_characters_of_all_names():
    assert Vocab.from_names(["ab", "", "ca"]).tokens == [STOP, "a", "b", "c"]


@pytest.mark.parametrize("tokens", [[], "", "\n", ["\n", "\n"]])
def test_a_vocabulary_of_nothing_is_refused(tokens):
    with pytest.raises(ValueError, match="Vocab: got no tokens"):
        Vocab(tokens)


def test_unknown_characters_are_named():
    vocab = Vocab("abc")
    assert vocab.unknown("zebra!") == ["!", "e", "r", "z"]
    assert vocab.unknown("cab") == []
    with pytest.raises(UnknownCharacterError, match=r"'zebra' holds \['e', 'r', 'z'\].*knows 'abc'"):
        vocab.encode("zebra")


def test_the_error_of_an_unknown_character_is_a_value_error():
    assert issubclass(UnknownCharacterError, ValueError)


def test_split_known_counts_names_and_not_occurrences():
    known, skipped, missing = split_known(Vocab("abn"), ["anna", "ada", "édda", "ban", "dd"])
    assert known == ["anna", "ban"]
    assert skipped == ["ada", "édda", "dd"]
    assert missing == Counter({"d": 3, "é": 1})
