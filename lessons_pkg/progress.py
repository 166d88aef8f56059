"""The line that says how a run on the command line is going."""

import signal
import sys
import time

from .training import TrainState


class Progress:
    """A line on stderr that says how a run is going; also the handler of Ctrl-C."""

    def __init__(self, now: float, *, unit: str = "names"):
        self.unit = unit  # what is counted: "names" or "tokens"
        self.saved = self.shown = now
        self.tty = sys.stderr.isatty()
        self.interrupted = False

    def interrupt(self, *_) -> None:
        """Ask the run to stop after the update in hand; a second Ctrl-C stops at once."""
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __call__(self, state: TrainState, loss: float, done: float) -> None:
        """Show the share done, the losses, names or tokens per second and the time left."""
        if self.interrupted:
            raise KeyboardInterrupt
        if time.monotonic() - self.shown < (0.2 if self.tty else 10.0):
            return
        self.shown = time.monotonic()
        bar = "#" * int(24 * done)
        left = state.seconds * (1 / done - 1) if done else 0
        read = state.names_read if self.unit == "names" else state.tokens_read
        line = (
            f"[{bar:<24}] {done:4.0%}  loss {loss:.3f}  held-out {state.history[-1]['validation']:.3f}  "
            f"{read / state.seconds:,.0f} {self.unit}/s  {int(left // 60)}:{int(left % 60):02d} left"
        )
        print(f"\r{line}" if self.tty else line, end="" if self.tty else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self.tty:
            print(file=sys.stderr)
