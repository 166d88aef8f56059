"""Figures about samples: how often, how new, how plausible, how long, and whose (chapter 07).

Every function draws numbers that a notebook has computed. Green is the network, black the real names.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, Picture, in_style, percent, picture

Z95 = 1.96  # standard errors to either side of a mean that hold 95% of a normal distribution


@in_style
def counts_against_exact(
    names: Sequence[str], log_probs: Sequence[float], counts: Sequence[int], total: int
) -> Picture:
    """Draw how often names were sampled, and how often the chain rule says they should be.

    Args:
        names: the names.
        log_probs: their log probabilities, in nats.
        counts: how often each was among the samples.
        total: how many samples there were.
    """
    expected = total * np.exp(log_probs)
    spread = Z95 * np.sqrt(expected)  # a count of rare events strays by the root of its mean
    inside = int(np.sum(np.abs(counts - expected) <= spread))
    figure, axis = picture(height=1.1 + 0.28 * len(names))
    y = np.arange(len(names))[::-1]
    axis.hlines(y, expected - spread, expected + spread, color=COLOURS["gru"], lw=8, alpha=0.35)
    axis.plot(expected, y, "|", color=COLOURS["gru"], ms=11, mew=2)
    axis.plot(counts, y, "o", color=COLOURS["data"], ms=6)
    axis.set_yticks(y, names)
    axis.set(xlabel=f"times among {total:,} samples (dot: seen, band: expected)", xlim=(0, None))
    axis.set_title(f"{inside} of {len(names)} names come as often as the chain rule says")
    figure.alt = (
        f"Of {total:,} samples {counts[0]} are {names[0]}, expected {expected[0]:.1f}. {inside} of {len(names)} "
        "names lie within the band that chance allows in 95 of 100 cases."
    )
    return figure


@in_style
def novelty_quality(dials: Mapping[str, Sequence[Sequence[float]]], *, real: float, real_error: float) -> Picture:
    """Draw how surprising samples are to another model against how many of them are new.

    Args:
        dials: a label to rows of (setting, share new, its standard error, nats per character, its standard error).
        real: nats per character of real names that the sampler was not trained on, which are all new.
        real_error: its standard error.
    """
    looks = (("o-", "gru", -1), ("s--", "white", 1))
    if len(dials) > len(looks):
        raise ValueError(f"novelty_quality: got {len(dials)} dials, {', '.join(dials)}; it has room for {len(looks)}")
    figure, axis = picture(height=4.4)
    said = []
    for (label, rows), (style, face, sign) in zip(dials.items(), looks, strict=False):
        setting, new, new_se, nll, nll_se = np.array(rows).T
        errors = {"yerr": Z95 * nll_se, "xerr": Z95 * new_se, "elinewidth": 1}
        axis.errorbar(
            new, nll, fmt=style, color=COLOURS["gru"], mfc=COLOURS.get(face, face), lw=1, label=label, **errors
        )
        place = {"textcoords": "offset points", "ha": "right" if sign < 0 else "left", "va": "center"}
        for text, *point in zip(setting, new, nll, strict=True):
            axis.annotate(f"{text:g}", point, (8 * sign, -10 * sign), **place)
        said += [f"{label} {setting[k]:g}: {percent(new[k])} new, {nll[k]:.2f} nats" for k in (0, -1)]
    axis.axhspan(real - Z95 * real_error, real + Z95 * real_error, color=COLOURS["data"], alpha=0.12, lw=0)
    axis.plot([1], [real], "*", color=COLOURS["data"], ms=15, clip_on=False)
    axis.set(xlabel="share of samples that are not training names", xlim=(None, 1))
    axis.text(axis.get_xlim()[0] + 0.005, real, "real names that it has not seen", va="center")
    axis.set_ylabel("surprise of the judge\n(nats per character)")
    axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
    axis.legend(loc="upper left", frameon=False)
    axis.set_title("The newer, the more surprising, whichever dial is turned")
    figure.alt = (
        f"Surprise of another model against the share of new names, with 95% intervals. {'; '.join(said)}. "
        f"Real names not trained on: 100% new, {real:.2f} nats."
    )
    return figure


@in_style
def lengths(temperatures: Sequence[float], means: Sequence[float], errors: Sequence[float], real: float) -> Picture:
    """Draw the mean length of sampled names against temperature.

    Args:
        temperatures: x.
        means: letters in a name, the mean.
        errors: its standard errors.
        real: the mean of the training names.
    """
    figure, axis = picture(height=3.2)
    axis.errorbar(temperatures, means, Z95 * np.asarray(errors), marker="o", color=COLOURS["gru"], capsize=3)
    axis.axhline(real, color=COLOURS["data"], ls=":")
    axis.annotate(f"training names: {real:.2f}", (temperatures[0], real), (0, 5), textcoords="offset points")
    axis.set(xlabel="temperature", ylabel="mean letters in a name", ylim=(0, None))
    axis.set_title(
        f"From T = {temperatures[0]:g} to {temperatures[-1]:g}, {means[0]:.1f} letters become {means[-1]:.1f}"
    )
    figure.alt = (
        f"Mean length of sampled names with 95% intervals: {means[0]:.2f} letters at temperature {temperatures[0]:g}, "
        f"{means[-1]:.2f} at {temperatures[-1]:g}; the training names have {real:.2f}."
    )
    return figure


@in_style
def origin_mix(origins: Sequence[str], real: Sequence[float], mixes: Mapping[str, Sequence[float]]) -> Picture:
    """Draw the share of each origin among real and among sampled names, as one classifier sees them.

    Args:
        origins: their names.
        real: their shares among real names.
        mixes: a label to their shares among sampled names.
    """
    order = np.argsort(real, kind="stable")
    real = np.asarray(real)[order]
    figure, axes = picture(1, len(mixes), height=6.2, sharey=True, sharex=True, squeeze=False)
    y, said = np.arange(len(origins)), []
    for axis, (label, mix) in zip(axes[0], mixes.items(), strict=True):
        mix = np.asarray(mix)[order]
        moved, most = np.abs(mix - real).sum() / 2, int((mix - real).argmax())
        axis.hlines(y, real, mix, color=COLOURS["gru"], lw=2)
        axis.plot(real, y, "|", color=COLOURS["data"], ms=9, mew=2)
        axis.plot(mix, y, "o", color=COLOURS["gru"], ms=5)
        axis.set_title(f"{label}: {percent(moved)} off", fontsize=11)
        axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
        said.append(
            f"{label}, {percent(moved)} of the names would have to change origin, and the largest excess is "
            f"{origins[order[most]]} with {percent(mix[most])} for {percent(real[most])}"
        )
    axes[0, 0].set_yticks(y, [origins[k] for k in order])
    figure.supxlabel("share of names (black bar: real, green dot: sampled)", fontsize=11)
    figure.alt = f"Shares of {len(origins)} origins among sampled names against real ones: {'; '.join(said)}."
    return figure
