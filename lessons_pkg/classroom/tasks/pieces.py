"""Tasks of chapter 08, too: capitals that come back, and the best cut of a word into pieces."""

import math

from ..task import task


def cases_of_fold():
    """Return short lists of tokens, every kind of capital among them."""
    lists = [["The", "sea", ",", "12"], ["said", "I", "\n"], ["NASA", "Forty-two", "hens"], ["O'Neil", "iPod", "."]]
    return [(tokens,) for tokens in lists]


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


@fold_case.mistake(
    "You ask whether all letters are capitals. What of a word of one letter, and of one with two capitals in it?"
)
def not_all(tokens):
    small = [t[0].isupper() and not t.isupper() for t in tokens]
    return [part for t, yes in zip(tokens, small, strict=True) for part in (["^", t.lower()] if yes else [t])]


@fold_case.mistake(
    "Marks and numbers have got a sign, too. What does your test say of a token that has no capital at all?"
)
def marks_as_well(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if t == t.capitalize() else [t])]


@fold_case.mistake("The sign is there, and the word behind it has kept its capital.")
def sign_alone(tokens):
    return [part for t in tokens for part in (["^", t] if t[0].isupper() and t[1:] == t[1:].lower() else [t])]


@fold_case.mistake("Every token with a capital anywhere in it has got a sign. Which capital does the way back restore?")
def any_capital(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if t != t.lower() else [t])]


@fold_case.mistake(
    "You have counted the capitals. One token has a single one that is not at its front: where would it come back?"
)
def one_anywhere(tokens):
    return [part for t in tokens for part in (["^", t.lower()] if sum(map(str.isupper, t)) == 1 else [t])]


@fold_case.mistake(
    "`isupper` asks all letters of a text. What does it say of a rest that has one more capital among small letters?"
)
def rest_not_large(tokens):
    return [p for t in tokens for p in (["^", t.lower()] if t[0].isupper() and not t[1:].isupper() else [t])]


@fold_case.mistake("A word with a mark inside has been left as it is. Does a mark count as a capital?")
def letters_only(tokens):
    return [part for t in tokens for part in (fold_case([t]) if t.isalpha() else [t])]


@fold_case.mistake("The sign and its word have become one item, a list within the list. Two items are asked for.")
def nested(tokens):
    return [parts if len(parts := fold_case([t])) == 2 else t for t in tokens]


@fold_case.mistake(
    "The first letter of every word with a capital in front is small now. What does the rule say of a word with more?"
)
def first_letter(tokens):
    return [part for t in tokens for part in (["^", t[0].lower() + t[1:]] if t[0].isupper() else [t])]


@fold_case.mistake(
    "The tokens with several capitals have become small without a sign. What was to become of any other token?"
)
def others_small(tokens):
    return [part for t in fold_case(tokens) for part in [t.lower()]]


@fold_case.mistake("Your sign comes after the word. Read the way back: what does it do when it meets a sign?")
def sign_after(tokens):
    alone = [t[0].isupper() and t[1:] == t[1:].lower() for t in tokens]
    return [part for t, yes in zip(tokens, alone, strict=True) for part in ([t.lower(), "^"] if yes else [t])]


def cases_of_cut():
    """Return texts with pieces and their probabilities; the first is the example of the task, short enough to show."""
    example = {"h": 0.2, "e": 0.2, "n": 0.2, "he": 0.1, "hen": 0.01}
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
    return [("hen", example), ("hens", hen), ("then", hen), ("boats", boat), ("oats", boat)]


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
best_cut.mistake(
    "That is the least probable cut. Costs and probabilities point opposite ways: which of the two do you compare?",
    lambda text, piece: min(ways(text, piece), key=lambda cut: math.prod(piece[one] for one in cut)),
)
best_cut.mistake("The right pieces, the last one first.", lambda text, piece: best_cut(text, piece)[::-1])
best_cut.mistake(
    "You take the longest piece that fits at the end, and then the next before it. Is a long piece always cheap?",
    lambda text, piece: min(ways(text, piece), key=lambda cut: [-len(one) for one in cut[::-1]]),
)
best_cut.mistake(
    "You try the whole text and all cuts into two. A best cut may have more pieces.",
    lambda text, piece: max(
        (cut for cut in ways(text, piece) if len(cut) < 3), key=lambda cut: math.prod(piece[one] for one in cut)
    ),
)
