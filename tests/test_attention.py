import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lessons_pkg.attention import AttentionBlock
from tests.tiny import seeded

T, B, E, H = 9, 2, 3, 4


def block(seed=0, *, heads=2, context=4, input_size=E):
    """Return a block in 64 bits with uneven weights, the distances and norms included."""
    made = AttentionBlock(input_size, H, heads=heads, context=context).double()
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_(generator=seeded(seed))
    return made


def vectors(seed=1, length=T, size=E):
    return torch.randn(length, B, size, generator=seeded(seed), dtype=torch.float64)


def slow_mixture(made, q, k, v, t, b):
    """Return what token t of column b makes of the tokens it sees, head by head, with plain loops."""
    size, mixed = H // made.heads, []
    seen = range(max(0, t - made.context + 1), t + 1)
    for head in range(made.heads):
        part = slice(head * size, (head + 1) * size)
        scores = [
            q[t, b, part].dot(k[j, b, part]).item() / math.sqrt(size) + made.distance[head, t - j].item() for j in seen
        ]
        weights = [math.exp(score - max(scores)) for score in scores]
        mixed.append(sum(w / sum(weights) * v[j, b, part] for w, j in zip(weights, seen, strict=True)))
    return torch.cat(mixed)


@pytest.mark.parametrize("context", [1, 4, 50])
@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("input_size", [E, H])
def test_a_block_is_its_equations(heads, context, input_size):
    made, x = block(heads=heads, context=context, input_size=input_size), vectors(size=input_size)
    out, _ = made(x)
    with torch.no_grad():
        h = x @ made.entry.weight.T + made.entry.bias if input_size != H else x
        q, k, v = (h @ made.query_key_value.weight.T + made.query_key_value.bias).split(H, dim=-1)
        for t in range(T):
            for b in range(B):
                y = made.norms[0](h[t, b] + made.mix(slow_mixture(made, q, k, v, t, b)))
                y = made.norms[1](y + made.narrow(F.gelu(made.widen(y))))
                torch.testing.assert_close(out[t, b], y)


def test_a_later_token_changes_nothing_before_it():
    made, x = block(), vectors()
    changed = x.clone()
    changed[5, 0] += 1
    before, after = made(x)[0], made(changed)[0]
    assert torch.equal(before[:5], after[:5])
    assert torch.equal(before[:, 1], after[:, 1])  # nor in another column
    assert (before[5:, 0] != after[5:, 0]).any(-1).tolist() == [True] * 4  # the context is 4


@pytest.mark.parametrize("context", [1, 2, 4, 20])
def test_a_token_sees_the_tokens_of_its_context_and_no_others(context):
    made, x = block(context=context), vectors().requires_grad_()
    out, _ = made(x)
    for t in range(T):
        (gradient,) = torch.autograd.grad(out[t, 0, 0], x, retain_graph=True)
        seen = gradient[:, 0].abs().sum(-1) > 0
        assert seen.tolist() == [t - context < j <= t for j in range(T)]
        assert not gradient[:, 1].any()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(1, 7))
def test_how_the_text_is_cut_changes_nothing(lengths, context):
    made, x = block(context=context), vectors(length=sum(lengths))
    whole, end = made(x)
    parts, state, read = [], None, 0
    for part in x.split(lengths):
        out, state = made(part, state)
        parts.append(out)
        read += len(part)
        assert [len(kept) for kept in state] == [min(read, context - 1)] * 2
    torch.testing.assert_close(torch.cat(parts), whole)
    for ours, reference in zip(state, end, strict=True):
        torch.testing.assert_close(ours, reference)


@given(st.integers(1, 6), st.integers(0, 5), st.integers(1, 8), st.sampled_from([1, 2, 4]))
def test_the_weights_of_a_query_sum_to_one_over_what_it_sees(length, before, context, heads):
    made = block(heads=heads, context=context)
    query, key = vectors(1, length, H), vectors(2, before + length, H)
    weights = made.attention(query, key)
    assert weights.shape == (B, heads, length, before + length)
    torch.testing.assert_close(weights.sum(-1), torch.ones(B, heads, length, dtype=torch.float64))
    for t in range(length):
        seen = [before + t - context < j <= before + t for j in range(before + length)]
        assert (weights[:, :, t] > 0).all(dim=(0, 1)).tolist() == seen
        assert not weights[:, :, t][..., ~torch.tensor(seen)].any()


def test_a_gradient_that_finite_differences_confirm():
    made, x = block(context=3), vectors(length=4)
    _, state = made(vectors(2))

    def loss(x, key, value, *weights):
        named = dict(zip(names, weights, strict=True))
        out, kept = torch.func.functional_call(made, named, (x, (key, value)))
        return out, *kept

    names = [name for name, _ in made.named_parameters()]
    inputs = [t.detach().requires_grad_() for t in (x, *state, *made.parameters())]
    assert torch.autograd.gradcheck(loss, inputs)


def test_fresh_weights_come_from_the_generator_alone():
    def weights(seed):
        made = AttentionBlock(E, H)
        made.reset_parameters(seeded(seed))
        return made.state_dict()

    first, again, other = weights(1), weights(1), weights(2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["mix.weight"], other["mix.weight"])
    for name, weight in first.items():
        if name.startswith("norms"):
            assert (weight == ("weight" in name)).all()
        elif "bias" in name or name == "distance":
            assert (weight == 0).all()
        else:
            assert 0 < weight.abs().max() <= weight.shape[1] ** -0.5


@pytest.mark.parametrize("wrong", [{"heads": 3}, {"heads": 0}, {"context": 0}, {"heads": 8}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=r"AttentionBlock: got hidden_size 4, heads \d and context \d+; the last two"):
        AttentionBlock(E, H, **wrong)
