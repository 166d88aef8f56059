from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import STOP, STOP_ID, UNKNOWN, UnknownCharacterError, Vocab
from lessons_pkg.tokenizer import LEVELS, tokenizer
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


@pytest.mark.parametrize("wrong", [-1, -100, 3])  # -100 marks padding in targets
def test_an_id_that_no_token_has_is_refused(wrong):
    with pytest.raises(ValueError, match=rf"Vocab\.decode: got the id {wrong}; it needs ids from 0 to 2"):
        Vocab("ab").decode([1, wrong])


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


small_texts = st.text(alphabet="ab c,\n", max_size=40)
levels = st.sampled_from(sorted(LEVELS))


@given(small_texts, small_texts, levels, st.integers(1, 4), st.none() | st.integers(3, 7))
def test_a_vocabulary_of_a_text_holds_its_most_frequent_tokens(text, other, level, min_count, max_size):
    vocab = Vocab.from_text(text, level=level, min_count=min_count, max_size=max_size)
    counts = Counter(tokenizer(level).split(text))
    assert vocab.tokens[0] == STOP
    assert vocab.tokens[1:] == sorted(vocab.tokens[1:])
    assert UNKNOWN in vocab.ids
    assert vocab.reads_text
    assert len(vocab) <= (max_size or len(vocab))
    own = set(vocab.tokens) - {STOP, UNKNOWN}
    left_out = counts.keys() - own - {STOP, UNKNOWN}
    assert all(counts[token] >= min_count for token in own)
    full = max_size is not None and len(vocab) == max_size
    for token in left_out:
        better = all((-counts[kept], kept) < (-counts[token], token) for kept in own)
        assert counts[token] < min_count or (full and better)
    ids = vocab.encode(other)
    assert [i == vocab.ids[UNKNOWN] for i in ids] == [t not in {*own, STOP} for t in tokenizer(level).split(other)]


@given(small_texts, levels)
def test_text_of_known_tokens_comes_back(text, level):
    vocab = Vocab.from_text(text, level=level)
    split, join = tokenizer(level)
    assert vocab.decode(vocab.encode(text)) == join(split(text))
    assert vocab.unknown(text) == []
    assert Vocab(vocab.tokens, level=level).ids == vocab.ids


def test_the_ids_of_a_text_of_words():
    vocab = Vocab.from_text("the cat saw the dog .\n", level="word")
    assert vocab.tokens == ["\n", ".", UNKNOWN, "cat", "dog", "saw", "the"]
    assert vocab.encode("The cat saw\n") == [2, 3, 5, 0]
    assert vocab.decode([6, 3, 1, 0]) == "the cat.\n"
    assert vocab.decode(vocab.encode("The cat")) == "<unk> cat"
    assert vocab.unknown("the bat saw a cat") == ["a", "bat"]


def test_rare_tokens_become_unknown():
    text = "a a a b b c"
    assert set(Vocab.from_text(text, min_count=2).tokens) == {STOP, UNKNOWN, "a", "b"}
    assert set(Vocab.from_text(text, max_size=3).tokens) == {STOP, UNKNOWN, "a"}
    assert set(Vocab.from_text("c b a", max_size=4).tokens) == {STOP, UNKNOWN, "a", "b"}
    assert set(Vocab.from_text(text, min_count=9).tokens) == {STOP, UNKNOWN}
    marked = Vocab.from_text(f"{UNKNOWN} a a {UNKNOWN} {UNKNOWN}", level="token", max_size=3)
    assert set(marked.tokens) == {STOP, UNKNOWN, "a"}


def test_only_a_vocabulary_with_the_unknown_token_reads_any_text():
    assert not Vocab.from_names(["anna"]).reads_text
    words = Vocab(["a", "b"], level="word")
    assert not words.reads_text
    with pytest.raises(UnknownCharacterError, match=r"'a c' holds \['c'\], .* it knows '3 others'"):
        words.encode("a c")


def test_what_a_vocabulary_looks_like():
    assert repr(Vocab("ab")) == r"Vocab(3 tokens: '\nab')"
    assert repr(Vocab.from_text("a b", level="word")) == "Vocab(4 tokens, level 'word')"
    assert repr(Vocab.from_text("ab", level="char")) == "Vocab(4 tokens, level 'char')"


@pytest.mark.parametrize("wrong", [{"min_count": 0}, {"max_size": 2}, {"max_size": 0}, {"min_count": -1}])
def test_an_impossible_size_is_refused(wrong):
    with pytest.raises(ValueError, match=r"Vocab.from_text: got min_count -?\d and max_size .*; they must be at least"):
        Vocab.from_text("a b", **wrong)


def test_a_level_that_is_none_is_refused():
    for make in (lambda: Vocab("ab", level="letter"), lambda: Vocab.from_text("ab", level="letter")):
        with pytest.raises(ValueError, match="tokenizer: got level 'letter'"):
            make()
