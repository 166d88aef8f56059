import re
import sys
import sysconfig

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import texts
from lessons_pkg.corpora import in_hash_order
from lessons_pkg.texts import (
    Tale,
    load_python_docs,
    load_stdlib_source,
    load_tales,
    outermost,
    parse_tales,
    read_tales,
    split_documents,
    split_tales,
    tidy,
)

TALES = """# The Mill

Marta had a mill.

"Grind," she said.

# The Ferry

Odo rowed. It took all day.

# The Bell

The bell fell.
"""


def documents(lengths):
    """Return documents of so many words, all different."""
    return {f"page {i}": " ".join(f"w{i}x{j}" for j in range(length)) for i, length in enumerate(lengths)}


def pages(text):
    """Return which of ``documents`` a text is joined from."""
    return {int(page) for page in re.findall(r"w(\d+)x", text)}


@given(st.lists(st.integers(1, 60), min_size=3, max_size=30), st.randoms(use_true_random=False))
def test_each_document_is_in_one_part_whatever_the_order(lengths, random):
    whole = documents(lengths)
    split = split_documents(whole)
    assert sorted(line for part in split for line in part.split("\n") if line) == sorted(whole.values())
    assert all(map(pages, split))
    assert split_documents(random.sample(list(whole.items()), len(whole))) == split


@given(st.lists(st.integers(1, 60), min_size=10, max_size=40), st.sampled_from([(0.1, 0.1), (0.2, 0.1), (0.1, 0.4)]))
def test_a_border_falls_nearest_to_the_share(lengths, shares):
    whole = documents(lengths)
    split = split_documents(whole, validation=shares[0], test=shares[1])
    total = sum(len(text) + 1 for text in whole.values())
    longest = max(map(len, whole.values())) + 1
    for part, share in zip(split[1:], shares, strict=True):
        size = sum(len(line) + 1 for line in part.split("\n") if line)
        assert abs(size - share * total) <= longest / 2 or len(pages(part)) == 1


def test_the_parts_are_filled_in_the_order_of_the_hash():
    whole = documents([5] * 20)
    train, validation, test = split_documents(whole, validation=0.2, test=0.1)
    blocks = [part[:-1].split("\n\n") for part in (test, validation, train)]
    assert [line for part in blocks for line in part] == [whole[key] for key in in_hash_order(whole)]
    assert [len(part) for part in blocks] == [2, 4, 14]


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.8), (0.8, 0.1), (0.49, 0.49), (0.01, 0.01)])
def test_each_part_has_a_document_however_few_there_are(validation, test):
    split = split_documents(documents([5, 5, 5]), validation=validation, test=test)
    assert [len(pages(part)) for part in split] == [1, 1, 1]


def test_documents_are_joined_with_one_blank_line():
    split = split_documents({key: f"\n\n{text}\n  a last line\n\n\n" for key, text in documents([3] * 30).items()})
    for part in split:
        assert re.fullmatch(r"(w\S+ w\S+ w\S+\n  a last line\n)(\n(w\S+ w\S+ w\S+\n  a last line\n))*", part)


def test_a_section_of_a_longer_document_is_left_out():
    whole = documents([4] * 8)
    section = "A loop\n******\n\nRuns again."
    chapter = "Statements\n**********\n\nA loop\n======\n\nRuns again.\n\nAn if\n=====\n\nMay run."
    near = {"cut end": "A loop\n\nRuns agai", "cut start": "oop\n\nRuns again"}  # not the words of the chapter
    kept = outermost(whole | near | {"loop": section, "again": section, "chapter": chapter, "empty": " -- \n"})
    assert sorted(kept) == ["chapter", *near, *sorted(whole)]
    assert outermost({"empty": "--"}) == []
    assert outermost({"b": "the same", "a": "the same!"}) == ["a"]
    split = split_documents(whole | {"loop": section, "chapter": chapter})
    assert sum(part.count("Runs again.") for part in split) == 1


@pytest.mark.parametrize(("validation", "test"), [(0, 0.1), (0.1, 0), (-0.1, 0.1), (0.5, 0.5), (0.1, 1.5)])
def test_impossible_shares_are_refused(validation, test):
    with pytest.raises(ValueError, match=r"split_documents: shares .* must be above 0"):
        split_documents(documents([5] * 9), validation=validation, test=test)


@pytest.mark.parametrize(
    ("whole", "number"), [({}, 0), (documents([3, 3]), 2), (documents([3, 3]) | {"copy": "w0x0 w0x1 w0x2"}, 2)]
)
def test_too_few_documents_are_refused(whole, number):
    with pytest.raises(ValueError, match=f"split_documents: got {number} documents .* at least 3"):
        split_documents(whole)


def test_two_documents_of_one_key_are_refused():
    with pytest.raises(ValueError, match="two documents are called 'b'"):
        split_documents([("a", "one"), ("b", "two"), ("b", "three"), ("c", "four")])


