"""Where words go in a figure, so that none lies on a line or on another word.

Distances are in pixels of the figure as it is laid out when these functions are called, so call them last.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text

from .style import COLOURS

SIDES = ((8, -4, "left", "top"), (-8, 4, "right", "bottom"))  # beside a line that rises: below it, above it
TURNS = np.arange(16) * np.pi / 8
RINGS = [radius * np.array([np.cos(turn), np.sin(turn)]) for radius in range(12, 60, 3) for turn in TURNS]
TRIALS = 20  # orders in which crowded words look for a place; the one with the shortest ways is kept


def corners(text: Text) -> np.ndarray:
    """Return where a text stands: ((left, bottom), (right, top))."""
    return (text.get_bbox_patch() or text).get_window_extent().get_points()


def clearance(box: np.ndarray, points: np.ndarray) -> float:
    """Return how far a box is from the nearest of some points (N, 2); 0 if one is inside."""
    beyond = np.maximum(np.maximum(box[0] - points, points - box[1]), 0)
    return np.linalg.norm(beyond, axis=1).min()


def path(line: Line2D) -> np.ndarray:
    """Return 500 points (500, 2) along a line of a figure."""
    points = line.get_transform().transform(line.get_xydata())
    at = np.linspace(0, len(points) - 1, 500)
    return np.stack([np.interp(at, range(len(points)), column) for column in points.T], axis=1)


def filled(box: np.ndarray) -> np.ndarray:
    """Return 100 points (100, 2) all over a box."""
    return np.stack(np.meshgrid(*np.linspace(*box, 10).T), axis=-1).reshape(-1, 2)


def label_lines(axis: Axes, labels: Sequence[str]) -> list[Annotation]:
    """Name the first lines of an axis, each beside that point where all else is farthest away."""
    axis.figure.draw_without_rendering()  # lays it out
    paths, words = [path(line) for line in axis.lines], [filled(corners(text)) for text in axis.texts]
    frame, notes = axis.bbox.get_points(), []
    for k, label in enumerate(labels):
        note = axis.annotate(label, (0, 0), (0, 0), textcoords="offset points")
        others, rooms = np.concatenate([*paths[:k], *paths[k + 1 :], *words]), {}
        places = [(tuple(point), side) for point in axis.lines[k].get_xydata() for side in SIDES]
        for place in places:
            move(note, *place)
            box = corners(note)
            fits = np.all(box[0] > frame[0]) and np.all(box[1] < frame[1]) and clearance(box, paths[k]) > 2
            rooms[place] = clearance(box, others) if fits else -1
        move(note, *max(rooms, key=rooms.get))
        words.append(filled(corners(note)))
        notes.append(note)
    return notes


def move(note: Annotation, point: tuple[float, float], side: tuple[float, float, str, str]) -> None:
    """Put a note at one side of a point."""
    note.xy = point
    note.set(position=side[:2], ha=side[2], va=side[3])


def overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return which of some boxes (N, 2, 2) share a point with one."""
    return np.all((box[0] < boxes[:, 1]) & (boxes[:, 0] < box[1]), axis=-1)


def ways_out(boxes: np.ndarray, away: np.ndarray, order: Sequence[int]) -> dict[int, np.ndarray]:
    """Return how far some boxes go so that neither they nor the lines they leave behind meet anything.

    Args:
        boxes: all boxes (N, 2, 2), of which those not in ``order`` stay where they are.
        away: the direction (N, 2) in which each would rather go.
        order: who chooses first, second and so on.
    """
    centres, steps = boxes.mean(1), {}
    taken = [*np.delete(boxes, order, axis=0), *(centres[order, None] + [[-4], [4]])]  # dots where those that go were
    for k in order:
        for step in sorted(RINGS, key=lambda step, k=k: np.hypot(*step) - 0.4 * step @ away[k]):
            line = centres[k] + np.outer((0.5, 0.75), step)
            new = [boxes[k] + step, *(line[:, None] + [[-1], [1]])]
            if not any(overlaps(box, np.array(taken)).any() for box in new):
                taken += new
                steps[k] = step
                break
    return steps


def spread_words(axis: Axes) -> None:
    """Move notes that lie on one another to the nearest place where each can be read, and mark the points they name."""
    axis.figure.draw_without_rendering()
    notes = list(axis.texts)
    full = np.array([corners(note) for note in notes])
    centres = full.mean(1, keepdims=True)
    tight, boxes = (centres + part * (full - centres) for part in (0.7, 0.9))  # letters do not fill theirs
    met = np.array([overlaps(box, tight) for box in tight])  # each meets itself, too
    away = centres[:, 0] - np.stack([centres[row, 0].mean(0) for row in met])
    away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-9
    crowded, rng = np.flatnonzero(met.sum(1) > 1), np.random.default_rng(0)
    trials = [ways_out(boxes, away, rng.permutation(crowded)) for _ in range(TRIALS)]
    best = min(trials, key=lambda steps: (-len(steps), sum(np.hypot(*step) ** 2 for step in steps.values())))
    for k, step in best.items():
        lead(notes[k], step * 72 / axis.figure.dpi)


def lead(note: Annotation, points: np.ndarray) -> None:
    """Move a note by some points, with a dot where it was and a line to it."""
    line = {"arrowstyle": "-", "color": COLOURS["grey"], "shrinkA": 0, "shrinkB": 0}
    note.axes.annotate("", note.xy, points, textcoords="offset points", arrowprops=line, zorder=2)
    note.axes.plot(*note.xy, ".", color=COLOURS["grey"], ms=5)
    note.set_position(points)
    if not note.get_bbox_patch():
        note.set_bbox({"fc": "white", "ec": "none", "pad": 0})  # the line ends at the letter
