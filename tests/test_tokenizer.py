import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import count_tokens, join_words, load_tales, split_words
from lessons_pkg.tokenizer import LEVELS, UNKNOWN, join_spaces, split_spaces, tokenizer

words = st.from_regex(r"[A-Za-zéß]{1,6}(['-][a-z]{1,4}){0,2}", fullmatch=True)


@st.composite
def phrases(draw, ends="."):
    """Words with spaces and now and then a comma between them, and a mark at the end."""
    said = draw(st.lists(words | st.sampled_from(["12", "days'", "(so", "far)"]), min_size=1, max_size=6))
    between = draw(st.lists(st.sampled_from([" ", " ", ", ", "; "]), min_size=len(said), max_size=len(said)))
    return "".join(map("".join, zip(said, [*between[:-1], ""], strict=True))) + draw(st.sampled_from(ends))


@st.composite
def sentences(draw):
    """A sentence as in a tale: told, or said and told by whom."""
    if draw(st.booleans()):
        return draw(phrases(".!?"))
    return f'"{draw(phrases(",!?"))}" {draw(phrases())}' + draw(st.sampled_from(["", ' "So it is."']))


tales = st.tuples(words, st.lists(st.lists(sentences(), min_size=1, max_size=3), min_size=1, max_size=3)).map(
    lambda tale: "# " + "\n\n".join([tale[0], *map(" ".join, tale[1])]) + "\n"
)
# Anything, and often what a tokenizer trips over.
anything = st.text() | st.text(alphabet="ab1é'-\"<>_(),. \n\t\r\u2028\u0301")


@given(tales)
def test_words_are_put_together_to_the_letter_in_text_of_the_form_of_the_tales(text):
    assert join_words(split_words(text)) == text


@pytest.mark.parametrize("part", [0, 1, 2])
def test_words_are_put_together_to_the_letter_in_the_tales(part):
    text = load_tales()[part]
    assert join_words(split_words(text)) == text


@given(anything)
def test_putting_words_together_cuts_where_they_were_cut(text):
    tokens = split_words(text)
    assert split_words(join_words(tokens)) == tokens


@given(anything)
def test_every_character_but_spaces_is_kept(text):
    kept = "".join(split_words(text))
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", text)
    assert kept.count("\n") == text.count("\n")
    assert not re.search(r"[^\S\n]", kept)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \t", []),
        ("Don't! She's half-asleep.", ["Don't", "!", "She's", "half-asleep", "."]),
        ("The the", ["The", "the"]),
        ("In 1999, 3pm", ["In", "1999", ",", "3", "pm"]),
        ('"No," she said.\n', ['"', "No", ",", '"', "she", "said", ".", "\n"]),
        ("a <unk> b<unk>", ["a", "<unk>", "b", "<unk>"]),
        ("a < b", ["a", "<", "b"]),
        ("snake_case", ["snake", "_", "case"]),
        ("the judges' table", ["the", "judges", "'", "table"]),
        ("Zoë, straße", ["Zoë", ",", "straße"]),
        ("wait...", ["wait", ".", ".", "."]),
        ("-ish- a-", ["-", "ish", "-", "a", "-"]),
    ],
)
def test_where_words_are_cut(text, tokens):
    assert split_words(text) == tokens


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ([], ""),
        (["a", ",", "b", "."], "a, b."),
        (['"', "a", ",", '"', "said", "b", ".", '"', "c", '"'], '"a," said b. "c"'),
        (["a", ":", '"', "b", '"', "c"], 'a: "b" c'),
        (["(", "a", ")", "b"], "(a) b"),
        (['"', "a", "\n", '"', "b", '"'], '"a\n"b"'),  # a line end closes what was left open
        (["a", "\n", "\n", "b"], "a\n\nb"),
        (["the", "judges", "'", "table"], "the judges' table"),
        (["#", "A", "Title"], "# A Title"),
    ],
)
def test_where_spaces_are_put(tokens, text):
    assert join_words(tokens) == text


@given(st.lists(st.lists(words | st.sampled_from([UNKNOWN, ",", "@-@", "="]), max_size=5), max_size=5))
def test_text_that_is_cut_already_is_cut_at_spaces(lines):
    text = "".join(f" {' '.join(line)} \n" for line in lines)  # WikiText's form
    tokens = split_spaces(text)
    assert tokens == [token for line in lines for token in (*line, "\n")]
    assert len(tokens) == count_tokens(text)
    assert join_spaces(tokens) == "".join(" ".join(line) + "\n" for line in lines)


@given(anything)
def test_there_are_as_many_tokens_as_wikitext_counts(text):
    tokens = split_spaces(text)
    assert len(tokens) == count_tokens(text)
    assert "".join(tokens).replace("\n", "") == re.sub(r"\s", "", text)
    assert split_spaces(join_spaces(tokens)) == tokens


def test_a_line_that_is_not_ended_is_ended():
    assert split_spaces("a <unk>\nb") == ["a", UNKNOWN, "\n", "b", "\n"]
    assert split_spaces("") == []
    assert split_spaces("\n") == ["\n"]


@given(anything)
def test_characters_lose_nothing(text):
    split, join = tokenizer("char")
    assert len(split(text)) == len(text)
    assert join(split(text)) == text


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_a_pair_of_functions(level):
    assert tokenizer(level) == LEVELS[level]
    assert tokenizer(level).join(tokenizer(level).split("a <unk> b\n")) == "a <unk> b\n"


@pytest.mark.parametrize("level", ["letters", "", "Char"])
def test_another_level_is_refused(level):
    with pytest.raises(
        ValueError, match=rf"tokenizer: got level '{level}'; it must be one of .*'char', 'token', 'word'"
    ):
        tokenizer(level)
