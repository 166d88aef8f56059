"""What the figures about gradients through time show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_way_back():
    from_output = np.array([[1.0, -2.0], [0.5, 0.25]])
    from_next = np.array([[-3.0, -1.0], [0.0, 0.0]])
    figure = plots.way_back(["a", "end"], from_output, from_next)
    (axis,) = figure.axes
    for said in ("(1.00, -2.00)", "(0.50, 0.25)", "(-3.00, -1.00)", "(-2.00, -3.00)", "output 2\nwanted end"):
        assert said in words(axis)
    assert "(0.00, 0.00)" not in words(axis)  # nothing comes back to the last state
    assert figure.get_suptitle() == "The two paths pull against each other in 1 of 2 places"
    assert "h1: (1.00, -2.00) from its output, (-3.00, -1.00) from the next state" in figure.alt
    assert figure.alt.endswith("opposite signs in 1 of 2 places.")


def test_ledger():
    terms = np.array([[[0.0, 1.0], [2.0, -0.5]], [[0.25, -3.0], [1.0, -0.5]]])
    figure = plots.ledger(terms, name="W")
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"]
    for axis, (i, j) in zip(figure.axes, np.ndindex(2, 2), strict=True):
        heights = [bar.get_height() for bar in axis.patches]
        assert heights == pytest.approx([*terms[:, i, j], terms[:, i, j].sum()])
        assert axis.patches[-1].get_hatch()
    assert words(figure.axes[1]) == ["1.00", "-3.00", "-2.00"]
    assert figure.get_suptitle() == "One weight, 2 terms, of both signs in 1 of 4 weights"
    assert "W[0, 1]: 1.00, -3.00, sum -2.00" in figure.alt


ROUTES = np.array([[1.0, 0, 0], [0.5, -2, 0], [0.25, 4, 8]])


def test_blame():
    figure = plots.blame(ROUTES)
    (axis,) = figure.axes
    image = axis.images[0].get_array()
    assert np.array_equal(np.ma.filled(image, np.nan), np.where(np.tri(3), ROUTES, np.nan), equal_nan=True)
    assert [word for word in words(axis) if word] == ["1.000", "0.500", "-2.000", "0.250", "4.000", "8.000"]
    assert "Its columns add up to 1.750, 2.000, 8.000, together 11.750." in figure.alt


@pytest.mark.parametrize(("kept", "left"), [(1, 7), (2, 11.5), (3, 11.75)])
def test_blame_cuts_what_is_too_far_back(kept, left):
    figure = plots.blame(ROUTES, kept=kept)
    cut = [word for word in words(figure.axes[0]) if word.startswith("cut")]
    assert len(cut) == {1: 3, 2: 1, 3: 0}[kept]
    assert f"Kept within {kept} uses of each loss: {left:.3f}." in figure.alt
    assert figure.axes[0].get_title(loc="left") == f"Cut after {kept}: {left:.3f} is left of 11.750"


def test_bug_table():
    errors = np.array([[0.0, 0.25], [0.25, 1e-9], [0.5, 0.0]])
    figure = plots.bug_table(["one", "two", "three"], ["first\ncheck", "second"], errors)
    (axis,) = figure.axes
    assert words(axis) == ["passes", "caught: 0.2", "caught: 0.2", "passes", "caught: 0.5", "passes"]
    assert (axis.images[0].get_array() > 0).tolist() == [[False, True], [True, False], [True, False]]
    assert figure.get_suptitle() == "3 programs, 2 different patterns"
    assert "one: first check passes, second 0.2; two:" in figure.alt
