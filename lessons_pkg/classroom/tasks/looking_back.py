"""More tasks of chapter 11: attention, and what it carries from window to window."""

import torch

from ..task import task


def attention(
    q, k, v, context, *, past=0, extra=0, causal=True, root=0.5, late=False, axis=2, hidden=-torch.inf, inverted=False
):
    """Return one head's mixtures; q (T, B, d), k and v (S, B, d), the last T of S new, with mistakes to be chosen."""
    T, S = len(q), len(k)
    scores = torch.einsum("tbd,sbd->bts", q, k) / q.shape[-1] ** root
    back = torch.arange(T).unsqueeze(1) + past - torch.arange(S)
    unseen = (back >= context + extra) | ((back < 0) & torch.tensor(causal))
    unseen = unseen ^ inverted
    weights = scores.softmax(axis).masked_fill(unseen, 0) if late else scores.masked_fill(unseen, hidden).softmax(axis)
    return torch.einsum("bts,sbd->tbd", weights, v)


def three(T=6, B=2, d=3, seed=4):
    """Return queries, keys and values, (T, B, d) each."""
    torch.manual_seed(seed)
    return torch.randn(T, B, d), torch.randn(T, B, d), torch.randn(T, B, d)


@task(lambda: [(*three(), 3), (*three(T=4, d=5, seed=5), 9)], points=2)
def attend(q, k, v, context):
    """Return causal attention (T, B, d) that sees ``context`` steps, the own one included."""
    return attention(q, k, v, context)


attend.mistake(
    "The first step changes with what comes later. What may a step not see?", lambda *a: attention(*a, causal=False)
)
attend.mistake(
    "Each step sees one step too many. The own one counts among those that are seen.", lambda *a: attention(*a, extra=1)
)
attend.mistake(
    "Each step sees one step too few. How far back is the oldest of three, when the own one is among them?",
    lambda *a: attention(*a, extra=-1),
)
attend.mistake(
    "A step sees all that was before it. For how many steps should it?", lambda *a: attention(*a, extra=10_000)
)
attend.mistake(
    "What is hidden has a score of 0, and 0 still gets a weight. Which score gets none?",
    lambda *a: attention(*a, hidden=0.0),
)
attend.mistake(
    "The products of queries and keys go into the softmax as they are. What are they divided by, and why?",
    lambda *a: attention(*a, root=0),
)
attend.mistake(
    "You divide by the length of a query. Products of random numbers grow more slowly than that.",
    lambda *a: attention(*a, root=1),
)
attend.mistake(
    "The weights of a step do not sum to 1: what is hidden had its share of the softmax.",
    lambda *a: attention(*a, late=True),
)
attend.mistake(
    "The softmax runs over the steps that ask. It should run over those that are looked at.",
    lambda *a: attention(*a, axis=1),
)
attend.mistake(
    "The softmax runs over the columns of the batch, which are not to know of each other.",
    lambda *a: attention(*a, axis=0),
)
attend.mistake(
    "Nothing is hidden: each step sees all the others, before it and after it.",
    lambda *a: attention(*a, causal=False, extra=10_000),
)
attend.mistake(
    "Your queries are looked at, and your keys ask. Which of the two has the row of weights?",
    lambda q, k, v, context: attention(k, q, v, context),
)
attend.mistake(
    "You mix what was compared. What is handed over is another vector.",
    lambda q, k, v, context: attention(q, k, k, context),
)
attend.mistake(
    "Each step sees itself and what comes after it. Which way round is your difference of two times?",
    lambda *a: attention(*(t.flip(0) for t in a[:3]), a[3]).flip(0),
)
attend.mistake(
    "You hide what should be seen, and show the rest. Which of the two does your mask mark?",
    lambda *a: attention(*a, inverted=True),
)


@attend.mistake("The columns look at each other. Your products run over the axis of the batch: which one is time?")
def across_columns(q, k, v, context):
    return (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1) @ v


def in_pieces(function, q, k, v, context):
    """Return what a stream gives that is read in windows of 3, 1 and 4 steps, a row for each step.

    Returns:
        (8, B d + 2): a step's mixtures, then how many keys and how many values are handed on after its window.
    """
    past, rows = (k[:0], v[:0]), []
    for part in (slice(0, 3), slice(3, 4), slice(4, 8)):
        answer = function(q[part], k[part], v[part], past, context)
        if answer is None:
            return None
        y, past = answer
        sizes = torch.tensor([float(len(one)) for one in past]).expand(len(y), -1)
        rows.append(torch.cat([y.flatten(1), sizes], dim=1))
    return torch.cat(rows)


