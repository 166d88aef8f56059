from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lessons_pkg.classroom.plain import Unknown, form, from_json, holds_ellipsis, plain, same, shown, to_json

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
GRIDS = arrays.arrays(np.float64, arrays.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=NUMBERS)
KEYS = st.text(max_size=4)
VALUES = st.recursive(
    st.one_of(GRIDS, st.text(max_size=8), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=3)).map(plain),
)


@given(GRIDS)
def test_an_array_a_tensor_and_a_list_are_one_answer(array):
    forms = [
        array,
        torch.from_numpy(array.copy()),
        array.astype(object).tolist(),
        tuple(array) if array.ndim else array,
    ]
    for one in forms:
        assert same(plain(array), plain(one), 0) or 0 in array.shape


@pytest.mark.parametrize(
    "value",
    [True, np.True_, torch.tensor(True), 1, 1.0, np.float32(1), np.int64(1), torch.tensor(1), torch.ones(()).half()],
)
def test_numbers_of_every_kind_are_equal(value):
    assert same(plain(1.0), plain(value), 0)


def test_what_carries_a_gradient_is_a_number_too():
    weight = torch.tensor([1.0, 2.0], requires_grad=True)
    assert same(plain(weight * 2), plain([2, 4]), 0)


def test_shapes_count():
    for one, other in [([1, 2], [[1, 2]]), ([1, 2], [[1], [2]]), (3, [3]), ([], 0), ([1, 2], [1, 2, 3])]:
        assert not same(plain(one), plain(other), 1)


@pytest.mark.parametrize(
    ("expected", "answer", "near"),
    [(0.5, 0.509, True), (0.5, 0.511, False), (200, 201.9, True), (200, 202.1, False), (-200, -201.9, True)],
)
def test_the_tolerance_is_absolute_below_one_and_relative_above(expected, answer, near):
    assert same(plain(expected), plain(answer), 0.01) is near


def test_infinities_and_nans():
    assert same(plain([np.inf, -np.inf, np.nan]), plain([np.inf, -np.inf, np.nan]), 0)
    for one, other in [(np.inf, -np.inf), (np.inf, 1), (1, np.nan), (np.nan, 1)]:
        assert not same(plain([one, 2]), plain([other, 2]), 1e-3)


def test_lists_dicts_sets_and_text():
    assert same(plain({"b": [1, "x"], "a": (1, 2)}), plain({"a": np.array([1, 2]), "b": (1.0, "x")}), 0)
    assert same(plain({"x", "a"}), plain(["a", "x"]), 0)
    assert same(plain(Counter("aab")), plain({"a": 2, "b": 1}), 0)
    assert same(plain({1: 2}), plain({1: 2.0}), 0)
    assert same(plain({1: 2}), plain({np.int64(1): 2}), 0)
    assert same(plain(27**14), plain(27.0**14), 0)
    assert not same(plain({1: 2}), plain({"1 ": 2}), 0)
    assert same(plain(["a", 1]), plain([np.array(["a", "b"])[0], 1]), 0)
    assert not same(plain("1"), plain(1), 0)
    assert not same(plain("model"), plain(object), 0)
    assert not same(plain(["a", 1]), plain(["a", 1, 2]), 0)


def test_what_is_no_data_is_named_by_its_type():
    assert plain(torch.nn.Linear(2, 3)) == from_json(to_json(Unknown("Linear"))) == Unknown("Linear")
    assert plain(Fraction(1, 4)) == 0.25
    assert isinstance(plain(iter([1])), Unknown)
    assert plain(np.array(["a", "b"])) == ["a", "b"]
    assert form(plain(np.array([b"a"]))) == "an array of |S1"
    assert not same(plain("Linear"), plain(torch.nn.Linear(2, 3)), 0)
    assert not same(plain(1j), plain(1), 0)


@given(VALUES)
def test_json_and_back(value):
    text = to_json(value)
    assert same(value, from_json(text), 0)
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize(
    "text", ["", "{", '{"shape of an array": [2], "numbers": [1]}', '{"shape of an array": "x", "numbers": ["y"]}']
)
def test_json_that_is_damaged_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        from_json(text)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (3, "a number", "3"),
        ([1.5, -2], "numbers of shape (2,)", "[1.5, -2.]"),
        ([1.0, -200], "numbers of shape (2,)", "[1, -200]"),
        (np.zeros((2, 3)), "numbers of shape (2, 3)", "[[0, 0, 0], [0, 0, 0]]"),
        ({"a": 1, "b": "x"}, "a dict with the keys a and b", "{'a': 1, 'b': 'x'}"),
        ({"c": 1, "a": 1, "b": 1}, "a dict with the keys a, b and c", "{'c': 1, 'a': 1, 'b': 1}"),
        ({"a": 1}, "a dict with the key a", "{'a': 1}"),
        ({}, "an empty dict", "{}"),
        (["a", "b"], "a list of 2", "['a', 'b']"),
        ([], "an empty list", "[]"),
        ("ann", "text", "'ann'"),
        (None, "None", "None"),
        (torch.nn.Tanh(), "a Tanh", "<Tanh>"),
    ],
)
def test_answers_in_words(value, kind, text):
    assert form(plain(value)) == kind
    assert shown(plain(value)) == text


def test_long_answers_are_cut():
    assert len(shown("x" * 1000)) < 120
    assert len(shown(plain(np.arange(10_000.0).reshape(100, 100)))) < 120


@pytest.mark.parametrize("value", [..., [1, ...], {"a": (1, [...])}, (1, {"b": ...})])
def test_ellipsis_is_found_anywhere(value):
    assert holds_ellipsis(value)


@pytest.mark.parametrize("value", [None, 0, [1], "...", {"a": [2]}, np.zeros(3), iter([...]), [torch.zeros(2)]])
def test_other_answers_are_filled_in(value):
    assert not holds_ellipsis(value)
