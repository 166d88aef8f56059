import json
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import apply_merges, join_pieces, learn_merges
from lessons_pkg.subwords import END, merge

words = st.text(alphabet="abc", min_size=1, max_size=6)
texts = st.lists(words, max_size=12)
counts = st.integers(0, 12)


def test_the_merges_of_a_small_text_found_by_hand():
    # Neighbours, END written as a full stop. ab: 3+2+1 = 6, bc: 2, c.: 2, b.: 3, ba: 1, a.: 1.
    text = ["ab"] * 3 + ["abc"] * 2 + ["aba"]
    first, *rest = learn_merges(text, 3)
    assert first == ("a", "b")
    # Then there are ab. three times, ab c . twice, ab a . once.
    assert rest == [("ab", END), ("ab", "c")]
    merges = [first, *rest]
    assert apply_merges("ab", merges) == [f"ab{END}"]
    assert apply_merges("abc", merges) == ["abc", END]
    assert apply_merges("cab", merges) == ["c", f"ab{END}"]
    assert apply_merges("xyz", merges) == ["x", "y", "z", END]


def test_merges_that_were_kept_as_json_spell_alike():
    merges = learn_merges(["ab"] * 3 + ["abc"] * 2 + ["aba"], 3)
    kept = json.loads(json.dumps(merges))
    assert apply_merges("abab", kept) == apply_merges("abab", merges) != [*"abab", END]


def test_of_equally_frequent_pairs_the_first_in_sorted_order_wins():
    assert learn_merges(["ba", "ab"], 1) == [("a", "b")]
    assert learn_merges(["ab", "ba"], 1) == [("a", "b")]


@given(texts, counts, st.randoms(use_true_random=False))
def test_the_merges_depend_on_the_words_alone(text, count, random):
    merges = learn_merges(text, count)
    random.shuffle(text)
    assert learn_merges(iter(text), count) == merges


@given(texts, counts)
def test_each_merge_is_of_the_most_frequent_neighbours(text, count):
    spelt = [[*word, END] for word in text]
    for pair in learn_merges(text, count):
        seen = Counter(two for symbols in spelt for two in pairwise(symbols))
        assert seen[pair] == max(seen.values())
        assert pair == min(two for two in seen if seen[two] == seen[pair])
        spelt = [merge(symbols, pair) for symbols in spelt]


@given(texts, counts, counts)
def test_fewer_merges_are_the_first_of_more(text, few, more):
    merges = learn_merges(text, few + more)
    assert learn_merges(text, few) == merges[:few]
    assert len(merges) == len(set(merges)) <= few + more


@given(texts, counts, texts)
def test_pieces_put_together_are_the_words(text, count, others):
    merges = learn_merges(text, count)
    spelt = [apply_merges(word, merges) for word in others]
    assert join_pieces([piece for pieces in spelt for piece in pieces]) == others


@given(texts)
def test_no_merge_goes_across_words(text):
    for left, right in learn_merges(text, 50):
        assert END not in left
        assert END not in right[:-1]
        assert any(left + right in word + END for word in text)


@given(texts)
def test_merging_ends_when_every_word_is_one_symbol(text):
    merges = learn_merges(text, 1000)
    assert [apply_merges(word, merges) for word in text] == [[word + END] for word in text]
    assert len(merges) <= sum(len(word) for word in set(text))


@pytest.mark.parametrize(
    ("symbols", "merged"),
    [
        ("", []),
        ("a", ["a"]),
        ("aa", ["aa"]),
        ("aaa", ["aa", "a"]),  # from left to right
        ("aaaa", ["aa", "aa"]),
        ("baab", ["b", "aa", "b"]),
    ],
)
def test_occurrences_are_replaced_from_left_to_right(symbols, merged):
    assert merge(symbols, ("a", "a")) == merged


def test_nothing_to_merge():
    assert learn_merges([], 5) == learn_merges(["ab"], 0) == []
    assert apply_merges("ab", []) == ["a", "b", END]
    assert join_pieces([]) == []


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="learn_merges: got a count of -1; it must be at least 0"):
        learn_merges(["ab"], -1)
