"""The unrolled network shows the numbers it was given, in their places, and its text says them."""

import numpy as np
import pytest

from lessons_pkg import plots

TOKENS = ["\n", "a", "n"]
HIDDENS = np.array([[0.0, 0.0], [0.1, -0.2], [0.9, -0.05]])
PROBS = np.array([[0.1, 0.6, 0.3], [0.7, 0.05, 0.25]])


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_unrolled():
    figure = plots.unrolled(TOKENS, ["", "a"], ["a", "\n"], HIDDENS, PROBS, finding="Two steps")
    (axis,) = figure.axes
    said = words(axis)
    for number in (*HIDDENS.ravel(), *PROBS.ravel()):
        assert f"{number:.2f}" in said
    assert [t.get_text() for t in axis.texts if t.get_weight() == "bold"] == ["0.60", "a", "0.70", "end"]
    bars = [p for p in axis.patches if p.get_fill() and p.get_alpha() == 0.55]
    widths = np.array([bar.get_width() for bar in bars])
    assert widths / widths.max() * 0.7 == pytest.approx(PROBS.ravel())
    assert {"nothing", "reads", "state", "expects", "came"} <= set(said)
    assert figure.get_suptitle() == "Two steps"
    assert "step 1: nothing in, state (0.10, -0.20), a gets 60%" in figure.alt
    assert "step 2: a in, state (0.90, -0.05), end gets 70%." in figure.alt


def test_unrolled_places_time_from_left_to_right():
    (axis,) = plots.unrolled(TOKENS, ["", "a"], ["a", "\n"], HIDDENS, PROBS, finding="Two steps").axes
    where = {text.get_text(): text.get_position() for text in axis.texts}
    assert where["0.10"][0] == where["0.60"][0] == 1
    assert where["0.90"][0] == where["0.70"][0] == 2
    assert where["0.10"][1] > where["-0.20"][1]  # the first unit on top
    assert where["0.60"][1] > where["0.30"][1]
