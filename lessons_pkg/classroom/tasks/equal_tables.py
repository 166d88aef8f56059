"""More tasks of chapter 02: tables that are not the same and do the same."""

import numpy as np

from ...numpy_rnn import softmax
from ..task import task


def softmax_of(function, counts, k):
    """Return the softmax of the table that a function returns."""
    table = function(counts, k)
    return None if table is None else softmax(np.asarray(table, dtype=float))


@task(
    lambda: [
        (np.array([[3.0, 0.0, 1.0], [0.0, 2.0, 5.0], [4.0, 1.0, 1.0]]), 1.0),
        (np.array([[0.0, 9.0, 2.0, 1.0], [1.0, 0.0, 0.0, 3.0], [6.0, 2.0, 0.0, 4.0], [0.0, 0.0, 8.0, 1.0]]), 0.5),
    ],
    observe=softmax_of,
    tolerance=1e-4,
)
def from_counts(counts, k):
    """Return a table of scores whose softmax is the add-k bigram model."""
    return np.log(counts + k)


from_counts.mistake(
    "After the softmax all rows are nearly even: your table holds the probabilities themselves. What does the softmax "
    "do to a score before it divides?",
    lambda counts, k: (counts + k) / (counts + k).sum(1, keepdims=True),
)
from_counts.mistake(
    "After the softmax each row is sure of its commonest follower. The counts were used as scores: what is missing?",
    lambda counts, k: counts + k,
)
from_counts.mistake(
    "Some probabilities are zero: a score is minus infinity. What does k do, and where?",
    lambda counts, k: np.log(counts),
)
from_counts.mistake(
    "You have divided each column by its sum. Each row is a context; what must sum to 1?",
    lambda counts, k: np.log((counts + k) / (counts + k).sum(0)),
)
from_counts.mistake(
    "A logarithm, and of another base than the one that the softmax raises to powers. Which is that?",
    lambda counts, k: np.log2(counts + k),
)
from_counts.mistake(
    "The logarithm to base 10 makes the table too even. Which number does the softmax raise to powers?",
    lambda counts, k: np.log10(counts + k),
)
from_counts.mistake(
    "You have added k to shares. In the formula it is added to something else, before any division. To what?",
    lambda counts, k: np.log(counts / counts.sum(1, keepdims=True) + k),
)
from_counts.mistake(
    "The sums are of rows, and each column was divided by one of them. Which shape must the sums have, (V,) or (V, 1)?",
    lambda counts, k: np.log((counts + k) / (counts + k).sum(1)),
)
from_counts.mistake(
    "What was seen often gets little. Is the score of a likely symbol high or low?",
    lambda counts, k: -np.log(counts + k),
)
from_counts.mistake(
    "You have added 1, whatever k is: right for one of the two tables.", lambda counts, k: np.log(counts + 1)
)
from_counts.mistake(
    "Rows and columns have changed places. Which symbol owns a row, the one before or the one after?",
    lambda counts, k: np.log(counts + k).T,
)
from_counts.mistake(
    "The probabilities are right, and then e was raised to them. The softmax does that by itself: what undoes it?",
    lambda counts, k: np.exp((counts + k) / (counts + k).sum(1, keepdims=True)),
)


def pair_of(returned):
    """Return what a function has returned as two matrices; None stays None.

    Raises:
        ValueError: if it is something else.
    """
    if returned is None:
        return None
    if isinstance(returned, tuple | list) and len(returned) == 2:
        pair = [np.asarray(matrix, dtype=float) for matrix in returned]
        if all(matrix.ndim == 2 for matrix in pair):
            return pair
    raise ValueError("it needs a table and a matrix, as a pair of arrays with two axes each")


def times(table, matrix):
    """Return the product of a table and a matrix.

    Raises:
        ValueError: if there is none.
    """
    if table.shape[1] != matrix.shape[0]:
        raise ValueError(f"a table {table.shape} and a matrix {matrix.shape} have no product")
    return table @ matrix


def seen_through(function, table, first):
    """Return the table that a function returns, and what the next layer gets from it."""
    pair = pair_of(function(table, first))
    return pair and {"table": pair[0], "as seen": times(*pair)}


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
unit_columns.mistake(
    "What the next layer sees is right. All columns were divided by one number. How many lengths are there?",
    lambda table, first: (table / np.linalg.norm(table), first * np.linalg.norm(table)),
)
unit_columns.mistake(
    "What the next layer sees is right. The largest number of each column is 1. Is that its length?",
    lambda table, first: (table / np.abs(table).max(0), first * np.abs(table).max(0)[:, None]),
)
unit_columns.mistake(
    "What the next layer sees is right. The sizes of the numbers in a column sum to 1. What is a length made of?",
    lambda table, first: (table / np.abs(table).sum(0), first * np.abs(table).sum(0)[:, None]),
)
unit_columns.mistake(
    "Table and matrix have changed places.",
    lambda table, first: (first * lengths_of(table)[:, None], table / lengths_of(table)),
)
unit_columns.mistake(
    "The second array is the product, what the next layer gets. Asked for is the matrix that makes it.",
    lambda table, first: (table / lengths_of(table), table @ first),
)
unit_columns.mistake(
    "Two arrays are asked for, as a pair: the table, and the matrix that fits.",
    lambda table, first: table / lengths_of(table),
)
