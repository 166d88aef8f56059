"""Figures for whoever is stuck: what a sound run looks like beside the usual ways to fail.

Blue is held-out text, grey the text that is trained on, red what is wrong; marks and line styles say the same again.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from .labels import label_lines
from .style import COLOURS, Picture, headline, in_style, picture

INK = {"held out": COLOURS["lstm"], "training": "#5f5f5f"}  # words need more contrast than lines
PARTINGS = (("lstm", "-"), ("grey", "--"), ("wrong", "-."))


@in_style
def first_losses(losses: Mapping[str, float], chance: float, *, tolerance: float = 0.15) -> Picture:
    """Draw the loss before the first update of some programs, beside that of a uniform guess.

    Args:
        losses: a name to its loss in nats; the first is the sound one.
        chance: ln V.
        tolerance: how far from ``chance`` a first loss may be and still count as sound.
    """
    figure, axis = picture(height=1.5 + 0.5 * len(losses))
    sound = {label: abs(loss - chance) <= tolerance for label, loss in losses.items()}
    axis.axvline(chance, color=COLOURS["data"], ls="--", lw=1.5)
    for row, (label, loss) in enumerate(losses.items()):
        colour, mark = ("lstm", "o") if sound[label] else ("wrong", "X")
        axis.plot(loss, row, mark, color=COLOURS[colour], ms=11)
        axis.annotate(f"{loss:,.2f}", (loss, row), (12, 0), textcoords="offset points", va="center")
    axis.set(xscale="log", xlabel="nats before the first update (logarithmic)", ylim=(len(losses) - 0.5, -0.8))
    axis.set_yticks(range(len(losses)), list(losses))
    low, high = min(losses.values()), max(losses.values())
    axis.set_xlim(low / 2, high * 6)
    axis.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    headline(figure, f"A network that has learned nothing pays ln V, here {chance:.2f}")
    said = "; ".join(f"{label} {loss:,.2f}{'' if sound[label] else ' (wrong)'}" for label, loss in losses.items())
    figure.alt = f"Loss in nats before the first update, where a uniform guess costs {chance:.2f}: "
    figure.alt += " ".join(f"{said}.".split())
    return figure


def _panel(axis: Axes, rows: np.ndarray, chance: float, top: float) -> None:
    """Draw one run: training loss, held-out loss and the uniform guess."""
    updates, training, held_out = np.asarray(rows).T
    axis.plot(updates, held_out, "-", color=COLOURS["lstm"])
    axis.plot(updates, training, "--", color=COLOURS["grey"])
    axis.axhline(chance, color=COLOURS["data"], ls=":", lw=1.5)
    axis.set_ylim(0, top)


@in_style
def four_curves(runs: Mapping[str, np.ndarray], chance: float) -> Picture:
    """Draw four runs, each with its training and its held-out loss.

    Args:
        runs: what each is called to rows of (update, training nats, held-out nats).
        chance: ln V, a dotted line in each panel.

    Raises:
        ValueError: if there are not four runs.
    """
    if len(runs) != 4:
        raise ValueError(f"four_curves: got {len(runs)} runs; it needs 4")
    figure, axes = picture(2, 2, height=5.6, sharey=True)
    said, top = [], 2.2 * chance
    for axis, (label, rows) in zip(axes.flat, runs.items(), strict=True):
        _panel(axis, rows, chance, top)
        axis.set_title(label)
        _, training, held_out = np.asarray(rows)[-1]
        low = np.asarray(rows)[:, 2].min()
        said.append(f"{label}: training ends at {training:.1f}, held out at {held_out:.1f} (lowest {low:.1f})")
    for axis in axes[1]:
        axis.set_xlabel("updates")
    for axis in axes[:, 0]:
        axis.set_ylabel("nats per character")
    axes[0, 0].text(0.98, chance / top + 0.02, "ln V", transform=axes[0, 0].transAxes, ha="right")
    for note, kind in zip(label_lines(axes[1, 1], list(INK)), INK, strict=True):
        note.set(color=INK[kind], weight="bold")
    headline(figure, "Four runs: look at both lines, and at where they began")
    figure.alt = f"Training and held-out loss of four runs; a uniform guess costs {chance:.1f}. {'; '.join(said)}."
    return figure


@in_style
def parting(distances: Mapping[str, Sequence[float]], nudge: float) -> Picture:
    """Draw how far two runs are apart that began a rounding apart, update by update.

    Args:
        distances: a kind of run to the largest difference of two weights after each update.
        nudge: by how much one weight of one of them was moved at the start.
    """
    figure, axis = picture(height=4)
    ends = {label: values[-1] for label, values in distances.items()}
    for values, (colour, line) in zip(distances.values(), PARTINGS, strict=False):
        updates = np.arange(1, len(values) + 1)
        axis.plot(updates, np.maximum(values, nudge / 100), line, color=COLOURS[colour])
    axis.set(yscale="log", xlabel="updates", ylabel="largest difference of a weight (logarithmic)")
    axis.set_ylim(nudge / 5, None)
    for note in label_lines(axis, list(distances)):
        note.set(weight="bold")
    worst, best = max(ends, key=ends.get), min(ends, key=ends.get)
    axis.set_title(f"{best}: a rounding stays one. {worst}: it grows")
    said = "; ".join(f"{label} {10.0 ** np.round(np.log10(max(end, nudge / 100))):.0e}" for label, end in ends.items())
    figure.alt = (
        f"Largest difference between the weights of two runs that began {nudge:.0e} apart. After {len(values)} "
        f"updates, to a power of ten: {said}."
    )
    return figure
