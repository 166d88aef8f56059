"""Pictures that answer when they are touched: each is one object that a notebook cell shows."""

from .batchify import batchify_explorer
from .bptt import bptt_explorer
from .chain_rule import chain_rule_explorer
from .clipping import clipping_explorer
from .evaluation_grid import evaluation_grid_explorer
from .explorer import Explorer
from .temperature import temperature_explorer
from .widget import TemperatureWidget, temperature_widget

__all__ = [
    "Explorer",
    "TemperatureWidget",
    "batchify_explorer",
    "bptt_explorer",
    "chain_rule_explorer",
    "clipping_explorer",
    "evaluation_grid_explorer",
    "temperature_explorer",
    "temperature_widget",
]