def carried(q, k, v, past, context, *, keep=None, joined=True, shifted=True, extra=0):
    """Return mixtures and the new past, with mistakes to be chosen."""
    old_k, old_v = past
    all_k, all_v = torch.cat([old_k, k]), torch.cat([old_v, v])
    y = attention(q, all_k, all_v, context, past=len(old_k) if shifted else 0, extra=extra)
    keep = context - 1 if keep is None else keep
    if not joined:
        all_k, all_v = k, v
    return y, (all_k[max(0, len(all_k) - keep) :], all_v[max(0, len(all_v) - keep) :])


def behind(q, k, v, past, context):
    """Return what comes of joining the past to the wrong end of a window."""
    keys, values = torch.cat([k, past[0]]), torch.cat([v, past[1]])
    first = max(0, len(keys) - context + 1)
    return attention(q, keys, values, context, past=len(past[0])), (keys[first:], values[first:])


@task(lambda: [(*three(T=8, seed=6), 4), (*three(T=8, seed=6), 1)], observe=in_pieces, points=2)
def attend_on(q, k, v, past, context):
    """Return attention over what is carried and what is new, (T, B, d), and the new past."""
    return carried(q, k, v, past, context)


attend_on.mistake(
    "Each piece begins as if nothing had been read. Which keys stand before the new ones?",
    lambda q, k, v, past, context: (attention(q, k, v, context), (k[1 - context :], v[1 - context :])),
)
attend_on.mistake(
    "You hand on the new window as it is. It may be too short to hold what will be looked at, and too long as well.",
    lambda q, k, v, past, context: (carried(q, k, v, past, context)[0], (k, v)),
)
attend_on.mistake(
    "The past comes back as it went in. What has been read since?",
    lambda q, k, v, past, context: (attention(q, k, v, context), past),
)
attend_on.mistake(
    "What is carried is right. But within a window of 4 the last step still sees the oldest of the past.",
    lambda *a: carried(*a, extra=10_000),
)
attend_on.mistake(
    "Two things come back: the mixtures, and the past, which is a pair of tensors.",
    lambda q, k, v, past, context: (attention(q, k, v, context), k, v),
)
attend_on.mistake(
    "The past is in front of the new keys, and the mask does not know it: query 0 is no longer at key 0.",
    lambda *a: carried(*a, shifted=False),
)
attend_on.mistake(
    "You hand on the new keys alone. After a piece of one step, what is there of the three before it?",
    lambda *a: carried(*a, joined=False),
)
attend_on.mistake(
    "The mixtures are right, and you carry one key more than anybody will look at. The own step needs no carrying.",
    lambda *a: carried(*a, keep=a[4]),
)
attend_on.mistake(
    "Right so far, but the state grows with the text. How many steps back can a query look?",
    lambda *a: carried(*a, keep=10_000),
)
attend_on.mistake(
    "Your windows know nothing of each other: what is handed on is not looked at, and it is the new window as it was.",
    lambda q, k, v, past, context: (attention(q, k, v, context), (k, v)),
)
attend_on.mistake(
    "Two things: the mask does not know that a past stands in front, and the new window is handed on as it is.",
    lambda q, k, v, past, context: (carried(q, k, v, past, context, shifted=False)[0], (k, v)),
)
attend_on.mistake(
    "You carry the first keys and values of what was read. Which will a later step look at?",
    lambda q, k, v, past, context: (
        carried(q, k, v, past, context)[0],
        tuple(torch.cat(pair)[: context - 1] for pair in zip(past, (k, v), strict=True)),
    ),
)
attend_on.mistake(
    "Keys and values have changed places in what you hand on.", lambda *a: ((y := carried(*a))[0], y[1][::-1])
)
attend_on.mistake("The past stands behind the new window in yours. It was read before.", behind)


@attend_on.mistake(
    "With a context of 4 all is right. With a context of 1 nothing is carried: what does a slice from -0 take?"
)
def counted_from_the_end(q, k, v, past, context):
    y, _ = carried(q, k, v, past, context)
    return y, (torch.cat([past[0], k])[1 - context :], torch.cat([past[1], v])[1 - context :])
