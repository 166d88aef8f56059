"""What the commands ``sample`` and ``evaluate`` do; ``train`` is in ``runs``, the parser in ``__main__``."""

import argparse
import json
import sys
from math import isfinite
from pathlib import Path

import torch

from .checkpoint import load_checkpoint
from .corpora import read_names, read_text
from .evaluation import evaluate_names, evaluate_stream
from .material import encode_known, refuse
from .models import RNNLM
from .sampling import sample_names, sample_text
from .search import beam_search, greedy
from .tokenizer import UNKNOWN
from .vocab import Vocab


def sample(a: argparse.Namespace) -> int:
    """Print names, one a line, or a piece of text."""
    model, vocab, *_ = load_checkpoint(a.checkpoint)
    if a.greedy or a.beam:
        if vocab.reads_text:
            raise ValueError("--greedy and --beam look for a whole name; this is a model of text")
        refuse(a, "a search draws nothing", "count", "length", "temperature", "top_k", "top_p", "seed")
        found = (
            [greedy(model, vocab, start=a.start)]
            if a.greedy
            else beam_search(model, vocab, width=a.beam, start=a.start)
        )
        print(*(f"{s.log_prob:8.3f}  {s.name}" for s in found), sep="\n")
        return 0
    generator = torch.Generator()
    generator.seed() if a.seed is None else generator.manual_seed(a.seed)
    temperature = 1.0 if a.temperature is None else a.temperature
    settings = {"temperature": temperature, "top_k": a.top_k, "top_p": a.top_p, "start": a.start}
    if vocab.reads_text:
        refuse(a, "a model of text writes one piece of --length tokens", "count")
        print(sample_text(model, vocab, a.length or 100, generator=generator, **settings))
    else:
        refuse(a, "a model of names knows where they end", "length")
        print(*sample_names(model, vocab, a.count or 20, min_length=1, generator=generator, **settings), sep="\n")
    return 0


def evaluate(a: argparse.Namespace) -> int:
    """Print the score of a list of names or of a text."""
    model, vocab, *_ = load_checkpoint(a.checkpoint)
    if vocab.reads_text:
        score = evaluate_text(a, model, vocab)
    else:
        refuse(a, "each name begins afresh", "batch_size", "bptt", "warmup", "reset")
        known = encode_known(vocab, read_names(a.file), a.unknown or "error", f"names in {Path(a.file).name}")
        score = evaluate_names(model, known)._asdict()
    if a.json:
        print(json.dumps({key: value if isfinite(value) else None for key, value in score.items()}))
        return 0
    token = "character" if vocab.level == "char" else "word"
    lost = f"; {score['dropped']:,} others are in no window" if score["dropped"] else ""
    ends = "" if vocab.reads_text else " (ends of names counted)"
    print(
        f"{score['nll']:.4f} nats per {token}, perplexity {score['perplexity']:.3f}, "
        f"{score['bits_per_char']:.4f} bits per character, over {score['tokens']:,} {token}s{ends}{lost}"
    )
    return 0


def evaluate_text(a: argparse.Namespace, model: RNNLM, vocab: Vocab) -> dict:
    """Score a text as the options say; by default in one column, which is exact."""
    if a.unknown == "skip":
        refuse(a, f"the tokens of a text that the model lacks are scored as {UNKNOWN}, or an error", "unknown")
    text = read_text(a.file)
    ids = vocab.encode(text)
    unknown = sum(i == vocab.ids[UNKNOWN] for i in ids)
    message = f"{unknown:,} of {len(ids):,} tokens are unknown to the model"
    if unknown and a.unknown == "error":
        raise ValueError(f"{message}; without --unknown error they are scored as {UNKNOWN}")
    settings = {k: v for k, v in vars(a).items() if k in ("batch_size", "bptt", "warmup", "reset") and v is not None}
    first = vocab.tokenizer.split(text)[0]  # given, so it costs nothing, nor do the spaces before it
    chars = max(1, len(text.partition(first)[2]))  # none: of one word, whose line end the tokenizer adds
    score = evaluate_stream(model, ids, chars=chars, **settings)._asdict()
    if unknown:
        print(
            f"{message} and are scored as {UNKNOWN}: compare with models of the same vocabulary only", file=sys.stderr
        )
    return score | {"unknown": unknown}
