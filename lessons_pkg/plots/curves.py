"""Lines with their names at their ends (chapter 04).

Every function takes numbers that a notebook has computed and draws them. Light blue is the recurrent network, grey
and black what it is compared with, red what goes wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import COLOURS, Picture, in_style, picture

GAP = 17  # pixels between two names at the ends of lines
LOOKS = (("rnn", "o-"), ("grey", "s--"), ("data", "^:"), ("wrong", "D-."), ("attention", "v--"))
INK = COLOURS | {"rnn": "#1f6f9f"}  # words need more contrast than lines


def lines(axis: Axes, x: Sequence[float], series: Mapping[str, Sequence[float]], **settings) -> None:
    """Draw some lines that differ in colour and in marker, each with its name at its right end."""
    ends = []
    for (colour, line), (label, y) in zip(LOOKS, series.items(), strict=False):
        axis.plot(x, y, line, color=COLOURS[colour], ms=4)
        last = np.flatnonzero(np.isfinite(y))[-1]
        ends.append(((x[last], y[last]), label, INK[colour]))
    axis.set(**settings)
    axis.figure.draw_without_rendering()  # lays it out, so that heights are known
    heights = [axis.transData.transform(point)[1] for point, _, _ in ends]
    lowest = -np.inf
    for k in np.argsort(heights):
        lowest = max(heights[k] - GAP / 2, lowest + GAP)
        (point, label, ink), up = ends[k], (lowest + GAP / 2 - heights[k]) * 72 / axis.figure.dpi
        note = {"color": ink, "weight": "bold", "va": "center", "textcoords": "offset points"}
        axis.annotate(label, point, (8, up), annotation_clip=False, **note)


@in_style
def step_errors(steps: Sequence[float], errors: Mapping[str, Sequence[float]]) -> Picture:
    """Draw the relative error of difference quotients against the size of the step, large steps first."""
    figure, axis = picture(height=4.4)
    settings = {"xscale": "log", "yscale": "log", "xlim": (2 * max(steps), min(steps) / 2)}
    lines(axis, steps, errors, xlabel="size of the step, smaller to the right", ylabel="relative error", **settings)
    best = {label: (steps[np.nanargmin(error)], np.nanmin(error)) for label, error in errors.items()}
    axis.set_title("Too large a step bends, too small a step rounds")
    figure.alt = (
        "Relative error of a gradient by the size of the step, a U for each way. The lowest points: "
        + "; ".join(f"{label}: {low:.0e} at a step of {step:.0e}" for label, (step, low) in best.items())
        + "."
    )
    return figure


@in_style
def named_lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    finding: str,
    runs: Mapping[str, np.ndarray] | None = None,
    **settings,
) -> Picture:
    """Draw up to five lines with their names at their ends.

    Args:
        x: where.
        series: a name to the height of its line at each x.
        finding: the title.
        runs: the single runs (seeds, len(x)) behind a line of that name, drawn thin.
        settings: of ``Axes.set``.
    """
    figure, axis = picture(height=3.9)
    for (colour, _), label in zip(LOOKS, series, strict=False):
        for run in (runs or {}).get(label, ()):
            axis.plot(x, run, color=COLOURS[colour], lw=0.7, alpha=0.6)
    lines(axis, x, series, **settings)
    axis.set_title(finding)
    ends = "; ".join(f"{label}: {y[0]:.3g} to {y[-1]:.3g}" for label, y in series.items())
    figure.alt = f"{finding}. From {axis.get_xlabel()} {x[0]:g} to {x[-1]:g}, {axis.get_ylabel()}: {ends}."
    return figure
