"""Tasks of chapter 09: places in a folded text, a walk across a cut, states made fresh, and what windows can teach."""

import torch

from ..task import task


@task(tolerance=0)
def place_of_target():
    """Return where in 1,003 tokens the target of row 40, column 3 stands, folded into 8 columns."""
    return 3 * (1003 // 8) + 41


place_of_target.mistake("That is where the input stands. Which token is it to predict?", 415)
place_of_target.mistake("You have laid the text out row by row. How is a text folded?", 41 * 8 + 3)
place_of_target.mistake(
    "You have laid the text out row by row, and that is the input. Where does time run?", 40 * 8 + 3
)
place_of_target.mistake("You count the columns from 1, and the rows from 0.", 2 * 125 + 41)
place_of_target.mistake("You gave each column one row too many. What becomes of tokens that fill no row?", 3 * 126 + 41)
place_of_target.mistake("That token stands to the right. What has another column to do with it?", 4 * 125 + 40)
place_of_target.mistake(
    "That is two places on from the input. Or did you round at the end? A column holds a whole number of tokens.", 417
)
place_of_target.mistake("A token stands at a whole place. How many whole rows do 1,003 tokens fill?", 3 * 1003 / 8 + 41)
place_of_target.mistake("That is its row in its own column. How many tokens stand before that column?", 41)
place_of_target.mistake(
    "You have laid the text out row by row, and gone to the right. Where does time run?", 40 * 8 + 4
)
place_of_target.mistake("You count from 1. The first row and the first column are number 0 here.", 2 * 125 + 40)


@task(tolerance=0.001)
def slope_across_cut():
    """Return the slope of the fourth state by w, the state detached after the second."""
    h2 = 0.5 * 1 + 2
    h3 = 0.5 * h2 + 3
    return h3 + 0.5 * h2


slope_across_cut.mistake("That is the slope without a cut. Which use of w does the walk no longer reach?", 5.75)
slope_across_cut.mistake("That is the last use of w alone. Is there another one on this side of the cut?", 4.25)
slope_across_cut.mistake("You have set the second state to zero. Does `detach` change a number?", 3.0)
slope_across_cut.mistake("That is the value of the fourth state. Asked for is how it changes with w.", 3.125)
slope_across_cut.mistake(
    "You have both uses, each as if it came last. By what is the earlier one multiplied on its way?", 4.25 + 2.5
)
slope_across_cut.mistake("That is how the third state changes with w. One step is left.", 2.5)
slope_across_cut.mistake("That is what the third step adds alone. The last step uses w as well.", 1.25)
slope_across_cut.mistake("You took the states that the steps make. Which state stands beside w in h = w h + x?", 5.25)


YES = {True: "yes", False: "no"}


def cases_of_fresh():
    """Return states of two layers (1, 3, 2) with a history, and which of the three columns begin something new."""
    made = []
    for fresh in ([False, True, False], [True, False, True]):
        weight = torch.tensor(2.0, requires_grad=True)
        below = weight * torch.tensor([[[0.1, -0.2], [0.3, 0.4], [-0.5, 0.25]]])
        above = weight * torch.tensor([[[0.45, 0.15], [-0.35, 0.05], [0.2, -0.1]]])
        made.append(([below, above], torch.tensor(fresh)))
    return made


def see_states(function, hidden, fresh):
    """Return what a function made of some states, whether gradients could still flow, and whether the old changed."""
    before = [h.detach().clone() for h in hidden]
    new = function(hidden, fresh)
    if new is None:
        return None
    new = list(new)
    history = [torch.is_tensor(h) and h.requires_grad for h in new]
    changed = not all(map(torch.equal, before, hidden))
    return {"new states": new, "their history": YES[any(history)], "old states changed": YES[changed]}


@task(cases_of_fresh, observe=see_states, points=2)
def fresh_columns(hidden, fresh):
    """Return the states, list of (1, B, H), cut off from their history and zero in the fresh columns (B,)."""
    return [h.detach().masked_fill(fresh.unsqueeze(-1), 0) for h in hidden]


@fresh_columns.mistake("The numbers are right, and a gradient can still flow back through them. What does a cut need?")
def with_history(hidden, fresh):
    return [h.masked_fill(fresh.unsqueeze(-1), 0) for h in hidden]


@fresh_columns.mistake(
    "The new states are right, and the old ones have changed with them. You wrote into what was handed in: a new name "
    "is no copy, and `detach` makes none."
)
def same_memory(hidden, fresh):
    new = [h.detach() for h in hidden]
    for h in new:
        h[:, fresh] = 0
    return new


@fresh_columns.mistake("You have kept the columns that should begin anew, and cleared the others.")
def upside_down(hidden, fresh):
    return [h.detach().masked_fill(~fresh.unsqueeze(-1), 0) for h in hidden]


@fresh_columns.mistake("You cut and cleared nothing. Which columns have no business with what came before?")
def cut_only(hidden, fresh):
    return [h.detach() for h in hidden]


@fresh_columns.mistake("One new column, and all states are gone. What about the columns whose tale goes on?")
def all_cleared(hidden, fresh):
    return [torch.zeros_like(h) if fresh.any() else h.detach() for h in hidden]


@fresh_columns.mistake("The layers differ: one is cleared and another is not. Which of them remember?")
def first_layer(hidden, fresh):
    return [hidden[0].detach().masked_fill(fresh.unsqueeze(-1), 0), *[h.detach() for h in hidden[1:]]]


@fresh_columns.mistake(
    "The numbers are right. But you wrote into the old states and handed these on: they have their history still."
)
def old_ones_handed_on(hidden, fresh):
    with torch.no_grad():
        for h in hidden:
            h[:, fresh] = 0
    return hidden


@fresh_columns.mistake("These are the old states as they came. A changed copy must also be handed back.")
def as_they_came(hidden, fresh):
    return hidden


@fresh_columns.mistake("The columns are right. But only one layer has come back, and the network has a state for each.")
def one_layer(hidden, fresh):
    return [hidden[0].detach().masked_fill(fresh.unsqueeze(-1), 0)]


@fresh_columns.mistake("The new columns are gone, and the others have moved up. How many columns has the next window?")
def taken_out(hidden, fresh):
    return [h.detach()[:, ~fresh] for h in hidden]


@fresh_columns.mistake(
    "You have gone through layers and columns side by side. Each layer has a state for every column."
)
def layers_for_columns(hidden, fresh):
    return [torch.zeros_like(h) if new else h.detach() for h, new in zip(hidden, fresh, strict=False)]


@task(tolerance=0.002)
def mean_uses():
    """Return how many uses a loss walks back through on average, if windows of 40 score their last 20 rows."""
    return sum(range(21, 41)) / 20


mean_uses.mistake("That is the mean over all 40 rows. Which rows are scored?", 20.5)
mean_uses.mistake("That is the walk from the last row, the longest of all.", 40)
mean_uses.mistake("The walk does not end where the scored rows begin. Where does the window begin?", 10.5)
mean_uses.mistake("Nearly. The first scored row is not the twentieth of its window.", 30)
mean_uses.mistake("You begin to count at 0, but a loss in the first row of a window has one use to walk through.", 29.5)
mean_uses.mistake("That is how many rows stand above the scored ones. What does a scored row add itself?", 20)
mean_uses.mistake("Nearly. A loss in the last row walks through 40 uses, and in the first scored row?", 31)
mean_uses.mistake(
    "Each window has 40 rows, and no walk is longer. What happens to the state where a window begins?", 50.5
)


def taught(lengths, delay):
    """Return how many targets of windows of such lengths were shown in the same window, and how many there are."""
    return sum(max(0, length - delay) for length in lengths), sum(lengths)


@task(tolerance=0.003)
def share_taught():
    """Return the share of targets whose bit was shown in the same window, for lengths 3 to 8 and a delay of 6."""
    some, every = taught(range(3, 9), 6)
    return some / every


share_taught.mistake(
    "A window of 6 has no such target. In which row would it stand, and in which row was its bit shown?",
    lambda: taught(range(3, 9), 5)[0] / taught(range(3, 9), 5)[1],
)
share_taught.mistake("That is the share of windows that have such a target. How many of their targets are such?", 1 / 3)
share_taught.mistake(
    "You have taken the mean of the windows' shares. Long windows have more targets: count targets.",
    (1 / 7 + 2 / 8) / 6,
)
share_taught.mistake("The mean length has no such target, and single windows do. Which ones?", 0)
share_taught.mistake("You have counted all targets of the long windows. Which of them were shown inside?", 15 / 33)
share_taught.mistake("You have left out the targets of the short windows. They are asked for as well.", 3 / 15)
share_taught.mistake("That is in per cent. Enter a share, between 0 and 1.", 300 / 33)
share_taught.mistake("You have counted one such target in each long window. How many has a window of 8?", 2 / 33)
share_taught.mistake("That is how many targets have their bit in the window. Of how many in all?", 3)
share_taught.mistake("Nearly, or rounded too far. Enter two digits after the point, or the fraction.", 0.1)
