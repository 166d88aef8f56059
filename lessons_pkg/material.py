"""What a run on the command line learns from: names or a text, read, parted and encoded."""

import argparse
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .corpora import hold_out_spellable, load_names, read_names, read_text, split_names
from .models import ModelConfig
from .recipe import TrainConfig, default_recipe, text_recipe
from .sources import Source, names_source, stream_source
from .texts import load_tales
from .tokenizer import UNKNOWN, tokenizer
from .vocab import Vocab, split_known

TALES = "tales"  # in place of a file: the course's own text
HELD_OUT_TOKENS = 20_000  # of a text that comes without held-out text, at most this many are held out


class Material(NamedTuple):
    """Encoded data to learn from and to judge by, and what suits it."""

    vocab: Vocab
    unit: str  # what is counted, "names" or "tokens"
    digest: str  # so that a run is resumed on the same data
    source: Callable[[TrainConfig], Source]
    recipe: Callable[[int | None, float], tuple[ModelConfig, dict]]  # of a hidden size and seconds
    about: str = ""  # what to say of it before training


def encode_known(vocab: Vocab, names: list[str], unknown: str, what: str) -> list[list[int]]:
    """Encode the names that the vocabulary can spell; count and name the rest, or refuse them."""
    known, skipped, missing = split_known(vocab, names)
    characters = ", ".join(f"{char!r} in {count}" for char, count in missing.most_common(8))
    message = f"{len(skipped)} of {len(names)} {what} hold characters the training names lack ({characters})"
    if skipped and unknown == "error":
        raise ValueError(f"{message}; --unknown skip leaves them out")
    if not known:
        lacking = ", ".join(map(repr, sorted(missing)[:8]))
        raise ValueError(
            f"none of the {len(names)} {what} can be spelt with the characters of the training names, which lack "
            f"{lacking}; it needs at least one that can"
        )
    if skipped:
        print(f"skipped: {message}", file=sys.stderr)
    return [vocab.encode(name) for name in known]


def names_material(path: str | None, unknown: str) -> Material:
    """Read a list of names, or the course's own; hold out a tenth of the distinct names, at most 1,000."""
    if path is not None:
        names = read_names(path)
        split = split_names(names, validation=min(0.1, 1000 / len(names)), test=0)
        split = split if unknown == "error" else hold_out_spellable(split)
    else:
        split = load_names()
    vocab = Vocab.from_names(split.train)
    learned = [vocab.encode(name) for name in split.train]
    held_out = encode_known(vocab, split.validation, unknown, "held-out names")
    return Material(
        vocab,
        "names",
        digest(*split.train),
        lambda config: names_source(learned, held_out, config),
        lambda hidden_size, seconds: default_recipe(len(learned), len(vocab), hidden_size=hidden_size, seconds=seconds),
    )


def text_material(a: argparse.Namespace, vocab: Vocab | None = None) -> Material:
    """Read a text and its held-out text; without the latter, hold out its last lines, a tenth of it at most.

    A run that is taken up brings its vocabulary, and the options that made it are left out, or make the same one.
    """
    if a.text == TALES and not Path(TALES).exists():
        train, held_out, _ = load_tales()
    else:
        train, held_out = read_text(a.text), ""
    if a.valid is not None:
        held_out = read_text(a.valid)
    level = a.level or (vocab.level if vocab else "char")
    about = ""
    if level == "word" and UNKNOWN in train:
        level = "token"  # somebody has cut it into words, and put in unknowns
        about = f"{a.text} holds {UNKNOWN}: it is cut into words already, and spaces part them\n"
    if a.valid is not None and held_out in train:
        about += f"{a.valid} is a part of {a.text}: what is learned by heart will look good on it\n"
    if not held_out:
        train, held_out = part(train, level)
    if not vocab or a.level or a.min_count or a.max_vocab:
        made = Vocab.from_text(train, level=level, min_count=a.min_count or 1, max_size=a.max_vocab)
        if vocab and (made.level, made.tokens) != (vocab.level, vocab.tokens):
            raise ValueError(
                f"the run in {a.out!r} has another vocabulary, {vocab!r}; "
                "leave out --level, --min-count and --max-vocab"
            )
        vocab = made
    learned, judged = vocab.encode(train), vocab.encode(held_out)
    unknown = sum(i == vocab.ids[UNKNOWN] for i in judged)
    about += (
        f"{len(learned):,} tokens to learn from, a vocabulary of {len(vocab):,}; {len(judged):,} tokens to judge by, "
        f"{unknown:,} of them unknown ({unknown / max(1, len(judged)):.1%})"
    )
    return Material(
        vocab,
        "tokens",
        digest(train, held_out),
        lambda config: stream_source(learned, judged, config),
        lambda hidden_size, seconds: text_recipe(len(learned), len(vocab), hidden_size=hidden_size),
        about,
    )


def part(text: str, level: str) -> tuple[str, str]:
    """Cut the last lines off a text, to judge by: a tenth of it, at most ``HELD_OUT_TOKENS`` tokens.

    One long line may be more than a tenth. If it is more than half, the text is cut inside it.
    """
    lines = text.splitlines(keepends=True)
    sizes = [len(tokenizer(level).split(line)) for line in lines]
    total = sum(sizes)
    room, kept = min(total // 10, HELD_OUT_TOKENS), 0
    cut = len(lines)
    while cut > 1 and (kept < 2 or kept + sizes[cut - 1] <= room):  # of a single token none is a target
        cut -= 1
        kept += sizes[cut]
    if len(lines) < 2 or kept > max(2, total // 2):
        end = max(len(text) * 9 // 10, len(text) - len(text) * HELD_OUT_TOKENS // max(1, total))
        return text[:end], text[end:]
    return "".join(lines[:cut]), "".join(lines[cut:])


def digest(*texts: str) -> str:
    """Return a fingerprint of the data."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def refuse(a: argparse.Namespace, because: str, *names: str) -> None:
    """Refuse options that do not fit, instead of leaving them out in silence."""
    for name in names:
        if getattr(a, name) is not None:
            raise ValueError(f"--{name.replace('_', '-')} does not fit: {because}")
