"""What the figures about training show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> str:
    return " ".join(text.get_text() for text in axis.texts)


def test_by_heart():
    figure = plots.by_heart([3.0, 1.0, 0.5], {"too high": [3.0, 2.0, 1.5], "too low": [3.0, 0.4, 0.1]}, floor=0.45)
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines[:3]] == [[3, 1, 0.5], [3, 2, 1.5], [3, 0.4, 0.1]]
    assert axis.lines[3].get_ydata()[0] == 0.45
    assert len({line.get_linestyle() for line in axis.lines[:3]}) == 3
    assert {"right: 0.500", "too high: 1.500", "too low: 0.100"} <= {text.get_text() for text in axis.texts}
    assert (
        "over 3 steps from 3.00. At the end: right 0.500, too high 1.500, too low 0.100. The floor is 0.45"
        in figure.alt
    )


def test_smoothing():
    figure = plots.smoothing([2.0, 3.0, 2.5, 2.6], [0.1, 1.0, 2.35, 2.5], [2.0, 2.5, 2.4, 2.5])
    (axis,) = figure.axes
    raw, corrected, dots = axis.lines
    assert raw.get_ydata().tolist() == [0.1, 1.0, 2.35, 2.5]
    assert corrected.get_ydata().tolist() == [2.0, 2.5, 2.4, 2.5]
    assert dots.get_xdata().tolist() == [1, 2, 3, 4]
    assert axis.get_title(loc="left") == "A mean from 0 is off by over 0.1 for 2 names"
    assert (
        "begins at 2.00 and ends at 2.50. The other begins at 0.10 and comes within 0.1 of it after 3 names"
        in figure.alt
    )


def test_rate_sweep():
    sweeps = {"SGD": {0.01: [2.8, 2.7], 0.1: [2.6, 2.7]}, "Adam": {0.01: [2.5, 2.6], 0.1: [2.9, 3.3]}}
    figure = plots.rate_sweep(sweeps)
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata() == pytest.approx([2.75, 2.65])
    assert axis.lines[1].get_ydata() == pytest.approx([2.55, 3.1])
    assert [list(line.get_ydata()) for line in axis.lines[2:]] == [[2.8, 2.7], [2.6, 2.7], [2.5, 2.6], [2.9, 3.3]]
    assert words(axis) == "SGD Adam"
    assert axis.get_title(loc="left").endswith("within 0.10 nats")
    assert "2 seeds a point" in figure.alt
    assert "SGD 2.650 at 0.1; Adam 2.550 at 0.01." in figure.alt


def test_rate_sweep_says_only_what_is_seen():
    inside = {0.1: [3.0], 0.2: [2.0], 0.3: [2.5]}
    assert "each curve falls, then rises" in plots.rate_sweep({"SGD": inside, "Adam": inside}).alt
    assert "falls, then rises" not in plots.rate_sweep({"SGD": inside, "Adam": {0.1: [2.0], 0.2: [3.0]}}).alt


def test_length_of_names():
    figure = plots.length_of_names({"mean": [5.0, 5.2], "sum": [6.0, 6.2]}, truth=6.1, error=0.03)
    (axis,) = figure.axes
    pairs = [line for line in axis.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 0.8]
    assert [line.get_xdata().tolist() for line in pairs] == [[5.0, 6.0], [5.2, 6.2]]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["mean", "sum"]
    assert axis.get_title(loc="left") == "One of these ways makes names shorter by 1.0 letters"
    assert "mean of 2 seeds: mean 5.10; sum 6.10. Training names have 6.10." in figure.alt


def test_against_clock():
    runs = {"slow": [(0.0, 0, 3.3), (1.0, 10, 2.8), (60.0, 600, 2.5)], "fast": [(0.0, 0, 3.3), (2.0, 90, 2.3)]}
    figure = plots.against_clock(runs, {"order 2": 2.6, "order 6": 2.2})
    (axis,) = figure.axes
    assert axis.lines[0].get_xydata().tolist() == [[1.0, 2.8], [60.0, 2.5]]
    assert axis.lines[1].get_xydata().tolist() == [[2.0, 2.3]]
    assert [line.get_ydata()[0] for line in axis.lines[2:]] == [2.6, 2.2]
    assert {"slow", "fast", "order 2: 2.600", "order 6: 2.200"} == {text.get_text() for text in axis.texts}
    assert figure.get_suptitle() == "From 2.50 to 2.30 nats in the same minute"
    assert "slow 2.500; fast 2.300. Counting models as lines across: order 2 2.600; order 6 2.200." in figure.alt
    assert axis.get_ylim()[0] < np.min([2.2])
