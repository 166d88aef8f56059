"""What the figures about warmed-up columns show is what they were given, and their text says it."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from lessons_pkg import overlapping_columns, plots
from lessons_pkg.plots.warm import most


def test_a_bound_is_a_power_of_ten():
    assert [most(e) for e in (0.0005, -0.02, 3.0, 0.0)] == ["0.001%", "0.1%", "10%", "0.0001%"]


@pytest.mark.parametrize(("N", "B", "w"), [(60, 4, 6), (20, 3, 0), (9, 2, 2)])
def test_lanes(N, B, w):
    batch = overlapping_columns(torch.arange(N), B, w)
    figure = plots.lanes(N - 1, batch.targets.numpy(), batch.mask.numpy())
    scored = figure.axes[0].patches[1::2]
    assert sum(bar.get_width() for bar in scored) == N - 1
    edges = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in scored]
    assert edges[0][0] == 0.5
    assert all(left[1] == right[0] for left, right in pairwise(edges))
    assert figure.get_suptitle() == f"Every one of the {N - 1} targets is scored once"


def test_lanes_says_when_a_target_is_missed():
    batch = overlapping_columns(torch.arange(20), 3, 2)
    batch.mask[5, 0] = False
    assert plots.lanes(19, batch.targets.numpy(), batch.mask.numpy()).get_suptitle().endswith("wrongly")


def test_warm_up_error():
    errors = {10: [0.5, 0.02, 0.001], 100: [3.0, -0.2, 0.009]}
    figure = plots.warm_up_error((0, 20, 50), errors, tolerance=0.01)
    drawn = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert drawn[0] == [0.5, 0.02, 0.001]
    assert drawn[1] == [3.0, 0.2, 0.009]
    assert figure.get_suptitle() == "From 50 tokens of warm-up on, every score is within 0.01%"
    assert "10 columns: 0.5% with 0, at most 0.001% with 50" in figure.alt
    none = plots.warm_up_error((0, 20), {10: [0.5, 0.02]}, tolerance=0.01)
    assert none.get_suptitle() == "No warm-up here keeps within 0.01%"


def test_cold_start():
    rng = np.random.default_rng(0)
    nats = rng.normal(0, 0.1, (50, 20)) + np.linspace(1, 0, 20)
    figure = plots.cold_start({"lstm, words": nats})
    axis = figure.axes[0]
    assert axis.lines[0].get_ydata() == pytest.approx(nats.mean(0))
    band = axis.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(nats[:, 0].mean() + 1.96 * nats[:, 0].std() / 50**0.5)
    assert "lstm, words (50 starts)" in figure.alt
    assert f"{nats[:, 0].mean():.2f} with 1 token read" in figure.alt
