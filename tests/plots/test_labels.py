"""Words in a figure lie on no line and on no other word."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.tiny  # noqa: F401, it loads the profile of hypothesis
from lessons_pkg.plots.labels import clearance, corners, filled, label_lines, overlaps, path, spread_words
from lessons_pkg.plots.style import in_style, picture

BOX = np.array([[0.0, 0.0], [4.0, 2.0]])


def test_clearance_is_the_distance_to_the_nearest_point():
    assert clearance(BOX, np.array([[7.0, 6.0], [100.0, 1.0]])) == 5
    assert clearance(BOX, np.array([[2.0, 5.0]])) == 3
    assert clearance(BOX, np.array([[2.0, 1.0], [7.0, 6.0]])) == 0


def test_overlaps():
    others = BOX + np.array([[3, 3], [3, 1], [4.5, 0], [0, 0]])[:, None]
    assert overlaps(BOX, others).tolist() == [False, True, False, True]


def test_filled_reaches_the_corners():
    points = filled(BOX)
    assert points.shape == (100, 2)
    assert points.min(0).tolist() == [0, 0]
    assert points.max(0).tolist() == [4, 2]


@in_style
def lines(*bends):
    _, axis = picture(height=3.4)
    x = np.linspace(0, 3, 40)
    for bend in bends:
        axis.plot(x, 1 - np.exp(-bend * x))
    axis.axhline(1)
    axis.text(0, 1, "the limit", va="bottom")
    axis.set(ylim=(0, 1.2), xlim=(0, None))
    return axis


@pytest.mark.parametrize("bends", [(4, 1, 0.3), (8, 2), (2, 1.5)])
def test_labels_touch_no_line_and_no_word(bends):
    axis = lines(*bends)
    notes = label_lines(axis, [f"bend {bend}" for bend in bends])
    assert [note.get_text() for note in notes] == [f"bend {bend}" for bend in bends]
    axis.figure.draw_without_rendering()
    boxes = np.array([corners(text) for text in axis.texts])
    for note, line in zip(notes, axis.lines, strict=False):
        room = [clearance(corners(note), path(other)) for other in axis.lines]
        assert min(room) > 2
        assert clearance(corners(note), path(line)) == min(room)  # the one it names is the nearest
    assert all(overlaps(box, boxes).sum() == 1 for box in boxes)


@in_style
def crowd(seed):
    _, axis = picture(height=4)
    axis.set(xlim=(-2, 2), ylim=(-1, 1))
    points = np.random.default_rng(seed).normal(size=(12, 2)) * 0.15
    for letter, point in zip("abcdefghijkl", points, strict=True):
        axis.annotate(letter, point, (0, 0), textcoords="offset points", ha="center", va="center")
    return axis


def letters_of(axis):
    axis.figure.draw_without_rendering()
    texts = [text for text in axis.texts if text.get_text()]
    boxes = np.array([text.get_window_extent().get_points() for text in texts])
    return texts, 0.7 * boxes + 0.3 * boxes.mean(1, keepdims=True)


@settings(max_examples=10)  # each draws two figures
@given(st.integers(0, 1000))
def test_spread_words_makes_room_for_each_letter_and_moves_no_other(seed):
    axis = crowd(seed)
    _, before = letters_of(axis)
    alone = [overlaps(box, before).sum() == 1 for box in before]
    spread_words(axis)
    letters, after = letters_of(axis)
    assert [text.get_position() == (0, 0) for text in letters] == alone
    assert all(overlaps(box, after).sum() == 1 for box in after)
    dots = {tuple(dot.get_xydata()[0]) for dot in axis.lines}
    assert dots == {text.xy for text, stays in zip(letters, alone, strict=True) if not stays}


def test_spread_words_gives_the_same_picture_twice():
    one, other = crowd(0), crowd(0)
    for axis in (one, other):
        spread_words(axis)
    assert [tuple(text.get_position()) for text in one.texts] == [tuple(text.get_position()) for text in other.texts]
    assert any(text.get_position() != (0, 0) for text in one.texts)
