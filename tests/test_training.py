import math
from copy import deepcopy

import pytest
import torch

from lessons_pkg import (
    batchify,
    bptt_windows,
    evaluate_names,
    evaluate_stream,
    load_checkpoint,
    masked_nll,
    pad_names,
    save_checkpoint,
    sources,
    start_training,
    train_names,
    train_stream,
    training,
)
from lessons_pkg.models import CELLS
from lessons_pkg.training import train_step
from tests.tiny import ENCODED, NAMES, VOCAB, flat, same, seeded, tale, tiny_model, tiny_run, trained, without_times

TRAIN, HELD_OUT = ENCODED[:6], ENCODED[6:]
DROPS = {"dropout": 0.2, "input_dropout": 0.1, "weight_drop": 0.2}
TEXT = torch.randint(1, len(VOCAB), (94,), generator=seeded(8))  # in 3 columns, 4 windows of 8 rows an epoch
JUDGE = torch.randint(1, len(VOCAB), (40,), generator=seeded(9))
cells = pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
all_cells = pytest.mark.parametrize("cell", CELLS)


def whole_run(**settings):
    state, config = tiny_run(**settings)
    return train_names(state, TRAIN, HELD_OUT, config)


def stop_after(step):
    """Return what is called after each update, and stops the run after this one."""

    def on_step(state, loss, done):
        if state.step == step:
            raise KeyboardInterrupt

    return on_step


def test_a_short_list_is_learned_by_heart():
    tokens = sum(len(name) + 1 for name in ENCODED)
    floor = len(NAMES) * math.log(len(NAMES)) / tokens  # which of the names it is: no model can know
    nll = evaluate_names(trained(), ENCODED).nll
    assert floor < nll < floor + 0.05


def test_the_loss_falls():
    state, config = tiny_run(epochs=20)
    train_names(state, TRAIN, TRAIN, config)
    losses = [row["validation"] for row in state.history]
    assert losses[0] > 0.9 * math.log(len(VOCAB))
    assert losses[-1] == state.best_nll < losses[0] - 0.4


@cells
def test_a_run_repeats_bit_for_bit(cell):
    first, again = (whole_run(model={"cell": cell} | DROPS) for _ in range(2))
    assert same(first.model.state_dict(), again.model.state_dict())
    assert without_times(first.history) == without_times(again.history)
    other = whole_run(model={"cell": cell} | DROPS, seed=1)
    assert not same(first.model.state_dict(), other.model.state_dict())


@cells
@pytest.mark.parametrize("step", [1, 2, 5, 9])  # in an epoch of two batches, and on its border
def test_a_run_that_was_stopped_ends_as_an_unbroken_one(cell, step, tmp_path):
    settings = {"model": {"cell": cell} | DROPS, "eval_every": 3}
    whole = whole_run(**settings)
    state, config = tiny_run(**settings)
    path, saves = tmp_path / "run.pt", []

    def save(state):
        saves.append(state.stopped)
        save_checkpoint(path, state.model, VOCAB, weights=state.best_weights, run=state.state_dict())

    train_names(state, TRAIN, HELD_OUT, config, on_step=stop_after(step), save=save)
    assert state.stopped == saves[-1] == "interrupted"
    checkpoint = load_checkpoint(path)
    taken_up = start_training(checkpoint.model, config)
    taken_up.load_state_dict(checkpoint.run)
    assert taken_up.step == step
    train_names(taken_up, TRAIN, HELD_OUT, config)
    assert taken_up.stopped == "finished"
    assert same(taken_up.model.state_dict(), whole.model.state_dict())
    assert same(taken_up.best_weights, whole.best_weights)
    assert without_times(taken_up.history) == without_times(whole.history)
    assert (taken_up.step, taken_up.names_read) == (whole.step, whole.names_read) == (10, 30)


