import math

import pytest
import torch
from torch import nn

from lessons_pkg import RNNLM, ModelConfig, masked_nll
from lessons_pkg.models import CELLS, drop
from tests.tiny import VOCAB, flat, seeded, tiny_model

T, B, V, H = 5, 3, len(VOCAB), 8
cells = pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])  # those with one state a layer
all_cells = pytest.mark.parametrize("cell", CELLS)


def ids(seed=0, rows=T, columns=B):
    return torch.randint(V, (rows, columns), generator=seeded(seed))


def step(cell, layer, x, h, c):
    """One step of a cell, by its equations, on x (B, E) and h, c (B, H); torch orders the gates i f g o and r z n."""
    from_x = x @ layer.weight_ih_l0.T + layer.bias_ih_l0
    from_h = h @ layer.weight_hh_l0.T + layer.bias_hh_l0
    if cell == "rnn":
        return torch.tanh(from_x + from_h), c
    if cell == "lstm":
        i, f, g, o = (from_x + from_h).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3, dim=-1), from_h.chunk(3, dim=-1)
    z = (x_z + h_z).sigmoid()
    return (1 - z) * (x_n + (x_r + h_r).sigmoid() * h_n).tanh() + z * h, c


@cells
def test_the_network_is_its_equations(cell):
    model = tiny_model(cell=cell).double()
    inputs, h, c = ids(), torch.zeros(B, H).double(), torch.zeros(B, H).double()
    logits, (state,) = model(inputs)
    for t in range(T):
        h, c = step(cell, model.rnn[0], model.embedding.weight[inputs[t]], h, c)
        torch.testing.assert_close(logits[t], h @ model.output.weight.T + model.output.bias)
    expected = (h, c) if cell == "lstm" else (h,)
    for ours, by_hand in zip(flat([state]), expected, strict=True):
        torch.testing.assert_close(ours, by_hand.unsqueeze(0))


@cells
@pytest.mark.parametrize("embedding_size", [None, 4])
def test_layers_are_those_of_torch(cell, embedding_size):
    model = tiny_model(cell=cell, layers=3, embedding_size=embedding_size)
    theirs = CELLS[cell](embedding_size or V, H, num_layers=3)
    for k, layer in enumerate(model.rnn):
        for name, weight in layer.named_parameters():
            theirs.get_parameter(name.replace("l0", f"l{k}")).data.copy_(weight.data)
    inputs = ids()
    x = nn.functional.one_hot(inputs, V).float() if embedding_size is None else model.embedding(inputs)
    out, state = theirs(x)
    logits, hidden = model(inputs)
    torch.testing.assert_close(logits, model.output(out))
    for k, layer_state in enumerate(hidden):
        pair = zip(flat([layer_state]), flat([state]), strict=True)
        assert all(torch.allclose(ours[0], reference[k]) for ours, reference in pair)


@cells
@pytest.mark.parametrize("layers", [1, 2])
def test_shapes(cell, layers):
    logits, hidden = tiny_model(cell=cell, layers=layers)(ids())
    assert logits.shape == (T, B, V)
    assert len(hidden) == layers
    assert all(isinstance(state, tuple) == (cell == "lstm") for state in hidden)
    assert all(t.shape == (1, B, H) for t in flat(hidden))


@all_cells
def test_one_hot_is_an_embedding_with_the_identity(cell):
    one_hot, table = tiny_model(cell=cell, embedding_size=None), tiny_model(cell=cell, embedding_size=V)
    table.load_state_dict(one_hot.state_dict() | {"embedding.weight": torch.eye(V)})
    assert one_hot.embedding is None
    torch.testing.assert_close(one_hot(ids())[0], table(ids())[0])


