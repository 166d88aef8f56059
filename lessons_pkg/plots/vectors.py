"""Figures about characters as vectors (chapter 02).

Every function takes numbers that a notebook has computed and draws them. Black is data, green what a network has
learned, grey what it is compared with, red what goes wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .labels import spread_words
from .style import COLOURS, Picture, headline, in_style, picture, shown, ticks

BADGE = {"boxstyle": "circle,pad=0.15", "fc": "white"}
PLATE = {"fc": "white", "ec": "none", "pad": 1}


@in_style
def number_curve(letters: Sequence[str], share: Sequence[float], curve: Sequence[float], *, overall: float) -> Picture:
    """Draw what a letter's number alone can say about what follows it, against what is true.

    Args:
        letters: in the order of their numbers, 1 first.
        share: how often a vowel follows each.
        curve: what the best S-shaped function of the number says.
        overall: the share over all letters together.
    """
    share, curve, places = np.asarray(share), np.asarray(curve), np.arange(1, len(letters) + 1)
    figure, axis = picture(height=3.8)
    axis.vlines(places, share, curve, color=COLOURS["wrong"], lw=1, alpha=0.5)
    axis.plot(places, curve, "--", color=COLOURS["wrong"])
    note = {"color": COLOURS["wrong"], "weight": "bold", "ha": "right", "va": "top"}
    axis.text(len(letters) + 0.5, curve[-1] - 0.1, "best curve\non the number", **note)
    for x, y, letter in zip(places, share, letters, strict=True):
        axis.text(x, y, letter, ha="center", va="center", bbox=BADGE)
    axis.set(xlim=(0, len(letters) + 1), ylim=(0, 1.02), xticks=[1, 5, 10, 15, 20, 26])
    axis.set(xlabel="number of the letter", ylabel="share followed by a vowel")
    axis.grid(visible=False)
    axis.set_title("A letter's place in the alphabet says little about what follows")
    worst = int(np.abs(share - curve).argmax())
    figure.alt = (
        f"How often a vowel follows jumps from letter to letter, between {share.min():.2f} ({letters[share.argmin()]}) "
        f"and {share.max():.2f} ({letters[share.argmax()]}), {overall:.2f} over all; the best curve on the number 1 to "
        f"{len(letters)} goes smoothly from {curve[0]:.2f} to {curve[-1]:.2f}. It is most wrong on {letters[worst]}: "
        f"{curve[worst]:.2f} against {share[worst]:.2f}."
    )
    return figure


@in_style
def matrix_lookup(text: str, tokens: Sequence[str], table: np.ndarray) -> Picture:
    """Draw one-hot rows times a table as a product: the table above, the rows it picks below.

    Args:
        text: T characters.
        tokens: the V tokens, in the order of their ids.
        table: (V, E), one row a token.
    """
    ids, (V, E), T = [list(tokens).index(letter) for letter in text], table.shape, len(text)
    onehot, rows, most = np.eye(V)[ids], sorted(set(ids)), np.abs(table).max()
    ratios = {"width_ratios": [V, 3 * E], "height_ratios": [V, 2.4 * T]}
    figure, ((corner, top), (left, product)) = picture(2, 2, height=5.2, gridspec_kw=ratios)
    left.imshow(onehot, aspect="auto", cmap="Greys")
    for axis, matrix in ((top, table), (product, onehot @ table)):
        axis.imshow(matrix, aspect="auto", cmap="PRGn", vmin=-most, vmax=most)
        axis.set(xticks=[], yticks=[])
    for axis in (left, top, product):
        axis.grid(visible=False)
    labels = [f"{shown(tokens[i])} = {i}" for i in rows]
    left.set(yticks=range(T), yticklabels=list(text), xticks=rows, xticklabels=labels)
    left.set_xlabel(f"{T} x {V}: {T} ones, {T * V - T} zeros")
    top.set(title=f"table, {V} x {E}", yticks=rows, yticklabels=labels)
    product.set_xlabel(f"product, {T} x {E}")
    for place in rows:
        top.axhspan(place - 0.5, place + 0.5, fill=False, lw=1.5)
    for (row, column), value in np.ndenumerate(onehot @ table):
        product.text(column, row, f"{value:.1f}", ha="center", va="center", bbox=PLATE)
    corner.axis("off")
    corner.text(0.5, 0.4, "Each 1 picks the row of the table\nthat bears its column's number.", size=12, ha="center")
    headline(figure, "A one-hot row times the table is a row of the table")
    picked = ", ".join(f"{letter} row {i}" for letter, i in zip(text, ids, strict=True))
    figure.alt = (
        f"A {T} by {V} matrix with a single 1 in each row, times a table of {V} rows and {E} columns. The product "
        f"repeats rows of the table, nothing else: {picked}."
    )
    return figure


@in_style
def gradient_rows(tokens: Sequence[str], parts: Mapping[str, np.ndarray]) -> Picture:
    """Draw how large a gradient each row of a table gets, one panel for each use of the table.

    Args:
        tokens: the V tokens.
        parts: a label to a gradient (V, E).
    """
    figure, axes = picture(len(parts), height=1 + 1.7 * len(parts), sharex=True, sharey=True, squeeze=False)
    said = []
    for axis, (label, gradient) in zip(axes[:, 0], parts.items(), strict=True):
        norms = np.linalg.norm(gradient, axis=1)
        touched = [shown(tokens[i]) for i in np.flatnonzero(norms)]
        axis.plot(np.flatnonzero(norms), norms[norms > 0], "o", color=COLOURS["gru"])
        axis.set(yscale="log", ylabel="gradient norm\n(logarithmic scale)")
        axis.minorticks_off()
        axis.yaxis.set_major_formatter("{x:g}")
        axis.set_title(f"{label}: {len(touched)} of {len(tokens)} rows")
        axis.grid(visible=False, axis="x")
        which = "every row" if len(touched) == len(tokens) else ", ".join(touched)
        said.append(f"{label}: {len(touched)} of {len(tokens)} rows get a gradient ({which})")
    axes[-1, 0].set_xticks(range(len(tokens)), ticks(tokens))
    every = np.concatenate([np.linalg.norm(gradient, axis=1) for gradient in parts.values()])
    decades = np.log10(every[every > 0])
    axes[0, 0].set_ylim(10 ** np.floor(decades.min() - 0.1), 10 ** np.ceil(decades.max() + 0.1))
    axes[-1, 0].set_xlabel("row of the table (no dot: no gradient)")
    figure.alt = (
        "A dot for each row of the table that gets a gradient, on a logarithmic scale. " + "; ".join(said) + "."
    )
    return figure


@in_style
def letter_maps(tokens: Sequence[str], maps: Mapping[str, np.ndarray], *, marked: str, finding: str) -> Picture:
    """Draw tokens where a plane puts them, one panel a map, some of them marked.

    Args:
        tokens: the tokens, one a row.
        maps: a title to points (len(tokens), 2).
        marked: the letters to stand out.
        finding: the title over all.
    """
    figure, axes = picture(1, len(maps), height=4.2, squeeze=False)
    inside, said = np.array([token in marked for token in tokens]), []
    for axis, (title, points) in zip(axes[0], maps.items(), strict=True):
        axis.scatter(*points.T, alpha=0)  # so that the axes know how far the letters reach
        axis.margins(0.1)
        for token, (x, y), stands_out in zip(tokens, points, inside, strict=True):
            looks = {"weight": "bold", "bbox": BADGE | {"ec": COLOURS["gru"], "lw": 2}} if stands_out else {"zorder": 4}
            axis.annotate(shown(token), (x, y), (0, 0), textcoords="offset points", ha="center", va="center", **looks)
        axis.set_aspect("equal", adjustable="datalim")  # distances are what the map is about
        axis.set(xlabel="first coordinate", ylabel="second coordinate" if axis is axes[0, 0] else "")
        axis.set_title(title, size=11, weight="normal")
        near, far = spread(points[inside], points[inside]), spread(points[inside], points[~inside])
        said.append(f"{title}: mean distance {near:.2f} among them, {far:.2f} to the other symbols")
    headline(figure, finding)
    for axis in axes[0]:
        spread_words(axis)
    figure.alt = f"{finding}. Symbols as points in a plane, {', '.join(marked)} in circles. " + "; ".join(said) + "."
    return figure


def spread(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean distance between two sets of points, a point and itself not counted."""
    distances = np.linalg.norm(one[:, None] - other[None], axis=-1)
    return distances.sum() / np.count_nonzero(distances)


