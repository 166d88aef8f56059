"""Text to tokens and back: characters, words, or words parted by spaces (chapter 08).

A tokenizer is a pair of functions. ``split`` cuts text into tokens; ``join`` puts them together again. For characters
and for words ``join(split(text))`` gives back the text of the course's tales to the letter, so that models of either
can be compared in bits per character. ``LEVELS`` holds the pairs by name.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

UNKNOWN = "<unk>"
"""The token that stands for every token the vocabulary lacks."""

# One alternative a rule, tried from left to right: a marker such as <unk>; a word, with hyphens and apostrophes inside
# it; a number; a line's end; any other single character that is not a space.
WORD = re.compile(r"<\w+>|[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|\n|[^\w\s]|_")
NO_SPACE_BEFORE = set(".,;:?!)]}'\n")
NO_SPACE_AFTER = set("([{\n")


def split_words(text: str) -> list[str]:
    """Cut text into words, numbers, single punctuation marks and line ends; spaces are dropped.

    Upper and lower case stay apart. ``don't`` and ``half-asleep`` are one token each. Only straight apostrophes and
    quotation marks are known as such, as the tales have them.
    """
    return WORD.findall(text)


def join_words(tokens: Sequence[str]) -> str:
    """Put words together with the spaces that English has: none before a comma, none inside quotation marks.

    A straight quotation mark opens if the line has had an even number of them so far, and closes otherwise.
    """
    text, glue, quoted = [], True, False  # glue: the next token follows with no space
    for token in tokens:
        closes = token == '"' and quoted
        if not (glue or closes or token in NO_SPACE_BEFORE):
            text.append(" ")
        text.append(token)
        if token == '"':
            quoted = not quoted
        elif token == "\n":
            quoted = False
        glue = token in NO_SPACE_AFTER or (token == '"' and quoted)
    return "".join(text)


def split_spaces(text: str) -> list[str]:
    """Cut text that somebody has already cut: tokens stand between spaces, and each line ends with a line end.

    This is the form of WikiText, where ``<unk>`` is a token as well.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    return [token for line in lines for token in (*line.split(), "\n")]


def join_spaces(tokens: Sequence[str]) -> str:
    """Put a space between tokens, none beside a line end."""
    return " ".join(tokens).replace(" \n", "\n").replace("\n ", "\n")


class Tokenizer(NamedTuple):
    """How text is cut, and how it is put together again."""

    split: Callable[[str], list[str]]
    join: Callable[[Sequence[str]], str]


LEVELS = {
    "char": Tokenizer(list, "".join),
    "word": Tokenizer(split_words, join_words),
    "token": Tokenizer(split_spaces, join_spaces),
}


def tokenizer(level: str) -> Tokenizer:
    """Return the tokenizer of a level: ``"char"``, ``"word"`` or ``"token"``.

    Raises:
        ValueError: if there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"tokenizer: got level {level!r}; it must be one of {sorted(LEVELS)}")
    return LEVELS[level]
