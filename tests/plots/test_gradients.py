"""What the figures about gradients through time show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def words(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def drawn(axis) -> list[list]:
    return [np.asarray(line.get_ydata()).tolist() for line in axis.lines]


def test_training_spike():
    losses = np.array([[1.4, 0.5, 0.4, 1.4], [1.4, 1.0, 0.5, 0.05]])
    norms = np.array([[1.0, 0.2, 300.0, 0.1], [1.0, 2.0, 1.0, 0.5]])
    figure = plots.training_spike(losses, norms, seed=0, chance=1.386)
    upper, lower = figure.axes
    for axis, values in ((upper, losses), (lower, norms)):
        assert drawn(axis)[:3] == [values[1].tolist(), values[0].tolist(), [values[0, 2]]]
    assert words(lower) == ["update 2: 300"]
    assert figure.get_suptitle() == "One step is enough: at update 2 the gradient jumps to 300"
    assert "the norm is 0.20 at update 1 and 300 at update 2" in figure.alt
    assert "from 0.50 to 1.40, where knowing nothing costs 1.386. 1 of the 2 runs end below 0.1." in figure.alt


def test_slope_products():
    products = {2: np.array([1.0, 1.9, 0.001]), 1: np.array([1.0, 0.9, 0.8]), 0.5: np.array([1.0, 0.4, 0.2])}
    figure = plots.slope_products(products)
    (axis,) = figure.axes
    assert drawn(axis) == [[1, 2, 4], *(values.tolist() for values in products.values())]
    assert words(axis) == ["tanh, w = 2", "tanh, w = 1", "tanh, w = 0.5", "2 to the power t"]
    assert "After 2 steps: 1.0e-03 for w = 2, 8.0e-01 for w = 1, 2.0e-01 for w = 0.5" in figure.alt
    assert "first grows to 1.90, then falls, while 2 to the power t rises to 4." in figure.alt


def test_slope_products_says_nothing_that_is_not_so():
    with pytest.raises(AssertionError):
        plots.slope_products({2: np.array([1.0, 2.0]), 1: np.array([1.0, 0.9])})


def test_norm_of_powers():
    figure = plots.norm_of_powers([1, 2.5, 4, 1.5, 0.8, 0.3], radius=0.5)
    (axis,) = figure.axes
    assert drawn(axis)[0] == [1, 2.5, 4, 1.5, 0.8, 0.3]
    assert drawn(axis)[1][:3] == [1, 0.5, 0.25]
    assert words(axis) == ["norm of $W^t$: 4.00 at t = 2", "below 1 from t = 4 on", "0.5 to the power t"]
    assert axis.get_title(loc="left") == "With eigenvalues of 0.5, a vector can grow to 4.0 times its length"
    assert "2.50 at t = 1, rises to 4.00 at t = 2 and is below 1 only from t = 4 on" in figure.alt
    assert figure.alt.endswith("to 0.25 at t = 2.")


def test_gradient_by_distance():
    fade = 0.5 ** np.arange(5)
    norms = {name: np.array([fade**k, fade**k, 2 * fade**k]) for k, name in enumerate("abcde")}
    figure = plots.gradient_by_distance(norms, [0.5, 2], np.array([[1e-3, 1e-3], [10.0, 30.0]]))
    axis, scale = figure.axes
    assert drawn(axis) == [(fade**k).tolist() for k in range(5)]
    assert words(axis) == list("abcde")
    assert figure.get_suptitle() == "4 steps back a gradient is 2e-05 to 1 times its length"
    assert drawn(scale)[0] == [0.0625, 16]
    assert drawn(scale)[1] == [1e-3, 20]
    assert "4 steps back, as a share of what it was at the end, median over texts: a 1.0e+00; b 6.2e-02" in figure.alt
    assert "from 1.0e-03 at g = 0.5 to 2.0e+01 at g = 2; the power of g itself reaches 1.6e+01." in figure.alt
