"""What the figures about small networks show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> str:
    return " ".join(text.get_text() for text in axis.texts)


def test_lookup_cost():
    seconds = {"product": [1e-6, 2e-6, 9e-6], "lookup": [1e-6, 1e-6, 3e-6]}
    memory = {"product": [1000, 2000, 8000], "lookup": [16, 16, 16]}
    figure = plots.lookup_cost([10, 20, 30], seconds, memory)
    time, space = figure.axes
    assert time.lines[0].get_ydata() == pytest.approx([1, 2, 9])  # microseconds
    assert time.lines[1].get_ydata() == pytest.approx([1, 1, 3])
    assert space.lines[0].get_ydata() == pytest.approx([1, 2, 8])  # kilobytes
    assert words(time) == words(space) == "one-hot product lookup"
    assert "At 30 the product takes about 3 times as long, and its input 500 times the memory." in figure.alt


def test_descent():
    losses = [2.0, 1.5, 1.2, 1.05]
    figure = plots.descent(losses, 1.0, marked=2)
    (axis,) = figure.axes
    assert axis.lines[0].get_xydata().tolist() == [[1, 1.5], [2, 1.2], [3, 1.05]]
    assert axis.lines[1].get_ydata()[0] == 1.0
    assert "step 2: 1.2000" in words(axis)
    assert "from 2.000 nats before the first step to 1.2000 after 2 and 1.0500 after 3; the counting" in figure.alt


def test_loss_by_size():
    losses = np.array([[2.75, 2.74], [2.6, 2.65]])
    figure = plots.loss_by_size([1, 8], losses, alphabet=2.89, unigram=2.92, bigram=2.59)
    (axis,) = figure.axes
    best, dots, cross = axis.lines[2:]
    assert best.get_ydata().tolist() == [2.74, 2.6]
    assert dots.get_xydata().tolist() == [[1, 2.75], [1, 2.74], [2, 2.6], [2, 2.65]]
    assert cross.get_ydata()[0] == 2.89
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1", "8"]
    assert "best of 2 starts: 2.740 with 1, 2.600 with 8" in figure.alt
    assert "the only number: 2.890; letter frequencies alone 2.920, counting pairs 2.590." in figure.alt


def test_seed_curves():
    runs = {"one-hot": np.array([[3.0, 2.4], [3.1, 2.42]]), "8": np.array([[3.2, 2.5], [3.0, 2.44]])}
    figure = plots.seed_curves([0, 100], runs, finding="Eight are too few")
    during, end = figure.axes
    assert [line.get_ydata().tolist() for line in during.lines] == [*runs["one-hot"].tolist(), *runs["8"].tolist()]
    assert [line.get_linestyle() for line in during.lines] == ["--", "--", "-", "-"]
    assert [line.get_ydata().tolist() for line in end.lines] == [[2.4, 2.42], [2.5, 2.44]]
    assert [text.get_text() for text in during.get_legend().get_texts()] == ["one-hot", "8"]
    assert figure.alt.startswith("Eight are too few. ")
    assert "2 seeds, in nats: one-hot 2.410 (2.400 to 2.420); 8 2.470 (2.440 to 2.500)." in figure.alt
