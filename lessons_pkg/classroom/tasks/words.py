"""Tasks of chapter 08: one unit for all, capitals that come back, windows shifted by one, and the best cut."""

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
    "The spelling is in bits, and you have divided it by ln 2 once more.",
    letters_perplexity(BITS + SPELLING / math.log(2)),
)


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
    starts = range(0, len(tokens) - 1, stride)
    return [(tokens[i : i + bptt][: len(tokens) - 1 - i], tokens[i + 1 : i + 1 + bptt]) for i in starts]


@windows_of.mistake("Your targets are the window after. What should the network say when it has read its first token?")
def next_window(tokens, bptt, stride):
    starts = range(0, len(tokens) - bptt, stride)
    return [(tokens[i : i + bptt], tokens[i + bptt : i + 2 * bptt]) for i in starts]


windows_of.mistake(
    "Each window starts where the one before ended. What is the stride for?",
    lambda tokens, bptt, stride: windows_of(tokens, bptt, bptt),
)


def cases_of_fold():
    """Return tokens with every kind of capital."""
    return [(["The", "sea", ",", "said", "I", ".", "\n", "NASA", "O'Neil", "Forty-two", "12", "iPod"],)]


@task(cases_of_fold)
def fold_case(tokens):
    """Return the tokens with a sign before each that begins with its only capital, which becomes small."""
    folded = []
    for token in tokens:
        alone = token[0].isupper() and not any(letter.isupper() for letter in token[1:])
        folded += ["^", token.lower()] if alone else [token]
    return folded


fold_case.mistake(
    "All is small now, and nothing says where the capitals were. Could anybody put the text together again?",
    lambda tokens: [token.lower() for token in tokens],
)


@fold_case.mistake("A word with several capitals has become small as a whole. The way back would give it one.")
def every_capital(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if t[0].isupper() else [t])]


@fold_case.mistake(
    "A method that looks for titles wants a capital after each mark inside a word, too. Is that the rule here?"
)
def titles(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if t.istitle() else [t])]


@fold_case.mistake(
    "One word is a capital and nothing else. What does your rule say of what follows it, if nothing does?"
)
def not_alone(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if t[0].isupper() and t[1:].islower() else [t])]


@fold_case.mistake(
    "The sign is stuck to the word, so that it is a type of its own as before. How many tokens should it be?"
)
def stuck(tokens):
    return [f"^{t.lower()}" if t[0].isupper() and t[1:] == t[1:].lower() else t for t in tokens]


def cases_of_cut():
    """Return texts with pieces and their probabilities."""
    hen = {"h": 0.09, "e": 0.2, "n": 0.25, "s": 0.1, "he": 0.4, "hen": 0.01, "ns": 0.05, "then": 0.0004, "t": 0.15}
    boat = {
        "b": 0.1,
        "o": 0.2,
        "a": 0.2,
        "t": 0.2,
        "bo": 0.25,
        "boa": 0.06,
        "at": 0.09,
        "oat": 0.02,
        "ts": 0.03,
        "s": 0.05,
    }
    return [("hens", hen), ("then", hen), ("boats", boat), ("oats", boat)]


@task(cases_of_cut, points=2)
def best_cut(text, piece):
    """Return the pieces of the most probable way to cut a text."""
    best = {0: (0.0, [])}  # how far the text is cut, to the best log probability and its pieces
    for end in range(1, len(text) + 1):
        last = [(start, text[start:end]) for start in best if text[start:end] in piece]
        if last:
            best[end] = max((best[start][0] + math.log(piece[one]), [*best[start][1], one]) for start, one in last)
    return best[len(text)][1]


def ways(text, piece):
    """Yield every way to cut a text."""
    if not text:
        yield []
    for one in piece:
        if text.startswith(one):
            yield from ([one, *rest] for rest in ways(text[len(one) :], piece))


best_cut.mistake(
    "You take the longest piece that fits, and then the next. What does a long piece cost, if it is rare?",
    lambda text, piece: min(ways(text, piece), key=lambda cut: [-len(one) for one in cut]),
)
best_cut.mistake(
    "You take the most probable piece that fits, and then the next. Chapter 07 had a tree for that: what did it show?",
    lambda text, piece: min(ways(text, piece), key=lambda cut: [-piece[one] for one in cut]),
)
best_cut.mistake(
    "You take the fewest pieces. Two rare pieces can be less probable than three common ones.",
    lambda text, piece: min(ways(text, piece), key=lambda cut: (len(cut), -math.prod(piece[one] for one in cut))),
)
best_cut.mistake(
    "You add probabilities up, so that many pieces look good. What is the probability of one piece and then another?",
    lambda text, piece: max(ways(text, piece), key=lambda cut: sum(piece[one] for one in cut)),
)
