import inspect
import struct

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lessons_pkg import plots
from lessons_pkg.plots.style import COLOURS, Picture, headline, in_style, percent, picture, shown

OKABE_ITO = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}


def test_the_colours_are_of_the_palette_and_each_has_one_meaning():
    assert set(COLOURS.values()) - {COLOURS["grey"]} <= OKABE_ITO
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert COLOURS["wrong"] == "#D55E00"  # red is for what goes wrong
    assert {"data", "counting", "rnn", "gru", "lstm", "attention"} <= COLOURS.keys()


def test_no_two_colours_are_equally_bright():
    luminance = sorted(np.dot([0.2126, 0.7152, 0.0722], np.square(to_rgb(c))) for c in COLOURS.values())
    assert min(np.diff(luminance)) > 0.001


@in_style
def drawing(rows=1, columns=1, **settings):
    figure, _ = picture(rows, columns, **settings)
    for axis in figure.axes:
        axis.plot([0, 1], [1, 0], label="falls")
        axis.set_title("It falls")
        axis.text(0, 0, "here")
        axis.legend()
    figure.alt = "A line that falls from 1 to 0."
    return figure


@pytest.mark.parametrize(("rows", "columns", "shape"), [(1, 1, ()), (1, 2, (2,)), (2, 3, (2, 3))])
def test_a_picture_has_the_width_of_the_text_and_its_axes(rows, columns, shape):
    figure, axes = picture(rows, columns, height=2.5)
    assert isinstance(figure, Picture)
    assert figure.get_size_inches().tolist() == [7, 2.5]
    assert np.shape(axes) == shape
    assert len(figure.axes) == rows * columns


def test_settings_of_the_axes_are_passed_on():
    _, (left, right) = picture(1, 2, sharey=True, width_ratios=[3, 1])
    left.set_ylim(0, 5)
    assert right.get_ylim() == (0, 5)
    assert left.get_gridspec().get_width_ratios() == [3, 1]


def test_the_style_holds_for_what_is_drawn():
    for axis in drawing(1, 2).axes:
        assert not axis.spines["top"].get_visible()
        assert not axis.spines["right"].get_visible()
        assert axis.lines[0].get_linewidth() == 2
        assert axis.get_title(loc="left") == "It falls"
        assert not axis.get_legend().get_frame_on()
        words = [*axis.texts, axis.xaxis.label, axis.yaxis.label, *axis.get_xticklabels(), *axis.get_yticklabels()]
        assert min(text.get_size() for text in [*words, *axis.get_legend().get_texts()]) >= 11


def test_drawing_changes_no_setting_of_the_reader():
    before = dict(matplotlib.rcParams)
    drawing()
    assert dict(matplotlib.rcParams) == before
    with pytest.raises(ValueError, match="width ratios"):
        drawing(1, 2, width_ratios=[1, 2, 3])
    assert dict(matplotlib.rcParams) == before


def test_every_figure_of_the_book_is_in_style():
    functions = {name: getattr(plots, name) for name in plots.__all__ if inspect.isfunction(getattr(plots, name))}
    plain = {name for name, function in functions.items() if not hasattr(function, "__wrapped__")}
    assert plain <= {"picture", "in_style"}
    assert len(functions) > 10


def test_the_words_that_figures_share():
    assert (shown("\n"), shown("a")) == ("end", "a")
    shares = (0, 0.0123, 0.0994, 0.0995, 0.5, 1)
    assert [percent(share) for share in shares] == ["0%", "1.2%", "9.9%", "10%", "50%", "100%"]
    figure, _ = picture(1, 2)
    headline(figure, "Both fall")
    assert figure.get_suptitle() == "Both fall"


def test_a_notebook_gets_the_image_and_its_alt_text():
    figure = drawing()
    bundle = figure._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "image/png"}
    assert bundle["text/plain"] == repr(figure) == figure.alt
    assert bundle["image/png"].startswith(b"\x89PNG")
    width, height = struct.unpack(">II", bundle["image/png"][16:24])
    assert (width, height) == (7 * 160, round(3.6 * 160))


def test_a_picture_is_drawn_the_same_twice():
    assert drawing()._repr_mimebundle_() == drawing()._repr_mimebundle_()


def test_alt_text_of_one_picture_is_not_that_of_another():
    one, other = picture()[0], picture()[0]
    one.alt = "one"
    assert other.alt == ""
