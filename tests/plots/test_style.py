import struct

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lessons_pkg.plots import COLOURS, Picture, picture

OKABE_ITO = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}


def test_the_colours_are_of_the_palette_and_each_has_one_meaning():
    assert set(COLOURS.values()) - {COLOURS["grey"]} <= OKABE_ITO
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert COLOURS["wrong"] == "#D55E00"  # red is for what goes wrong
    assert {"data", "counting", "rnn", "gru", "lstm", "attention"} <= COLOURS.keys()


def test_no_two_colours_are_equally_bright():
    luminance = sorted(np.dot([0.2126, 0.7152, 0.0722], np.square(to_rgb(c))) for c in COLOURS.values())
    assert min(np.diff(luminance)) > 0.001


@pytest.mark.parametrize(("rows", "columns", "shape"), [(1, 1, ()), (1, 2, (2,)), (2, 3, (2, 3))])
def test_a_picture_has_the_width_of_the_text_and_its_axes(rows, columns, shape):
    figure, axes = picture(rows, columns, height=2.5)
    assert isinstance(figure, Picture)
    assert figure.get_size_inches().tolist() == [7, 2.5]
    assert np.shape(axes) == shape
    assert len(figure.axes) == rows * columns
    for axis in figure.axes:
        assert not axis.spines["top"].get_visible()
        assert not axis.spines["right"].get_visible()
        assert axis.xaxis.label.get_size() >= 11
        assert all(label.get_size() >= 11 for label in axis.get_xticklabels() + axis.get_yticklabels())


def test_settings_of_the_axes_are_passed_on():
    _, (left, right) = picture(1, 2, sharey=True, width_ratios=[3, 1])
    left.set_ylim(0, 5)
    assert right.get_ylim() == (0, 5)
    assert left.get_gridspec().get_width_ratios() == [3, 1]


def test_drawing_changes_no_setting_of_the_reader():
    before = dict(matplotlib.rcParams)
    picture()
    assert dict(matplotlib.rcParams) == before


def test_a_notebook_gets_the_image_and_its_alt_text():
    figure, axis = picture()
    axis.plot([0, 1], [1, 0])
    figure.alt = "A line that falls from 1 to 0."
    bundle = figure._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "image/png"}
    assert bundle["text/plain"] == repr(figure) == figure.alt
    assert bundle["image/png"].startswith(b"\x89PNG")
    width, height = struct.unpack(">II", bundle["image/png"][16:24])
    assert (width, height) == (7 * 160, round(3.6 * 160))


def test_a_picture_is_drawn_the_same_twice():
    def draw():
        figure, axis = picture()
        axis.plot([0, 1], [1, 0], label="falls")
        return figure._repr_mimebundle_()["image/png"]

    assert draw() == draw()


def test_alt_text_of_one_picture_is_not_that_of_another():
    one, other = picture()[0], picture()[0]
    one.alt = "one"
    assert other.alt == ""
