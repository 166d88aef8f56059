"""What the figures for the stuck show is what they were given, and their text says it."""

import math

import numpy as np
import pytest

from lessons_pkg import plots


def run(training: list[float], held_out: list[float]) -> np.ndarray:
    """Return rows of update, training loss and held-out loss."""
    return np.stack([np.arange(len(training)) * 10, training, held_out], axis=1)


def test_first_losses():
    figure = plots.first_losses({"right": 3.33, "in bits": 4.8, "summed over\nthe batch": 1611.2}, math.log(27))
    (axis,) = figure.axes
    level, *marks = axis.lines
    assert level.get_xdata()[0] == math.log(27)
    assert [mark.get_xdata()[0] for mark in marks] == [3.33, 4.8, 1611.2]
    assert [mark.get_marker() for mark in marks] == ["o", "X", "X"]
    assert figure.get_suptitle().endswith("pays ln V, here 3.30")
    assert figure.alt.endswith("right 3.33; in bits 4.80 (wrong); summed over the batch 1,611.20 (wrong).")


def test_first_losses_believes_what_it_is_given():
    figure = plots.first_losses({"a": 3.5, "b": 3.0}, 3.3, tolerance=0.25)
    assert [mark.get_marker() for mark in figure.axes[0].lines[1:]] == ["o", "X"]


def test_four_curves():
    runs = {label: run([3.3, 2.5, last], [3.3, 2.4, 2 * last]) for label, last in zip("abcd", range(1, 5), strict=True)}
    figure = plots.four_curves(runs, 3.3)
    for axis, (label, rows) in zip(figure.axes, runs.items(), strict=True):
        held_out, training, chance = axis.lines[:3]
        assert axis.get_title(loc="left") == label
        assert np.array_equal(held_out.get_ydata(), rows[:, 2])
        assert np.array_equal(training.get_ydata(), rows[:, 1])
        assert chance.get_ydata()[0] == 3.3
    assert "a: training ends at 1.0, held out at 2.0 (lowest 2.0)" in figure.alt
    assert "d: training ends at 4.0, held out at 8.0 (lowest 2.4)" in figure.alt
    assert [note.get_text() for note in figure.axes[3].texts] == ["held out", "training"]


def test_four_curves_are_four():
    with pytest.raises(ValueError, match="four_curves: got 1 runs"):
        plots.four_curves({"a": run([1.0, 2.0], [1.0, 2.0])}, 3.3)


def test_parting():
    distances = {"calm": [1e-6, 2e-6, 0.0], "wild": [1e-6, 1e-3, 4.0]}
    figure = plots.parting(distances, nudge=1e-6)
    calm, wild = figure.axes[0].lines[:2]
    assert calm.get_ydata().tolist() == [1e-6, 2e-6, 1e-8]  # a logarithmic axis has no place for 0
    assert wild.get_ydata().tolist() == [1e-6, 1e-3, 4.0]
    assert figure.axes[0].get_title(loc="left") == "calm: a rounding stays one. wild: it grows"
    assert figure.alt.endswith("After 3 updates, to a power of ten: calm 1e-08; wild 1e+01.")
