"""Figures about gradients that travel back through time (chapter 04).

Every function takes numbers that a notebook has computed and draws them. Light blue is the recurrent network, grey
what it is compared with, red what goes wrong.
"""

from collections.abc import Sequence

import numpy as np

from .style import COLOURS, Picture, headline, in_style, picture

INK = "#1f6f9f"  # words need more contrast than lines


def pair(numbers: Sequence[float]) -> str:
    """Return a vector as a figure writes it."""
    return "(" + ", ".join(f"{0.0 + round(float(x), 2):.2f}" for x in numbers) + ")"


@in_style
def way_back(targets: Sequence[str], from_output: np.ndarray, from_next: np.ndarray) -> Picture:
    """Draw the two paths into the gradient of every state, and their sum.

    Args:
        targets: the T symbols that were to be predicted.
        from_output: (T, H), what arrives from the step's own output.
        from_next: (T, H), what arrives from the next state; zeros at the last step.
    """
    figure, axis = picture(height=3.6)
    T, totals = len(targets), from_output + from_next
    axis.set(xlim=(-0.62, T - 0.35), ylim=(-0.75, 2.35))
    axis.axis("off")
    note, blue = {"ha": "center", "va": "center"}, INK
    for t, symbol in enumerate(targets):
        axis.text(t, 2.05, f"output {t + 1}\nwanted {symbol}", **note)
        axis.annotate("", (t, 0.24), (t, 1.8), arrowprops={"arrowstyle": "-|>", "lw": 2})
        axis.text(t, 1.1, pair(from_output[t]), bbox={"fc": "white", "ec": "none", "pad": 1}, **note)
        circle = {"boxstyle": "circle,pad=0.35", "fc": "white", "ec": COLOURS["rnn"], "lw": 2}
        axis.text(t, 0, f"$h_{t + 1}$", bbox=circle, **note)
        axis.text(t, -0.6, pair(totals[t]), weight="bold", **note)
        if t:
            style = {"arrowstyle": "-|>", "lw": 2, "ls": "--", "color": COLOURS["rnn"]}
            axis.annotate("", (t - 0.8, 0), (t - 0.2, 0), arrowprops=style)
            axis.text(t - 0.5, 0.36, pair(from_next[t - 1]), color=blue, **note | {"size": 11})
    against = int((from_output * from_next < 0).sum())
    headline(figure, f"The two paths pull against each other in {against} of {(T - 1) * totals.shape[1]} places")
    said = [
        f"h{t + 1}: {pair(from_output[t])} from its output, {pair(from_next[t])} from the next state, "
        f"together {pair(totals[t])}"
        for t in reversed(range(T))
    ]
    figure.alt = (
        "Gradients of the loss with respect to the states, from the last step back. " + "; ".join(said) + ". "
        f"The two paths have opposite signs in {against} of {(T - 1) * totals.shape[1]} places."
    )
    return figure


@in_style
def ledger(terms: np.ndarray, *, name: str) -> Picture:
    """Draw what each step adds to the gradient of each entry of one shared matrix.

    Args:
        terms: (T, rows, columns).
        name: of the matrix, as in ``W_hh``.
    """
    T, rows, columns = terms.shape
    figure, axes = picture(rows, columns, height=1 + 2 * rows, sharex=True, sharey=True, squeeze=False)
    most, said = np.abs([*terms, terms.sum(0)]).max(), []
    for (i, j), axis in np.ndenumerate(axes):
        values = 0.0 + np.round([*terms[:, i, j], terms[:, i, j].sum()], 4)
        axis.bar(range(1, T + 1), values[:T], color=COLOURS["rnn"])
        axis.bar(T + 1, values[T], fc="white", ec=COLOURS["data"], hatch="///", lw=1.5)
        for x, value in enumerate(values, 1):
            side = ("bottom", 2) if value >= 0 else ("top", -2)
            axis.annotate(f"{value:.2f}", (x, value), (0, side[1]), textcoords="offset points", ha="center", va=side[0])
        axis.axhline(0, color="black", lw=1)
        axis.set(xticks=range(1, T + 2), xticklabels=[*range(1, T + 1), "sum"], ylim=(-1.25 * most, 1.25 * most))
        axis.grid(visible=False)
        axis.set_title(f"{name}[{i}, {j}]", size=11, weight="normal")
        said.append(f"{name}[{i}, {j}]: " + ", ".join(f"{v:.2f}" for v in values[:-1]) + f", sum {values[-1]:.2f}")
    for axis in axes[:, 0]:
        axis.set_ylabel("nats per unit of weight")
    for axis in axes[-1]:
        axis.set_xlabel("step in which the weight was used")
    mixed = int(((terms > 0).any(0) & (terms < 0).any(0)).sum())
    headline(figure, f"One weight, {T} terms, of both signs in {mixed} of {rows * columns} weights")
    figure.alt = f"Bars: what steps 1 to {T} add to each gradient, and the sum. " + "; ".join(said) + "."
    return figure


