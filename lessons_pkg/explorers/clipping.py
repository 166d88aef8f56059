"""The explorer of clipping: a point on a loss cliff, its step as it is and clipped, and where each leads (chapter 05).

What it shows: clipping by norm keeps the direction and limits the damage, it does not make a step good.
"""

import html
import math
from collections.abc import Callable

import numpy as np

from .cliff import EDGE, START, STEPS, TARGET, Path, angle, clip, descend, falls, loss_and_gradient, loss_regions
from .explorer import Explorer, check_states, minus, number, table

LIMITS = {"w": (3.9, 5.1), "b": (-2.45, -1.85), "rate": (0.01, 0.5), "threshold": (0.05, 100.0), "steps": 60}
LEVELS = [0.001, 0.01, 0.03, 0.05, 0.07, 0.2, 0.3]
SIZE = (900, 450)  # of the map, in units of the drawing
WAYS = {None: "not clipped", "value": "clipped by value", "norm": "clipped by norm"}
NAMED_STATES = {
    "fails": {"w": 4.8, "b": -2.3, "rate": 0.1, "threshold": 0.5, "steps": 60},
    "value": {"by": "value"},
    "loose": {"threshold": 20.0},
    "tight": {"threshold": 0.2},
}


def clipping_explorer(
    *,
    start: tuple[float, float] = (4.3, -2.15),
    rate: float = 0.2,
    threshold: float = 1.0,
    by: str = "norm",
    steps: int = 40,
    states: dict[str, dict] | None = None,
    name: str = "clipping",
) -> Explorer:
    """Return the explorer in its opening state.

    Args:
        start: the point (w, b): w from 3.9 to 5.1, b from -2.45 to -1.85.
        rate: the learning rate, from 0.01 to 0.5.
        threshold: the largest norm, or the largest size of each part, from 0.05 to 100.
        by: "norm" or "value", how the second path is clipped.
        steps: how many updates each path makes, from 1 to 60.
        states: more states that buttons in the prose can set, each a dict of ``w``, ``b``, ``rate``, ``threshold``,
            ``by`` and ``steps``.
        name: what those buttons call this explorer.

    Raises:
        ValueError: naming the setting that cannot be.
    """
    w, b = start
    opening = {"w": w, "b": b, "rate": rate, "threshold": threshold, "by": by, "steps": steps}
    check = _checker(opening)
    check()
    more = check_states("clipping_explorer", states, opening, check)
    return Explorer(
        kind="clipping",
        name=name,
        sentence=_sentence(opening),
        fallback=_fallback(opening),
        data={
            "edge": EDGE,
            "levels": LEVELS,
            "limits": LIMITS,
            "map": {"size": SIZE, "regions": loss_regions(LIMITS["w"], LIMITS["b"], LEVELS, SIZE)},
            "problem": {"steps": STEPS, "start": START, "target": TARGET},
            "states": NAMED_STATES | more | {"open": opening},
            "title": "Explorer: clipping on a cliff",
            "tokens": [],
        },
        scripts=("number.js",),
        styles=("slider.css",),
    )


def _checker(opening: dict) -> Callable[..., None]:
    """Return a function that raises if settings cannot be shown."""

    def check(**settings):
        settings = opening | settings
        for key in ("w", "b", "rate", "threshold"):
            low, high = LIMITS[key]
            if not low <= settings[key] <= high:
                raise ValueError(f"clipping_explorer: got {key} {settings[key]}; it must be from {low} to {high}")
        if settings["by"] not in ("norm", "value"):
            raise ValueError(f"clipping_explorer: got by {settings['by']!r}; it must be 'norm' or 'value'")
        if settings["steps"] not in range(1, LIMITS["steps"] + 1):
            raise ValueError(f"clipping_explorer: got steps {settings['steps']!r}; it must be from 1 to 60")

    return check


def _point(point: np.ndarray) -> str:
    return f"({', '.join(map(minus, point))})"


def _paths(opening: dict) -> dict[str | None, Path]:
    """Return the path of each way to clip."""
    w, b, rate, threshold, steps = (opening[key] for key in ("w", "b", "rate", "threshold", "steps"))
    return {way: descend(w, b, rate, threshold, way, steps) for way in WAYS}


def _sentence(opening: dict) -> str:
    """Say where the two paths lead; clipping.js says the same of every state."""
    paths, steps = _paths(opening), opening["steps"]

    def told(path: Path) -> str:
        times = falls(path.losses)
        over = f", after {times} {'fall' if times == 1 else 'falls'} over the edge" if times else ""
        return f"{number(math.dist(*path.points[:2]))} long; {steps} steps end at loss {number(path.losses[-1])}{over}."

    raw, held = paths[None], paths[opening["by"]]
    clipped = f"{WAYS[opening['by']].capitalize()} at {opening['threshold']:g}"
    start = _point(raw.points[0])
    return f"Without clipping, the first step from {start} is {told(raw)} {clipped}, it is {told(held)}"


def _fallback(opening: dict) -> str:
    """Return the first step in its three forms, and both paths."""
    paths, by = _paths(opening), opening["by"]
    _, gradient = loss_and_gradient(opening["w"], opening["b"])
    first = []
    for way, path in paths.items():
        turned = angle(gradient, clip(gradient, opening["threshold"], way))
        length = number(math.dist(*path.points[:2]))
        first.append([WAYS[way], length, f"{turned:.1f}°", _point(path.points[1]), number(path.losses[1])])
    rows = [
        [f"{k}"] + [text for way in (None, by) for text in (_point(paths[way].points[k]), number(paths[way].losses[k]))]
        for k in range(opening["steps"] + 1)
        if k in (0, 1, 2, 5, opening["steps"]) or k % 10 == 0
    ]
    header = ["after step", "not clipped: (w, b)", "loss", f"{WAYS[by]}: (w, b)", "loss"]
    return "\n".join(
        [
            f"<p>{html.escape(_sentence(opening))}</p>",
            table("The first step.", ["step", "length", "turned by", "lands at (w, b)", "loss there"], first),
            table(f"Both paths, rate {opening['rate']}.", header, rows),
        ]
    )
