"""Figures in one style, each with an alt text computed from its numbers; one file a theme."""

from .clipping import cliff, loss_by_delay, loss_by_rate, turned
from .curves import named_lines, step_errors
from .generation import entropy_curves, kept_letters, letter_bars, name_odds, two_step_tree, unit_interval
from .gradients import gradient_by_distance, norm_of_powers, slope_products, training_spike
from .learning import descent, lookup_cost, loss_by_size, seed_curves
from .network import feedings, padded, weights_by_context
from .probability import gap_to_floor, leak_by_order, mass_of_names, nested_strips, pair_table, surprise_by_order
from .progress_curves import against_clock, by_heart, length_of_names, rate_sweep, smoothing
from .samples import counts_against_exact, lengths, novelty_quality, origin_mix
from .states import distance_by_shared, memory_by_distance, state_map
from .style import COLOURS, Picture, in_style, picture
from .through_time import blame, bug_table, ledger, way_back
from .unrolled import unrolled
from .vectors import gap_histogram, gradient_rows, letter_maps, matrix_lookup, number_curve

__all__ = [
    "COLOURS",
    "Picture",
    "against_clock",
    "blame",
    "bug_table",
    "by_heart",
    "cliff",
    "counts_against_exact",
    "descent",
    "distance_by_shared",
    "entropy_curves",
    "feedings",
    "gap_histogram",
    "gap_to_floor",
    "gradient_by_distance",
    "gradient_rows",
    "in_style",
    "kept_letters",
    "leak_by_order",
    "ledger",
    "length_of_names",
    "lengths",
    "letter_bars",
    "letter_maps",
    "lookup_cost",
    "loss_by_delay",
    "loss_by_rate",
    "loss_by_size",
    "mass_of_names",
    "matrix_lookup",
    "memory_by_distance",
    "name_odds",
    "named_lines",
    "nested_strips",
    "norm_of_powers",
    "novelty_quality",
    "number_curve",
    "origin_mix",
    "padded",
    "pair_table",
    "picture",
    "rate_sweep",
    "seed_curves",
    "slope_products",
    "smoothing",
    "state_map",
    "step_errors",
    "surprise_by_order",
    "training_spike",
    "turned",
    "two_step_tree",
    "unit_interval",
    "unrolled",
    "way_back",
    "weights_by_context",
]