@in_style
def blame(table: np.ndarray, *, kept: int | None = None) -> Picture:
    """Draw which step's loss sends how much gradient to which use of one weight.

    Args:
        table: (T, T), loss of step s down, use in step t across; zero above the diagonal.
        kept: how many uses back from each loss are kept; the others are crossed out.
    """
    T, most = len(table), np.abs(table).max()
    figure, axis = picture(height=4.2)
    back = np.subtract.outer(range(T), range(T))  # steps from the loss to the use
    dropped = (back < 0) | (back >= (kept or T))
    axis.imshow(np.where(dropped, np.nan, table), cmap="PRGn", vmin=-most, vmax=most, aspect="auto")
    for (s, t), value in np.ndenumerate(table):
        cut = kept is not None and s - t >= kept
        word = "" if s < t else f"{value:.3f}".replace("-0.000", "0.000")
        look = {"color": COLOURS["wrong"], "weight": "bold"} if cut else {}
        plate = {"fc": "white", "ec": "none", "pad": 1}
        axis.text(t, s, f"cut {word}" if cut else word, ha="center", va="center", bbox=plate if word else None, **look)
    marks = range(1, T + 1)
    axis.set(xticks=range(T), xticklabels=marks, yticks=range(T), yticklabels=marks)
    axis.set(xlabel="the weight's use in step", ylabel="loss of step")
    axis.grid(visible=False)
    uses, whole = table.sum(0), table.sum()
    part = np.tril(table).sum() - (np.tril(table, -kept).sum() if kept else 0)
    finding = f"{T * (T + 1) // 2} routes from a loss to a use; together {whole:.3f}"
    axis.set_title(finding if kept is None else f"Cut after {kept}: {part:.3f} is left of {whole:.3f}")
    figure.alt = (
        f"A triangle of {T * (T + 1) // 2} numbers, loss of step by use in step. Its columns add up to "
        + ", ".join(f"{u:.3f}" for u in uses)
        + f", together {whole:.3f}."
        + (f" Kept within {kept} uses of each loss: {part:.3f}." if kept else "")
    )
    return figure


@in_style
def bug_table(
    bugs: Sequence[str], tests: Sequence[str], errors: np.ndarray, *, tolerance: float = 1e-6, title: str = ""
) -> Picture:
    """Draw which check notices which mistake.

    Args:
        bugs: the mistakes, one a row.
        tests: the checks, one a column.
        errors: (bugs, tests), the largest relative error.
        tolerance: below it a gradient passes.
        title: the finding; if it is empty, how many patterns there are.
    """
    figure, axis = picture(height=1.4 + 0.5 * len(bugs))
    caught = errors > tolerance
    axis.imshow(np.where(caught, 0.45, 0), cmap="Oranges", vmin=0, vmax=1, aspect="auto")
    for (row, column), error in np.ndenumerate(errors):
        word = f"caught: {error:.1g}" if caught[row, column] else "passes"
        axis.text(column, row, word, ha="center", va="center", weight="bold" if caught[row, column] else None)
    axis.set(xticks=range(len(tests)), xticklabels=tests, yticks=range(len(bugs)), yticklabels=bugs)
    axis.grid(visible=False)
    distinct = len({tuple(row) for row in caught})
    headline(figure, title or f"{len(bugs)} programs, {distinct} different patterns")
    said = []
    for bug, row in zip(bugs, errors, strict=True):
        words = [f"{error:.1g}" if error > tolerance else "passes" for error in row]
        said.append(f"{bug}: " + ", ".join(f"{' '.join(t.split())} {w}" for t, w in zip(tests, words, strict=True)))
    figure.alt = "Largest relative error, or a pass. " + "; ".join(said) + "."
    return figure
