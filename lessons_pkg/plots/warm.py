"""Figures about what a cold start costs, and about columns that are warmed up before they are scored (chapter 10).

Blue is the LSTM of words and what it scores, green the GRU of letters, grey and hatched what is read only.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

LINES = ("o-", "s--", "^:")
CELLS = {"gru": ("gru", "s--", (24, 16)), "lstm": ("lstm", "o-", (0, 27))}  # from its first mark to its name, in points
MARKED = [1, 2, 5, 10, 20, 50, 100]  # tokens read


@in_style
def cold_start(extra: Mapping[str, np.ndarray]) -> Picture:
    """Draw what having started afresh costs a target, against how many tokens were read since.

    Args:
        extra: a cell (``"lstm"``, ``"gru"``) and words, such as ``"lstm, words"``, to extra nats (starts, positions).
    """
    figure, axis = picture(height=4.2)
    said = []
    for label, nats in extra.items():
        colour, style, beside = CELLS[label.split(",")[0]]
        read, mean, error = np.arange(1, nats.shape[1] + 1), nats.mean(0), 1.96 * nats.std(0) / len(nats) ** 0.5
        marks = [k - 1 for k in MARKED if k <= len(read)]
        axis.plot(read, mean, style, color=COLOURS[colour], ms=6, markevery=marks)
        axis.fill_between(read, mean - error, mean + error, color=COLOURS[colour], alpha=0.2, lw=0)
        note = {"color": COLOURS[colour], "weight": "bold", "va": "center", "textcoords": "offset points"}
        axis.annotate(label.upper()[:4] + label[4:], (1, mean[0]), beside, **note)
        ten = f"{mean[9]:.2f} with 10"
        said.append(
            f"{label} ({len(nats)} starts): {mean[0]:.2f} with 1 token read, {ten}, {mean[-1]:.3f} with {read[-1]}"
        )
    axis.axhline(0, color=COLOURS["data"], lw=1)
    axis.set(xscale="log", xlabel="tokens read since the start (logarithmic)", ylabel="extra nats for the next one")
    axis.set_xticks(MARKED, MARKED)
    headline(figure, "A cold start is dear for a few tokens, and then forgotten")
    figure.alt = f"Extra nats after a cold start, mean and 95% interval. {'; '.join(said)}."
    return figure


@in_style
def lanes(targets: int, place: np.ndarray, mask: np.ndarray) -> Picture:
    """Draw which part of one text each column reads, and which part it scores.

    Args:
        targets: how many targets the text has.
        place: (R, B), which target a row of a column predicts, from 1; rows beyond the end are not scored.
        mask: (R, B), True where the target is scored.
    """
    rows, columns = mask.shape
    figure, axis = picture(height=1.6 + 0.5 * columns)
    said = []
    for b in range(columns):
        scored = place[mask[:, b], b]
        read = place[~mask[:, b] & (place[:, b] < scored[0]), b]
        axis.barh(b, len(read), left=read[0] - 0.5 if len(read) else 0, fc="white", ec=COLOURS["grey"], hatch="///")
        axis.barh(b, len(scored), left=scored[0] - 0.5, color=COLOURS["lstm"], ec="white")
        axis.text(scored.mean(), b, f"{scored[0]} to {scored[-1]}", color="white", ha="center", va="center")
        said.append(f"column {b + 1} reads {len(read)} and scores {scored[0]} to {scored[-1]}")
    axis.set(xlim=(0.5, targets + 0.5), ylim=(columns - 0.5, -0.5), xlabel="target, counted along the text")
    axis.set_yticks(range(columns), [f"column {b + 1}" for b in range(columns)])
    axis.grid(visible=False, axis="y")
    once = np.bincount(place[mask], minlength=targets + 1)[1:]
    headline(figure, f"Every one of the {targets} targets is scored {'once' if np.all(once == 1) else 'wrongly'}")
    figure.alt = f"{columns} columns of {rows} rows over a text of {targets} targets: {'; '.join(said)}."
    return figure


def most(error: float) -> str:
    """Return a bound of an error in per cent, rounded up to a power of ten: what rounding noise cannot change."""
    return f"{10.0 ** np.ceil(np.log10(max(abs(error), 1e-4))):g}%"


@in_style
def warm_up_error(warmups: Sequence[int], errors: Mapping[int, Sequence[float]], *, tolerance: float) -> Picture:
    """Draw how far the perplexity of warmed-up columns is off, against the tokens of warm-up.

    Args:
        warmups: tokens that a column reads before it is scored.
        errors: a number of columns to the error in per cent for each warm-up.
        tolerance: the error in per cent that is good enough.
    """
    figure, axis = picture(height=4.2)
    lowest = tolerance / 100
    for style, values in zip(LINES, errors.values(), strict=False):
        axis.plot(warmups, np.maximum(np.abs(values), lowest), style, color=COLOURS["lstm"], ms=6)
    axis.axhspan(lowest / 2, tolerance, color=COLOURS["grey"], alpha=0.15, lw=0)
    axis.text(warmups[0], 0.6 * lowest, f"within {tolerance:g}%", va="bottom")
    axis.set(yscale="log", xlabel="tokens of warm-up", ylabel="off the exact perplexity (logarithmic)")
    axis.set_ylim(lowest / 2, None)
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:g}%")
    sides, digits = ("top", "center", "bottom"), len(str(max(errors)))
    for side, (columns, values) in zip(sides, errors.items(), strict=False):
        end = max(abs(values[-1]), lowest)
        axis.text(warmups[-1] * 1.03, end, f"{columns} columns", color=COLOURS["lstm"], weight="bold", va=side)
    axis.set_xlim(-3, warmups[-1] * (1.22 + 0.02 * digits))
    axis.set_xticks(warmups, warmups)
    good = [w for k, w in enumerate(warmups) if all(abs(e) <= tolerance for row in errors.values() for e in row[k:])]
    finding = f"From {good[0]} tokens of warm-up on" if good else "No warm-up here keeps"
    headline(figure, f"{finding}, every score is within {tolerance:g}%" if good else f"{finding} within {tolerance:g}%")
    said = [
        f"{columns} columns: {abs(values[0]):.1g}% with {warmups[0]}, at most {most(values[-1])} with {warmups[-1]}"
        for columns, values in errors.items()
    ]
    figure.alt = f"Error of the perplexity against tokens of warm-up, {'; '.join(said)}. {good[0] if good else 'No'} "
    figure.alt += f"tokens or more keep all of them within {tolerance:g}%." if good else "length is enough."
    return figure
