"""What the figures about settings show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> str:
    return " ".join(text.get_text() for text in axis.texts)


def test_one_batch():
    figure = plots.one_batch([4.0, 1.0, *[0.5] * 20], [4.0, 2.0, *[1.5] * 20], floor=0.45, bug="too much noise")
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata().tolist() == [4, 1, *[0.5] * 20]
    assert axis.lines[1].get_ydata().tolist() == [4, 2, *[1.5] * 20]
    assert axis.lines[2].get_ydata()[0] == 0.45
    assert words(axis) == "the floor, 0.450 right: 0.50 too much noise: 1.50"
    assert "over 22 updates, from 4.0. Mean of the last 20: right 0.50, too much noise 1.50. The floor" in figure.alt


def test_range_test():
    rates = np.array([0.001, 0.01, 0.1, 1.0])
    losses = np.array([[4.0, 3.0, 2.0, 5.0], [4.2, 3.0, 2.2, np.nan]])
    figure = plots.range_test(rates, losses, steepest=0.01, lowest=0.1)
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines[:1]] == [[4, 3, 2, 5]]
    assert axis.lines[2].get_ydata() == pytest.approx([4.1, 3.0, 2.1, 5.0])
    assert [line.get_xdata()[0] for line in axis.lines[3:]] == [0.01, 0.1]
    assert axis.get_title(loc="left") == "The loss falls fastest at 0.01 and turns at 0.1"
    assert "2 seeds" in figure.alt
    assert "over 4 updates from 1e-03 to 1. From 4.10 nats" in figure.alt
    assert "is lowest, 2.10, at 0.1" in figure.alt


def test_schedule_sweep():
    sweeps = {"constant": {0.01: [2.0, 2.2], 0.1: [1.9, 1.9]}, "cosine": {0.01: [1.8, 1.8], 0.1: [1.7, 9.0]}}
    figure = plots.schedule_sweep(sweeps, ceiling=2.4)
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata() == pytest.approx([2.1, 1.9])
    assert axis.lines[1].get_ydata() == pytest.approx([1.8, 2.4])  # cut at the ceiling
    assert max(np.max(line.get_ydata()) for line in axis.lines) == 2.4
    assert set(words(axis).split()) == {"constant", "cosine"}
    assert axis.get_title(loc="left") == "At their own best rates they end 0.10 nats apart"
    assert "2 seeds a point. Lowest means: constant 1.900 at 0.1; cosine 1.800 at 0.01." in figure.alt


def test_gaps():
    worse = np.array([[[1, 5.0, 5.2], [2, 4.0, 5.0], [3, 3.0, 5.4]]] * 2)
    better = np.array([[[1, 5.0, 5.2], [2, 4.5, 5.0], [3, 4.0, 4.8]]] * 2)
    figure = plots.gaps({"neither": worse, "a": better, "b": better, "c": better})
    first = figure.axes[0]
    assert [line.get_ydata().tolist() for line in first.lines[:3:2]] == [[5, 4, 3], [5, 4, 3]]
    assert first.lines[-1].get_xydata().tolist() == [[2, 5.0]]
    assert {line.get_linestyle() for line in first.lines[:-1]} == {"-", "--"}
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["neither", "a", "b", "c"]
    assert figure.get_suptitle() == "With neither, the gap grows to 2.4 nats and held-out loss turns up"
    assert "neither: held out lowest 5.00 after 2 epochs, 5.40 at the end, training 3.00" in figure.alt


def test_gaps_says_only_what_is_seen():
    falling = np.array([[[1, 5.0, 5.2], [2, 4.5, 5.0], [3, 4.0, 4.8]]])
    title = plots.gaps(dict.fromkeys("abcd", falling)).get_suptitle()
    assert title == "With a, the gap grows to 0.8 nats"
    assert plots.gaps(dict.fromkeys("abcd", falling), finding="Four ways").get_suptitle() == "Four ways"


def test_size_grid():
    table = {
        1000: {16: np.array([[2.0, 1.9], [2.2, 2.1]]), 64: np.array([[2.6, 1.8], [2.6, 2.0]])},
        9000: {16: np.array([[1.8, 1.8], [1.8, 1.8]]), 64: np.array([[1.5, 1.5], [1.5, 1.5]])},
    }
    figure = plots.size_grid(table)
    left, right = figure.axes
    assert left.lines[0].get_ydata() == pytest.approx([2.1, 2.6])
    assert right.lines[0].get_ydata() == pytest.approx([2.0, 1.9])
    assert words(right) == "1,000 9,000"
    assert figure.get_suptitle() == "On the least text, the largest ends 0.50 nats above the best size"
    assert "At the end: 1,000 characters 2.10 at 16, 2.60 at 64; 9,000 characters 1.80 at 16, 1.50 at 64." in figure.alt
    assert "At the best look: 1,000 characters 2.00 at 16, 1.90 at 64" in figure.alt


def test_size_grid_where_the_largest_is_best():
    table = {1000: {16: np.array([[2.0, 1.9]]), 64: np.array([[1.6, 1.6]])}}
    assert plots.size_grid(table).get_suptitle() == "Even on the least text, the largest is best"
