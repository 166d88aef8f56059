"""A loss with a cliff: one sigmoid unit run for 50 steps, its gradient, and descent with clipping (chapter 05).

h_0 = 0.5, h_t = sigmoid(w h_(t-1) + b), and the loss is (h_50 - 0.7)^2.
"""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from contourpy import contour_generator

STEPS, START, TARGET = 50, 0.5, 0.7
EDGE = 0.1  # a path whose loss comes above this has gone over the edge


def _sigmoid(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1, small) / (1 + small)


def loss_and_gradient(w: np.ndarray | float, b: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss and its gradient (2, ...) with respect to w and b, for points of any shape."""
    h, dw, db = np.full(np.shape(w), START), np.zeros(np.shape(w)), np.zeros(np.shape(w))
    for _ in range(STEPS):
        before, h = h, _sigmoid(w * h + b)
        slope = h * (1 - h)
        dw, db = slope * (before + w * dw), slope * (1 + w * db)
    error = h - TARGET
    return error**2, 2 * error * np.array([dw, db])


def clip(gradient: np.ndarray, threshold: float, by: str | None) -> np.ndarray:
    """Return the gradient (2,) with its norm, or each part, held to the threshold; ``by`` None leaves it."""
    if by == "norm":
        return gradient * min(1, threshold / max(math.hypot(*gradient), 1e-300))
    return gradient if by is None else np.clip(gradient, -threshold, threshold)


class Path(NamedTuple):
    """Where gradient descent goes."""

    points: np.ndarray  # (K + 1, 2), the start first
    losses: np.ndarray  # (K + 1,)


def descend(w: float, b: float, rate: float, threshold: float, by: str | None, steps: int) -> Path:
    """Make so many updates, clipped by "norm" or by "value", or not (None)."""
    points, losses = [np.array([w, b], dtype=float)], []
    for _ in range(steps + 1):
        loss, gradient = loss_and_gradient(*points[-1])
        losses.append(loss)
        points.append(points[-1] - rate * clip(gradient, threshold, by))
    return Path(np.array(points[:-1]), np.array(losses))


def angle(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the angle between two vectors (2,), in degrees."""
    return math.degrees(math.atan2(abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]))


def falls(losses: np.ndarray) -> int:
    """Return how often a path went over the edge."""
    return int(((losses[:-1] < EDGE) & (losses[1:] >= EDGE)).sum())


def loss_regions(w: tuple[float, float], b: tuple[float, float], levels: Sequence[float], size: tuple[int, int]):
    """Return for each level an SVG path round all points whose loss is above it.

    Args:
        w: first and last of the horizontal axis.
        b: lowest and highest of the vertical axis.
        levels: losses.
        size: width and height of the drawing; the loss is computed at every third unit.
    """
    columns, rows = (n // 3 + 1 for n in size)
    losses, _ = loss_and_gradient(*np.meshgrid(np.linspace(*w, columns), np.linspace(*b, rows)))
    outlines = contour_generator(np.linspace(0, size[0], columns), np.linspace(size[1], 0, rows), losses)
    return ["".join(map(_as_path, *outlines.filled(level, 9))) for level in levels]


def _as_path(points: np.ndarray, offsets: np.ndarray) -> str:
    """Write closed lines (N, 2) that begin at each offset, with whole numbers."""
    lines = (simplified(points[start:end]).round().astype(int) for start, end in itertools.pairwise(offsets))
    return "".join("M" + "L".join(f"{x} {y}" for x, y in line[:-1].tolist()) + "Z" for line in lines)


def simplified(line: np.ndarray, tolerance: float = 0.6) -> np.ndarray:
    """Leave out points (N, 2) of a line where it stays within the tolerance.

    Source: Douglas and Peucker (1973).
    """
    (x, y), (dx, dy) = (line - line[0]).T, line[-1] - line[0]
    length = math.hypot(dx, dy)
    away = np.abs(dx * y - dy * x) / length if length else np.hypot(x, y)
    far = int(away.argmax())
    if away[far] <= tolerance:
        return line[[0, -1]]
    return np.vstack([simplified(line[: far + 1], tolerance)[:-1], simplified(line[far:], tolerance)])
