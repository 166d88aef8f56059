"""More tasks of chapter 03: names side by side."""

import numpy as np

from ..task import task


def states_of_a_batch():
    """Return states (T + 1, B, H) and the lengths of the names, for two batches."""
    one, two = (np.round(np.sin(np.arange(np.prod(shape))), 2).reshape(shape) for shape in ((6, 3, 2), (4, 2, 3)))
    one[0], two[0] = 0, 0
    return [(one, np.array([2, 4, 1])), (two, np.array([1, 2]))]


@task(states_of_a_batch, tolerance=1e-4)
def last_states(hiddens, lengths):
    """Return the state of each name after its last letter."""
    return hiddens[lengths + 1, np.arange(len(lengths))]


last_states.mistake(
    "That is the state at the end of the batch. What have the shorter names read by then?",
    lambda hiddens, lengths: hiddens[-1],
)
last_states.mistake(
    "One step too early. What stands in front of the states, and what is read before the first letter?",
    lambda hiddens, lengths: hiddens[lengths, np.arange(len(lengths))],
)
last_states.mistake(
    "You get the states of all names at each of these steps. Which name belongs to which step?",
    lambda hiddens, lengths: hiddens[lengths + 1],
)
last_states.mistake(
    "You get the states of all names at each of these steps, and each step is one too early. Which name belongs to "
    "which, and what stands in front of the states?",
    lambda hiddens, lengths: hiddens[lengths],
)
last_states.mistake(
    "Two steps too early: that is the state before the last letter was read. Count what is read before it.",
    lambda hiddens, lengths: hiddens[lengths - 1, np.arange(len(lengths))],
)
last_states.mistake(
    "One step too late, and past the end for the longest name. The zeros are one row, the start symbol another: at "
    "which index is the state after the first letter?",
    lambda hiddens, lengths: hiddens[lengths + 2, np.arange(len(lengths))],
)
last_states.mistake(
    "Names and steps have changed places. Which axis of (T + 1, B, H) comes first?",
    lambda hiddens, lengths: hiddens[np.arange(len(lengths)), lengths + 1],
)
last_states.mistake(
    "These are all states of the first name. Which name belongs to which step?",
    lambda hiddens, lengths: hiddens[lengths + 1, 0],
)
last_states.mistake("You have averaged over all steps, padding included.", lambda hiddens, lengths: hiddens[1:].mean(0))


def batches(lengths, size):
    """Return the lengths, cut into batches."""
    return [lengths[start : start + size] for start in range(0, len(lengths), size)]


@task(lambda: [([3, 5, 2, 7, 4], 2), ([6, 1, 2, 4, 4, 8, 3], 3)], tolerance=1e-4)
def padding_share(lengths, size):
    """Return the share of padding in all places of the batches."""
    places = sum((max(batch) + 1) * len(batch) for batch in batches(lengths, size))
    return 1 - (sum(lengths) + len(lengths)) / places


padding_share.mistake(
    "A name of n letters takes n steps in your count. What else has to be predicted?",
    lambda lengths, size: 1 - sum(lengths) / sum(max(batch) * len(batch) for batch in batches(lengths, size)),
)
padding_share.mistake(
    "A name of n letters takes n + 2 steps in your count. What is read and what is to be said are shifted by one: how "
    "many steps make both?",
    lambda lengths, size: padding_share([n + 1 for n in lengths], size),
)
padding_share.mistake(
    "The places where a name ends were counted as padding. Are they predicted?",
    lambda lengths, size: 1 - sum(lengths) / sum((max(batch) + 1) * len(batch) for batch in batches(lengths, size)),
)
padding_share.mistake(
    "You have averaged the shares of the batches. A large batch has more places than a small one: what is to be "
    "divided by what?",
    lambda lengths, size: np.mean([padding_share(batch, size) for batch in batches(lengths, size)]),
)
padding_share.mistake(
    "The last batch is missing where it is not full. Are its names not read?",
    lambda lengths, size: padding_share(lengths[: len(lengths) // size * size], size),
)
padding_share.mistake(
    "Every batch is as long as the longest name of all. How long does it have to be?",
    lambda lengths, size: padding_share(lengths, len(lengths)),
)
padding_share.mistake(
    "That is the share of the real places. What is asked for?", lambda lengths, size: 1 - padding_share(lengths, size)
)
padding_share.mistake(
    "Padding was divided by the real places. Of what is a share asked for?",
    lambda lengths, size: 1 / (1 - padding_share(lengths, size)) - 1,
)
padding_share.mistake(
    "That is the number of empty places. What share of all places is it?",
    lambda lengths, size: sum(sum(max(batch) - n for n in batch) for batch in batches(lengths, size)),
)
padding_share.mistake(
    "The last batch was given as many names as the others. How many names does it read?",
    lambda lengths, size: (
        1 - (sum(lengths) + len(lengths)) / sum((max(batch) + 1) * size for batch in batches(lengths, size))
    ),
)
padding_share.mistake(
    "You have sorted the names. In which order are they to be read?",
    lambda lengths, size: padding_share(sorted(lengths), size),
)
