"""What the figures about hidden states show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots

BEFORE = {
    "a rotation": np.array([[0.8, 0.7, 0.6, 0.5], [0.9, 0.8, 0.5, 0.5]]),
    "evenly": np.array([[1.0, 0.9, 0.5, 0.4]]),
}
AFTER = np.array([[0.95, 0.5, 0.3, 0.2], [0.93, 0.6, 0.2, 0.2]])
FAVOURITE = [0.2, 0.1, 0.15, 0.15]


def test_state_map():
    states = np.array([[0.0, 0.1, 0.2], [-1.0, 0.95, 0.3], [0.5, -0.95, 0.4]])
    figure = plots.state_map(["", "a", "n"], states, {"vowel?": 1, "place": 2}, finding="One follows")
    top, below = figure.axes
    assert np.array_equal(below.images[0].get_array(), states.T)
    assert np.array_equal(top.images[0].get_array(), states.T[[1, 2]])
    assert [t.get_text() for t in top.texts] == ["0.1", "0.9", "-0.9", "0.2", "0.3", "0.4"]
    assert [t.get_text() for t in top.get_yticklabels()] == ["vowel?\n(unit 1)", "place\n(unit 2)"]
    assert [t.get_text() for t in below.get_xticklabels()] == ["start", "a", "n"]
    assert figure.alt.startswith("One follows. The 3 numbers of the state after each letter of an")
    assert "place (unit 2): 0.2, 0.3, 0.4" in figure.alt
    assert "50% of all values lie beyond 0.9" in figure.alt


def test_memory_by_distance():
    figure = plots.memory_by_distance(AFTER, BEFORE, FAVOURITE)
    (axis,) = figure.axes
    drawn = [line.get_ydata().tolist() for line in axis.lines]
    assert drawn == [*BEFORE["a rotation"].tolist(), *BEFORE["evenly"].tolist(), *AFTER.tolist(), FAVOURITE]
    assert "0 to 3 letters ago, means: after training 94%, 55%, 25%, 20%; before, a rotation 85%" in figure.alt
    assert "20% to 15%" in figure.alt


@pytest.mark.parametrize("after", [AFTER + 0.4, AFTER * [[1.0], [0.7]]], ids=["longer memory", "not the same"])
def test_memory_by_distance_refuses_a_title_that_is_not_true(after):
    with pytest.raises(ValueError, match="memory_by_distance"):
        plots.memory_by_distance(after, BEFORE, FAVOURITE)


def test_distance_by_shared():
    bands = np.array([[1.0, 2.0, 3.0], [0.5, 1.0, 2.5]])
    figure = plots.distance_by_shared([0, 1], {"of states": bands, "of guesses": bands / 10}, finding="They near")
    for axis, scale in zip(figure.axes, (1, 10), strict=True):
        assert axis.lines[0].get_ydata() * scale == pytest.approx([2, 1])
        edge = axis.collections[0].get_paths()[0].vertices[:, 1] * scale
        assert (edge.min(), edge.max()) == pytest.approx((0.5, 3))
    assert "of states, median: 2.00, 1.00 (10% and 90% at the last: 0.50, 2.50)" in figure.alt
    assert "of guesses, median: 0.20, 0.10" in figure.alt
