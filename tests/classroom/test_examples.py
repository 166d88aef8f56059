"""Every telling number in the text of an exercise is shown in it or in its chapter, or is an example computed here."""

import math
from collections import Counter
from decimal import Decimal

import nbformat
import numpy as np
import pytest
import torch

from lessons_pkg import load_names, load_tales
from lessons_pkg.classroom.tasks import batches, bayes, bptt, clipping, history, jacobians, training_on_names, unknowns
from lessons_pkg.numpy_rnn import forward_name
from lessons_pkg.tokenizer import split_words
from tests.prose import numbers, unbound
from tests.rules import code_cells, known_numbers, parsed, texts
from tests.tiny import ROOT

STEMS = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))


def read(folder: str, stem: str):
    return nbformat.read(ROOT / folder / f"{stem}.ipynb", as_version=4)


def defined(stem: str) -> dict:
    """Return what the first cells of an exercise define, up to its first check; the setup cell is left out."""
    namespace = {}
    for _, cell in code_cells(read("exercises", stem))[1:]:
        exec(compile(parsed(cell), stem, "exec"), namespace)
        if "name_nll" in namespace or "trace" in namespace:
            return namespace
    raise AssertionError(stem)


def unseen_elsewhere() -> float:
    """Return the share of the tokens of each training tale that stand in no other one, as chapter 08's answer says."""
    tales = [Counter(split_words(tale)) for tale in load_tales().train.split("\n\n")]
    holders = Counter(word for tale in tales for word in tale)
    return sum(n for tale in tales for word, n in tale.items() if holders[word] == 1) / sum(map(Counter.total, tales))


def examples(stem: str) -> list:
    """Return the results of the small examples in the text of an exercise."""
    match stem[:2]:
        case "01":
            return [*bayes.posterior(np.array([2.0, 1.0]), np.array([0.5, 0.5]))]
        case "03":
            found = defined(stem)
            return [found["name_nll"](found["params"], [".ain".index(x) for x in "anna"]), len(load_names().validation)]
        case "04":
            found = defined(stem)
            start = bptt.start_gradient(found["params"], forward_name(found["params"], found["vocab"].encode("anna")))
            one = history.leaky_walk(np.array([[2.0]]), 0.5, np.zeros((2, 1)), np.ones((2, 1)))
            return [*start, 2 * 7643, *one.ravel()]
        case "05":
            sizes = jacobians.radius_and_stretch(np.array([[0.9, 2], [0, 0.9]]))
            hiddens = np.array([[0, 0], [0.5, 0.1], [0.6, 0.8]])
            return [*sizes, jacobians.tight_bound(np.eye(2), hiddens), clipping.rest(np.array([0.0, 4.0]), 1, 0.5, 1)]
        case "06":
            part = batches.accumulate([({"w": np.array([1.0])}, 30), ({"w": np.array([4.0])}, 10)])
            return [training_on_names.floor(["a", "a", "b"]), *part["w"]]
        case "07":
            return [-math.log(-math.log(0.5)), round(5285 * math.log(20), -3)]
        case "08":
            share = unknowns.left_out_unknown(["the", "hen", "and", "the", "cock"])
            nats = unknowns.mended(torch.tensor([1.0]), torch.tensor([False]), 0.1)
            return [share, *nats.tolist(), 0.2**3, unseen_elsewhere()]
        case "09":
            return [np.mean(range(1, 41)), np.mean(range(21, 41))]
    return []


@pytest.mark.parametrize("stem", STEMS)
def test_numbers_of_the_text_are_computed(stem):
    solution = read("solutions", stem)
    known = known_numbers(solution) | known_numbers(read("book", stem))
    known |= {Decimal(repr(abs(float(value)))) for value in examples(stem)}
    assert [stray for _, text in texts(solution) for stray in unbound(text, known)] == []


def test_a_number_from_nowhere_is_noticed():
    assert list(unbound("It returns 13.58.", numbers("13.57"))) == ["13.58"]
