import math
import traceback

import numpy as np
import pytest
import torch

from lessons_pkg.classroom import check
from lessons_pkg.classroom import task as task_module
from lessons_pkg.classroom.checks import judge, outcomes
from tests.classroom import tiny_tasks
from tests.classroom.tiny_tasks import axis, double, nats_of_a_die, softmax


@pytest.fixture(autouse=True)
def only_tiny_tasks(monkeypatch):
    """Let ``check`` find the small tasks beside this file."""
    monkeypatch.setattr(task_module, "TASKS", "tests.classroom")
    monkeypatch.delenv("LESSONS_STRICT", raising=False)
    assert tiny_tasks.__name__ == "tests.classroom.tiny_tasks"


def said(capsys, answer, name="softmax"):
    """Return the verdict of an answer and the lines that are printed."""
    verdict = check(f"tiny_tasks.{name}", answer)
    return verdict, capsys.readouterr().out.splitlines()


def cell(source, name="answer"):
    """Return what a notebook cell with this source defines."""
    namespace = {"torch": torch}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize(
    "answer",
    [
        softmax.reference,
        lambda logits: (logits.exp() / logits.exp().sum(-1, keepdim=True)).tolist(),
        lambda logits: np.exp(logits.numpy()) / np.exp(logits.numpy()).sum(-1, keepdims=True),
    ],
)
def test_a_right_answer_passes_whatever_its_form(capsys, answer):
    verdict, lines = said(capsys, answer)
    assert verdict
    assert lines == ["✓ passed: tiny_tasks.softmax"]


def nothing_yet(logits):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [None, ..., nothing_yet, lambda logits: ..., lambda logits: [1, ...]])
def test_what_is_blank_is_not_filled_in_yet(capsys, answer):
    verdict, lines = said(capsys, answer)
    assert not verdict
    assert lines == ["… not filled in yet: tiny_tasks.softmax"]


@pytest.mark.parametrize("answer", [None, ..., (1, ...), {"a": ...}])
def test_a_value_that_is_blank_is_not_filled_in_yet(capsys, answer):
    assert said(capsys, answer, "nats_of_a_die")[1] == ["… not filled in yet: tiny_tasks.nats_of_a_die"]


@pytest.mark.parametrize("mistake", softmax.mistakes, ids=lambda mistake: mistake.hint)
def test_a_known_mistake_gets_its_hint(capsys, mistake):
    verdict, lines = said(capsys, mistake.answer)
    assert (verdict.state, verdict.hint) == ("wrong", mistake.hint)
    assert lines[:2] == ["✗ wrong: tiny_tasks.softmax", f"  {mistake.hint}"]


def test_a_hint_needs_the_same_behaviour_in_every_case(capsys):
    verdict, lines = said(capsys, lambda logits: logits.exp() / logits.exp().sum() if logits.dim() > 1 else logits)
    assert verdict.state == "wrong"
    assert verdict.hint == ""
    assert lines[1:] == ["  Tried with ([1, 2, 4]).", "  Yours:    [1, 2, 4]", "  Expected: [0.042, 0.1142, 0.8438]"]


def test_the_first_case_that_fails_is_shown(capsys):
    _, lines = said(capsys, lambda logits: logits.exp() / logits.exp().sum())
    assert lines[2] == "  Tried with ([[0, 1, 3], [1, 0, 0]])."


def test_a_wrong_shape_is_said(capsys):
    _, lines = said(capsys, lambda logits: torch.softmax(logits, -1).unsqueeze(-1))
    assert lines[2] == "  Yours gives numbers of shape (3, 1); expected numbers of shape (3,)."
    _, lines = said(capsys, lambda logits: "0.1, 0.9")
    assert lines[2] == "  Yours gives text; expected numbers of shape (3,)."
    _, lines = said(capsys, 3)
    assert lines[1:] == ["  This is a number. Hand in the function itself: its name, without brackets."]


def test_a_missing_return_is_said(capsys):
    assert said(capsys, lambda logits: None)[1][2] == "  Your function returned None: is a `return` missing?"


