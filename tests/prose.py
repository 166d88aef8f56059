"""What the book's sentences must be: plain words, British spelling, and numbers that a run has given."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

SPELLING = {
    "analyze": "analyse",
    "behavior": "behaviour",
    "canceled": "cancelled",
    "catalog": "catalogue",
    "center": "centre",
    "color": "colour",
    "defense": "defence",
    "favor": "favour",
    "flavor": "flavour",
    "fulfill": "fulfil",
    "gray": "grey",
    "honor": "honour",
    "labeled": "labelled",
    "labeling": "labelling",
    "math": "maths",
    "modeled": "modelled",
    "modeling": "modelling",
    "neighbor": "neighbour",
    "rumor": "rumour",
    "skillful": "skilful",
    "traveled": "travelled",
}
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*\s*$", re.M | re.S)
MATHS = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$[^$\n]+\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.S)
NOT_PROSE = re.compile(
    r"(\{[\w:+-]+\})?(`+)[^`].*?\2"  # inline code, and roles with their content
    r"|<!--.*?-->|<[^>\s][^>]*>|https?://\S+"
    r"|(?<=\])\([^)\s]*\)|^\([\w-]+\)=$|^:::.*$|^:[\w-]+:.*$",  # link targets, labels, directives and their options
    re.M | re.S,
)
NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?!\w*[A-Za-z_])", re.I)


def without_code(markdown: str) -> str:
    """Return the text without fenced code blocks."""
    return FENCE.sub("", markdown)


def prose(markdown: str) -> str:
    """Return what a reader reads as sentences: no code, no maths, no link targets."""
    return NOT_PROSE.sub(" ", MATHS.sub(" ", without_code(markdown)))


def slips(markdown: str) -> Iterator[str]:
    """Yield the filler, exclamation marks and American spellings of a text."""
    plain = prose(markdown)
    if re.search(r"\bsimply\b", plain, re.I):
        yield "the word 'simply'"
    if re.search(r"\w!", plain):
        yield "an exclamation mark"
    for american, british in SPELLING.items():
        if found := re.search(rf"\b{american}(s|ed|ing|ful|al)?\b", plain, re.I):
            yield f"{found[0]!r}: the book writes {british!r}"


def cited(markdown: str) -> set[str]:
    """Return the bibliography keys that a text cites."""
    roles = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", without_code(markdown))
    return {key.strip() for role in roles for key in role.split(",")}


def numbers(text: str) -> set[Decimal]:
    """Return the numbers that stand in an output or in code, without their signs."""
    return {worth(found) for found in NUMBER.findall(re.sub(r"(?<=\d)_(?=\d)", "", text))}


def worth(number: str) -> Decimal:
    """Return the value of a number as it is printed."""
    return Decimal(number.replace(",", ""))


def unbound(markdown: str, known: Iterable[Decimal]) -> Iterator[str]:
    """Yield each telling number of a text that is no rounding of a known one.

    Telling are decimals, percentages and numbers from a thousand, but for years. Paragraphs that cite are left out:
    their numbers are somebody else's.
    """
    for paragraph in re.split(r"\n\s*\n", without_code(markdown)):
        plain = "" if cited(paragraph) else prose(paragraph)
        for found in NUMBER.finditer(plain):
            percent = plain[found.end() :].lstrip().startswith(("%", "per cent"))
            if telling(found[0], percent) and not any(rounds(exact, found[0], percent) for exact in known):
                yield found[0] + "%" * percent


def telling(number: str, percent: bool) -> bool:
    """Return whether a number is a measurement rather than a small count or a year."""
    year = re.fullmatch(r"(19|20)\d\d", number)
    return percent or "." in number or (worth(number) >= 1000 and not year)


def rounds(exact: Decimal, number: str, percent: bool) -> bool:
    """Return whether a number as printed is the exact one, or its hundredfold for a percentage, rounded."""
    printed = worth(number)
    half_a_digit = Decimal(5).scaleb(printed.as_tuple().exponent - 1)
    return any(abs(exact * scale - printed) <= half_a_digit for scale in ((1, 100) if percent else (1,)))
