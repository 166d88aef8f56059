"""What the figures about the recurrent network show is what they were given, and their text says it."""

import numpy as np

from lessons_pkg import plots


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_weights_by_context():
    figure = plots.weights_by_context([1, 2, 3, 4], [10, 20, 30, 40], [27, 729, 19683, 531441], 25, hidden_size=4)
    (axis,) = figure.axes
    table, window, recurrent = axis.lines
    assert window.get_ydata().tolist() == [10, 20, 30, 40]
    assert table.get_ydata().tolist() == [27, 729, 19683, 531441]
    assert recurrent.get_ydata().tolist() == [25] * 4
    assert axis.get_yscale() == "log"
    for said in ("1 to 4 letters back", "from 10 to 40", "has 25 at any length", "27 rows for 1 and 531,441 for 4"):
        assert said in figure.alt


def test_feedings():
    figure = plots.feedings(["m", "a", "\n"], ["", "a", "n"], [2.0, 1.0, 0.5], [2.0, 4.0, 3.0], finding="Lost")
    (axis,) = figure.axes
    forced, own = axis.lines
    assert forced.get_ydata().tolist() == [2, 1, 0.5]
    assert own.get_ydata().tolist() == [2, 4, 3]
    assert [mark.get_text() for mark in axis.get_xticklabels()] == ["m\n-\n-", "a\nm\na", "end\na\nn"]
    assert axis.get_title(loc="left") == "Lost"
    assert "m 2.0 and 2.0, a 1.0 and 4.0, end 0.5 and 3.0" in figure.alt
    assert "with the name fed 3.5 in all, with its own letters fed 9.0" in figure.alt


def test_padded():
    inputs = [["\n", "\n"], ["a", "n"], ["\n", "a"]]
    targets = [["a", "n"], ["\n", "a"], ["\n", "\n"]]
    mask = np.array([[True, True], [True, True], [False, True]])
    figure = plots.padded(inputs, targets, mask)
    left, right = figure.axes
    assert words(left) == ["end", "end", "a", "n", "pad", "a"]
    assert words(right) == ["a", "n", "end", "a", "pad", "end"]
    assert np.array_equal(left.images[0].get_array(), mask)
    assert figure.get_suptitle().startswith("5 of 6 places")
    assert "a 2, na 3; 1 of 6 places are padding" in figure.alt
