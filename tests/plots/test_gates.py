"""What the figures about gates and attention show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_belts():
    figure = plots.belts()
    lstm, gru = figure.axes
    assert {"×", "+", "forget gate $f_t$", "$c_t$"} <= set(words(lstm))
    assert {"×", "+", "keep $z_t$", "$h_t$"} <= set(words(gru))
    assert "the input gate times the candidate is added" in figure.alt


def test_forgetting():
    figure = plots.forgetting({0: 0.5, 5: 0.9933})
    (axis,) = figure.axes
    curves = [line for line in axis.lines if len(line.get_xdata()) > 2]
    for line, gate in zip(curves, (0.5, 0.9933), strict=True):
        assert line.get_ydata() == pytest.approx(gate ** np.asarray(line.get_xdata()))
    dots = [float(line.get_xdata()[0]) for line in axis.lines if len(line.get_xdata()) == 1]
    assert dots == pytest.approx([1, 103.1], abs=0.1)
    assert words(axis) == ["bias 0\nhalf at 1.0", "bias 5\nhalf at 103"]
    assert axis.get_title(loc="left") == "A bias of 5 in place of 0: half is kept for 103 steps, not 1"
    assert "bias 0 7.9e-31, half after 1.0; bias 5 0.51, half after 103.1 steps" in figure.alt


def test_gate_strips():
    first, second = np.array([0.0, 1.0, 0.5, 0.25]), np.array([0.9, 0.8, 0.9, 1.0])
    figure = plots.gate_strips("a b\n", {"one": first, "two": second}, finding="Two units", wrap=3)
    upper, lower = figure.axes
    assert upper.images[0].get_array().tolist() == [[0, 1, 0.5], [0.9, 0.8, 0.9]]
    assert lower.images[0].get_array().tolist() == [[0.25], [1]]
    assert [t.get_text() for t in upper.get_xticklabels()] == ["a", "␣", "b"]
    assert [t.get_text() for t in lower.get_xticklabels()] == ["↵"]
    assert figure.get_suptitle() == "Two units"
    assert "4 letters" in figure.alt
    assert "one from 0.00 to 1.00; two from 0.80 to 1.00" in figure.alt


def test_looked_at():
    weights = np.array([[[1, 0, 0], [1, 0, 0], [1, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]], dtype=float)
    figure = plots.looked_at("a b", weights, finding="Far and near")
    far, near = figure.axes
    assert far.images[0].get_array().tolist() == weights[0].tolist()
    assert near.images[0].get_array().tolist() == weights[1].tolist()
    assert [axis.get_title() for axis in (far, near)] == ["", ""]  # titles stand at the left
    assert [axis.get_title(loc="left") for axis in (far, near)] == ["head 0", "head 1"]
    assert [t.get_text() for t in far.get_xticklabels()] == ["a", "␣", "b"]
    assert figure.alt.endswith("Mean steps that a head looks back: 0 1.0, 1 0.0.")