@in_style
def gap_histogram(
    gaps: Mapping[str, np.ndarray], observed: Mapping[str, float], *, group: str, finding: str
) -> Picture:
    """Draw how well every group of letters gathers, and where one group stands.

    Args:
        gaps: a label to one number for each group, one panel a label.
        observed: the number of the named group, with the same keys.
        group: its letters.
        finding: the title over all.
    """
    figure, axes = picture(1, len(gaps), height=3.8, sharey=True, squeeze=False)
    said = []
    for axis, (label, values) in zip(axes[0], gaps.items(), strict=True):
        rank = int((values >= observed[label] - 1e-12).sum())
        axis.hist(values, bins=50, color=COLOURS["grey"])
        axis.axvline(observed[label], color=COLOURS["gru"], lw=3)
        note = {
            "color": COLOURS["gru"],
            "weight": "bold",
            "ha": "right",
            "va": "top",
            "xycoords": ("data", "axes fraction"),
        }
        where = {"xy": (observed[label], 0.97), "xytext": (-6, 0), "textcoords": "offset points"}
        axis.annotate(f"{group}:\nnumber {rank:,}\nof {len(values):,}", **where, **note)
        axis.set(xlabel="gap in distance", ylabel="groups of letters" if axis is axes[0, 0] else "")
        axis.set_title(label, size=11, weight="normal")
        said.append(f"{label}: {group} is number {rank:,} of {len(values):,}")
    headline(figure, finding)
    figure.alt = f"{finding}. Gap in distance of every group of {len(group)} letters. " + "; ".join(said) + "."
    return figure
