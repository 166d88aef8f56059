"""What the figures about choosing show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> str:
    return " ".join(text.get_text() for text in axis.texts)


def test_search_trials():
    figure = plots.search_trials([0.1, 0.01, 0.001], [2.0, 1.8, 3.0], {1: [1.9, 2.0], 0: [2.0, 2.2]})
    left, right = figure.axes
    assert left.lines[0].get_xydata().tolist() == [[0.1, 2.0], [0.01, 1.8], [0.001, 3.0]]
    assert left.lines[1].get_xydata().tolist() == [[0.01, 1.8], [0.1, 2.0]]
    assert right.lines[0].get_ydata() == [1.8]
    assert right.lines[1].get_ydata() == pytest.approx([1.9, 2.0])
    assert figure.get_suptitle() == "Rank 1 was lucky: with fresh seeds it is 0.15 nats worse"
    assert "3 trials, from 1.800 to 3.000" in figure.alt
    assert "best 2, with 2 fresh seeds each: 1.800 in the search, 1.950 again; 2.000 in the search, 2.100" in figure.alt


def test_best_of():
    wide, narrow = [3.0, 2.5, 2.0, 1.9], [2.2, 2.0, 1.9, 1.9]
    figure = plots.best_of({"all": wide, "some": narrow}, ceiling=2.8)
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines] == [[2.8, 2.5, 2.0, 1.9], narrow]
    assert axis.get_title(loc="left") == "One trial of the narrow search is worth 3 of the wide one"
    assert "all: 3.000 for 1, 2.500 for 2, 1.900 for 4; some: 2.200 for 1" in figure.alt
    assert "needs 3 trials" in figure.alt


def test_optimism():
    by_count, by_text = {2: [0.1, 0.05], 4: [0.2, 0.1]}, {100: [0.2, 0.1], 400: [0.16, 0.14]}
    figure = plots.optimism(by_count, by_text, theory=[0.11, 0.21])
    left, right = figure.axes
    seen, kept, _, theory = left.lines
    assert theory.get_ydata() == pytest.approx([0.11, 0.21])
    assert seen.get_ydata() == pytest.approx([0.1, 0.2])
    assert kept.get_ydata() == pytest.approx([0.05, 0.1])
    assert right.lines[1].get_xydata().tolist() == [[100, 0.1], [400, 0.14]]
    assert figure.get_suptitle() == "Chosen by 100 characters, 50% of the lead is real"
    assert "Best of 4: seen 0.200, kept 0.100, theory 0.210" in figure.alt
    assert "100: seen 0.200, kept 0.100; 400: seen 0.160, kept 0.140." in figure.alt


def test_tale_by_tale():
    first, second = np.array([2.0, 1.5, 1.8]), np.array([1.9, 1.6, 1.7])
    figure = plots.tale_by_tale(first, second, ["before", "after"], mean=0.05, error=0.01)
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata().tolist() == [1.5, 1.8, 2.0]
    assert axis.lines[1].get_ydata().tolist() == [1.6, 1.7, 1.9]
    assert words(axis) == "before after"
    assert axis.get_title(loc="left") == "Better on 2 of 3 tales: by 0.050 nats, give or take 0.010 by tale"
    assert "after: from 1.60 to 1.90, lower on 2." in figure.alt
