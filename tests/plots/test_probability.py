"""What the figures of chapter 01 show is what they were given, and their text says it."""

from fractions import Fraction

import numpy as np
import pytest
from matplotlib.colors import to_hex

from lessons_pkg import plots
from lessons_pkg.plots import COLOURS

HALF, SIXTH = Fraction(1, 2), Fraction(1, 6)
CUTS = [
    {"a": HALF, "i": HALF / 2, "n": HALF / 2},
    {"n": HALF, ".": HALF},
    {"a": HALF, "i": SIXTH, "n": SIXTH, ".": SIXTH},
]


def lines(axes) -> list[list[float]]:
    return [[round(float(y), 6) for y in line.get_ydata()] for line in axes.get_lines()]


def words(axes) -> set[str]:
    return {text.get_text() for text in axes.texts}


def test_nested_strips_are_as_wide_as_the_shares():
    figure = plots.nested_strips(CUTS, "ann")
    bars = figure.axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx([float(p) for cut in CUTS for p in cut.values()])
    chosen = [bar for bar in bars if to_hex(bar.get_facecolor()).upper() == COLOURS["counting"]]
    assert [bar.get_x() for bar in chosen] == pytest.approx([0, 0, 0.5 + 1 / 6])
    assert [bar.get_width() for bar in chosen] == pytest.approx([0.5, 0.5, 1 / 6])
    assert "× 1/6\n= 1/24" in words(figure.axes[0])
    assert figure.axes[0].get_title(loc="left") == "3 cuts leave ann one part in 24"
    assert "1/2, 1/2, 1/6" in figure.alt
    assert "leaves 1/24" in figure.alt


def test_nested_strips_draw_close_ups_of_the_chosen_pieces_only():
    close_ups = [line.get_xdata() for line in plots.nested_strips(CUTS, "ann").axes[0].get_lines()]
    assert np.array(close_ups, dtype=float).tolist() == [[0, 0], [0.5, 1], [0, 0], [0.5, 1]]


def test_mass_of_names():
    masses = {"letters only": [1, 2, 3, 4], "unigram": [0.2, 0.4, 0.6, 0.7], "bigram": [0, 0.3, 0.5, 0.81]}
    figure = plots.mass_of_names(masses, "letters only")
    limit, *drawn = lines(figure.axes[0])
    assert limit == [1, 1]
    assert drawn == list(masses.values())
    assert [line.get_color() for line in figure.axes[0].get_lines()[1:3]] == [COLOURS["wrong"], COLOURS["counting"]]
    assert len({line.get_linestyle() for line in figure.axes[0].get_lines()[1:]}) == 3  # a cue beside colour
    assert words(figure.axes[0]) == set(masses)
    assert "unigram: 0.70; bigram: 0.81 at 3 letters" in figure.alt
    assert "letters only it grows by 1 a letter, to 4" in figure.alt


def test_pair_table():
    probs = np.array([[0, 0.7, 0.3], [0.4, 0.2, 0.4], [0.9, 0.1, 0]])
    figure = plots.pair_table(probs, [".", "a", "b"], ringed=["ba"])
    axes = figure.axes[0]
    assert np.array_equal(axes.images[0].get_array(), probs)
    (ring,) = axes.get_lines()
    assert (ring.get_xdata().tolist(), ring.get_ydata().tolist()) == ([1], [2])  # next along, given down
    assert axes.get_title(loc="left") == "After b comes . in 90% of cases; 2 of 9 pairs never occur"
    assert "Ringed: a after b 10%. The commonest first letter is a (70%)" in figure.alt
    assert "reached b ends there most often (90%)" in figure.alt


def test_surprise_by_order():
    panels = {
        "One": {"train": [3, 2, 1], "held out": [3, 2.5, 2.8], "bars": [0.1, 0.2, 0.3]},
        "Other": {"train": [3, 2.2, 1.5], "held out": [3, 2.6, 2.4], "bars": [0.2, 0.4, 0.5]},
    }
    figure = plots.surprise_by_order(panels)
    for axes, (label, panel), best in zip(figure.axes, panels.items(), (2, 3), strict=True):
        train, held_out, star = axes.get_lines()[0], axes.get_lines()[1], axes.get_lines()[-1]
        assert train.get_ydata().tolist() == panel["train"]
        assert held_out.get_ydata().tolist() == panel["held out"]
        assert star.get_xdata().tolist() == [best]
        assert axes.get_title(loc="left") == f"{label}: best at order {best}"
        (bars,) = axes.collections[-1:]
        drawn = [np.ptp(segment[:, 1]) / 2 for segment in bars.get_segments()]
        assert drawn == pytest.approx(panel["bars"])
        low, high = axes.get_ylim()
        assert low < 1
        assert high > 3
    assert "One: training names fall from 3.00 to 1.00, held-out names are lowest at order 2 (2.50)" in figure.alt
    assert "0.100 to 0.500 either way" in figure.alt


def test_gap_to_floor():
    gaps = {1: np.array([[0.5, 0.4], [0.5, 0.4]]), 2: np.array([[0.2, 0.001], [0.4, 0.003]])}
    figure = plots.gap_to_floor([10, 1000], gaps, [0.3, 0.003])
    axes = figure.axes[0]
    price, *runs = lines(axes)
    assert price == [0.3, 0.003]
    assert runs == [[0.5, 0.4], [0.5, 0.4], [0.5, 0.4], [0.2, 0.001], [0.4, 0.003], [0.3, 0.002]]  # draws, then mean
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_title(loc="left") == "Order 2 nears the floor first; order 1 never will"
    assert {"order 1", "order 2", "theory"} == words(axes)
    assert "10 to 1,000 tokens of training data, 2 draws" in figure.alt
    assert "order 1 0.4000, order 2 0.0020." in figure.alt


def test_leak_by_order():
    figure = plots.leak_by_order([3, 2, 1.5], [3, 2.4, 2.5], shared=0.67)
    axes = figure.axes[0]
    assert lines(axes) == [[3, 2.4, 2.5], [3, 2, 1.5]]
    assert [line.get_color() for line in axes.get_lines()] == [COLOURS["counting"], COLOURS["wrong"]]
    assert "flattered by\n1.00 nats" in words(axes)
    assert "67%" in axes.get_title(loc="left")
    assert "falls from 3.00 to 1.50" in figure.alt
    assert "lowest at order 2 (2.40), and 2.50 at order 3" in figure.alt
    assert "by 1.00 nats" in figure.alt
