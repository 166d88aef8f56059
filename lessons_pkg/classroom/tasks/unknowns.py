"""Tasks of chapter 08, too: how many words of a new text will be unknown, and what that costs."""

import math
from collections import Counter
from functools import cache

import torch

from ...batching import overlapping_columns
from ...checkpoint import load_checkpoint
from ...corpora import data_path
from ...evaluation import score_columns
from ...texts import load_tales
from ...tokenizer import UNKNOWN, split_words
from ...vocab import STOP_ID
from ..task import task


def cases_of_left_out():
    """Return two short texts, cut into words."""
    return [(split_words(text),) for text in ("the hen and the cock and a hen", "a b a c d d d e")]


def times(tokens, low, high):
    """Return how many types occur at least ``low`` and at most ``high`` times."""
    return sum(low <= count <= high for count in Counter(tokens).values())


@task(cases_of_left_out)
def left_out_unknown(tokens):
    """Return the share of the tokens that all the other tokens do not know."""
    return times(tokens, 1, 1) / len(tokens)


left_out_unknown.mistake(
    "You have divided by the types. It is tokens that are taken out, one at a time: how many turns are there?",
    lambda tokens: times(tokens, 1, 1) / len(set(tokens)),
)
left_out_unknown.mistake(
    "That counts each type once. But a word that stands in another place as well, earlier or later, is known there.",
    lambda tokens: len(set(tokens)) / len(tokens),
)
left_out_unknown.mistake(
    "A word that occurs twice is still known when one of the two is taken out.",
    lambda tokens: times(tokens, 1, 2) / len(tokens),
)
left_out_unknown.mistake(
    "That is the share that is known. Which one is asked for?", lambda tokens: 1 - times(tokens, 1, 1) / len(tokens)
)
left_out_unknown.mistake("That is how many there are. A share is asked for.", lambda tokens: times(tokens, 1, 1))
left_out_unknown.mistake(
    "You have divided by the number of the others. How many tokens have had their turn?",
    lambda tokens: times(tokens, 1, 1) / (len(tokens) - 1),
)
left_out_unknown.mistake(
    "That is in per cent. A number between 0 and 1 is asked for.",
    lambda tokens: 100 * times(tokens, 1, 1) / len(tokens),
)
left_out_unknown.mistake(
    "You have counted how often a word comes again. Where it comes again, the others know it: where do they not?",
    lambda tokens: 1 - len(set(tokens)) / len(tokens),
)
left_out_unknown.mistake("Yours counts every token. When one is taken out, its copies stay, and know it.", lambda _: 1)
left_out_unknown.mistake(
    "You found none. Has each token met itself among the others? Or have you looked at the words of a `Counter` where "
    "its counts were meant?",
    lambda tokens: 0,
)


def cases_of_mended():
    """Return losses of tokens, which of them are unknown, and the share to set aside."""
    nats = torch.tensor([2.0, 1.2, 6.0, 0.3, 4.0], dtype=torch.float64)
    unknown = torch.tensor([False, True, True, False, False])
    return [(nats, unknown, 0.1), (nats.clone(), unknown.clone(), 0.02)]


@task(cases_of_mended)
def mended(nats, unknown, share):
    """Return the nats of tokens (N,) after a share of all probability has been set aside for the unknown token."""
    return -((1 - share) * torch.exp(-nats) + share * unknown).log()


