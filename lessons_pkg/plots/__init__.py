"""Figures in one style, each with an alt text computed from its numbers; one file a theme."""

from .choosing import best_of, optimism, search_trials, tale_by_tale
from .clipping import cliff, loss_by_delay, loss_by_rate, turned
from .curves import named_lines, step_errors
from .gates import belts, forgetting, gate_strips, looked_at
from .generation import entropy_curves, kept_letters, letter_bars, name_odds, two_step_tree, unit_interval
from .gradients import gradient_by_distance, norm_of_powers, slope_products, training_spike
from .honest import answers, error_by_columns, folded, window_errors
from .learning import descent, lookup_cost, loss_by_size, seed_curves
from .network import feedings, padded, weights_by_context
from .pieces import bits_by_pieces, merge_rounds, times_seen, tokens_per_word
from .probability import gap_to_floor, leak_by_order, mass_of_names, nested_strips, pair_table, surprise_by_order
from .progress_curves import against_clock, by_heart, length_of_names, rate_sweep, smoothing
from .races import against_seconds, felt_back, recall_by_distance
from .samples import counts_against_exact, lengths, novelty_quality, origin_mix
from .states import distance_by_shared, memory_by_distance, state_map
from .stream_runs import echo_threshold, fresh_states, shapes_of_updates, truncation, ways_to_read
from .streams import fold, kept_memory, routes_kept, windows_down
from .stuck import first_losses, four_curves, parting
from .style import COLOURS, Picture, in_style, picture
from .through_time import blame, bug_table, ledger, way_back
from .tuning import gaps, one_batch, range_test, schedule_sweep, size_grid
from .unrolled import unrolled
from .vectors import gap_histogram, gradient_rows, letter_maps, matrix_lookup, number_curve
from .warm import cold_start, lanes, warm_up_error
from .words import cuts, fooled, growth, reach, unknowns, zipf

__all__ = [
    "COLOURS",
    "Picture",
    "against_clock",
    "against_seconds",
    "answers",
    "belts",
    "best_of",
    "bits_by_pieces",
    "blame",
    "bug_table",
    "by_heart",
    "cliff",
    "cold_start",
    "counts_against_exact",
    "cuts",
    "descent",
    "distance_by_shared",
    "echo_threshold",
    "entropy_curves",
    "error_by_columns",
    "feedings",
    "felt_back",
    "first_losses",
    "fold",
    "folded",
    "fooled",
    "forgetting",
    "four_curves",
    "fresh_states",
    "gap_histogram",
    "gap_to_floor",
    "gaps",
    "gate_strips",
    "gradient_by_distance",
    "gradient_rows",
    "growth",
    "in_style",
    "kept_letters",
    "kept_memory",
    "lanes",
    "leak_by_order",
    "ledger",
    "length_of_names",
    "lengths",
    "letter_bars",
    "letter_maps",
    "looked_at",
    "lookup_cost",
    "loss_by_delay",
    "loss_by_rate",
    "loss_by_size",
    "mass_of_names",
    "matrix_lookup",
    "memory_by_distance",
    "merge_rounds",
    "name_odds",
    "named_lines",
    "nested_strips",
    "norm_of_powers",
    "novelty_quality",
    "number_curve",
    "one_batch",
    "optimism",
    "origin_mix",
    "padded",
    "pair_table",
    "parting",
    "picture",
    "range_test",
    "rate_sweep",
    "reach",
    "recall_by_distance",
    "routes_kept",
    "schedule_sweep",
    "search_trials",
    "seed_curves",
    "shapes_of_updates",
    "size_grid",
    "slope_products",
    "smoothing",
    "state_map",
    "step_errors",
    "surprise_by_order",
    "tale_by_tale",
    "times_seen",
    "tokens_per_word",
    "training_spike",
    "truncation",
    "turned",
    "two_step_tree",
    "unit_interval",
    "unknowns",
    "unrolled",
    "warm_up_error",
    "way_back",
    "ways_to_read",
    "weights_by_context",
    "window_errors",
    "windows_down",
    "zipf",
]
