"""The temperature control of a live notebook: a slider that calls the function that the learner wrote (chapter 07).

A page that was built, where no kernel runs, shows the explorer in its place: both are forms of one output. Nothing is
printed and no ``Output`` widget is used, so a checker of notebooks can follow it.
"""

import html
import math
from collections.abc import Callable

import ipywidgets
import torch

from ..models import RNNLM
from ..plots import COLOURS
from ..sampling import read_start
from ..vocab import Vocab
from .explorer import Explorer, label, percent
from .gru import round_weights
from .temperature import LIMITS, temperature_explorer

Reshape = Callable[[torch.Tensor, float], torch.Tensor]
TOLERANCE = 1e-4  # how far the sum of a distribution may be from 1


class TemperatureWidget:
    """A slider, a text field and bars; ``view`` is the ipywidgets box, ``explorer`` the form without a kernel."""

    def __init__(
        self, function: Reshape, model: RNNLM, vocab: Vocab, explorer: Explorer, prefix: str, temperature: float
    ):
        self.function, self.vocab, self.explorer = function, vocab, explorer
        self.model = round_weights(model, vocab).float()  # the page's weights, so that both show the same numbers
        low, high = LIMITS["temperature"]
        self.prefix = ipywidgets.Text(prefix, description="text so far")
        self.slider = ipywidgets.FloatSlider(temperature, min=low, max=high, step=0.05, description="temperature")
        self.bars = ipywidgets.HTML()
        for control in (self.prefix, self.slider):
            control.style.description_width = "7em"  # or "temperature" is cut off
            control.observe(self.draw, names="value")
        self.view = ipywidgets.VBox([self.prefix, self.slider, self.bars])
        self.draw()

    def draw(self, change: dict | None = None) -> None:
        """Show what the function makes of the model's logits, or what is wrong with it."""
        typed = self.prefix.value
        prefix = typed.lower() if self.vocab.unknown(typed) else typed
        if unknown := self.vocab.unknown(prefix):
            self.bars.value = _say(f"The model has never seen {unknown}. It knows {''.join(self.vocab.tokens[1:])}.")
            return
        logits = read_start(self.model, self.vocab, prefix, 1)[0][0]  # (V,)
        p, trouble = call(self.function, logits, self.slider.value)
        self.bars.value = _say(trouble) if trouble else _bars(self.vocab, logits.softmax(-1), p, self.slider.value)

    def __repr__(self) -> str:
        return self.explorer.sentence

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        # Written out, because widgets before ipywidgets 8, such as Colab's, have no mime bundle of their own.
        live = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        return {"application/vnd.jupyter.widget-view+json": live} | self.explorer._repr_mimebundle_()


def temperature_widget(
    function: Reshape,
    model: RNNLM,
    vocab: Vocab,
    *,
    prefix: str = "ma",
    temperature: float = 0.8,
    states: dict[str, dict] | None = None,
    name: str = "temperature",
) -> TemperatureWidget:
    """Return a live slider over a function of the learner's; a page without a kernel shows the explorer.

    Args:
        function: takes logits (V,) and a temperature, returns probabilities (V,). If it raises, or what it returns
            is no distribution, the widget says so in words.
        model: as ``temperature_explorer``, and so are the other settings.
        vocab: its vocabulary.
        prefix: the text so far.
        temperature: where the slider starts.
        states: more states for buttons in the prose of the built page.
        name: what those buttons call the explorer.

    Raises:
        ValueError: if ``function`` cannot be called, or as ``temperature_explorer``.
    """
    if not callable(function):
        raise ValueError(f"temperature_widget: got {function!r}; it needs a function of logits and a temperature")
    explorer = temperature_explorer(model, vocab, prefix=prefix, temperature=temperature, states=states, name=name)
    return TemperatureWidget(function, model, vocab, explorer, prefix, temperature)


def call(function: Reshape, logits: torch.Tensor, temperature: float) -> tuple[torch.Tensor, str]:
    """Call the learner's function; return its probabilities and what is wrong with them, empty if nothing is."""
    try:
        returned = function(logits.clone(), temperature)
        if returned is None:
            return logits, "Your function returned nothing. Does it end with return?"
        p = torch.as_tensor(returned).detach().double()
    except NotImplementedError:
        return logits, "Your function is not written yet."
    except Exception as error:  # whatever went wrong in it is for the learner to read, not for us to know
        return logits, f"Your function raised {type(error).__name__}: {error}"
    return p, _trouble(p, logits.double(), temperature)


def _trouble(p: torch.Tensor, logits: torch.Tensor, temperature: float) -> str:
    """Say in one sentence why these are not the probabilities of a temperature; empty if nothing speaks against it."""
    if p.shape != logits.shape:
        return f"Your function returned the shape {tuple(p.shape)}; one probability a token is {tuple(logits.shape)}."
    if not p.isfinite().all():
        return "Some of the probabilities are not finite numbers. Subtract the largest logit before the exponential."
    if (p < 0).any():
        return f"{int((p < 0).sum())} of the probabilities are below 0. Did the exponential get lost?"
    if not math.isclose(p.sum(), 1, abs_tol=TOLERANCE):
        return f"The probabilities sum to {p.sum():.4g}, and a distribution sums to 1. Divide by the sum."
    turned = (logits * temperature).softmax(-1)
    if abs(temperature - 1) > 0.01 and torch.allclose(p, turned, atol=TOLERANCE, rtol=0):
        word = "flattens below 1 and sharpens above"
        return f"Your function {word}, the wrong way round: divide the logits by the temperature."
    return ""


def _say(sentence: str) -> str:
    return f"<p><strong>{html.escape(sentence)}</strong></p>"


def _bars(vocab: Vocab, own: torch.Tensor, p: torch.Tensor, temperature: float) -> str:
    """Return bars for the ten likeliest characters: filled at this temperature, a line at 1."""
    head = f'<tr><th></th><th></th><th scope="col">at {temperature:.2f}</th><th scope="col">at 1 (line)</th></tr>'
    best = p.argsort(descending=True, stable=True)[:10].tolist()
    rows = "".join(_row(label(vocab, i), p[i].item(), own[i].item()) for i in best)
    return f'<table style="font-variant-numeric: tabular-nums">{head}{rows}</table>'


def _row(character: str, p: float, own: float) -> str:
    filled = f'<div style="width: {100 * p:.2f}%; height: 1em; background: {COLOURS["gru"]}"></div>'
    line = (
        f'<div style="position: absolute; top: 0; left: {100 * own:.2f}%; height: 1em; border-left: 3px solid"></div>'
    )
    bar = f'<div style="position: relative; width: 20em; max-width: 50vw; border-left: 1px solid">{filled}{line}</div>'
    cells = "".join(f"<td>{cell}</td>" for cell in (bar, percent(p), percent(own)))
    return f'<tr><th scope="row">{html.escape(character)}</th>{cells}</tr>'
