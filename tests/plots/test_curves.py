"""What the figures of named lines show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots
from lessons_pkg.plots.curves import GAP


def test_named_lines():
    series, runs = {"one": [1.0, 2.0, 5.0], "two": [3.0, 2.0, 5.1]}, {"two": np.array([[3.0, 1, 5], [3, 3, 5.2]])}
    figure = plots.named_lines([1, 2, 4], series, finding="They meet", runs=runs, xlabel="steps", ylabel="nats")
    (axis,) = figure.axes
    *thin, one, two = axis.lines
    assert one.get_xydata().tolist() == [[1, 1], [2, 2], [4, 5]]
    assert two.get_ydata().tolist() == series["two"]
    assert [line.get_ydata().tolist() for line in thin] == runs["two"].tolist()
    assert {line.get_color() for line in thin} == {two.get_color()} != {one.get_color()}
    assert one.get_marker() != two.get_marker()
    assert figure.alt == "They meet. From steps 1 to 4, nats: one: 1 to 5; two: 3 to 5.1."


@pytest.mark.parametrize("ends", [(5, 5, 5), (5.1, 5, 0), (0, 2, 1)])
def test_names_of_lines_keep_apart_and_in_order(ends):
    series = {f"line {k}": [0.0, end] for k, end in enumerate(ends)}
    figure = plots.named_lines([0, 1], series, finding="Three", xlabel="x", ylabel="y")
    figure.draw_without_rendering()
    texts = {text.get_text(): text.get_window_extent().get_points()[:, 1].mean() for text in figure.axes[0].texts}
    middles = np.array([texts[label] for label in series])
    assert np.diff(np.sort(middles)).min() > GAP - 3
    assert np.all(np.diff(np.array(ends)[middles.argsort()]) >= 0)


def test_step_errors():
    errors = {"a": [0.5, 1e-3, 1e-2], "b": [0.25, 1e-4, np.nan]}
    figure = plots.step_errors([1, 1e-3, 1e-6], errors)
    (axis,) = figure.axes
    assert axis.lines[0].get_ydata().tolist() == errors["a"]
    left, right = axis.get_xlim()
    assert left > right  # the steps shrink to the right
    assert {text.get_text(): text.xy for text in axis.texts} == {
        "a": (1e-6, 1e-2),
        "b": (1e-3, 1e-4),
    }  # the last there is
    assert "a: 1e-03 at a step of 1e-03; b: 1e-04 at a step of 1e-03." in figure.alt
