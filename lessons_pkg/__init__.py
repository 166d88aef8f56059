"""Next Character: the functions that the course builds, one idea each."""

from .batching import Batch, name_batches, pad_names
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .clipping import clip_by_norm, clip_by_value
from .corpora import NameRecord, Split, data_path, load_names, load_records, read_names, read_text, split_names
from .evaluation import Evaluation, evaluate_names
from .metrics import bits_per_char, cross_entropy, entropy, masked_nll, perplexity
from .models import RNNLM, ModelConfig
from .ngram import NGram, tune_strength
from .recipe import TrainConfig, default_recipe
from .sampling import next_distribution, sample_names
from .search import Scored, beam_search, greedy
from .training import TrainState, start_training, train_names
from .vocab import STOP, STOP_ID, UnknownCharacterError, Vocab

__all__ = [
    "RNNLM",
    "STOP",
    "STOP_ID",
    "Batch",
    "Checkpoint",
    "Evaluation",
    "ModelConfig",
    "NGram",
    "NameRecord",
    "Scored",
    "Split",
    "TrainConfig",
    "TrainState",
    "UnknownCharacterError",
    "Vocab",
    "beam_search",
    "bits_per_char",
    "clip_by_norm",
    "clip_by_value",
    "cross_entropy",
    "data_path",
    "default_recipe",
    "entropy",
    "evaluate_names",
    "greedy",
    "load_checkpoint",
    "load_names",
    "load_records",
    "masked_nll",
    "name_batches",
    "next_distribution",
    "pad_names",
    "perplexity",
    "read_names",
    "read_text",
    "sample_names",
    "save_checkpoint",
    "split_names",
    "start_training",
    "train_names",
    "tune_strength",
]
