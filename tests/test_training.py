import itertools
import math

import pytest
import torch

from lessons_pkg import (
    TrainConfig,
    evaluate_names,
    load_checkpoint,
    masked_nll,
    pad_names,
    save_checkpoint,
    sources,
    start_training,
    train_names,
    training,
)
from lessons_pkg.sources import names_source
from lessons_pkg.training import train_step
from tests.tiny import ENCODED, NAMES, VOCAB, same, tiny_model, tiny_run, trained, without_times

TRAIN, HELD_OUT = ENCODED[:6], ENCODED[6:]
DROPS = {"dropout": 0.2, "input_dropout": 0.1, "weight_drop": 0.2}
cells = pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])


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


def test_the_order_depends_on_the_seed_and_the_epoch():
    def order(seed, epoch):
        config = TrainConfig(epochs=3, batch_size=2, seed=seed)
        return [batch.targets.T.tolist() for batch in names_source(ENCODED, ENCODED, config).batches(epoch, 0)]

    assert order(0, 1) == order(0, 1)
    orders = [order(seed, epoch) for seed in range(3) for epoch in range(3)]
    assert all(a != b for a, b in itertools.combinations(orders, 2))
    config = TrainConfig(epochs=3, batch_size=2)
    assert [b.targets.T.tolist() for b in names_source(ENCODED, ENCODED, config).batches(1, 2)] == order(0, 1)[2:]


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


@pytest.mark.parametrize(("train", "held_out"), [([], HELD_OUT), (TRAIN, [])])
def test_an_empty_list_is_refused(train, held_out):
    state, config = tiny_run()
    with pytest.raises(ValueError, match=r"names_source: got \d names to train on and \d to judge by"):
        train_names(state, train, held_out, config)
