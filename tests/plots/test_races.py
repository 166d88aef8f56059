"""What the figures that compare kinds of network show is what they were given, and their text says it."""

import numpy as np

from lessons_pkg import plots
from lessons_pkg.plots.races import looks
from lessons_pkg.plots.style import COLOURS


def drawn(axis) -> list[list]:
    return [np.asarray(line.get_ydata()).tolist() for line in axis.lines]


def words(axis) -> list[str]:
    return [text.get_text().strip() for text in axis.texts]


def test_the_second_of_a_kind_has_its_colour_and_another_dash():
    styles = looks(["lstm, bias 1", "rnn", "lstm, bias 5"])
    assert [style["color"] for style in styles] == [COLOURS["lstm"], COLOURS["rnn"], COLOURS["lstm"]]
    assert [style["ls"] for style in styles] == ["-", "-", "--"]


def test_recall_by_distance():
    learned, lost = np.array([[1.0, 1.0, 0.9], [0.1, 0.2, 0.1]]), np.array([[1.0, 1.0, 1.0], [0.8, 0.9, 1.0]])
    right = {
        "rnn": learned,
        "gru": lost,
        "lstm, bias 1": learned,
        "lstm, bias 5": lost,
        "attention, context 4": learned,
    }
    figure = plots.recall_by_distance([5, 10], right, 0.125)
    rnn, gru, lstm, attention = figure.axes
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["rnn", "gru", "lstm", "attention"]
    assert drawn(rnn)[0] == [1.0, 0.1]
    assert drawn(gru)[0] == [1.0, 0.9]
    assert sorted(y for line in drawn(lstm)[1:4] for y in line) == sorted(learned.ravel())
    assert words(lstm) == ["bias 1", "bias 5"]
    assert words(attention) == ["context 4"]
    assert figure.get_suptitle() == "After 10 steps, still right: none"
    right["gru"] = np.ones((2, 3))
    assert plots.recall_by_distance([5, 10], right, 0.125).get_suptitle() == "After 10 steps, still right: gru"
    assert "5, 10 steps later, median of 3 seeds: rnn 100%, 10%; gru 100%, 90%;" in figure.alt
    assert figure.alt.endswith("Guessing gets 12%.")


def test_felt_back():
    lengths = {"rnn": [0.1**k for k in range(61)], "attention": [1.0] * 12 + [0.0] * 49}
    figure = plots.felt_back(lengths, finding="One fades, one ends")
    (axis,) = figure.axes
    rnn, attention = (np.array(values) for values in drawn(axis)[:2])
    assert rnn[:9].tolist() == lengths["rnn"][:9]
    assert np.isnan(rnn[11:]).all()  # below the floor
    assert np.isnan(attention[12:]).all()
    assert words(axis) == ["rnn", "attention"]
    assert axis.get_title(loc="left") == "One fades, one ends"
    assert "10, 50, 60 steps back, 1 at the end: rnn 1.0e-10, 1.0e-50, 1.0e-60; attention 1.0e+00, 0, 0." in figure.alt


def test_against_seconds():
    runs = {"rnn": [[[1, 2.0], [2, 1.4]], [[1, 2.2], [2, 1.6]]], "gru": [[[1, 2.1], [2, 1.5]], [[1, 2.1], [2, 1.7]]]}
    figure = plots.against_seconds(runs, finding="At 2 seconds", top=2.4)
    (axis,) = figure.axes
    assert np.allclose(drawn(axis)[:2], [[2.1, 1.5], [2.1, 1.6]])
    assert drawn(axis)[2:] == [[2.0, 1.4], [2.2, 1.6], [2.1, 1.5], [2.1, 1.7]]
    assert words(axis) == ["rnn", "gru"]
    assert figure.alt == (
        "At 2 seconds. Held-out nats per letter at the end, 2 seeds each: rnn 1.40 to 1.60; gru 1.50 to 1.70."
    )
    places = [text.get_position()[1] for text in axis.texts]
    assert abs(places[1] - places[0]) >= 0.054
