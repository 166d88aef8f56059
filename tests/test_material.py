import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import UNKNOWN, TrainConfig, Vocab, load_names, split_words
from lessons_pkg.__main__ import build_parser
from lessons_pkg.material import HELD_OUT_TOKENS, digest, encode_known, names_material, part, refuse, text_material
from lessons_pkg.tokenizer import LEVELS, tokenizer
from tests.tiny import NAMES

LINES = "".join(f"line {word} of the text, number {number}.\n" for number, word in enumerate(NAMES * 5))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a list, names.txt, and a text, text.txt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("\n".join(NAMES * 2))
    (tmp_path / "text.txt").write_text(LINES)
    return tmp_path


def asked(*options):
    """Return what the command line makes of ``train`` with these options."""
    return build_parser().parse_args(["train", "--out", "m.pt", *map(str, options)])


def read(*options, vocab=None):
    return text_material(asked("--text", "text.txt", *options), vocab)


texts = st.lists(st.text(alphabet="ab,. ", max_size=30), min_size=2, max_size=25).map(
    lambda lines: "\n".join(["a first line", *lines, "a last line"])
)


@given(texts, st.sampled_from(sorted(LEVELS)), st.booleans())
def test_the_last_lines_are_held_out_a_tenth_at_most(text, level, ended):
    text += "\n" * ended
    learned, held_out = part(text, level)
    assert learned + held_out == text
    assert held_out
    size, split = len(tokenizer(level).split(text)), tokenizer(level).split
    if not learned.endswith("\n"):  # cut inside a line, which is most of the text
        assert len(learned) == len(text) * 9 // 10
        assert any(len(split(line)) > size // 4 for line in text.splitlines(keepends=True))
        return
    lines = held_out.splitlines(keepends=True)
    something = [line for line in lines if len(split(line)) > 1]
    assert len(split(held_out)) <= size // 10 or len(something) <= 1  # one line, even if it is long
    *_, before = learned.splitlines(keepends=True)
    assert len(split(before + held_out)) > size // 10 or len(learned.splitlines()) == 1  # as many as fit


@pytest.mark.parametrize("level", ["char", "word"])
def test_of_a_long_text_no_more_than_enough_is_held_out(level):
    line = "five words, and a stop.\n"
    each = len(tokenizer(level).split(line))
    learned, held_out = part(line * (12 * HELD_OUT_TOKENS // each), level)
    assert held_out == line * (HELD_OUT_TOKENS // each)
    assert learned.endswith("\n")


@given(st.text(alphabet="ab ", min_size=2, max_size=50))
def test_a_single_line_is_cut_near_its_end(text):
    learned, held_out = part(text, "char")
    assert learned + held_out == text
    assert len(learned) == len(text) * 9 // 10


def test_one_line_that_is_nearly_all_is_cut_too():
    text = "A title\n" + "word and word and " * 100
    assert len(part(text, "word")[0]) == len(text) * 9 // 10
    long = "words " * (12 * HELD_OUT_TOKENS)
    assert len(part(long, "word")[1]) == 6 * HELD_OUT_TOKENS


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_a_blank_line_at_the_end_is_not_all_that_is_held_out(level):
    paragraph = "the cat sat on the mat. " * 20
    held_out = part("\n\n".join([paragraph] * 5) + "\n\n", level)[1]
    assert held_out == paragraph + "\n\n"


def test_held_out_text_may_go_with_the_tales(folder):
    (folder / "valid.txt").write_text("A line of the reader's own.\n")
    assert "; 28 tokens to judge by" in text_material(asked("--text", "tales", "--valid", "valid.txt")).about


def test_the_fingerprint_tells_data_apart():
    assert digest("a", "b") == hashlib.sha256(b"a\nb").hexdigest()
    assert len({digest("a", "b"), digest("b", "a"), digest("a"), digest("a", "c"), digest("ab")}) == 5


@pytest.mark.parametrize("level", ["char", "word"])
def test_a_text_is_read_parted_and_encoded(level):
    material = read("--level", level)
    learned, held_out = part(LINES, level)
    expected = Vocab.from_text(learned, level=level)
    assert (material.vocab.tokens, material.vocab.level) == (expected.tokens, level)
    assert (material.unit, material.digest) == ("tokens", digest(learned, held_out))
    ids, judged = expected.encode(learned), expected.encode(held_out)
    source = material.source(TrainConfig(epochs=1, batch_size=4, bptt=5))
    assert next(source.batches(0, 0)).inputs[:, 0].tolist() == ids[:5]
    assert source.dropped == len(ids) % 4 + 3
    assert material.about.startswith(
        f"{len(ids):,} tokens to learn from, a vocabulary of {len(expected)}; {len(judged)} "
    )
    model, settings = material.recipe(8, 60.0)
    assert (model.vocab_size, model.hidden_size) == (len(expected), 8)
    assert TrainConfig(epochs=1, **settings)


def test_characters_are_what_is_read_if_nothing_is_asked():
    assert read().vocab.level == "char"


def test_the_held_out_text_is_not_learned_from(folder):
    (folder / "valid.txt").write_text("Unheard-of line.\n")
    material = read("--level", "word", "--valid", "valid.txt")
    assert material.vocab.tokens == Vocab.from_text(LINES).tokens
    assert "Unheard-of" not in material.vocab.ids
    assert material.digest == digest(LINES, "Unheard-of line.\n")
    assert "; 4 tokens to judge by, 1 of them unknown (25.0%)" in material.about


def test_held_out_text_that_is_learned_from_is_not_passed_over(folder):
    (folder / "valid.txt").write_text("".join(LINES.splitlines(keepends=True)[-2:]))
    told = read("--valid", "valid.txt").about.splitlines()[0]
    assert re.fullmatch(r"valid\.txt is a part of \S+: what is learned by heart will look good on it", told)
    (folder / "valid.txt").write_text("Unheard-of line.\n")
    assert "is a part of" not in read("--valid", "valid.txt").about
    assert "is a part of" not in read().about


def test_rare_words_are_left_out_if_that_is_asked():
    vocab = read("--level", "word", "--min-count", 5).vocab
    counts = split_words(part(LINES, "word")[0])
    assert all(counts.count(token) >= 5 for token in vocab.tokens if token != UNKNOWN)
    assert len(read("--level", "word", "--max-vocab", 7).vocab) == 7


def test_text_with_unknown_tokens_is_cut_at_spaces(folder):
    (folder / "text.txt").write_text("a @-@ <unk> b\n" * 30)
    material = read("--level", "word")
    assert material.vocab.level == "token"
    assert "@-@" in material.vocab.ids
    first, second = material.about.splitlines()
    assert first == "text.txt holds <unk>: it is cut into words already, and spaces part them"
    assert second.startswith("135 tokens to learn from, a vocabulary of 5; 15 tokens to judge by, 3 of them unknown")
    assert read().vocab.level == "char"


def test_a_vocabulary_that_is_brought_is_kept_unless_options_make_another():
    vocab = Vocab.from_text(part(LINES, "word")[0], min_count=5)
    for options in ((), ("--level", "word", "--min-count", 5)):
        assert read(*options, vocab=vocab).vocab.tokens == vocab.tokens
        assert read(*options, vocab=vocab).vocab.level == "word"
        assert read(*options, vocab=vocab).digest == digest(*part(LINES, "word"))  # it is parted as before
    for options in (("--level", "char"), ("--level", "word"), ("--min-count", 4), ("--max-vocab", 5)):
        with pytest.raises(
            ValueError, match=r"the run in 'm\.pt' has another vocabulary, Vocab\(.*; leave out --level"
        ):
            read(*options, vocab=vocab)


def test_names_are_read_split_and_encoded():
    material = names_material("names.txt", "skip")
    assert material.unit == "names"
    assert material.vocab.tokens == Vocab.from_names(NAMES).tokens
    assert not material.vocab.reads_text
    assert material.about == ""
    source = material.source(TrainConfig(epochs=1, batch_size=100))
    assert next(source.batches(0, 0)).inputs.shape[1] == 14  # one name of eight is held out, both times
    model, settings = material.recipe(8, 60.0)
    assert model.hidden_size == 8
    assert TrainConfig(epochs=1, **settings)


def test_without_a_file_the_names_are_those_of_the_course():
    assert names_material(None, "error").digest == digest(*load_names().train)


def test_names_that_cannot_be_spelt_are_counted_or_refused(capsys):
    vocab = Vocab.from_names(NAMES)
    names = ["anna", "zoë", "ziba"]
    assert encode_known(vocab, names, "skip", "names") == [vocab.encode("anna")]
    message = "2 of 3 names hold characters the training names lack ('z' in 2, "
    assert capsys.readouterr().err.startswith(f"skipped: {message}")
    with pytest.raises(ValueError, match=r"2 of 3 names .*; --unknown skip leaves them out"):
        encode_known(vocab, names, "error", "names")
    with pytest.raises(ValueError, match="none of the 1 names can be spelt"):
        encode_known(vocab, ["zoë"], "skip", "names")


def test_options_that_do_not_fit_are_refused_whatever_their_value():
    options = ("carry", "bptt", "min_count")
    refuse(asked(), "because", *options)
    for wrong in (("--no-carry",), ("--carry",), ("--bptt", 3), ("--min-count", 2)):
        with pytest.raises(ValueError, match=r"--(carry|bptt|min-count) does not fit: because"):
            refuse(asked(*wrong), "because", *options)
