"""What the figures of chapter 10 show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots
from lessons_pkg.plots.honest import off, signed
from lessons_pkg.plots.style import COLOURS


def words(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def test_errors_as_they_are_written():
    assert off(55, 50) == pytest.approx(10)
    assert [signed(e) for e in (0.004, 0.0623, -0.31, 3.97, -25.6, 9.96)] == [
        "0.00%",
        "+0.06%",
        "\N{MINUS SIGN}0.31%",
        "+4.0%",
        "\N{MINUS SIGN}26%",
        "+10%",
    ]


def test_answers():
    rows = [("one column", 50.0, "right"), ("reset", 52.0, "wrong"), ("skipped", 25.0, "other")]
    figure = plots.answers(rows, 50.0)
    axis = figure.axes[0]
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([0, 4, -50])
    assert len(axis.lines) == 2  # the exact value, and one mark on it
    assert [label.get_text() for label in axis.get_yticklabels()] == ["one column", "reset", "skipped"]
    assert figure.get_suptitle() == "One model, one text: perplexities from 25.0 to 52.0"
    assert "exact perplexity, 50.00. one column 50.00 (0.00%); reset 52.00 (+4.0%); skipped 25.00" in figure.alt


def test_folded_counts_what_is_cold_and_what_is_dropped():
    figure = plots.folded(list(range(1, 9)) * 5, (3, 5))
    three, five = figure.axes
    assert "3 columns: 3 cold, 3 dropped; 5 columns: 5 cold, 4 dropped" in figure.alt
    assert [len(axis.lines) for axis in (three, five)] == [3, 4]  # struck out
    for axis, columns in ((three, 3), (five, 5)):
        red = [p for p in axis.patches if p.get_facecolor()[:3] == pytest.approx(colour_of("wrong"), abs=0.01)]
        assert len(red) == columns
        assert len(axis.texts) == 40
    assert words(figure)[:3] == ["1", "2", "3"]


def colour_of(name):
    return [int(COLOURS[name][k : k + 2], 16) / 255 for k in (1, 3, 5)]


def test_window_errors():
    curves = {"carried": [60.0, 60.0], "reset": [70.0, 62.0], "mean": [90.0, 66.0]}
    figure = plots.window_errors([10, 100], curves, 60.0)
    axis = figure.axes[0]
    assert [line.get_ydata().tolist() for line in axis.lines] == list(curves.values())
    assert "carried 60.00 and 60.00; reset 70.00 and 62.00; mean 90.00 and 66.00. Exact: 60.00." in figure.alt
    assert set(curves) <= set(words(figure))


def test_error_by_columns():
    cold, dropped = np.array([0.0, 0.01, 0.02]), np.array([0.0, -0.03, 0.005])
    figure = plots.error_by_columns([1, 2, 4], cold, dropped, [0.0, 0.01, 0.01])
    lines = figure.axes[0].lines
    assert lines[0].get_ydata() == pytest.approx(100 * np.expm1(cold))
    assert lines[2].get_ydata() == pytest.approx(100 * np.expm1(cold + dropped))
    assert "cold starts 0.00% to +2.0%" in figure.alt
    assert "for 67% of them" in figure.alt
    assert figure.get_suptitle().startswith("Cold starts add up to 2.0%")
