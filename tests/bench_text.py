"""Timings on text, printed and never asserted: ``python -m tests.bench_text [FOLDER]``; ``make bench`` runs it too.

The measure is the word language model of PyTorch's examples: two LSTM layers of 200, windows of 35, 20 columns, plain
gradient descent. Its training and evaluation loops are written here anew, in few lines. With a FOLDER that holds
``wikitext-2`` the text is WikiText-2; without, it is random words from a vocabulary of the same length.
"""

import math
import sys
import time
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from lessons_pkg import (
    RNNLM,
    TrainConfig,
    Vocab,
    batchify,
    bptt_windows,
    data_path,
    evaluate_stream,
    load_checkpoint,
    load_tales,
    start_training,
    text_recipe,
)
from lessons_pkg.recipe import fast_bfloat16
from lessons_pkg.training import train_step
from lessons_pkg.wikitext import load_wikitext2
from tests.bench import side_by_side

V, H, BPTT, COLUMNS, UPDATES = 33_278, 200, 35, 20, 8


class Reference(nn.Module):
    """The example's network: embedding, two layers of LSTM, output layer, log-softmax; dropout between."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, H)
        self.lstm = nn.LSTM(H, H, 2, dropout=0.2)
        self.output = nn.Linear(H, V)

    def forward(self, ids, hidden):
        x, hidden = self.lstm(F.dropout(self.embedding(ids), 0.2, self.training), hidden)
        scores = self.output(F.dropout(x, 0.2, self.training)).view(-1, V)
        return F.log_softmax(scores, dim=1), hidden


def reference_training(model: Reference, ids: torch.Tensor) -> float:
    """Make some updates as the example does; return tokens per second."""
    model.train()
    hidden, start = None, time.perf_counter()
    for inputs, targets, _ in islice(bptt_windows(ids, BPTT), UPDATES):
        hidden = None if hidden is None else tuple(h.detach() for h in hidden)
        model.zero_grad()
        log_p, hidden = model(inputs, hidden)
        F.nll_loss(log_p, targets.reshape(-1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-1.0)
    return UPDATES * BPTT * COLUMNS / (time.perf_counter() - start)


@torch.no_grad()
def reference_evaluation(model: Reference, ids: torch.Tensor) -> float:
    """Return the perplexity that the example prints: 10 columns, windows weighted by their length."""
    model.eval()
    total, hidden = 0.0, None
    for inputs, targets, _ in bptt_windows(ids, BPTT):
        log_p, hidden = model(inputs, hidden)
        total += len(inputs) * F.nll_loss(log_p, targets.reshape(-1)).item()
    return math.exp(total / (len(ids) - 1))


def ours(**settings) -> RNNLM:
    """Return a network of the same shape."""
    return RNNLM(vocab_size=V, hidden_size=H, embedding_size=H, layers=2, dropout=0.2, input_dropout=0.2, **settings)


def our_training(model: RNNLM, ids: torch.Tensor, **settings) -> float:
    """Make as many updates with the package's loop; return tokens per second."""
    config = TrainConfig(epochs=1, batch_size=COLUMNS, bptt=BPTT, max_norm=0.25, **settings)
    state = start_training(model.train(), config)
    start = time.perf_counter()
    for batch in islice(bptt_windows(ids, BPTT), UPDATES):
        train_step(state, batch, 1e-3, config, carry=state.step > 0)
    return state.tokens_read / (time.perf_counter() - start)


def same_weights(reference: Reference) -> RNNLM:
    """Return our network with the weights of the example's."""
    model = ours()
    with torch.no_grad():
        model.embedding.load_state_dict(reference.embedding.state_dict())
        model.output.load_state_dict(reference.output.state_dict())
        for k, layer in enumerate(model.rnn):
            for name, p in layer.named_parameters():
                p.copy_(getattr(reference.lstm, name.replace("l0", f"l{k}")))
    return model


def words(folder: Path | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids to train on and to score."""
    if folder is None:
        return torch.randint(V, (60_000,)), torch.randint(V, (5_000,))
    split = load_wikitext2(folder)
    vocab = Vocab.from_text("".join(split), level="token")  # as the example does: it has seen the test part
    return tuple(torch.tensor(vocab.encode(text)) for text in (split.train[:1_500_000], split.test[:120_000]))


def against_the_example(folder: Path | None) -> None:
    """Tokens per second in training, and the perplexity of the same weights."""
    train, test = words(folder)
    columns = batchify(train, COLUMNS).ids
    settings = {
        "SGD, 32 bits": ({}, {"optimizer": "sgd", "weight_decay": 0.0}),
        "AdamW, 32 bits": ({}, {}),
        "AdamW, tied, 32 bits": ({"tied": True}, {}),
    }
    if fast_bfloat16():
        settings["AdamW, 16 bits"] = ({}, {"bfloat16": True})
    reference = Reference()
    for name, (shape, how) in settings.items():
        model = ours(**shape)
        a, b, ratio = side_by_side(
            lambda model=model, how=how: our_training(model, columns, **how),
            lambda: reference_training(reference, columns),
            rounds=3,
        )
        print(f"words, {name}: {a:,.0f} tokens/s, the example {b:,.0f}: {ratio:.2f} times")
    with torch.no_grad():  # a barely trained network hardly looks back; larger weights make its state matter
        for weight in reference.lstm.parameters():
            weight.mul_(2)
        reference.output.weight.mul_(4)
    theirs = reference_evaluation(reference, batchify(test, 10).ids)
    model = same_weights(reference)
    mine = evaluate_stream(model, test, batch_size=10, bptt=BPTT).perplexity
    print(f"perplexity of the same weights: {mine:.6f}, the example's {theirs:.6f}: {abs(mine / theirs - 1):.1e} apart")
    reset = evaluate_stream(model, test, batch_size=10, bptt=BPTT, reset=True).perplexity
    print(f"to compare: a state reset at each window moves it by {abs(reset / mine - 1):.1e}")


def tales() -> None:
    """Tokens per second in training on the tales and in scoring them, by level, against one column."""
    split = load_tales()
    for level in ("char", "word"):
        vocab = Vocab.from_text(split.train, level=level)
        ids = torch.tensor(vocab.encode(split.train))
        shape, how = text_recipe(len(ids), len(vocab))
        config = TrainConfig(epochs=1, **how)
        state = start_training(RNNLM(shape), config)
        start = time.perf_counter()
        for batch in islice(bptt_windows(batchify(ids, config.batch_size).ids, config.bptt), 40):
            train_step(state, batch, 1e-3, config, carry=state.step > 0)
        print(f"default recipe, {level}: {state.tokens_read / (time.perf_counter() - start):,.0f} tokens/s in training")
    model, vocab, *_ = load_checkpoint(data_path("tales-words.pt"))
    ids = vocab.encode(split.test)

    def rate(columns: int) -> float:
        start = time.perf_counter()
        return evaluate_stream(model, ids, batch_size=columns, warmup=100).tokens / (time.perf_counter() - start)

    many, one, ratio = side_by_side(lambda: rate(10), lambda: rate(1), rounds=3)
    print(f"scoring: {many:,.0f} words/s in 10 columns with a warm-up of 100, {one:,.0f} in one: {ratio:.1f} times")


def main(folder: Path | None = None) -> None:
    """Print all of it; ``folder`` holds WikiText-2."""
    torch.manual_seed(0)
    tales()
    against_the_example(folder)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]) / "wikitext-2" if len(sys.argv) > 1 else None)
