"""What the figures about windows and pieces show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def test_times_seen():
    figure = plots.times_seen({4: [0, 1, 1, 1, 1, 0], 1: [0, 1, 2, 2, 1, 0]}, bptt=4)
    heights = [[bar.get_height() for bar in axis.patches] for axis in figure.axes]
    assert heights == [[0, 1, 1, 1, 1, 0], [0, 1, 2, 2, 1, 0]]
    assert [axis.lines[0].get_xdata().tolist() for axis in figure.axes] == [[0, 5], [0, 5]]
    assert "each of 6 tokens is a target, in windows of 4" in figure.alt
    assert "stride 1: at most 2 times, 6 in all, 2 tokens never" in figure.alt


def test_merge_rounds():
    figure = plots.merge_rounds(["ab", "b"], [("", [["a", "b", "·"], ["b", "·"]]), ("b + ·", [["a", "b·"], ["b·"]])])
    axis = figure.axes[0]
    words = [text.get_text() for text in axis.texts]
    assert words == ["ab", "b", "letters", "a", "b", "·", "b", "·", "b + ·", "a", "b·", "b·"]
    assert axis.get_title(loc="left") == "1 merges turn 5 symbols into 3"
    assert "At first: a b ·, b ·. b + ·: a b·, b·." in figure.alt


def test_tokens_per_word():
    lengths = {"old": [4.0, 2.0, 1.0], "new": [4.1, 2.2, 1.1], "unseen": [6.0, 4.0, 3.0]}
    figure = plots.tokens_per_word([0, 25, 100], lengths)
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines[:3]] == list(lengths.values())
    assert figure.axes[0].get_title(loc="left") == "100 merges: 1.00 symbols a word, 3.0 an unseen one"
    assert "from 0 to 100 merges: old from 4.00 to 1.00; new from 4.10 to 1.10; unseen from 6.00 to 3.00" in figure.alt


def test_bits_by_pieces():
    bits = [[2.1, 2.2], [1.9, 1.8]]
    figure = plots.bits_by_pieces(["letters", "100\nmerges"], bits, [2000, 1000])
    mean, *seeds = figure.axes[0].lines
    assert mean.get_ydata() == pytest.approx(np.mean(bits, axis=1))
    assert [list(line.get_ydata()) for line in seeds] == bits
    assert figure.axes[0].get_title(loc="left").endswith("best with 100 merges")
    assert "2 seeds: letters 2.15 (2.10 to 2.20), 2,000 tokens; 100 merges 1.85 (1.80 to 1.90)" in figure.alt