mended.mistake(
    "You have given the unknown token more and taken it from nobody. What do the probabilities sum to now?",
    lambda nats, unknown, share: -((-nats).exp() + share * unknown).log(),
)
mended.mistake(
    "The known tokens cost what they did before. Somebody has to pay for the share: by which factor do they shrink?",
    lambda nats, unknown, share: nats.where(~unknown, -torch.tensor(share).double().log()),
)
mended.mistake(
    "The unknown token has the share alone. The model had given it something, too: what is left of that?",
    lambda nats, unknown, share: (nats - torch.tensor(1 - share).log()).where(~unknown, -torch.tensor(share).log()),
)
mended.mistake(
    "You have shrunk the model to the share and set all the rest aside. Which of the two should be small?",
    lambda nats, unknown, share: -(share * (-nats).exp() + (1 - share) * unknown).log(),
)
mended.mistake(
    "Every token has received the share. Which one is it for?",
    lambda nats, unknown, share: -((1 - share) * (-nats).exp() + share).log(),
)
mended.mistake(
    "These are probabilities. What is asked for is in nats, as what came in.",
    lambda nats, unknown, share: (1 - share) * (-nats).exp() + share * unknown,
)
mended.mistake(
    "You have mixed the nats. Probabilities can be mixed, their logarithms cannot: go back to those first.",
    lambda nats, unknown, share: (1 - share) * nats - share * unknown * torch.tensor(share).log(),
)
mended.mistake(
    "These are bits. The losses came in nats: which logarithm is theirs?",
    lambda nats, unknown, share: mended(nats, unknown, share) / math.log(2),
)
mended.mistake(
    "The known tokens are right. What the model itself gave the unknown one is part of the rest: does it not shrink?",
    lambda nats, unknown, share: mended(nats, unknown, share).where(~unknown, -((-nats).exp() + share).log()),
)
mended.mistake(
    "You have put the nats where the formula has probabilities. How does one get from the one to the other?",
    lambda nats, unknown, share: (1 - share) * nats + share * unknown,
)
mended.mistake(
    "These are logarithms of probabilities. Nats count a surprise: which sign has that?",
    lambda nats, unknown, share: -mended(nats, unknown, share),
)
mended.mistake(
    "The unknown tokens are right. The known ones have become no dearer: who pays for the share?",
    lambda nats, unknown, share: mended(nats, unknown, share).where(unknown, nats),
)
mended.mistake(
    "You have taken e to the nats. A token that costs much is an improbable one.",
    lambda nats, unknown, share: -((1 - share) * nats.exp() + share * unknown).log(),
)
mended.mistake(
    "The share went to the known tokens.",
    lambda nats, unknown, share: -((1 - share) * (-nats).exp() + share * ~unknown).log(),
)
mended.mistake(
    "The known tokens have become cheaper, though something was taken from them. Look at the sign of your logarithm.",
    lambda nats, unknown, share: mended(nats, unknown, share).where(unknown, nats + torch.tensor(1 - share).log()),
)


@cache
def new_tales():
    """Return what each token of the validation tales costs the word model (N,), and which are unknown to it."""
    model, vocab, *_ = load_checkpoint(data_path("tales-words.pt"))
    ids = [STOP_ID, *vocab.encode(load_tales().validation)]
    nats = score_columns(model, overlapping_columns(ids, 1, 0), bptt=1000).squeeze(1)
    return nats.double(), torch.tensor(ids[1:]) == vocab.ids[UNKNOWN]


def mean_nats(share):
    """Return the mean nats of the mended word model."""
    return mended(*new_tales(), share).mean()


def share_left_out():
    """Return the share that the training tales suggest."""
    return left_out_unknown(split_words(load_tales().train))


@task(tolerance=0.002)
def mended_perplexity():
    """Return the perplexity of the word model on new tales, mended with the share of the training tales."""
    return mean_nats(share_left_out()).exp()


mended_perplexity.mistake("That is the model before it was mended.", lambda: mean_nats(0).exp())
mended_perplexity.mistake(
    "You took the share of unknown words in the new tales. Nobody knows that before having read them.",
    lambda: mean_nats(new_tales()[1].double().mean()).exp(),
)
mended_perplexity.mistake(
    "You took one token after the other out of the new tales. The share has to come from the training tales.",
    lambda: mean_nats(left_out_unknown(split_words(load_tales().validation))).exp(),
)
mended_perplexity.mistake(
    "That is the perplexity of the known tokens alone. Who has left out the others?",
    lambda: mended(*new_tales(), share_left_out())[~new_tales()[1]].mean().exp(),
)
mended_perplexity.mistake(
    "You have taken the mean of exponentials, which a few dear tokens rule. Which comes first?",
    lambda: mended(*new_tales(), share_left_out()).exp().mean(),
)
mended_perplexity.mistake(
    "That is the mean in nats. Which function makes a perplexity of it?", lambda: mean_nats(share_left_out())
)
mended_perplexity.mistake(
    "That is the chapter's model on the known tokens alone, before it was mended. All tokens are asked for.",
    lambda: new_tales()[0][~new_tales()[1]].mean().exp(),
)
mended_perplexity.mistake(
    "You have raised 2 to a number of nats. Which base belongs to nats?", lambda: 2 ** mean_nats(share_left_out())
)
mended_perplexity.mistake("Nearly. Have you rounded the share before you used it?", lambda: mean_nats(0.01).exp())
