"""More tasks of chapter 02: a table with fewer numbers, and a table on another scale."""

import numpy as np

from ..task import task


def product_of(function, matrix, size):
    """Return how wide the table is that a function returns, and its product with the other matrix."""
    table, U = map(np.asarray, function(matrix, size))
    return {"width": table.shape[1], "product": table @ U}


@task(
    lambda: [
        (np.array([[4.0, 1.0, 0.0, 2.0], [1.0, -3.0, 1.0, 0.5], [0.0, 2.0, 5.0, 1.0], [1.0, 1.0, 0.0, -2.0]]), 2),
        (np.array([[2.0, 1.0, 0.0], [0.5, 3.0, -1.0], [1.0, 0.0, 4.0]]), 1),
    ],
    observe=product_of,
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
width_to_match.mistake("That is the width of the trained table. How much does the cut one pay there?", 2)
width_to_match.mistake(
    "At this width the trained table is better, and the cut one far above. Which lines do you compare?", 3
)


def seen_through(function, table, first):
    """Return the table that a function returns, and what the next layer gets from it."""
    new, layer = map(np.asarray, function(table, first))
    return {"table": new, "as seen": new @ layer}


@task(
    lambda: [
        (np.array([[3.0, 1.0], [0.0, 2.0], [4.0, -2.0], [0.0, 0.0]]), np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]])),
        (np.array([[1.0, 6.0], [2.0, 0.0], [-2.0, 8.0]]), np.array([[1.0, 2.0], [5.0, -1.0]])),
    ],
    observe=seen_through,
)
def unit_columns(table, first):
    """Return the same network with a table whose columns have length 1."""
    lengths = np.linalg.norm(table, axis=0)
    return table / lengths, first * lengths[:, None]


def lengths_of(table):
    """Return the length of each column."""
    return np.linalg.norm(table, axis=0)


unit_columns.mistake(
    "The columns have length 1, but the next layer sees other rows than before. What must happen to its weights?",
    lambda table, first: (table / lengths_of(table), first),
)
unit_columns.mistake(
    "Both were divided. If a number in the table has become smaller, what must the weight become that reads it?",
    lambda table, first: (table / lengths_of(table), first / lengths_of(table)[:, None]),
)
unit_columns.mistake(
    "You have used the first layer's columns. Number j of a row is read by which row of the first layer?",
    lambda table, first: (table / lengths_of(table), first * lengths_of(table)),
)
unit_columns.mistake(
    "You have given each row the length 1. That changes each symbol by another factor, and no matrix behind the table "
    "can take it back. What is a column here?",
    lambda table, first: (table / np.linalg.norm(table, axis=1, keepdims=True), first),
)
unit_columns.mistake(
    "What the next layer sees is right. The columns are not of length 1: you have divided by the square of the length.",
    lambda table, first: (table / lengths_of(table) ** 2, first * lengths_of(table)[:, None] ** 2),
)
unit_columns.mistake(
    "What the next layer sees is right. The columns have a standard deviation of 1. Is that a length?",
    lambda table, first: (table / table.std(0), first * table.std(0)[:, None]),
)
