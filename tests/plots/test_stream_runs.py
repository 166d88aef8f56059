"""The figures of networks trained on one text show what they say."""

import numpy as np
import pytest

from lessons_pkg import plots


def test_fresh_states():
    cold = {"state carried": np.array([[3.0, 2.0, 1.7], [3.2, 2.2, 1.9], [3.1, 2.1, 1.8]])}
    cold["state reset"] = cold["state carried"] - 0.2
    cold = {way: np.hstack([rows, rows[:, -1:] * np.ones((1, 5))]) for way, rows in cold.items()}
    figure = plots.fresh_states(cold, {"state carried": [1.5, 1.7], "state reset": [1.6, 1.6]})
    for axis, rows in zip(figure.axes, cold.values(), strict=True):
        assert [line.get_ydata() for line in axis.lines[:3]] == [pytest.approx(row) for row in rows]
        assert axis.lines[3].get_ydata() == pytest.approx(rows.mean(0))
    assert figure.get_suptitle() == "A fresh state costs 1.30 to 1.50 nats on the first letter"
    assert "Trained with the state carried: 3.10 at place 1, 1.80 at 5, 1.80 at 8; carried 1.60." in figure.alt


def test_truncation():
    keeps = (1, 5, 35, 140)
    cosine = {"untrained": [0.8, 0.9, 0.99, 1.0], "trained": [0.7, 0.9, 0.98, 0.99]}
    error = {"untrained": [0.6, 0.3, 0.05, 0.01], "trained": [0.7, 0.4, 0.16, 0.06]}
    figure = plots.truncation(keeps, cosine, error, noise=3.9)
    for axis, part in zip(figure.axes, (cosine, error), strict=True):
        assert [line.get_ydata() for line in axis.lines[:2]] == [pytest.approx(values) for values in part.values()]
    assert figure.get_suptitle().startswith("A cut every 35 rows is off by 16%")
    assert "trained: 0.70 at 1, 0.16 at 35; one batch 3.9." in figure.alt


def test_echo_threshold():
    echo = {
        "carried": {5: [1.0, 0.9], 6: [1.0, 1.0], 7: [0.0, 0.1], 12: [0.0, 0.0]},
        "reset": {5: [1.0, 1.0], 6: [1.0, 1.0], 7: [0.9, 0.9], 12: [0.6, 0.5]},
    }
    figure = plots.echo_threshold(echo, delay=6)
    (axis,) = figure.axes
    marks = [line for line in axis.lines if line.get_linestyle() == "None"]
    assert [line.get_ydata().tolist() for line in marks] == [*echo["carried"].values(), *echo["reset"].values()]
    floor = next(line for line in axis.lines if line.get_linestyle() == ":")
    assert floor.get_ydata() == pytest.approx(np.minimum(1, 6 / floor.get_xdata()))
    assert "0.97 on average up to 6 rows and 0.03 beyond" in figure.alt or "0.98 on average" in figure.alt


def test_ways_to_read():
    ways = {"stream": {"carried": [1.4, 1.5], "reset": [1.6, 1.7]}, "bug": {"carried": [1.5, 1.6], "reset": [1.6, 1.6]}}
    ways["shuffled"] = {"carried": [1.5, 1.5], "reset": [1.5, 1.6]}
    figure = plots.ways_to_read(ways)
    (axis,) = figure.axes
    marks = [line.get_xdata().tolist() for line in axis.lines if line.get_linestyle() == "None"]
    assert marks == [[1.4, 1.5], [1.6, 1.7], [1.5, 1.6], [1.6, 1.6], [1.5, 1.5], [1.5, 1.6]]
    assert figure.get_suptitle() == "Stream: 0.050 nats below shuffled"
    assert "stream: read carried 1.450, reset 1.650; bug: read carried 1.550, reset 1.600;" in figure.alt


def test_shapes_of_updates():
    carried, reset = {1: [1.5, 1.6], 5: [1.4, 1.5], 35: [1.4, 1.4]}, {1: [2.5, 2.5], 5: [1.9, 1.8], 35: [1.5, 1.5]}
    figure = plots.shapes_of_updates(carried, reset)
    (axis,) = figure.axes
    means = [line.get_ydata() for line in axis.lines if line.get_linestyle() in ("-", "--")]
    assert means == [pytest.approx([1.55, 1.45, 1.4]), pytest.approx([2.5, 1.85, 1.5])]
    assert "Carried: 1.55 at 1, 1.45 at 5, 1.40 at 35. Reset: 2.50 at 1, 1.85 at 5, 1.50 at 35." in figure.alt
    assert "0.95 nats with K = 1, and 0.10 with K = 35" in axis.get_title(loc="left")
