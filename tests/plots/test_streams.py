"""The figures of one text in columns show what they say."""

import numpy as np
import pytest

from lessons_pkg import plots

LETTERS = [chr(65 + i) for i in range(26)]


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts if text.get_text()]


@pytest.mark.parametrize(("columns", "targets", "dropped"), [(4, 20, 5), (1, 25, 0), (5, 20, 5), (13, 13, 12)])
def test_fold(columns, targets, dropped):
    figure = plots.fold(LETTERS, columns)
    line, grid = figure.axes
    rows = 26 // columns
    assert figure.get_suptitle() == f"26 tokens in {columns} columns: {targets} targets, {dropped} dropped"
    assert words(line) == LETTERS
    assert words(grid)[: rows * columns] == LETTERS[: rows * columns]
    assert len(line.lines) == 2 * (26 % columns)  # two strokes cross out a letter
    assert len(grid.lines) == 2 * (columns - 1)
    places = {text.get_text(): text.get_position() for text in grid.texts if len(text.get_text()) == 1}
    assert places["B"][0] == places["A"][0] or rows == 1  # time runs down
    assert f"{targets} targets are left and {dropped} are dropped" in figure.alt


def test_windows_down():
    rows = [[LETTERS[6 * b + r] for b in range(4)] for r in range(6)]
    figure = plots.windows_down(rows, bptt=2)
    (axis,) = figure.axes
    drawn = [word for word in words(axis) if len(word) == 1]
    assert len(drawn) == 2 * 20
    bold = [text.get_text() for text in axis.texts if len(text.get_text()) == 1 and text.get_weight() == "bold"]
    assert sorted(bold) == sorted(letter for row in rows[1:] for letter in row)
    assert figure.get_suptitle().startswith("3 windows step down 4 columns")
    assert "Window 3: E K Q W gives F L R X." in figure.alt


def test_kept_memory():
    ways = {"as it is": np.array([1.0, 1.9, 2.8]), "detached": np.ones(3), "without gradients": np.zeros(3)}
    figure = plots.kept_memory(ways)
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines] == [list(kept) for kept in ways.values()]
    assert "as it is 1.0 and 2.8; detached 1.0 and 1.0" in figure.alt
    assert axis.get_title(loc="left") == "Never cut, the graph keeps 3 windows after 3"


def test_routes_kept():
    figure = plots.routes_kept(5, range(8))
    windows, sliding = figure.axes[0].lines
    assert windows.get_ydata() == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0])
    assert sliding.get_ydata().tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert "3 uses on average" in figure.alt