def test_a_run_killed_after_a_save_ends_as_an_unbroken_one(tmp_path):
    whole, path = whole_run(model=DROPS), tmp_path / "run.pt"
    state, config = tiny_run(model=DROPS)

    def save_and_die(state):
        save_checkpoint(path, state.model, VOCAB, run=state.state_dict())
        if state.step == 4:
            raise SystemExit

    with pytest.raises(SystemExit):
        train_names(state, TRAIN, HELD_OUT, config, save=save_and_die)
    checkpoint = load_checkpoint(path)
    taken_up = start_training(checkpoint.model, config)
    taken_up.load_state_dict(checkpoint.run)
    train_names(taken_up, TRAIN, HELD_OUT, config)
    assert same(taken_up.model.state_dict(), whole.model.state_dict())
    assert without_times(taken_up.history) == without_times(whole.history)


def test_the_best_weights_are_kept_and_not_the_last():
    seen = {}
    state, config = tiny_run(epochs=60, lr=0.1, model={"hidden_size": 24})

    def remember(state):
        seen[state.step] = {name: w.clone() for name, w in state.model.state_dict().items()}

    train_names(state, TRAIN, HELD_OUT, config, save=remember)
    best = min(state.history, key=lambda row: row["validation"])
    assert state.history[0]["step"] < best["step"] < state.history[-1]["step"]  # it went on to learn by heart
    assert state.best_nll == best["validation"] == evaluate_names(state.model, HELD_OUT).nll
    assert same(state.model.state_dict(), seen[best["step"]])
    assert not same(state.model.state_dict(), seen[state.step])


def test_an_interrupted_run_keeps_the_best_so_far():
    state, config = tiny_run(epochs=100)
    train_names(state, TRAIN, HELD_OUT, config, on_step=stop_after(7))
    assert state.step == 7
    assert state.stopped == "interrupted"
    assert evaluate_names(state.model, HELD_OUT).nll == state.best_nll == min(r["validation"] for r in state.history)


def test_a_run_that_ends_before_its_first_update_looks_once_and_is_taken_up(monkeypatch):
    def strike(*arguments):
        raise KeyboardInterrupt

    state, config = tiny_run(epochs=1, anneal=2.0)
    with monkeypatch.context() as patch:
        patch.setattr(training, "_batches", strike)
        train_names(state, TRAIN, HELD_OUT, config)
    assert (state.step, state.stopped, len(state.history)) == (0, "interrupted", 1)
    whole, _ = tiny_run(epochs=1, anneal=2.0)
    for run in (state, whole):
        train_names(run, TRAIN, HELD_OUT, config)
    assert without_times(state.history) == without_times(whole.history)
    assert state.anneal == whole.anneal


@pytest.mark.parametrize("lr", [1e30, 1e20])
def test_a_run_that_blows_up_keeps_the_last_good_weights(lr):
    state = whole_run(lr=lr, epochs=20)
    assert state.stopped == "diverged"
    assert all(w.isfinite().all() for w in state.model.parameters())
    assert math.isfinite(state.best_nll)
    assert evaluate_names(state.model, HELD_OUT).nll == state.best_nll


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_update_that_is_not_finite_is_not_made(value):
    state, config = tiny_run()
    batch = pad_names(TRAIN)
    train_step(state, batch, 0.01, config)
    with torch.no_grad():
        state.model.output.bias[1] = value
    before = {name: w.clone() for name, w in state.model.state_dict().items()}
    loss, _ = train_step(state, batch, 0.01, config)
    assert not math.isfinite(loss)
    after = state.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before if name != "output.bias")


