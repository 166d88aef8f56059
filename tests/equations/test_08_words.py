"""Each numbered equation of chapter 08, on numbers of its own; the label is in the test's name."""

import itertools
import math
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import STOP, UNKNOWN, NGram, Vocab, Windows, apply_merges, bits_per_char, learn_merges, perplexity
from lessons_pkg import tokenizer as package
from tests.chapter import functions

RULES = re.compile(package.WORD.pattern)
BEFORE, AFTER = package.NO_SPACE_BEFORE, package.NO_SPACE_AFTER
CHAPTER = functions(
    "08_words",
    **{"re": re, "np": np, "torch": torch, "Counter": Counter, "pairwise": pairwise, "STOP": STOP, "UNKNOWN": UNKNOWN},
    **{"RULES": RULES, "BEFORE": BEFORE, "AFTER": AFTER, "piece": {"a": 0.3, "b": 0.2, "ab": 0.4, "ba": 0.1}},
    TextWindows=lambda ids, bptt, stride: Windows(torch.tensor(list(ids)), bptt, stride=stride),
)
texts = st.text(alphabet="ab '-,.\"\n1", max_size=30)


@given(st.lists(st.floats(0.01, 8), min_size=1, max_size=20), st.integers(1, 100))
def test_eq_bits_per_char(nats, chars):
    N, mean = len(nats), float(np.mean(nats))
    whole_text = sum(nats) / math.log(2)  # bits
    assert bits_per_char(mean, tokens=N, chars=chars) == pytest.approx(whole_text / chars)
    assert N / chars * math.log2(perplexity(mean)) == pytest.approx(whole_text / chars)


def test_eq_bits_per_char_with_the_numbers_of_the_chapter():
    assert bits_per_char(math.log(100), tokens=1000, chars=5600) == pytest.approx(1.1864, abs=5e-5)


def test_eq_spelt():
    letters = Vocab("ab")
    speller = NGram(2, len(letters)).fit([letters.encode(word) for word in ("ab", "ba", "bb", "a")])
    spelt = {}
    for length in range(12):
        for word in map("".join, itertools.product("ab", repeat=length)):
            spelt[word] = math.exp(-speller.token_nll(letters.encode(word)).sum())
    assert sum(spelt.values()) == pytest.approx(1, abs=1e-2)
    unknown, listed = 0.3, {"ab", "a"}  # P(<unk>), and the words that have an id
    outside = 1 - sum(spelt[word] for word in listed)
    for word in spelt.keys() - listed:
        assert unknown * spelt[word] / outside >= unknown * spelt[word]  # a speller that knows the list wastes nothing


@given(st.integers(1, 12), st.integers(1, 12), st.integers(2, 60))
def test_eq_window_count(T, S, N):
    starts = [start for start in range(0, N, S) if start + T + 1 <= N]
    if starts:
        assert len(starts) == (N - 1 - T) // S + 1 == len(Windows(torch.arange(N), T, stride=S))
    else:
        with pytest.raises(ValueError, match="Windows"):
            Windows(torch.arange(N), T, stride=S)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(10, 40))
def test_eq_times_seen(T, S, N):
    n = (N - 1 - T) // S + 1
    counted = [sum(i * S < p <= i * S + T for i in range(n)) for p in range(N)]
    assert CHAPTER.times_seen(N, T, S).tolist() == counted
    assert sum(counted) == n * T
    if T % S == 0:
        assert set(counted[T : (n - 1) * S + 1]) <= {T // S}  # the middle


@given(st.text(alphabet="ab", max_size=6))
def test_eq_segmentations(text):
    piece = {"a": 0.3, "b": 0.2, "ab": 0.4, "ba": 0.1}
    ways = [
        math.prod(piece[part] for part in parts)
        for count in range(len(text) + 1)
        for parts in itertools.product(piece, repeat=count)
        if "".join(parts) == text
    ]
    assert CHAPTER.total(text) == pytest.approx(sum(ways))
    assert all(CHAPTER.total(text) >= p * (1 - 1e-12) for p in ways)


@given(texts)
def test_the_chapter_cuts_and_glues_as_the_package_does(text):
    assert CHAPTER.cut(text) == package.split_words(text)
    assert CHAPTER.glue(CHAPTER.cut(text)) == package.join_words(package.split_words(text))


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=5), min_size=1, max_size=6), st.integers(0, 8))
def test_the_chapter_merges_as_the_package_does(words, count):
    merges = learn_merges(words, count)
    assert CHAPTER.merges_of(words, count) == merges
    for word in words:
        symbols = [*word, "·"]
        for pair in merges:
            symbols = CHAPTER.join_pair(symbols, pair)
        assert symbols == apply_merges(word, merges)


@given(st.lists(st.sampled_from(["b", "a", "c", STOP, UNKNOWN]), min_size=1), st.integers(1, 3))
def test_the_chapter_lists_words_as_the_package_does(tokens, least):
    assert CHAPTER.vocabulary(tokens, least) == Vocab.from_text(" ".join(tokens), min_count=least).tokens
