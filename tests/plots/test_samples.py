"""What the figures about samples show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def test_counts_against_exact():
    figure = plots.counts_against_exact(["al", "bo"], np.log([0.1, 0.05]), [104, 20], 1000)
    expected, seen = figure.axes[0].lines
    assert expected.get_xdata() == pytest.approx([100, 50])
    assert list(seen.get_xdata()) == [104, 20]
    assert "Of 1,000 samples 104 are al, expected 100.0. 1 of 2 names lie" in figure.alt
    assert figure.axes[0].get_title(loc="left").startswith("1 of 2")


def test_novelty_quality():
    dials = {"hot": [(0.5, 0.6, 0.01, 2.0, 0.02), (1.0, 0.9, 0.01, 2.5, 0.03)], "cut": [(0.9, 0.8, 0.01, 2.3, 0.02)]}
    figure = plots.novelty_quality(dials, real=2.4, real_error=0.01)
    axis = figure.axes[0]
    drawn = [container[0].get_xydata().tolist() for container in axis.containers]
    assert drawn == [[[0.6, 2.0], [0.9, 2.5]], [[0.8, 2.3]]]
    bars = axis.containers[0][2][1].get_segments()[0]  # of the first point, upright
    assert bars[:, 1] == pytest.approx([2 - 1.96 * 0.02, 2 + 1.96 * 0.02])
    assert "hot 0.5: 60% new, 2.00 nats; hot 1: 90% new, 2.50 nats" in figure.alt
    assert "100% new, 2.40 nats" in figure.alt


def test_novelty_quality_refuses_a_dial_that_it_would_not_draw():
    dials = {label: [(0.5, 0.6, 0.01, 2.0, 0.02)] for label in ("hot", "cut", "min-p")}
    with pytest.raises(ValueError, match="novelty_quality: got 3 dials, hot, cut, min-p; it has room for 2"):
        plots.novelty_quality(dials, real=2.4, real_error=0.01)


def test_lengths():
    figure = plots.lengths([0.5, 1.0, 2.0], [5.0, 6.0, 8.2], [0.1, 0.1, 0.2], 6.4)
    assert figure.axes[0].containers[0][0].get_ydata().tolist() == [5.0, 6.0, 8.2]
    assert "5.00 letters at temperature 0.5, 8.20 at 2; the training names have 6.40" in figure.alt
    assert "5.0 letters become 8.2" in figure.axes[0].get_title(loc="left")


def test_origin_mix():
    real, mixes = [0.5, 0.2, 0.3], {"T = 1": [0.5, 0.2, 0.3], "T = 2": [0.2, 0.4, 0.4]}
    figure = plots.origin_mix(["x", "y", "z"], real, mixes)
    same, other = figure.axes
    assert [label.get_text() for label in same.get_yticklabels()] == ["y", "z", "x"]
    assert other.lines[0].get_xdata().tolist() == [0.2, 0.3, 0.5]
    assert other.lines[1].get_xdata().tolist() == [0.4, 0.4, 0.2]
    assert same.get_title(loc="left") == "T = 1: 0% off"
    assert (
        "T = 2, 30% of the names would have to change origin, and the largest excess is y with 40% for 20%"
        in figure.alt
    )