def test_an_update_is_clipped_adamw_on_the_mean_loss():
    state, config = tiny_run(max_norm=0.1, weight_decay=0.5)
    by_hand = tiny_model()
    groups = [
        {"params": [p for p in by_hand.parameters() if (p.dim() > 1) == decays], "weight_decay": 0.5 * decays}
        for decays in (True, False)
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.03, betas=(0.9, 0.99))
    batch = pad_names(TRAIN)
    for _ in range(3):
        loss, norm = train_step(state, batch, 0.03, config)
        optimizer.zero_grad()
        expected = masked_nll(by_hand(batch.inputs)[0], batch.targets, batch.mask)
        expected.backward()
        expected_norm = torch.nn.utils.clip_grad_norm_(by_hand.parameters(), 0.1)
        optimizer.step()
        assert (loss, norm) == (pytest.approx(expected.item()), pytest.approx(expected_norm.item()))
        assert norm > 0.1
    for ours, theirs in zip(state.model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_held_out_names_are_never_learned_from(monkeypatch):
    learned, judged = [], []

    def learn(state, batch, *rest, **carry):
        learned.extend(batch.targets[:, b][batch.mask[:, b]][:-1].tolist() for b in range(batch.mask.shape[1]))
        return train_step(state, batch, *rest, **carry)

    def judge(model, names, **settings):
        judged.extend(names)
        return evaluate_names(model, names, **settings)

    monkeypatch.setattr(training, "train_step", learn)
    monkeypatch.setattr(sources, "evaluate_names", judge)
    whole_run(epochs=4)
    assert sorted(learned) == sorted(TRAIN * 4)
    assert {tuple(name) for name in judged} == set(map(tuple, HELD_OUT))


def test_the_history_and_the_counts():
    calls = []

    def on_step(state, loss, done):
        calls.append((state.step, loss, done))

    state, config = tiny_run(epochs=3, eval_every=4)
    train_names(state, TRAIN, HELD_OUT, config, on_step=on_step)
    assert [row["step"] for row in state.history] == [0, 4, 6]
    assert [call[0] for call in calls] == [1, 2, 3, 4, 5, 6]
    assert [call[2] for call in calls] == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])
    assert state.history[1]["train"] == calls[3][1]
    assert (state.step, state.names_read, state.stopped) == (6, 18, "finished")
    assert state.seconds > 0


def test_a_run_by_the_clock_ends_in_time():
    state = whole_run(epochs=None, seconds=0.3)
    assert state.stopped == "finished"
    assert 0.3 <= state.seconds < 5
    assert state.step > 5


def test_the_time_already_spent_counts():
    state, config = tiny_run(epochs=None, seconds=5, eval_every=1)
    train_names(state, TRAIN, HELD_OUT, config, on_step=stop_after(3))
    state.seconds, before = 4.95, state.step
    train_names(state, TRAIN, HELD_OUT, config)
    assert state.stopped == "finished"
    assert state.step > before
    assert all(row["seconds"] > 4.95 for row in state.history[before + 1 :])


def test_bfloat16_trains_too():
    runs = [tiny_run(epochs=20, bfloat16=bfloat16, model={"cell": "lstm"}) for bfloat16 in (True, False)]
    rounded, exact = (train_names(state, TRAIN, TRAIN, config) for state, config in runs)
    assert rounded.best_nll < rounded.history[0]["validation"] - 0.3
    assert rounded.best_nll == pytest.approx(exact.best_nll, abs=0.05)
    assert rounded.model.output.weight.dtype == torch.float32
    assert not same(rounded.model.state_dict(), exact.model.state_dict())


def stream_run(*, cell="gru", **config):
    """Return a run on ``TEXT`` that has not begun, and its settings."""
    drops = {} if cell == "attention" else DROPS
    return tiny_run(model={"cell": cell, "context": 5, "layers": 2} | drops, **{"epochs": 3, "bptt": 8} | config)


def whole_stream(**settings):
    state, config = stream_run(**settings)
    return train_stream(state, TEXT, JUDGE, config)


def spy(monkeypatch):
    """Return a list that fills with the state each batch begins from and the one it ends with."""
    seen, batch_loss = [], training.batch_loss

    def look(state, batch, config):
        before = state.hidden
        loss = batch_loss(state, batch, config)
        seen.append((before, state.hidden))
        return loss

    monkeypatch.setattr(training, "batch_loss", look)
    return seen


@all_cells
def test_the_state_is_carried_detached_and_begun_afresh_in_each_epoch(cell, monkeypatch):
    seen = spy(monkeypatch)
    whole_stream(cell=cell)
    assert len(seen) == 12
    for number, (before, after) in enumerate(seen):
        assert not any(t.requires_grad for t in flat(after))
        if number % 4 == 0:
            assert before is None
        else:
            assert before is seen[number - 1][1]