def test_where_large_answers_differ_most():
    ours, theirs = np.zeros((5, 5)), np.zeros((5, 5))
    theirs[2, 3], theirs[4, 4] = 0.7, 0.1
    many = task_module.Task("t.many", lambda: ours, lambda: [()], task_module.call, 1e-5, 1)
    assert judge(many, outcomes(many, lambda: theirs)).details == (
        "Where they differ most, at [2, 3]:",
        "Yours:    0.7",
        "Expected: 0",
    )
    theirs[1, 1] = np.nan
    assert judge(many, outcomes(many, lambda: theirs)).details[0] == "Where they differ most, at [1, 1]:"


@pytest.mark.parametrize(
    ("ours", "theirs", "lines"),
    [
        (
            {"a": [1], "b": [2, 3]},
            {"a": [1], "b": [2, 4]},
            ("They differ at 'b':", "Yours:    [2, 4]", "Expected: [2, 3]"),
        ),
        (["x", [1], "z"], ["x", [5], "y"], ("They differ at 1:", "Yours:    [5]", "Expected: [1]")),
        (
            ["x", "z"],
            ["x"],
            ("Yours gives a list of 1; expected a list of 2.", "Yours:    ['x']", "Expected: ['x', 'z']"),
        ),
        (
            {"a": {"b": "c"}},
            {"a": {"b": "d"}},
            ("They differ at 'a':", "They differ at 'b':", "Yours:    'd'", "Expected: 'c'"),
        ),
    ],
)
def test_where_a_dict_or_a_list_differs(ours, theirs, lines):
    nested = task_module.Task("t.nested", lambda: ours, lambda: [()], task_module.call, 1e-5, 1)
    assert judge(nested, outcomes(nested, lambda: theirs)).details == lines


OWN = """
def helper(x):
    return torch.softmax(x, 7)

def answer(logits):
    return helper(logits)
"""


def test_an_error_is_shown_in_the_learners_own_lines(capsys, monkeypatch):
    monkeypatch.setitem(traceback.linecache.cache, "<cell>", (len(OWN), None, OWN.splitlines(keepends=True), "<cell>"))
    verdict, lines = said(capsys, cell(OWN))
    assert verdict.state == "wrong"
    assert lines[1] == "  Tried with ([1, 2, 4])."
    assert lines[2].startswith("  Your function raised IndexError: Dimension out of range")
    assert lines[-2:] == [
        "  line 6 of the cell, in answer: return helper(logits)",
        "  line 3 of the cell, in helper: return torch.softmax(x, 7)",
    ]
    assert not [line for line in lines if "site-packages" in line or "checks" in line]


def test_an_error_that_is_not_the_known_one_gets_no_hint(capsys):
    assert said(capsys, lambda logits: logits[7])[0].hint == softmax.mistakes[2].hint
    assert said(capsys, lambda logits: [1, 2][7])[0].hint == ""


def test_the_wrong_arguments(capsys):
    _, lines = said(capsys, cell("def answer(): pass"))
    says = " ".join(line.strip() for line in lines)
    assert "At the call, or with what your function returned: TypeError: answer() takes 0 positional" in says


def test_what_counts_can_be_what_a_function_changes(capsys):
    assert said(capsys, double.reference, "double")[0]
    verdict, _ = said(capsys, double.mistakes[0].answer, "double")
    assert verdict.hint == double.mistakes[0].hint


@pytest.mark.parametrize("answer", [1.79, math.log(6), np.float32(1.7918), torch.tensor(1.79), 1.795])
def test_a_value_may_be_rounded(capsys, answer):
    assert said(capsys, answer, "nats_of_a_die")[0]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (1.5, "That is not it, and it is none of the wrong answers that we know."),
        (2.585, "Those are bits."),
        (1.9459, "The die has no face more."),
        ("1.79", "You entered text; it takes a number."),
        ([1.79], "You entered numbers of shape (1,); it takes a number."),
        (math.log, "You entered a builtin_function_or_method; it takes a number."),
    ],
)
def test_a_wrong_value(capsys, answer, line):
    verdict, lines = said(capsys, answer, "nats_of_a_die")
    assert verdict.state == "wrong"
    assert lines == ["✗ wrong: tiny_tasks.nats_of_a_die", f"  {line}"]


