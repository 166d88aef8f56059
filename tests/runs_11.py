"""Train what chapter 11 shows and does not run: ``python -m tests.runs_11`` writes data/runs_11.json.

Recall: one letter, a number of noise symbols, and then the question which letter it was; networks of about equal size,
at most 500 updates, two learning rates, three seeds (three minutes). Clock: the tales in letters, networks of about
equal size, the same number of processor seconds for each, the rate chosen beforehand by a shorter run; then how far
back the last prediction of each trained network feels a letter (three minutes). One thread.
"""

import json
import math
import sys
import time

import torch
from torch.nn import functional as F

from lessons_pkg import RNNLM, TrainConfig, Vocab, clip_by_norm, data_path, evaluate_stream, load_tales, start_training
from lessons_pkg.batching import batchify, bptt_windows
from lessons_pkg.recipe import learning_rate
from lessons_pkg.training import train_step

LETTERS, NOISE, DISTANCES, UPDATES, B = 8, 8, (5, 10, 20, 40, 80), 500, 32
SEEDS, RECALL_SIZE, TALES_SIZE, SECONDS, TRIAL, MARKS = 3, 6_000, 50_000, 10.0, 2.5, 12
RECALL = {  # a label to the settings of a network, and the bias that its forget gate starts with
    "rnn": ({"cell": "rnn"}, None),
    "gru": ({"cell": "gru"}, None),
    "lstm, bias 1": ({"cell": "lstm"}, 1.0),
    "lstm, bias 5": ({"cell": "lstm"}, 5.0),
    "attention, context 32": ({"cell": "attention", "heads": 1, "context": 32}, None),
    "attention, context 128": ({"cell": "attention", "heads": 1, "context": 128}, None),
}
TALES = {"rnn": {"cell": "rnn"}, "gru": {"cell": "gru"}, "lstm": {"cell": "lstm"}, "attention": {"cell": "attention"}}


def parameters(**settings) -> int:
    """Return how many numbers such a network has."""
    return sum(p.numel() for p in RNNLM(**settings).parameters())


def sized(wanted: int, **settings) -> dict:
    """Return the settings with the hidden size that comes nearest to so many parameters."""
    step = 4 if settings["cell"] == "attention" else 1
    sizes = range(8, 300, step)
    best = min(sizes, key=lambda H: abs(parameters(hidden_size=H, **settings) - wanted))
    return settings | {"hidden_size": best}


