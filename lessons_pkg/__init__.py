"""Next Character: the functions that the course builds, one idea each."""

from .batching import (
    Batch,
    Columns,
    Windows,
    batchify,
    bptt_windows,
    name_batches,
    overlapping_columns,
    pad_names,
    stack_windows,
)
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .clipping import clip_by_norm, clip_by_value
from .corpora import NameRecord, Split, data_path, load_names, load_records, read_names, read_text, split_names
from .evaluation import Evaluation, evaluate_names, evaluate_stream, score_columns
from .long_softmax import output_nll
from .metrics import bits_per_char, cross_entropy, entropy, masked_nll, perplexity
from .models import RNNLM, ModelConfig
from .ngram import NGram, tune_strength
from .recipe import TrainConfig, default_recipe, text_recipe
from .sampling import next_distribution, sample_names, sample_text
from .search import Scored, beam_search, greedy
from .states import detach
from .subwords import apply_merges, join_pieces, learn_merges
from .texts import (
    Tale,
    TextSplit,
    load_python_docs,
    load_stdlib_source,
    load_tales,
    read_tales,
    split_documents,
    split_tales,
)
from .tokenizer import UNKNOWN, join_words, split_words
from .training import TrainState, start_training, train_names, train_stream
from .vocab import STOP, STOP_ID, UnknownCharacterError, Vocab
from .wikitext import WIKITEXT2_URL, count_tokens, load_wikitext2

__all__ = [
    "RNNLM",
    "STOP",
    "STOP_ID",
    "UNKNOWN",
    "WIKITEXT2_URL",
    "Batch",
    "Checkpoint",
    "Columns",
    "Evaluation",
    "ModelConfig",
    "NGram",
    "NameRecord",
    "Scored",
    "Split",
    "Tale",
    "TextSplit",
    "TrainConfig",
    "TrainState",
    "UnknownCharacterError",
    "Vocab",
    "Windows",
    "apply_merges",
    "batchify",
    "beam_search",
    "bits_per_char",
    "bptt_windows",
    "clip_by_norm",
    "clip_by_value",
    "count_tokens",
    "cross_entropy",
    "data_path",
    "default_recipe",
    "detach",
    "entropy",
    "evaluate_names",
    "evaluate_stream",
    "greedy",
    "join_pieces",
    "join_words",
    "learn_merges",
    "load_checkpoint",
    "load_names",
    "load_python_docs",
    "load_records",
    "load_stdlib_source",
    "load_tales",
    "load_wikitext2",
    "masked_nll",
    "name_batches",
    "next_distribution",
    "output_nll",
    "overlapping_columns",
    "pad_names",
    "perplexity",
    "read_names",
    "read_tales",
    "read_text",
    "sample_names",
    "sample_text",
    "save_checkpoint",
    "score_columns",
    "split_documents",
    "split_names",
    "split_tales",
    "split_words",
    "stack_windows",
    "start_training",
    "text_recipe",
    "train_names",
    "train_stream",
    "tune_strength",
]
