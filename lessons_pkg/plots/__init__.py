"""Figures in one style, each with an alt text computed from its numbers; one file a theme."""

from .generation import entropy_curves, kept_letters, letter_bars, name_odds, two_step_tree, unit_interval
from .learning import descent, lookup_cost, loss_by_size, seed_curves
from .probability import gap_to_floor, leak_by_order, mass_of_names, nested_strips, pair_table, surprise_by_order
from .samples import counts_against_exact, lengths, novelty_quality, origin_mix
from .style import COLOURS, Picture, in_style, picture
from .vectors import gap_histogram, gradient_rows, letter_maps, matrix_lookup, number_curve

__all__ = [
    "COLOURS",
    "Picture",
    "counts_against_exact",
    "descent",
    "entropy_curves",
    "gap_histogram",
    "gap_to_floor",
    "gradient_rows",
    "in_style",
    "kept_letters",
    "leak_by_order",
    "lengths",
    "letter_bars",
    "letter_maps",
    "lookup_cost",
    "loss_by_size",
    "mass_of_names",
    "matrix_lookup",
    "name_odds",
    "nested_strips",
    "novelty_quality",
    "number_curve",
    "origin_mix",
    "pair_table",
    "picture",
    "seed_curves",
    "surprise_by_order",
    "two_step_tree",
    "unit_interval",
]