@all_cells
def test_columns_know_nothing_of_each_other(cell):
    model = tiny_model(cell=cell, layers=2)
    inputs = ids()
    changed = inputs.clone()
    changed[:, 1] = (changed[:, 1] + 1) % V
    before, after = model(inputs)[0], model(changed)[0]
    assert torch.equal(before[:, [0, 2]], after[:, [0, 2]])
    assert (before[:, 1] != after[:, 1]).any()
    torch.testing.assert_close(model(inputs[:, [2, 0, 1]])[0], before[:, [2, 0, 1]])
    torch.testing.assert_close(model(inputs[:, 1:2])[0], before[:, 1:2])


@all_cells
def test_no_score_sees_what_comes_after_it(cell):
    model = tiny_model(cell=cell)
    inputs = ids()
    changed = inputs.clone()
    changed[3] = (changed[3] + 1) % V
    before, after = model(inputs)[0], model(changed)[0]
    assert torch.equal(before[:3], after[:3])
    assert (before[3:] != after[3:]).any(-1).all()


@all_cells
@pytest.mark.parametrize("layers", [1, 2])
def test_a_carried_state_makes_two_halves_the_whole(cell, layers):
    model = tiny_model(cell=cell, layers=layers)
    inputs = ids()
    whole, end = model(inputs)
    first, middle = model(inputs[:2])
    second, carried_end = model(inputs[2:], middle)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    for a, b in zip(flat(end), flat(carried_end), strict=True):
        torch.testing.assert_close(a, b)
    assert not torch.allclose(model(inputs[2:])[0], second)  # a fresh state is something else


