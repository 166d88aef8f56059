"""What the figures about characters as vectors show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots
from lessons_pkg.plots.vectors import spread

TOKENS = ["\n", "a", "b", "c"]


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_number_curve():
    figure = plots.number_curve("abc", [0.1, 0.9, 0.3], [0.2, 0.3, 0.4], overall=0.35)
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata().tolist() == [0.2, 0.3, 0.4]
    assert {t.get_text(): t.get_position() for t in axis.texts if len(t.get_text()) == 1} == {
        "a": (1, 0.1),
        "b": (2, 0.9),
        "c": (3, 0.3),
    }
    for said in ("between 0.10 (a) and 0.90 (b), 0.35 over all", "from 0.20 to 0.40", "wrong on b: 0.30 against 0.90"):
        assert said in figure.alt


def test_matrix_lookup():
    table = np.array([[0.5, 0.0], [1.0, -2.0], [0.3, 4.0], [9.0, 9.0]])
    figure = plots.matrix_lookup("abba", TOKENS, table)
    _, top, left, product = figure.axes
    assert np.array_equal(left.images[0].get_array(), np.eye(4)[[1, 2, 2, 1]])
    assert np.array_equal(top.images[0].get_array(), table)
    assert np.array_equal(product.images[0].get_array(), table[[1, 2, 2, 1]])
    assert words(product) == ["1.0", "-2.0", "0.3", "4.0", "0.3", "4.0", "1.0", "-2.0"]
    assert left.get_xlabel() == "4 x 4: 4 ones, 12 zeros"
    assert figure.alt.endswith("nothing else: a row 1, b row 2, b row 2, a row 1.")


def test_gradient_rows():
    sparse, dense = np.zeros((4, 2)), np.ones((4, 2))
    sparse[1] = 3, 4
    figure = plots.gradient_rows(TOKENS, {"In": sparse, "Out": dense})
    upper, lower = figure.axes
    assert upper.lines[0].get_xydata().tolist() == [[1, 5]]
    assert lower.lines[0].get_xdata().tolist() == [0, 1, 2, 3]
    assert lower.lines[0].get_ydata() == pytest.approx([2**0.5] * 4)
    figure.draw_without_rendering()
    for axis in figure.axes:
        low, high = axis.get_ylim()
        marks = [
            t.get_text() for t, y in zip(axis.get_yticklabels(), axis.get_yticks(), strict=True) if low <= y <= high
        ]
        assert marks == ["1", "10"]
        assert "logarithmic scale" in axis.get_ylabel()
    assert upper.get_title(loc="left") == "In: 1 of 4 rows"
    assert "In: 1 of 4 rows get a gradient (a); Out: 4 of 4 rows get a gradient (every row)." in figure.alt


def test_letter_maps():
    points = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
    figure = plots.letter_maps(TOKENS, {"one": points, "two": 2 * points}, marked="ac", finding="They part")
    one, two = figure.axes
    assert [t.xy for t in two.texts] == [tuple(2 * p) for p in points]
    assert {t.get_position() for t in two.texts} == {(0, 0)}  # none has to move
    assert not two.lines
    assert words(one) == ["end", "a", "b", "c"]
    assert [t.get_text() for t in one.texts if t.get_bbox_patch()] == ["a", "c"]
    assert figure.alt.startswith("They part. Symbols as points in a plane, a, c in circles. ")
    assert "one: mean distance 5.00 among them, 3.50 to the other symbols" in figure.alt


def test_letter_maps_moves_letters_off_one_another_and_marks_their_points():
    points = np.array([[0.0, 0.0], [3.0, 0.0], [3.02, 0.0], [0.0, 4.0]])
    (axis,) = plots.letter_maps(TOKENS, {"one": points}, marked="\nc", finding="Two meet").axes
    end, a, b, c, *lines = axis.texts
    assert end.get_position() == c.get_position() == (0, 0)
    assert a.get_position()[0] < 0 < b.get_position()[0]
    assert [tuple(dot.get_xydata()[0]) for dot in axis.lines] == [a.xy, b.xy] == [line.xy for line in lines]
    assert a.xy == tuple(points[1])


def test_spread_leaves_out_a_point_and_itself():
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert spread(points, points) == 5
    assert spread(points, np.array([[3.0, 0.0]])) == 3.5


def test_gap_histogram():
    gaps = {"left": np.arange(100.0), "right": -np.arange(1000.0)}
    figure = plots.gap_histogram(gaps, {"left": 97.0, "right": -999.0}, group="ab", finding="One gathers")
    left, right = figure.axes
    assert sum(bar.get_height() for bar in left.patches if bar.get_height()) == 100
    assert [line.get_xdata()[0] for line in (left.lines[0], right.lines[0])] == [97, -999]
    assert words(right) == ["ab:\nnumber 1,000\nof 1,000"]
    assert "left: ab is number 3 of 100; right: ab is number 1,000 of 1,000." in figure.alt
