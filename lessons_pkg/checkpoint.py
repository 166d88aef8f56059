"""A model in a file: its weights, config and vocabulary, and, while a run goes on, the run (chapter 06).

Only tensors and plain values are written, so reading a file runs none of its code. Writing is atomic: a
new file is made beside the old one and takes its place when it is whole.
"""

import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import torch

from .files import written_atomically
from .models import RNNLM, ModelConfig
from .vocab import Vocab

FORMAT = "lessons_pkg checkpoint 1"


class Checkpoint(NamedTuple):
    """What a file holds: the model in evaluation mode, its vocabulary, notes, and the run if it is unfinished."""

    model: RNNLM
    vocab: Vocab
    notes: dict
    run: dict | None


def save_checkpoint(
    path: str | Path,
    model: RNNLM,
    vocab: Vocab,
    *,
    weights: dict[str, torch.Tensor] | None = None,
    notes: dict | None = None,
    run: dict | None = None,
) -> None:
    """Write a checkpoint atomically.

    Args:
        path: the file; an old one is replaced once the new one is whole.
        model: gives the config, and the weights unless ``weights`` does.
        vocab: the vocabulary it was trained with.
        weights: a ``state_dict`` to save in place of the model's own, such as the best so far.
        notes: plain values to remember, such as how it was trained.
        run: ``TrainState.state_dict()`` of a run to be resumed.

    Raises:
        ValueError: if the file cannot be written.
    """
    content = {
        "format": FORMAT,
        "config": model.settings(),
        "vocab": vocab.tokens,
        "level": vocab.level,
        "weights": weights or model.state_dict(),
        "notes": notes or {},
        "run": run,
    }
    with written_atomically(path) as file:
        torch.save(content, file)


def load_checkpoint(path: str | Path, *, device: str | torch.device = "cpu") -> Checkpoint:
    """Read a checkpoint.

    Raises:
        ValueError: if the file is missing, cannot be read, is damaged, or is not one of ours.
    """
    path = Path(path)
    missing = f"load_checkpoint: no file {str(path)!r}; `python -m lessons_pkg train` makes one"
    if os.path.exists(path) and not os.path.isfile(path):  # a folder, or a device that could be read for ever
        raise ValueError(missing)
    try:
        with zipfile.ZipFile(path) as archive:  # torch itself does not look at the checksums
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(damaged)
        content = torch.load(path, map_location=device, weights_only=True)
    except OSError as error:
        cannot = f"load_checkpoint: cannot read {str(path)!r}: {error.strerror}"
        raise ValueError(missing if isinstance(error, FileNotFoundError) else cannot) from None
    except Exception as error:  # torch raises a different kind for every way a file can be wrong
        raise ValueError(
            f"load_checkpoint: {str(path)!r} is damaged or is not a checkpoint ({type(error).__name__})"
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else type(content).__name__
        raise ValueError(
            f"load_checkpoint: {str(path)!r} was not made by this version of this package: its format is "
            f"{found!r}, not {FORMAT!r}"
        )
    try:
        model = RNNLM(ModelConfig(**content["config"]), generator=torch.Generator()).to(device)
        model.load_state_dict(content["weights"])
        vocab = Vocab(content["vocab"], level=content.get("level", "char"))
        if len(vocab) != model.config.vocab_size:
            raise ValueError(f"{len(vocab)} tokens for a model of {model.config.vocab_size}")
        notes, run = content["notes"], content["run"]
        if not (isinstance(notes, dict) and isinstance(run, dict | None)):
            raise TypeError(f"its notes are a {type(notes).__name__}, its run a {type(run).__name__}")
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"load_checkpoint: {str(path)!r} is damaged: {reason}") from None
    if not all(w.isfinite().all() for w in model.parameters()):
        raise ValueError(f"load_checkpoint: {str(path)!r} is damaged: it holds weights that are not finite numbers")
    return Checkpoint(model.eval(), vocab, notes, run)
