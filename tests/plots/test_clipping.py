"""What the figures about clipping show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def drawn(axis) -> list[list]:
    return [np.asarray(line.get_ydata()).tolist() for line in axis.lines]


def test_cliff():
    ws, bs = np.linspace(4, 5, 5), np.linspace(-2, -1, 4)
    losses = np.linspace(0, 0.4, 20).reshape(4, 5)
    paths = {"by norm": np.array([[4.5, -1.5], [4.4, -1.4]]), "by value": np.array([[4.5, -1.5], [4.6, -1.3]])}
    figure = plots.cliff(ws, bs, losses, paths, leap=np.array([[4.5, -1.5], [7.5, 2.5]]))
    axis = figure.axes[0]
    assert [line.get_xydata().tolist() for line in axis.lines[:2]] == [p.tolist() for p in paths.values()]
    assert {"by norm", "by value", "start", "unclipped: 5.0 long,\nto (7.5, 2.5)"} <= set(words(axis))
    arrow = next(text for text in axis.texts if text.arrow_patch)
    assert arrow.xy == pytest.approx([4.875, -1.0])  # where the straight way to (7.5, 2.5) leaves the map
    assert "From the wall at (4.50, -1.50) the unclipped step is 5.0 long and ends at (7.5, 2.5)" in figure.alt
    assert figure.alt.endswith(
        "clipped by norm ends at (4.40, -1.40); the path clipped by value ends at (4.60, -1.30)."
    )


def test_turned():
    angles = np.array([[40.0, 44.0, 60.0], [10.0, 12.0, 14.0], [0.0, 0.0, 1.0]])
    figure = plots.turned([0.01, 0.1, 1], angles, [0.1, 0.5, 1])
    (axis,) = figure.axes
    assert drawn(axis) == [[44, 12, 0], [60, 14, 1], [0, 0, 0]]
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["0.01\n10% left", "0.1\n50% left", "1\n100% left"]
    assert axis.get_title(loc="left") == "Clipping by value turns the gradient by up to 60 degrees"
    assert "3 gradients: medians in degrees 44 at 0.01, 12 at 0.1, 0 at 1; the largest is 60." in figure.alt


def test_loss_by_rate():
    ends = {
        "raw": np.array([[2.5, 2.6], [2.4, 2.4], [20.0, 30.0]]),
        "by norm": np.array([[2.7, 2.7], [2.5, 2.5], [2.6, 2.8]]),
        "by value": np.array([[2.7, 2.7], [2.5, 2.7], [2.8, 2.8]]),
    }
    figure = plots.loss_by_rate([0.1, 0.2, 1], ends, level=3.0)
    (axis,) = figure.axes
    assert np.allclose(drawn(axis)[:3], [[2.55, 2.4, 25], [2.7, 2.5, 2.7], [2.7, 2.6, 2.8]])
    assert drawn(axis)[3] == [2.5, 2.6, 2.4, 2.4, 20, 30]
    assert words(axis) == ["letter frequencies, 3.00", "raw:\n25.0 ↑", "raw", "by norm", "by value"]
    assert "median of 2 seeds, in nats: raw 2.40 at its best rate 0.2, 25.00 at 1" in figure.alt
    assert figure.alt.endswith("by value 2.60 at its best rate 0.2, 2.80 at 1.")


def test_loss_by_delay():
    ends = {
        "raw": np.array([[0.0, 0.0], [0.7, 1.3]]),
        "clipped": np.array([[0.0, 0.0], [0.0, 0.02]]),
        "small": np.array([[0.0, 0.4], [1.4, 1.4]]),
    }
    figure = plots.loss_by_delay([5, 10], ends, chance=1.386)
    (axis,) = figure.axes
    assert drawn(axis)[:3] == [[0, 1], [0, 0.01], [0.2, 1.4]]
    assert words(axis) == ["raw", "clipped", "small", "knowing nothing, 1.386"]
    assert "How many of the 2 end below 0.1 nats: raw: 2 at 5, 0 at 10; clipped: 2 at 5, 2 at 10; small" in figure.alt
    assert figure.alt.endswith("small: 1 at 5, 0 at 10. Knowing nothing costs 1.386.")