@pytest.mark.parametrize("settings", [{"carry": False}, {"shuffle": True}, {"shuffle": True, "carry": True}])
def test_no_state_is_carried_if_it_was_not_asked_for_or_windows_are_shuffled(monkeypatch, settings):
    seen = spy(monkeypatch)
    whole_stream(**settings)
    assert len(seen) == (12 if "shuffle" not in settings else 3 * 4)
    assert all(before is None for before, _ in seen)


def test_names_carry_no_state(monkeypatch):
    seen = spy(monkeypatch)
    whole_run()
    assert all(before is None for before, _ in seen)


@all_cells
def test_a_window_is_read_on_from_where_the_last_one_ended(cell):
    """The losses of an epoch at rate 0 are those of one pass over whole columns."""
    state, config = tiny_run(model={"cell": cell, "context": 5}, epochs=1, bptt=8, lr=1e-30, weight_decay=0.0)
    model, losses = tiny_model(cell=cell, context=5), []
    train_stream(state, TEXT, JUDGE, config, on_step=lambda state, loss, done: losses.append(loss))
    columns, _ = batchify(TEXT, 3)
    with torch.no_grad():
        logits, _ = model(columns[:-1])
    expected = [
        masked_nll(some, targets).item() for some, targets in zip(logits.split(8), columns[1:].split(8), strict=True)
    ]
    assert losses == pytest.approx(expected, rel=1e-5)


def test_a_carried_state_passes_no_gradient_back():
    """The gradient is that of the window alone: truncated backpropagation through time."""
    first, second = list(bptt_windows(batchify(TEXT, 3).ids, 8))[:2]
    state, config = tiny_run(optimizer="sgd", weight_decay=0.0, max_norm=math.inf)
    by_hand = tiny_model()
    with torch.no_grad():
        _, hidden = by_hand(first.inputs)
    loss = masked_nll(by_hand(second.inputs, hidden)[0], second.targets)
    loss.backward()
    train_step(state, first, 1e-30, config)
    train_step(state, second, 0.5, config, carry=True)
    for ours, theirs in zip(state.model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs - 0.5 * theirs.grad)


@all_cells
@pytest.mark.parametrize("step", [3, 4, 6])  # within an epoch of four windows, and on its border
@pytest.mark.parametrize("settings", [{"random_start": True, "anneal": 2.0}, {"shuffle": True}], ids=str)
def test_a_text_that_was_stopped_ends_as_an_unbroken_one(cell, step, settings, tmp_path):
    settings = {"cell": cell, "eval_every": 2} | settings
    whole = whole_stream(**settings)
    state, config = stream_run(**settings)
    path = tmp_path / "run.pt"

    def save(state):
        save_checkpoint(path, state.model, VOCAB, weights=state.best_weights, run=state.state_dict())

    train_stream(state, TEXT, JUDGE, config, on_step=stop_after(step), save=save)
    checkpoint = load_checkpoint(path)
    taken_up = start_training(checkpoint.model, config)
    taken_up.load_state_dict(checkpoint.run)
    assert (taken_up.step, taken_up.anneal) == (step, state.anneal)
    assert all(torch.equal(a, b) for a, b in zip(flat(taken_up.hidden), flat(state.hidden), strict=True))
    train_stream(taken_up, TEXT, JUDGE, config)
    assert taken_up.stopped == whole.stopped == "finished"
    assert same(taken_up.model.state_dict(), whole.model.state_dict())
    assert without_times(taken_up.history) == without_times(whole.history)
    assert (taken_up.step, taken_up.tokens_read, taken_up.anneal) == (whole.step, whole.tokens_read, whole.anneal)


def test_without_the_carried_state_a_resumed_run_ends_elsewhere():
    whole = whole_stream()
    (state, config), content, ends = stream_run(), {}, []

    def save(state):
        content.update(deepcopy(state.state_dict()))

    train_stream(state, TEXT, JUDGE, config, on_step=stop_after(6), save=save)
    assert content["hidden"] is not None
    for hidden in (content["hidden"], None):
        taken_up = start_training(stream_run()[0].model, config)
        taken_up.load_state_dict(content | {"hidden": hidden})
        ends.append(train_stream(taken_up, TEXT, JUDGE, config).history[-1]["validation"])
    assert ends[0] == whole.history[-1]["validation"] != ends[1]


