"""Where a training run gets its batches: a list of names (chapter 06), or one text in columns (chapters 08 and 09)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import torch
from torch.utils.data import DataLoader

from .batching import Batch, Windows, batchify, bptt_windows, name_batches, stack_windows
from .evaluation import evaluate_names, evaluate_stream
from .models import RNNLM
from .recipe import TrainConfig

Names = Sequence[Sequence[int]]
Ids = Sequence[int] | torch.Tensor


class Source(NamedTuple):
    """What the training loop needs to know of the data.

    ``batches(epoch, skip)`` yields the batches of an epoch but the first ``skip``, the same ones each time it is asked.
    ``dropped`` counts the targets that an epoch leaves out. If ``carry``, a batch goes on where the one before it
    ended.
    """

    updates: int  # batches in an epoch
    batches: Callable[[int, int], Iterator[Batch]]
    evaluate: Callable[[RNNLM], float]  # nats per token on held-out data
    eval_every: int  # updates between two looks at it, if the settings do not say
    carry: bool = False
    dropped: int = 0


def names_source(train: Names, validation: Names, config: TrainConfig) -> Source:
    """Read names in batches of about one length, in an order that depends on the seed and the epoch alone.

    Raises:
        ValueError: if either list is empty.
    """
    if not train or not validation:
        raise ValueError(
            f"names_source: got {len(train)} names to train on and {len(validation)} to judge by; "
            "it needs at least one of each"
        )

    def batches(epoch: int, skip: int) -> Iterator[Batch]:
        return islice(name_batches(train, config.batch_size, generator=_epoch_generator(config, epoch)), skip, None)

    updates = -(-len(train) // config.batch_size)
    return Source(updates, batches, lambda model: evaluate_names(model, validation).nll, min(updates, 200))


def stream_source(train: Ids, validation: Ids, config: TrainConfig) -> Source:
    """Read one text: in columns from top to bottom, or its windows shuffled.

    Held-out text is scored in at most 10 columns, each warmed up by one window, so that no target is left out.

    Args:
        train: (N,) ids to learn from.
        validation: ids to judge by, at least two.
        config: the settings; ``carry``, ``random_start`` and ``shuffle`` say how the text is read.

    Raises:
        ValueError: if a text is too short.
    """
    train, bptt, B = torch.as_tensor(train), config.bptt, config.batch_size
    if len(validation) < 2:
        raise ValueError(f"stream_source: got {len(validation)} tokens to judge by; it needs at least 2")
    spare = bptt - 1 if config.random_start and not config.shuffle else 0  # so that each epoch has as many updates
    if not config.shuffle and len(train) < 2 * B + spare:
        raise ValueError(
            f"stream_source: got {len(train)} tokens to learn from, batch_size {B} and bptt {bptt}; it needs two "
            f"tokens a column{' and those that random_start may skip' if spare else ''}, {2 * B + spare}"
        )
    if config.shuffle:
        windows = Windows(train, bptt)
        updates, dropped = -(-len(windows) // B), windows.dropped
    else:
        columns = batchify(train[: len(train) - spare], B)
        updates, dropped = -(-(len(columns.ids) - 1) // bptt), columns.dropped + spare

    def batches(epoch: int, skip: int) -> Iterator[Batch]:
        generator = _epoch_generator(config, epoch)
        if config.shuffle:
            loader = DataLoader(windows, B, shuffle=True, generator=generator, collate_fn=stack_windows)
            return islice(iter(loader), skip, None)
        start = int(torch.randint(spare + 1, (), generator=generator))
        return islice(bptt_windows(batchify(train[start : len(train) - spare + start], B).ids, bptt), skip, None)

    def evaluate(model: RNNLM) -> float:
        columns = max(1, min(10, len(validation) - 1))
        return evaluate_stream(model, validation, batch_size=columns, bptt=bptt, warmup=bptt).nll

    # Training on a token costs about three times what scoring one does.
    eval_every = max(1, 3 * len(validation) // (B * bptt))
    return Source(updates, batches, evaluate, eval_every, config.carry and not config.shuffle, dropped)


def _epoch_generator(config: TrainConfig, epoch: int) -> torch.Generator:
    return torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)
