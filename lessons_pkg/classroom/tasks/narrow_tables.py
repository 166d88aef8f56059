"""More tasks of chapter 02: a table with fewer numbers."""

import numpy as np

from ..task import task
from .equal_tables import pair_of, times


def product_of(function, matrix, size):
    """Return how wide the table is that a function returns, and its product with the other matrix."""
    pair = pair_of(function(matrix, size))
    return pair and {"width": pair[0].shape[1], "product": times(*pair)}


@task(
    lambda: [
        (np.array([[4.0, 1.0, 0.0, 2.0], [1.0, -3.0, 1.0, 0.5], [0.0, 2.0, 5.0, 1.0], [1.0, 1.0, 0.0, -2.0]]), 2),
        (np.array([[2.0, 1.0, 0.0], [0.5, 3.0, -1.0], [1.0, 0.0, 4.0]]), 1),
    ],
    observe=product_of,
    tolerance=1e-4,
    points=2,
)
def narrow(W, size):
    """Return a table (V, size) and a matrix (size, V) with the best product."""
    U, S, Vt = np.linalg.svd(W)
    return U[:, :size] * S[:size], Vt[:size]


def cut(W, keep, power):
    """Return the factors of W that are kept, with the singular values to a power."""
    U, S, Vt = np.linalg.svd(W)
    return U[:, keep] * S[keep] ** power, Vt[keep]


narrow.mistake(
    "You have kept the directions with the smallest singular values. In which order does numpy return them?",
    lambda W, size: cut(W, slice(-size, None), 1),
)
narrow.mistake(
    "The directions are right and their sizes are lost. Where do the singular values go?",
    lambda W, size: cut(W, slice(size), 0),
)
narrow.mistake(
    "The singular values are in both matrices, so the product has their squares. How can two factors share one number?",
    lambda W, size: cut(W, slice(size), 2),
)
narrow.mistake(
    "You have taken the mean off first, as one does to look at a plane. Whose product is to be near W itself?",
    lambda W, size: cut(W - W.mean(0), slice(size), 1),
)
narrow.mistake(
    "Nothing was left out: the table is as wide as the vocabulary. How many directions may stay?",
    lambda W, size: cut(W, slice(None), 1),
)
narrow.mistake(
    "The product holds the roots of the singular values: one factor has the root and the other has nothing. What must "
    "the two make together?",
    lambda W, size: cut(W, slice(size), 0.5),
)
narrow.mistake(
    "Two arrays are asked for, as a pair: `return table, matrix`. Where can the singular values go?",
    lambda W, size: np.linalg.svd(W),
)
narrow.mistake("Table and matrix have changed places.", lambda W, size: cut(W, slice(size), 1)[::-1])
narrow.mistake(
    "Rows of U were taken for its columns. Which part of U meets the first singular value?",
    lambda W, size: (np.linalg.svd(W)[0][:size].T * np.linalg.svd(W)[1][:size], cut(W, slice(size), 1)[1]),
)


narrow.mistake(
    "Columns of the last matrix do not fit the table. It is transposed already: in which way do its directions lie?",
    lambda W, size: (cut(W, slice(size), 1)[0], np.linalg.svd(W)[2][:, :size]),
)


@narrow.mistake(
    "The last matrix that numpy returns is transposed already: its rows are the directions. Which part did you take?"
)
def columns_of_the_last(W, size):
    U, S, Vt = np.linalg.svd(W)
    return U[:, :size] * S[:size], Vt[:, :size].T


@task(tolerance=0)
def width_to_match():
    """Return the smallest width of the figure at which a cut table is better than a trained one of width 2."""
    return 6


width_to_match.mistake(
    "At this width the cut table still pays more than the trained one with two numbers. Look along a horizontal line.",
    4,
)
width_to_match.mistake("It is better here. Was it at the width before?", 8)
width_to_match.mistake(
    "There the lines nearly meet. You are to compare with one height: that of the trained table of width 2.", 16
)
width_to_match.mistake("That is the width of the trained table. How much does the cut one pay there?", 2)
width_to_match.mistake(
    "At this width the trained table is better, and the cut one far above. Which lines do you compare?", 3
)
