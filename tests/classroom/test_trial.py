from threading import Event

import pytest

from lessons_pkg.classroom import trial
from lessons_pkg.classroom.processes import Limits
from lessons_pkg.classroom.submissions import Asked, Submission
from lessons_pkg.classroom.trial import NOT_FOUND, Trial
from tests.classroom.tiny_tasks import axis, softmax

ASKED = [Asked(softmax, "softmax"), Asked(axis, "axis")]
READY, DONE = ["ready", ["network"]], ["done"]


def found(task, text="[]"):
    return [["task", task.name], ["found", task.name, text]]


def ran(*numbers, raised=None):
    return [message for number in numbers for message in (["cell", number], ["ended", number, raised])]


@pytest.fixture
def tried(monkeypatch):
    """Return a function that tries three cells with children that say what it is given; it also returns their jobs."""

    def run(*scripts):
        jobs, scripts = [], list(scripts)

        class Scripted:
            def __init__(self, job, *arguments, **settings):
                jobs.append(job)
                self.lines = scripts.pop(0)

            def message(self, seconds):
                line = self.lines.pop(0) if self.lines else None
                if line is TimeoutError:
                    raise TimeoutError
                return line

            def complaint(self):
                return "ImportError: no torch"

            def __enter__(self):
                return self

            def __exit__(self, *error):
                pass

        monkeypatch.setattr(trial, "Child", Scripted)
        submission = Submission("x.ipynb", [(1, "a"), (3, "b"), (4, "c")])
        one = Trial(submission, ASKED, Limits(), hidden=[], stop=Event()).run()
        assert not scripts
        return one, [[number for number, _ in job["cells"]] for job in jobs], [dict(job["asked"]) for job in jobs]

    return run


def test_all_goes_well(tried):
    one, cells, asked = tried([READY, *ran(1, 3, 4), *found(softmax), *found(axis, None), DONE])
    assert (one.found, one.lost, one.cells) == ({softmax.name: "[]"}, {axis.name: NOT_FOUND}, {})
    assert (cells, asked) == ([[1, 3, 4]], [{softmax.name: "softmax", axis.name: "axis"}])
    assert one.isolation == ["network"]
    assert not one.strange


def test_a_cell_that_raises_goes_on(tried):
    one, cells, _ = tried([READY, *ran(1), *ran(3, raised="KeyError: x"), *ran(4), *found(softmax), *found(axis)])
    assert (one.cells, cells) == ({3: "raised KeyError: x"}, [[1, 3, 4]])


def test_a_cell_that_hangs_or_dies_is_left_out(tried):
    last = [READY, *ran(1), *found(softmax), *found(axis)]
    one, cells, _ = tried([READY, *ran(1), ["cell", 3], TimeoutError], [READY, *ran(1), ["cell", 4]], last)
    assert one.cells == {3: "took longer than 30 s", 4: "ended Python"}
    assert cells == [[1, 3, 4], [1, 4], [1]]
    assert set(one.found) == {softmax.name, axis.name}


def test_an_answer_that_hangs_or_dies_is_left_out(tried):
    first = [READY, *ran(1, 3, 4), ["task", softmax.name], TimeoutError]
    one, cells, asked = tried(first, [READY, *ran(1, 3, 4), *found(axis)])
    assert (one.lost, set(one.found)) == ({softmax.name: "took longer than 30 s"}, {axis.name})
    assert (cells, asked[1]) == ([[1, 3, 4]] * 2, {axis.name: "axis"})


def test_a_cell_that_hangs_the_second_time(tried):
    first = [READY, *ran(1, 3, 4), ["task", softmax.name]]
    one, cells, _ = tried(first, [READY, *ran(1), ["cell", 3], TimeoutError], [READY, *ran(1, 4), *found(axis)])
    assert (one.cells, cells[-1]) == ({3: "took longer than 30 s"}, [1, 4])
    assert one.lost == {softmax.name: "ended Python"}


def test_many_deaths_leave_what_has_run(tried, monkeypatch):
    monkeypatch.setattr(trial, "MOST_STARTS", 1)
    one, cells, _ = tried([READY, *ran(1), ["cell", 3]], [READY, *ran(1), *found(softmax), *found(axis)])
    assert cells == [[1, 3, 4], [1]]
    assert one.cells == {3: "ended Python", 4: "was not run: the time for all cells was up"}
    assert set(one.found) == {softmax.name, axis.name}


def test_python_that_does_not_start(tried):
    one, _, _ = tried([])
    assert set(one.lost.values()) == {"Python could not be started: ImportError: no torch"}


@pytest.mark.parametrize(
    "forged",
    [[], ["passed"], DONE, ["found", softmax.name, "x"], ["cell", 4], ["ended", 4, "x"], [[], {}], ["ready", []]],
)
def test_what_does_not_come_next_is_not_believed(tried, forged):
    one, _, _ = tried([READY, *ran(1), ["cell", 3], forged, ["ended", 3, None], *ran(4), *found(softmax), *found(axis)])
    assert one.strange
    assert (one.found, one.cells) == ({softmax.name: "[]", axis.name: "[]"}, {})


def test_an_answer_for_another_task_is_not_believed(tried):
    first, second = found(softmax)
    one, _, _ = tried([READY, *ran(1, 3, 4), first, ["found", axis.name, "x"], second, *found(axis)])
    assert one.strange
    assert one.found == {softmax.name: "[]", axis.name: "[]"}


@pytest.mark.parametrize("answer", [True, 1, ["x"], {"passed": True}, None])
def test_an_answer_that_is_no_text_is_none(tried, answer):
    one, _, _ = tried([READY, *ran(1, 3, 4), *found(softmax, answer), *found(axis)])
    assert one.lost == {softmax.name: NOT_FOUND}
