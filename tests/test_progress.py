import signal
import sys
import time

import pytest

from lessons_pkg.progress import Progress
from tests.tiny import tiny_run


@pytest.fixture
def state():
    state, _ = tiny_run()
    state.seconds, state.names_read = 30.0, 6000
    state.history.append({"step": 0, "validation": 2.345})
    return state


def test_the_line_says_how_the_run_is_going(state, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    report = Progress(time.monotonic() - 100)
    report(state, 1.5, 0.25)
    line = capsys.readouterr().err
    assert line.startswith("\r[######                  ]  25%")
    for part in ("loss 1.500", "held-out 2.345", "200 names/s", "1:30 left"):
        assert part in line
    assert "\n" not in line
    report.end()
    assert capsys.readouterr().err == "\n"


def test_the_line_is_not_shown_at_every_update(state, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    report = Progress(time.monotonic() - 1)  # the first line is due
    for _ in range(50):
        report(state, 1.5, 0.25)
    assert 1 <= capsys.readouterr().err.count("held-out") <= 2


def test_in_a_file_there_is_a_line_now_and_then(state, capsys):
    report = Progress(time.monotonic() - 5)
    report(state, 1.5, 0.25)
    assert capsys.readouterr().err == ""
    report = Progress(time.monotonic() - 11)
    report(state, 1.5, 0.25)
    report.end()
    assert capsys.readouterr().err.endswith("left\n")


def test_the_beginning_of_a_run_has_no_time_left_to_tell(state, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    Progress(time.monotonic() - 100)(state, 1.5, 0.0)
    assert "  0%" in capsys.readouterr().err


def test_ctrl_c_ends_the_run_after_the_update_in_hand(state):
    report = Progress(time.monotonic())
    previous = signal.signal(signal.SIGINT, report.interrupt)
    try:
        report(state, 1.5, 0.25)
        signal.raise_signal(signal.SIGINT)  # does not raise here
        with pytest.raises(KeyboardInterrupt):
            report(state, 1.5, 0.25)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)  # a second one does, at once
    finally:
        signal.signal(signal.SIGINT, previous)


def test_of_a_text_tokens_are_counted(state, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    state.tokens_read = 90_000
    Progress(time.monotonic() - 100, unit="tokens")(state, 1.5, 0.25)
    line = capsys.readouterr().err
    assert "3,000 tokens/s" in line
    assert "names" not in line