def test_capitals_and_spaces_do_not_count_in_a_choice(capsys):
    for answer in (" B ", "b,", "B;"):
        assert said(capsys, answer, "axis")[0]
    assert said(capsys, "A", "axis")[0].hint == axis.mistakes[0].hint
    assert said(capsys, "c", "axis")[0].state == "wrong"


def test_an_unknown_name_names_those_near_it():
    with pytest.raises(
        ValueError, match=r"check: got the name 'tiny_tasks.softmx'; there is no such task. Near it: .*softmax"
    ):
        check("tiny_tasks.softmx", 1)
    for name in ("", "softmax", "tiny_tasks", "tiny_tasks.math", "os.path"):
        with pytest.raises(ValueError, match="there is no such task"):
            check(name, 1)
    with pytest.raises(ValueError, match="check: got a function for the name of a task; it needs text"):
        check(nothing_yet, "tiny_tasks.softmax")


def test_strict_raises_what_it_prints(capsys, monkeypatch):
    monkeypatch.setenv("LESSONS_STRICT", "1")
    with pytest.raises(AssertionError, match=r"wrong: tiny_tasks\.nats_of_a_die"):
        check("tiny_tasks.nats_of_a_die", 2)
    with pytest.raises(AssertionError, match="not filled in yet"):
        check("tiny_tasks.nats_of_a_die", ...)
    assert check("tiny_tasks.nats_of_a_die", 1.79)
    monkeypatch.setenv("LESSONS_STRICT", "0")
    assert not check("tiny_tasks.nats_of_a_die", 2)


def test_the_random_generator_is_left_as_it_was_and_chance_is_the_same_each_time():
    drawn = []

    def answer(logits):
        drawn.append(torch.rand(1).item())
        return logits

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    for _ in range(2):
        outcomes(softmax, answer)
    assert torch.equal(torch.rand(3), expected)
    assert drawn[:2] == drawn[2:]


def test_every_case_is_made_anew():
    for _ in range(2):
        assert judge(double, outcomes(double, double.reference))


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError


def unspeakable(logits):
    raise UnspeakableError


def holds_itself(logits):
    found = [1]
    found.append(found)
    return found


@pytest.mark.parametrize(
    "answer",
    [unspeakable, holds_itself, lambda logits: logits.to_sparse(), lambda logits: torch.zeros(2, device="meta")],
)
def test_check_survives_what_a_function_returns_or_raises(capsys, answer):
    assert said(capsys, answer)[0].state == "wrong"


@pytest.mark.parametrize("answer", [holds_itself(0), torch.ones(2).to_sparse(), 10**400])
def test_check_survives_any_value(capsys, answer):
    assert said(capsys, answer, "nats_of_a_die")[0].state == "wrong"


def test_infinities_that_agree_are_not_where_answers_differ():
    ours, theirs = np.full((4, 4), np.inf), np.full((4, 4), np.inf)
    ours[1, 2], theirs[1, 2] = 3, 4
    many = task_module.Task("t.many", lambda: ours, lambda: [()], task_module.call, 1e-5, 1)
    assert judge(many, outcomes(many, lambda: theirs)).details[0] == "Where they differ most, at [1, 2]:"


def test_an_interruption_is_not_swallowed():
    def answer(logits):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outcomes(softmax, answer)


def test_a_notebook_shows_a_verdict_once():
    shell = pytest.importorskip("IPython.core.formatters").DisplayFormatter()
    verdict = judge(nats_of_a_die, outcomes(nats_of_a_die, 1.79))
    assert shell.format(verdict) == ({}, {})


@pytest.mark.parametrize("found", [[], [{}], [{}, {}, {}], [{"value": None}, {"raised": 3}]])
def test_outcomes_that_are_damaged_do_not_pass(found):
    assert judge(softmax, found).state == "wrong"
