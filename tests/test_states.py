import pytest
import torch
from torch import nn

from lessons_pkg.models import CELLS
from lessons_pkg.states import detach, evaluation_mode, select
from tests.tiny import VOCAB, flat, seeded, tiny_model

cells = pytest.mark.parametrize("cell", CELLS)
IDS = torch.randint(len(VOCAB), (5, 3), generator=seeded())


@cells
def test_detach_cuts_the_history_and_keeps_the_values(cell):
    _, hidden = tiny_model(cell=cell, layers=2)(IDS)
    cut = detach(hidden)
    assert all(t.requires_grad for t in flat(hidden))
    for before, after in zip(flat(hidden), flat(cut), strict=True):
        assert torch.equal(before, after)
        assert not after.requires_grad
    assert [type(state) for state in cut] == [type(state) for state in hidden]


@cells
def test_no_gradient_flows_through_a_detached_state(cell):
    model = tiny_model(cell=cell)
    vectors = model.embedding(IDS).detach().requires_grad_()
    _, state = model.rnn[0](vectors)
    for hidden, flows in ((state, True), (detach([state])[0], False)):
        out, _ = model.rnn[0](model.embedding(IDS), hidden)
        (gradient,) = torch.autograd.grad(out.sum(), vectors, allow_unused=True, retain_graph=True)
        assert (gradient is not None) == flows


@cells
def test_select_takes_columns_by_index_and_by_mask(cell):
    model = tiny_model(cell=cell, layers=2)
    _, hidden = model(IDS)
    _, expected = model(IDS[:, [2, 0]])
    for chosen, reference in zip(flat(select(hidden, torch.tensor([2, 0]))), flat(expected), strict=True):
        torch.testing.assert_close(chosen, reference)
    by_mask = select(hidden, torch.tensor([True, False, True]))
    by_index = select(hidden, torch.tensor([0, 2]))
    assert all(torch.equal(a, b) for a, b in zip(flat(by_mask), flat(by_index), strict=True))
    assert all(t.shape[1] == 4 for t in flat(select(hidden, torch.zeros(4, dtype=torch.int64))))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("error", [None, RuntimeError])
def test_every_part_of_a_model_is_left_in_the_mode_it_was_found_in(training, error):
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout()).train(training)
    model[1].train(not training)  # one part frozen, as a learner may do
    try:
        with evaluation_mode(model):
            assert not any(module.training for module in model.modules())
            assert not model(torch.ones(1, 2)).requires_grad
            if error:
                raise error
    except RuntimeError:
        pass
    assert [module.training for module in model.modules()] == [training, training, not training]
    assert torch.is_grad_enabled()
