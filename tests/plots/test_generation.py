"""What the figures about drawing show is what they were given, and their text says it."""

import itertools

import numpy as np
import pytest

from lessons_pkg import plots
from lessons_pkg.plots.generation import percent

TOKENS = ["\n", "a", "b", "c"]
FLAT, PEAKED = [0.1, 0.2, 0.3, 0.4], [0.03, 0.9, 0.05, 0.02]


def heights(axis) -> list[float]:
    return [bar.get_height() for bar in axis.patches]


def words(figure) -> str:
    return " ".join(text.get_text() for axis in figure.axes for text in axis.texts)


def test_letter_bars():
    figure = plots.letter_bars(TOKENS, PEAKED, prefix="x")
    (axis,) = figure.axes
    assert heights(axis) == PEAKED
    assert [label.get_text() for label in axis.get_xticklabels()] == ["\nend", "a", "b", "c"]
    assert "a 90%, then b 5.0%" in figure.alt
    assert "Entropy 0.43 nats" in figure.alt
    assert "towards a" in axis.get_title(loc="left")


def test_no_mark_of_27_symbols_touches_its_neighbour():
    tokens = ["\n", *"abcdefghijklmnopqrstuvwxyz"]
    p = np.linspace(1, 2, 27)
    for figure in (
        plots.letter_bars(tokens, p, prefix="x"),
        plots.kept_letters(tokens, {"m": np.roll(p, 9), "ma": p}, top_k=5, top_p=0.9),
    ):
        figure.draw_without_rendering()
        for axis in figure.axes:
            labels = axis.get_xticklabels()
            (end,) = [label.get_window_extent() for label in labels if "end" in label.get_text()]
            letters = [label.get_window_extent() for label in labels if "end" not in label.get_text()]
            assert all(left.x1 < right.x0 for left, right in itertools.pairwise(letters))
            assert (end.y0 + end.y1) / 2 <= letters[0].y0  # its word is the lower of its two lines


def test_unit_interval():
    figure = plots.unit_interval(["r", "n", "end"], [0.5, 0.3, 0.2], [0.5, 0.1, 0.85])
    (axis,) = figure.axes
    assert [bar.get_x() for bar in axis.patches[:3]] == pytest.approx([0, 0.5, 0.8])
    assert [bar.get_width() for bar in axis.patches[:3]] == pytest.approx([0.5, 0.3, 0.2])
    for hit in ("0.5 falls on n", "0.1 falls on r", "0.85 falls on end"):
        assert hit in figure.alt


def test_two_step_tree():
    figure = plots.two_step_tree({"A": 0.6, "B": 0.4}, {"A": {"A": 0.5, "B": 0.5}, "B": {"A": 0.9, "B": 0.1}})
    assert "goes to AA with probability 0.30" in figure.alt
    assert "most probable string is BA with 0.36" in figure.alt
    assert "BA: 0.36  most probable" in words(figure)
    assert "AA: 0.30  greedy takes this" in words(figure)
    assert len(figure.axes[0].lines) == 6


def test_entropy_curves():
    curves = {"one": [0.1, 0.4, 0.5], "two": [0.3, 0.9, 1.2]}
    figure = plots.entropy_curves([0.5, 1, 2], curves, 4)
    drawn = [line.get_ydata().tolist() for line in figure.axes[0].lines[:2]]
    assert drawn == list(curves.values())
    assert "two from 0.30 nats at 0.5 to 1.20 at 2" in figure.alt
    assert "limit is 1.39" in figure.alt
    assert [text.get_text() for text in figure.axes[0].texts[1:]] == ["one", "two"]
    assert "rises" in figure.axes[0].get_title(loc="left")
    falling = plots.entropy_curves([0.5, 1, 2], {"one": [0.5, 0.4, 0.3], "two": [1, 1, 1]}, 4)
    assert "rises" not in falling.axes[0].get_title(loc="left")


def test_a_fifth_curve_is_drawn_too():
    curves = {str(k): [0.1 * k, 0.2 * k] for k in range(1, 6)}
    assert len(plots.entropy_curves([0.5, 1], curves, 4).axes[0].lines) == 5 + 1
    assert len(plots.name_odds([0.5, 1], curves).axes[0].lines) == 5


def test_kept_letters():
    figure = plots.kept_letters(TOKENS, {"m": PEAKED, "ma": FLAT}, top_k=2, top_p=0.85)
    peaked, flat = figure.axes
    assert heights(peaked) == sorted(PEAKED, reverse=True)
    assert [label.get_text() for label in flat.get_xticklabels()] == ["c", "b", "a", "\nend"]
    assert "after m top-p keeps 1 letters, and top-k keeps 95%" in figure.alt
    assert "after ma top-p keeps 3 letters, and top-k keeps 70%" in figure.alt
    assert len({bar.get_facecolor() for bar in flat.patches[:3]}) == 1 != len({b.get_facecolor() for b in flat.patches})
    assert "keeps 1 or 3 letters" in peaked.get_title(loc="left")


def test_name_odds():
    figure = plots.name_odds([0.5, 1.0], {"al": [-1.0, -5.0], "bo": [-2.0, -3.0]})
    assert np.log(figure.axes[0].lines[0].get_ydata()) == pytest.approx([-1, -5])
    assert "At 0.5 the likeliest of them is al, at 1 it is bo" in figure.alt
    assert figure.axes[0].get_title(loc="left") == "Cold, al leads; warm, bo does"
    same = plots.name_odds([0.5, 1.0], {"al": [-1.0, -2.0], "bo": [-2.0, -3.0]})
    assert same.axes[0].get_title(loc="left") == "al leads throughout"


def test_percent_keeps_the_digits_that_say_something():
    assert [percent(x) for x in (0, 0.004, 0.051, 0.0994, 0.0996, 0.286, 1)] == [
        "0%", "0.4%", "5.1%", "9.9%", "10%", "29%", "100%"
    ]  # fmt: skip