@all_cells
def test_a_text_is_learned(cell):
    _, text, held_out = tale()
    state, config = tiny_run(
        model={"cell": cell, "vocab_size": len(tale().vocab), "hidden_size": 16}, epochs=1, batch_size=10, lr=0.01
    )
    train_stream(state, text[:4000], held_out[:500], config)
    assert state.stopped == "finished"
    assert state.best_nll < state.history[0]["validation"] - 0.25
    assert evaluate_stream(state.model, held_out[:500]).nll == pytest.approx(state.best_nll, rel=1e-3)


def test_the_history_of_a_text():
    losses = []
    state, config = stream_run(epochs=2, eval_every=3)
    train_stream(state, TEXT, JUDGE, config, on_step=lambda state, loss, done: losses.append(loss))
    assert [row["step"] for row in state.history] == [0, 3, 6, 8]
    assert [row.get("train") for row in state.history] == [None, losses[2], losses[5], None]
    assert [set(row) - {"train", "norm"} for row in state.history] == [{"step", "seconds", "validation"}] * 4
    assert all(row["norm"] > 0 for row in state.history[1:3])
    assert state.tokens_read == 2 * 3 * 30


def test_the_norm_in_the_history_is_that_before_clipping(monkeypatch):
    norms, clip = [], training.clip_by_norm

    def look(parameters, max_norm):
        norms.append(clip(parameters, max_norm))
        return norms[-1]

    monkeypatch.setattr(training, "clip_by_norm", look)
    state = whole_stream(max_norm=1e-3, eval_every=4)
    assert [row["norm"] for row in state.history[1:]] == norms[3::4]
    assert min(norms) > 1e-2


def rates_of(state, config, validations, monkeypatch):
    """Train with made-up validation losses; return the rate of each update."""
    rates, step = [], state.optimizer.step

    def look(*rest):
        rates.append(state.optimizer.param_groups[0]["lr"])
        return step(*rest)

    values = iter(validations)
    monkeypatch.setattr(sources, "evaluate_stream", lambda *a, **k: evaluate_stream(*a, **k)._replace(nll=next(values)))
    monkeypatch.setattr(state.optimizer, "step", look)
    train_stream(state, TEXT, JUDGE, config)
    return rates


def test_the_rate_is_divided_where_held_out_text_shows_no_improvement(monkeypatch):
    state, config = stream_run(epochs=2, lr=0.8, schedule="constant", warmup=0, anneal=4.0, eval_every=2)
    rates = rates_of(state, config, [3.0, 2.0, 2.5, 1.5, 1.5], monkeypatch)
    assert rates == [0.8] * 4 + [0.2] * 4
    assert state.anneal == 16
    assert state.best_nll == 1.5


@pytest.mark.parametrize(
    ("patience", "validations", "ends"),
    [
        (1, [3.0, 2.0, 2.0], 4),
        (2, [3.0, 2.0, 2.5, 1.9, 2.6, 2.7], 10),
        (2, [3.0, 3.5, 3.4], 4),  # no update helped: the first weights are the best
        (9, [3.0, 2.0, 2.5, 2.4, 2.3, 2.2, 2.1], 12),  # more than the run has
        (None, [3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6], 12),
    ],
)
def test_patience_ends_a_run_with_its_best_weights(patience, validations, ends, monkeypatch):
    state, config = stream_run(patience=patience, eval_every=2)
    kept = []
    config_rates = rates_of(state, config, validations, monkeypatch)
    assert len(config_rates) == state.step == ends
    assert state.stopped == ("early" if ends < 12 else "finished")
    assert [row["validation"] for row in state.history] == validations
    assert state.best_nll == min(validations)
    assert same(state.model.state_dict(), state.best_weights)
    again, config = stream_run(eval_every=2)  # the same run without an end shows what the best weights were
    monkeypatch.undo()
    train_stream(
        again, TEXT, JUDGE, config, save=lambda s: kept.append({k: w.clone() for k, w in s.model.state_dict().items()})
    )
    if best := validations.index(min(validations)):
        assert same(state.best_weights, kept[best - 1])


