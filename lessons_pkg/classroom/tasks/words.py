"""Tasks of chapter 08: one unit for all, and windows whose targets are shifted by one."""

import math

from ..task import task


def letters_perplexity(bits):
    """Return the perplexity per character of a text of 5,200 characters that costs so many bits."""
    return 2 ** (bits / 5200)


BITS, SPELLING = 1000 * math.log2(80), 30 * 40


@task(tolerance=0.004)
def as_good_as():
    """Return the perplexity per character that is as good as 80 per word, unknown words spelt."""
    return letters_perplexity(BITS + SPELLING)


as_good_as.mistake("Nobody has paid for the 30 unknown words yet.", letters_perplexity(BITS))
as_good_as.mistake(
    "That is bits per character. How many equally likely choices are so many bits?", (BITS + SPELLING) / 5200
)
as_good_as.mistake(
    "You have raised e to a number of bits. Which base belongs to bits?", math.exp((BITS + SPELLING) / 5200)
)
as_good_as.mistake(
    "The spelling is given in bits, and the words you took in nats. Bring both to one unit before you add.",
    letters_perplexity(1000 * math.log(80) + SPELLING),
)
as_good_as.mistake(
    "You have counted the bits of the spelling as nats. Bring the words and the spelling to one unit.",
    letters_perplexity(BITS + SPELLING / math.log(2)),
)


as_good_as.mistake(
    "The 30 unknown tokens have paid for their spelling alone. What did the model pay for saying that one comes?",
    letters_perplexity(970 * math.log2(80) + SPELLING),
)
as_good_as.mistake("You have paid for the spelling of one word. How many are unknown?", letters_perplexity(BITS + 40))
as_good_as.mistake(
    "That is a perplexity per word. Which number of things was asked for?", 2 ** ((BITS + SPELLING) / 1000)
)
as_good_as.mistake(
    "That is bits per word. The letters share the same bits among more of them.", (BITS + SPELLING) / 1000
)
as_good_as.mistake(
    "The unknown tokens are left out altogether, neither foretold nor spelt. Is the text complete without them?",
    letters_perplexity(970 * math.log2(80)),
)
as_good_as.mistake("That is what the whole text costs, in bits. How much is that for each character?", BITS + SPELLING)


def cases_of_windows():
    """Return tokens with the length of a window and a stride: overlapping, side by side with no rest, with holes."""
    return [(list(range(10, 20)), 4, 2), (list(range(30, 39)), 4, 4), (list(range(50, 61)), 3, 5)]


@task(cases_of_windows)
def windows_of(tokens, bptt, stride):
    """Return the windows of a text, each a pair of inputs and of the targets that are one place on."""
    starts = range(0, len(tokens) - bptt, stride)
    return [(tokens[i : i + bptt], tokens[i + 1 : i + 1 + bptt]) for i in starts]


def too_many(tokens, bptt, stride, shift):
    """Return windows that all have inputs, and targets some places on."""
    starts = range(0, len(tokens) - bptt + 1, stride)
    return [(tokens[i : i + bptt], tokens[i + shift : i + shift + bptt]) for i in starts]


windows_of.mistake(
    "Each target is the input itself. A network learns to copy, and that is easy. Which token comes next?",
    lambda tokens, bptt, stride: too_many(tokens, bptt, stride, 0),
)
windows_of.mistake(
    "As many windows as there should be. But each target is still its own input: which token comes next?",
    lambda tokens, bptt, stride: [(inputs, inputs) for inputs, _ in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "The shift is right. Your last window has an input whose target lies beyond the end of the text.",
    lambda tokens, bptt, stride: too_many(tokens, bptt, stride, 1),
)
windows_of.mistake(
    "Your targets are the tokens before. The network would learn to guess what it has just read.",
    lambda tokens, bptt, stride: [pair[::-1] for pair in windows_of(tokens, bptt, stride)],
)


@windows_of.mistake("The shift is right. A window that would fit is missing at the end: how many tokens does one need?")
def one_too_few(tokens, bptt, stride):
    return windows_of(tokens[:-1], bptt, stride)


@windows_of.mistake(
    "The shift is right, and the last windows are shorter than the others. Where may a window begin at most?"
)
def ragged(tokens, bptt, stride):
    return [(tokens[i : i + bptt], tokens[i + 1 : i + 1 + bptt]) for i in range(0, len(tokens), stride)]


@windows_of.mistake("You have moved the targets by the stride. How far on does the next token stand?")
def moved_by_stride(tokens, bptt, stride):
    starts = range(0, len(tokens) - bptt, stride)
    return [(tokens[i : i + bptt], tokens[i + stride : i + stride + bptt]) for i in starts]


windows_of.mistake(
    "A window has one target here. How many of its inputs have a next token to be asked for?",
    lambda tokens, bptt, stride: [(inputs, targets[-1]) for inputs, targets in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "Inputs are of the right length, targets are one short. Where does the slice of the targets have to end?",
    lambda tokens, bptt, stride: [(inputs, targets[:-1]) for inputs, targets in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "Inputs and targets fit together, and each is one token short: a window has `bptt` of both.",
    lambda tokens, bptt, stride: windows_of(tokens, bptt - 1, stride),
)
windows_of.mistake(
    "As many windows as there should be, and each is one token short. Where does each of your two slices end?",
    lambda tokens, bptt, stride: [(pair[0][:-1], pair[1][:-1]) for pair in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "The last target of each window is its own first token. Which token of the text stands after the window?",
    lambda tokens, bptt, stride: [(one, [*two[:-1], one[0]]) for one, two in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "You have moved the inputs as well, so that each target is its own input again. Which of the two moves?",
    lambda tokens, bptt, stride: [(targets, targets) for _, targets in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "Your targets are longer than your inputs. Each input has one target, the token after it: how many is that?",
    lambda tokens, bptt, stride: [(one, [one[0], *two]) for one, two in windows_of(tokens, bptt, stride)],
)
windows_of.mistake(
    "A window has one target here, in a list. How many of its inputs have a next token to be asked for?",
    lambda tokens, bptt, stride: [(one, two[-1:]) for one, two in windows_of(tokens, bptt, stride)],
)


@windows_of.mistake("Your targets stand two places on. How far on is the next token?")
def two_on(tokens, bptt, stride):
    starts = range(0, len(tokens) - bptt - 1, stride)
    return [(tokens[i : i + bptt], tokens[i + 2 : i + 2 + bptt]) for i in starts]


windows_of.mistake(
    "Each window begins one token after the one before, whatever `stride` says.",
    lambda tokens, bptt, stride: windows_of(tokens, bptt, 1),
)


@windows_of.mistake("Your targets are the window after. What should the network say when it has read its first token?")
def next_window(tokens, bptt, stride):
    starts = range(0, len(tokens) - bptt, stride)
    return [(tokens[i : i + bptt], tokens[i + bptt : i + 2 * bptt]) for i in starts]


windows_of.mistake(
    "Each window starts where the one before ended. What is the stride for?",
    lambda tokens, bptt, stride: windows_of(tokens, bptt, bptt),
)