def test_tales_are_read(tmp_path):
    path = tmp_path / "tales.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TALES.replace("\n", "\r\n").encode())
    tales = read_tales(path)
    assert tales == parse_tales(TALES) == parse_tales("\n" + TALES.replace("\n\n", "\n \n\n"))
    assert [tale.title for tale in tales] == ["The Mill", "The Ferry", "The Bell"]
    assert tales[0].text == 'The Mill\nMarta had a mill.\n"Grind," she said.\n'


def test_tales_are_split_by_tale():
    tales = parse_tales(TALES)
    split = split_tales(tales)
    assert sorted(split) == sorted(tale.text for tale in tales)
    assert [part.split("\n")[0] for part in reversed(split)] == in_hash_order(tale.title for tale in tales)
    several = [Tale(f"Tale {i}", f"Tale {i}\nLine of {i}.\n") for i in range(20)]
    for part in split_tales(several):
        assert re.fullmatch(r"Tale (\d+)\nLine of \1\.\n(\nTale (\d+)\nLine of \3\.\n)*", part)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A line.\n\n# Title\n\nText.", "got 'A line.' before any title"),
        ("# Title\nText.", r"'# Title\\nText.' goes on over lines"),
        ("# Title\n\nText\nbroken.", r"'Text\\nbroken.' goes on over lines"),
        ("# One\n\n# Two\n\nText.", "the tale 'One' has a title only"),
        ("# One\n\nText.\n\n# Two\n", "the tale 'Two' has a title only"),
    ],
)
def test_a_file_of_another_form_is_refused(text, message):
    with pytest.raises(ValueError, match=f"parse_tales: {message}"):
        parse_tales(text)


def test_the_course_tales_are_those_of_the_file(tmp_path, monkeypatch):
    path = tmp_path / "tales.txt"
    path.write_text(TALES)
    monkeypatch.setattr(texts, "data_path", {"tales.txt": path}.__getitem__)
    assert read_tales() == parse_tales(TALES)
    assert load_tales() == split_tales(parse_tales(TALES))


def runs(text, length=16):
    """Return the sequences of so many words of a text."""
    words = re.findall(r"\w+", text)
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_the_documentation_of_python_is_split_without_a_leak():
    split = load_python_docs()
    assert 250_000 < sum(map(len, split)) < 600_000
    assert len(split.train) > 0.6 * sum(map(len, split))
    for held_out, others in ((split.test, split.train + split.validation), (split.validation, split.train)):
        assert len(held_out) > 10_000
        assert len(runs(held_out) & runs(others)) < 0.02 * len(runs(held_out))
    for part in split:
        assert not re.search(r"[ \t]\n|\n{3}", part)
    assert "Assert statements are a convenient way" in "".join(split)


def test_little_of_the_white_space_changes():
    assert tidy("a \t\n\n\n\n   b\n\tc  d\n\ne") == "a\n\n   b\n\tc  d\n\ne"


def test_a_python_without_its_documentation_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ValueError, match=r"load_python_docs: this Python came without pydoc_data\.topics; it needs"):
        load_python_docs()


def test_the_source_of_the_standard_library_is_split_by_file():
    split = load_stdlib_source(max_chars=400_000)
    assert 200_000 < sum(map(len, split)) <= 400_000 + 100
    whole = load_stdlib_source(max_chars=10**9)
    assert sum(map(len, whole)) > 2_500_000
    assert len(whole.train) > 0.7 * sum(map(len, whole))
    assert sum('def heappush(heap, item):\n    """Push item' in part for part in whole) == 1
    assert all(part.endswith("\n") for part in whole)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Put a small folder in the place of the standard library, and return it."""
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    return tmp_path


def test_only_modules_of_the_library_are_taken(library):
    for name in ("heapq", "bisect", "queue", "sitecustomize", "_sysconfigdata_here"):
        (library / f"{name}.py").write_bytes(f"# {name}: caf\u00e9\r\n\n\n\nx = '{name}'\n".encode())
    for folder in ("json", "test", "site-packages"):
        (library / folder).mkdir()
        (library / folder / "ast.py").write_text(f"in_{folder} = 1\n")
    split = load_stdlib_source()
    assert sorted(split) == [f"# {name}: caf\u00e9\n\n\n\nx = '{name}'\n" for name in ("bisect", "heapq", "queue")]


def test_files_are_taken_in_the_order_of_the_hash_while_they_fit(library):
    names = in_hash_order(f"{name}.py" for name in ("heapq", "bisect", "queue", "ast", "token"))
    for name in names:
        (library / name).write_text(f"{name[:-3] * 5}\n")
    sizes = [(library / name).stat().st_size for name in names]
    for count in (3, 4):
        for spare, expected in ((0, count), (-1, count - 1)):
            if expected >= 3:
                split = load_stdlib_source(max_chars=sum(sizes[:count]) + spare)
                assert {line for part in split for line in part.split()} == {n[:-3] * 5 for n in names[:expected]}
    with pytest.raises(ValueError, match=r"load_stdlib_source: 2 modules fit into max_chars .* at least 3"):
        load_stdlib_source(max_chars=sum(sizes[:3]) - 1)


def test_a_python_without_its_source_says_so(library):
    with pytest.raises(ValueError, match=r"load_stdlib_source: found 0 modules in .* not zipped or compiled only"):
        load_stdlib_source()