def recall_batch(distance: int, columns: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs (distance + 1, B): a letter, noise, a question; and the letters (B,) that are the answers."""
    letter = torch.randint(LETTERS, (1, columns), generator=generator)
    noise = torch.randint(LETTERS, LETTERS + NOISE, (distance - 1, columns), generator=generator)
    question = torch.full((1, columns), LETTERS + NOISE)
    return torch.cat([letter, noise, question]), letter[0]


def recall_run(distance: int, settings: dict, bias: float | None, rate: float, seed: int) -> float:
    """Train on fresh cases; return the share of 1,000 others that are answered rightly."""
    generator = torch.Generator().manual_seed(seed)
    model = RNNLM(**settings, generator=generator)
    if bias is not None:
        H = settings["hidden_size"]
        with torch.no_grad():
            model.rnn[0].bias_ih_l0[H : 2 * H] = bias
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(UPDATES):
        inputs, answers = recall_batch(distance, B, generator)
        loss = F.cross_entropy(model.output(model.features(inputs)[0][-1]), answers)
        optimizer.zero_grad()
        loss.backward()
        clip_by_norm(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < 0.005:  # learned
            break
    with torch.no_grad():
        inputs, answers = recall_batch(distance, 1000, generator)
        return (model(inputs)[0][-1].argmax(-1) == answers).float().mean().item()


def recall() -> list[dict]:
    """Return a row for each network and learning rate: accuracies (distances, seeds)."""
    rows = []
    for label, (settings, bias) in RECALL.items():
        settings = sized(RECALL_SIZE, vocab_size=LETTERS + NOISE + 1, embedding_size=16, **settings)
        for rate in (3e-3, 1e-2):
            shares = [[recall_run(d, settings, bias, rate, seed) for seed in range(SEEDS)] for d in DISTANCES]
            facts = {
                "label": label,
                "rate": rate,
                "units": settings["hidden_size"],
                "parameters": parameters(**settings),
            }
            rows.append(facts | {"right": [[round(share, 3) for share in row] for row in shares]})
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def clock_run(settings: dict, rate: float, seed: int, seconds: float, texts: tuple) -> tuple[list, int, RNNLM]:
    """Train for so many processor seconds; return [seconds, held-out nats] at some moments, tokens read, the model."""
    train, held_out = texts
    config = TrainConfig(seconds=seconds, batch_size=20, lr=rate, max_norm=0.5, bptt=64, seed=seed)
    state = start_training(RNNLM(**settings, generator=torch.Generator().manual_seed(seed)), config)
    curve, spent = [], 0.0
    while spent < seconds:
        state.hidden, offset = None, int(torch.randint(64, (), generator=state.generator))
        for batch in bptt_windows(batchify(train[offset:], 20).ids, 64):
            start = time.process_time()
            state.model.train()
            train_step(state, batch, learning_rate(spent / seconds, config), config, carry=state.hidden is not None)
            spent += time.process_time() - start
            if (spent >= (len(curve) + 1) * SECONDS / MARKS and seconds == SECONDS) or spent >= seconds:
                nll = evaluate_stream(state.model, held_out, batch_size=20, warmup=128, bptt=64).nll
                curve.append([round(spent, 2), round(nll, 4)])
            if spent >= seconds:
                break
    return curve, state.tokens_read, state.model


def felt(model: RNNLM, text: torch.Tensor, back: int = 150, cases: int = 40) -> list[float]:
    """Return log10 of the median length of d loss / d embedding, 0 to ``back`` letters back, the nearest being 0."""
    starts = torch.linspace(0, len(text) - back - 3, cases).long()
    columns = torch.stack([text[start : start + back + 2] for start in starts.tolist()], dim=1)  # (back + 2, cases)
    kept = []
    handle = model.embedding.register_forward_hook(lambda module, args, out: kept.append(out.requires_grad_()) or out)
    logits, _ = model(columns[:-1])
    handle.remove()
    (gradient,) = torch.autograd.grad(F.cross_entropy(logits[-1], columns[-1], reduction="sum"), kept[0])
    lengths = gradient.norm(dim=-1).flip(0)  # (back + 1, cases)
    middle = (lengths / lengths[0]).median(dim=1).values
    return [round(math.log10(value), 2) if value > 0 else None for value in middle.tolist()]


def clock() -> list[dict]:
    """Return a row for each network: its size, rate, curves (seeds), tokens read, and how far back it feels."""
    tales = load_tales()
    vocab = Vocab.from_text(tales.train, level="char")
    texts = tuple(torch.tensor(vocab.encode(text)) for text in (tales.train, tales.validation))
    rows = {}
    for label, settings in TALES.items():
        settings = sized(TALES_SIZE, vocab_size=len(vocab), embedding_size=32, **settings)
        trials = {rate: clock_run(settings, rate, 99, TRIAL, texts)[0][-1][1] for rate in (3e-3, 6e-3, 1.2e-2)}
        rate = min(trials, key=trials.get)
        facts = {"label": label, "units": settings["hidden_size"], "parameters": parameters(**settings), "rate": rate}
        rows[label] = facts | {"trials": list(trials.values()), "curves": [], "tokens": [], "settings": settings}
    for seed in range(SEEDS):  # in turns, so that a slow moment of the machine hits all alike
        for row in rows.values():
            curve, tokens, model = clock_run(row["settings"], row["rate"], seed, SECONDS, texts)
            row["curves"].append(curve)
            row["tokens"].append(tokens)
            row["felt"] = felt(model, texts[1])
            print(row["label"], row["rate"], tokens, curve[-1], file=sys.stderr, flush=True)
    return [{key: value for key, value in row.items() if key != "settings"} for row in rows.values()]


def main() -> None:
    """Make all runs, and write the file."""
    torch.set_num_threads(1)
    made = {"made_by": "python -m tests.runs_11", "seeds": SEEDS, "seconds": SECONDS, "updates": UPDATES}
    content = made | {"distances": DISTANCES, "clock": clock(), "recall": recall()}
    data_path("names.csv").with_name("runs_11.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