def test_a_run_that_was_stopped_when_its_patience_had_run_out_makes_no_more_updates(monkeypatch):
    values = [3.0, 2.0, 2.1, 2.2]
    state, config = stream_run(patience=2, eval_every=2)
    monkeypatch.setattr(
        sources, "evaluate_stream", lambda *a, **k: evaluate_stream(*a, **k)._replace(nll=values.pop(0))
    )
    train_stream(state, TEXT, JUDGE, config, on_step=stop_after(6))
    assert (state.stopped, state.step) == ("interrupted", 6)
    taken_up = start_training(stream_run()[0].model, config)
    taken_up.load_state_dict(state.state_dict())
    train_stream(taken_up, TEXT, JUDGE, config)
    assert (taken_up.stopped, taken_up.step) == ("early", 6)


def test_early_is_said_to_whoever_saves():
    state, config = stream_run(patience=1, eval_every=1, lr=1e-30, weight_decay=0.0)
    saves = []
    train_stream(state, TEXT, JUDGE, config, save=lambda state: saves.append((state.step, state.stopped)))
    assert saves == [(1, ""), (1, "early")]


@all_cells
@pytest.mark.parametrize("tied", [False, True])
def test_a_long_vocabulary_takes_the_same_update_by_another_way(cell, tied, monkeypatch):
    V, calls, output_nll = training.LONG_VOCABULARY, [], training.output_nll
    assert V == 1000
    monkeypatch.setattr(training, "output_nll", lambda *a: calls.append(1) or output_nll(*a))
    text = torch.randint(V, (60,), generator=seeded())
    batches = list(bptt_windows(batchify(text, 3).ids, 7))
    ends = []
    for limit in (V, V + 1):
        monkeypatch.setattr(training, "LONG_VOCABULARY", limit)
        model = {"vocab_size": V, "cell": cell, "tied": tied, "embedding_size": 8 if tied else 4, "dropout": 0.3}
        state, config = tiny_run(model=model, optimizer="sgd")
        losses = [train_step(state, batch, 0.5, config, carry=n > 0) for n, batch in enumerate(batches)]
        ends.append((losses, state.model.state_dict()))
        assert len(calls) == len(batches)  # in the first round alone
    (ours, weights), (plain, others) = ends
    assert [x for pair in ours for x in pair] == pytest.approx([x for pair in plain for x in pair], rel=1e-5)
    for name, weight in weights.items():
        torch.testing.assert_close(weight, others[name])


def test_a_long_vocabulary_leaves_padding_out(monkeypatch):
    batch = pad_names(TRAIN)
    ends = []
    for limit in (1, 1000):
        monkeypatch.setattr(training, "LONG_VOCABULARY", limit)
        state, config = tiny_run()
        ends.append(train_step(state, batch, 0.1, config))
    assert ends[0] == pytest.approx(ends[1], rel=1e-5)


def test_bfloat16_trains_a_long_vocabulary_too(monkeypatch):
    monkeypatch.setattr(training, "LONG_VOCABULARY", 1)
    rounded, exact = (whole_stream(bfloat16=bfloat16) for bfloat16 in (True, False))
    assert rounded.stopped == "finished"
    assert rounded.best_nll == pytest.approx(exact.best_nll, abs=0.05)
    assert rounded.model.output.weight.dtype == torch.float32


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weights_decay_and_biases_do_not(optimizer):
    state, _ = tiny_run(optimizer=optimizer, weight_decay=0.5, model={"tied": True, "embedding_size": 8})
    before = {name: p.detach().clone() for name, p in state.model.named_parameters()}
    for p in state.model.parameters():
        p.grad = torch.zeros_like(p)
    for group in state.optimizer.param_groups:
        group["lr"] = 0.1
    state.optimizer.step()
    for name, p in state.model.named_parameters():
        torch.testing.assert_close(p.detach(), before[name] * (0.95 if p.dim() > 1 else 1))