def test_tied_weights_are_one_matrix_with_the_gradient_of_both_uses():
    tied = tiny_model(tied=True, embedding_size=H).double()
    assert tied.output.weight is tied.embedding.weight
    free = tiny_model(embedding_size=H).double()
    assert sum(p.numel() for p in free.parameters()) - sum(p.numel() for p in tied.parameters()) == V * H
    free.load_state_dict(tied.state_dict())
    inputs, targets = ids(0), ids(1)
    inputs[inputs == 3] = 2  # so that one row of the table is not read
    for model in (tied, free):
        masked_nll(model(inputs)[0], targets).backward()
    both = free.embedding.weight.grad + free.output.weight.grad
    torch.testing.assert_close(tied.embedding.weight.grad, both)
    assert (free.embedding.weight.grad[3] == 0).all()
    assert (tied.embedding.weight.grad != 0).any(-1).all()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_drop_keeps_the_mean_and_drops_the_share(p):
    n = 200_000
    dropped = drop(torch.ones(2, n // 2, dtype=torch.float64), p, seeded())
    zeros = (dropped == 0).double().mean().item()
    assert abs(zeros - p) < 5 * math.sqrt(p * (1 - p) / n)  # five standard errors
    assert torch.allclose(dropped[dropped != 0], torch.tensor(1 / (1 - p), dtype=torch.float64))
    assert dropped.mean().item() == pytest.approx((1 - zeros) / (1 - p))


@pytest.mark.parametrize("p", [0.9999, 0.99999, 0.999999, 1 - 2**-40])
def test_drop_of_nearly_all_drops_nearly_all(p):
    assert (drop(torch.ones(100, 1000), p, seeded()) != 0).float().mean() < 3e-4


def test_drop_without_a_share_is_the_identity_and_draws_nothing():
    generator = seeded()
    x = torch.randn(4, 3, generator=seeded(1))
    before = generator.get_state()
    assert drop(x, 0, generator) is x
    assert torch.equal(generator.get_state(), before)


def test_drop_repeats_with_its_generator_and_leaves_the_input_alone():
    x = torch.randn(20, 30, generator=seeded(1))
    copy = x.clone()
    assert torch.equal(drop(x, 0.5, seeded(3)), drop(x, 0.5, seeded(3)))
    assert not torch.equal(drop(x, 0.5, seeded(3)), drop(x, 0.5, seeded(4)))
    assert torch.equal(x, copy)


def test_drop_lets_the_gradient_through_where_it_kept():
    x = torch.ones(6, 5, requires_grad=True)
    out = drop(x, 0.4, seeded())
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())
    assert 0 < (out == 0).sum() < 30


@cells
@pytest.mark.parametrize("kind", ["dropout", "input_dropout", "weight_drop"])
@pytest.mark.parametrize("embedding_size", [None, 4])
def test_dropping_happens_in_training_only_and_repeats(cell, kind, embedding_size):
    plain = tiny_model(cell=cell, layers=2, embedding_size=embedding_size)
    model = tiny_model(cell=cell, layers=2, embedding_size=embedding_size, **{kind: 0.5})
    inputs = ids()
    assert torch.equal(model(inputs)[0], plain(inputs)[0])
    model.train()
    first, again, other = (model(inputs, generator=seeded(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, plain(inputs)[0])


def test_where_the_output_is_dropped():
    model = tiny_model(dropout=0.5)
    x, _ = model.rnn[0](model.embedding(ids()))
    model.train()
    torch.testing.assert_close(model(ids(), generator=seeded(1))[0], model.output(drop(x, 0.5, seeded(1))))


def test_where_the_input_is_dropped():
    model = tiny_model(input_dropout=0.5)
    x, _ = model.rnn[0](drop(model.embedding(ids()), 0.5, seeded(1)))
    model.train()
    torch.testing.assert_close(model(ids(), generator=seeded(1))[0], model.output(x))


@cells
def test_weight_drop_is_one_mask_for_all_steps_and_columns(cell):
    model = tiny_model(cell=cell, weight_drop=0.5)
    whole = model.rnn[0].weight_hh_l0.detach().clone()
    masked = tiny_model(cell=cell)
    masked.rnn[0].weight_hh_l0.data = drop(whole, 0.5, seeded(1))
    inputs = ids()
    inputs[:, 1] = inputs[:, 0]
    model.train()
    logits, _ = model(inputs, generator=seeded(1))
    torch.testing.assert_close(logits, masked(inputs)[0])
    assert torch.allclose(logits[:, 0], logits[:, 1])
    assert torch.equal(model.rnn[0].weight_hh_l0, whole)
    logits.sum().backward()
    kept = masked.rnn[0].weight_hh_l0 != 0
    gradient = model.rnn[0].weight_hh_l0.grad
    assert (gradient[~kept] == 0).all()
    assert (gradient[kept] != 0).float().mean() > 0.9


@cells
def test_initial_weights(cell):
    model = RNNLM(vocab_size=V, cell=cell, hidden_size=H, layers=2, embedding_size=50, generator=seeded())
    for layer in model.rnn:
        for gate in layer.weight_hh_l0.split(H):
            torch.testing.assert_close(gate @ gate.T, torch.eye(H), atol=1e-5, rtol=0)
        assert (layer.bias_hh_l0 == 0).all()
        assert layer.weight_ih_l0.abs().max() <= H**-0.5
        assert (layer.bias_ih_l0 == 1).sum() == (H if cell == "lstm" else 0)
        if cell == "lstm":  # it begins by remembering: the second gate is the forget gate
            assert (layer.bias_ih_l0[H : 2 * H] == 1).all()
    assert model.embedding.weight.std().item() == pytest.approx(1, abs=0.15)


def test_initial_weights_come_from_the_generator_alone():
    state = torch.get_rng_state()
    first, again, other = (tiny_model(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["output.weight"], other["output.weight"])
    torch.manual_seed(5)
    assert torch.equal(tiny_model(1).output.weight, first["output.weight"])
    torch.set_rng_state(state)


def test_the_config_makes_the_same_model_again():
    model = tiny_model(cell="lstm", layers=2, dropout=0.1)
    assert ModelConfig(**model.settings()) == model.config
    assert RNNLM(vocab_size=V, cell="rnn").config == ModelConfig(V, cell="rnn")
    assert model.device == torch.device("cpu")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cell": "transformer"},
        {"vocab_size": 0},
        {"hidden_size": 0},
        {"hidden_size": 2.5},
        {"embedding_size": 0},
        {"layers": 0},
        {"layers": None},
        {"dropout": 1},
        {"dropout": -0.1},
        {"input_dropout": math.nan},
        {"weight_drop": 1.5},
    ],
)
def test_impossible_settings_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"ModelConfig: got {name} .* must be"):
        ModelConfig(**({"vocab_size": V} | wrong))


@pytest.mark.parametrize("embedding_size", [None, 4])
def test_tied_weights_need_one_size(embedding_size):
    with pytest.raises(ValueError, match=r"ModelConfig: tied weights need embedding_size \((None|4)\) = hidden_size"):
        ModelConfig(V, tied=True, hidden_size=8, embedding_size=embedding_size)


@pytest.mark.parametrize("inputs", [torch.zeros(4, 2), torch.zeros(4).long(), torch.zeros(4, 2, V).long()])
def test_inputs_that_are_not_ids_are_refused(inputs):
    with pytest.raises(ValueError, match=r"RNNLM: got inputs .* it needs \(T, B\) integer ids"):
        tiny_model()(inputs)


def test_a_config_and_settings_beside_it_are_refused():
    with pytest.raises(ValueError, match=r"got a config and \['cell'\] beside it"):
        RNNLM(ModelConfig(5), cell="gru")


@all_cells
def test_the_logits_are_the_output_layer_of_the_features(cell):
    model = tiny_model(cell=cell, layers=2)
    features, state = model.features(ids())
    logits, same_state = model(ids())
    assert features.shape == (T, B, H)
    assert torch.equal(model.output(features), logits)
    assert all(torch.equal(a, b) for a, b in zip(flat(state), flat(same_state), strict=True))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("context", [1, 4, 64])
def test_the_state_of_attention_is_bounded_by_its_context(layers, context):
    model, hidden = tiny_model(cell="attention", layers=layers, context=context), None
    for read in range(1, 4):
        logits, hidden = model(ids(read), hidden)
        assert logits.shape == (T, B, V)
        assert len(hidden) == layers
        assert {t.shape for t in flat(hidden)} == {(min(read * T, context - 1), B, H)}


@pytest.mark.parametrize("kind", ["dropout", "input_dropout"])
def test_attention_drops_in_training_only_and_repeats(kind):
    plain, model = tiny_model(cell="attention"), tiny_model(cell="attention", **{kind: 0.5})
    assert torch.equal(model(ids())[0], plain(ids())[0])
    model.train()
    first, again, other = (model(ids(), generator=seeded(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_fresh_attention_comes_from_the_generator_alone():
    first, again, other = (tiny_model(seed, cell="attention", layers=2).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["rnn.1.mix.weight"], other["rnn.1.mix.weight"])
    assert not torch.equal(first["rnn.0.mix.weight"], first["rnn.1.mix.weight"])
    assert (first["rnn.0.norms.0.weight"] == 1).all()
    assert (first["rnn.0.distance"] == 0).all()


@pytest.mark.parametrize("wrong", [{"hidden_size": 6}, {"weight_drop": 0.1}, {"heads": 3}])
def test_what_attention_cannot_have_is_refused(wrong):
    settings = {"hidden_size": 8} | wrong
    with pytest.raises(
        ValueError, match=r"ModelConfig: got cell 'attention' with hidden_size \d, heads \d and weight_drop"
    ):
        ModelConfig(V, cell="attention", **settings)
    assert ModelConfig(V, **settings).heads == settings.get("heads", 4)  # other cells have no heads


@pytest.mark.parametrize("name", ["heads", "context"])
@pytest.mark.parametrize("size", [0, -1, 1.5, None])
def test_impossible_sizes_of_attention_are_refused(name, size):
    with pytest.raises(ValueError, match=f"ModelConfig: got {name} {size}; it must be a whole number"):
        ModelConfig(V, cell="attention", **{name: size})
