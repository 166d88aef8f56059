"""The glossary, the notation and the page for the stuck say what the chapters say."""

import re

import nbformat
import numpy as np
import pytest
import torch

import lessons_pkg
from lessons_pkg import RNNLM, batchify, masked_nll, numpy_rnn, pad_names
from lessons_pkg.attention import AttentionBlock
from tests.notebooks import BOOK
from tests.prose import slips
from tests.test_repo import MODULES

GLOSSARY, NOTATION = ((BOOK / f"{page}.md").read_text() for page in ("glossary", "notation"))
SIZES = {"T": 5, "B": 3, "V": 7, "E": 4, "H": 6, "R": 10, "C": 9, "heads": 2}  # all different, so none is mistaken
SAID = {  # where a chapter has an entry's word in another form
    "clipping by norm": "by norm, all gradients",
    "clipping by value": "by value, each element",
    "cosine schedule": "half a cosine",
    "exploding gradient": "explode",
    "finite difference": "nudge",
    "hidden state": "there is a state",
    "output gate": "one gate more for the output",
    "range test": "a test that visits all of",
    "stateful": "the state carried through",
    "tied weights": "the weights are then said to be tied",
    "unknown token": "`<unk>`",
    "vanishing gradient": "vanish",
}


def entries() -> dict[str, str]:
    """Return the terms of the glossary, each with its definition."""
    body = GLOSSARY.split("```{glossary}\n")[1].split("```")[0]
    return dict(re.findall(r"^(\S.*)\n((?:  .+\n)+)", body, re.M))


def flat(text: str) -> str:
    """Return a text in small letters, with single spaces."""
    return re.sub(r"\s+", " ", text).lower()


def sections() -> dict[str, str]:
    """Return what each section of the chapters says, by its address."""
    found = {}
    for path in BOOK.glob("[01]*.ipynb"):
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        _, *parts = re.split(r"^#{1,3} (.+)$", text, flags=re.M)
        for title, body in zip(parts[::2], parts[1::2], strict=True):
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            found[f"{path.name}#{slug}"] = flat(f"{title}\n{body}")
    return found


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of every table, without the heads."""
    lines = re.findall(r"^\|(?! *-{3}|---)(.+)\|$", re.sub(r"^\|.+\|\n\|-.*$", "", page, flags=re.M), re.M)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines]


def code_of_the_course() -> str:
    """Return the source of the package and of the code cells of the chapters."""
    cells = [cell for path in BOOK.glob("[01]*.ipynb") for cell in nbformat.read(path, as_version=4).cells]
    return "\n".join([path.read_text() for path in MODULES] + [c.source for c in cells if c.cell_type == "code"])


def by_hand() -> dict[str, np.ndarray]:
    """Return the arrays of ``numpy_rnn``, by the names that the notation gives them."""
    T, B, V, H = (SIZES[letter] for letter in "TBVH")
    params = numpy_rnn.init_params(V, H, rng=np.random.default_rng(0))
    trace = numpy_rnn.forward(params, np.ones((T, B), dtype=int))
    one = numpy_rnn.forward_name(params, [1] * (T - 1))
    jacobian = (1 - one.hiddens[1] ** 2)[:, None] * params["W_hh"]
    names = {"dz": one.probs, "da": one.hiddens[1:], "dh": params["W_hy"].T @ one.probs[0], "total": params["b_h"]}
    return {**params, **names, "hiddens": trace.hiddens, "probs": trace.probs} | {
        "step_jacobian": jacobian,
        "jacobian": jacobian @ jacobian,
    }


def in_torch() -> dict[str, torch.Tensor]:
    """Return the tensors of ``RNNLM`` and of attention, by the names that the notation gives them."""
    T, B, V, E, H, R, C, heads = SIZES.values()
    shape = {"vocab_size": V, "embedding_size": E, "hidden_size": H}
    found, nets = {}, {cell: RNNLM(cell=cell, **shape) for cell in ("rnn", "lstm", "gru")}
    batch = pad_names([[1] * (T - 1)] * B)
    for cell, model in nets.items():
        prefix = "model" if cell == "rnn" else cell
        found |= {f"{prefix}.{name.replace('rnn.0', 'rnn[0]')}": w for name, w in model.named_parameters()}
    found |= {name.replace(".rnn[0]", ""): w for name, w in found.items() if not name.startswith("model")}
    logits, (hidden,) = nets["rnn"](batch.inputs)
    assert masked_nll(logits, batch.targets, batch.mask) > 0
    block, ids = AttentionBlock(H, H, heads=heads, context=C), batchify(range(R * B), B).ids
    q, k, _ = block.query_key_value(torch.zeros(T, B, H)).chunk(3, dim=-1)
    gate = nets["lstm"](batch.inputs)[1][0][1][0, 0]
    return (
        found
        | batch._asdict()
        | {
            "ids": ids,
            "logits": logits,
            "hidden": hidden,
            "features": nets["rnn"].features(batch.inputs)[0],
            "c": nets["lstm"](batch.inputs)[1][0][1],
            "gates": gate,
            "query_key_value.weight": block.query_key_value.weight,
            "weights": block.attention(q, k)[0, 0],
            "distance": block.distance,
        }
    )


def test_every_entry_occurs_in_the_section_that_it_names():
    found, taught = entries(), sections()
    assert len(found) >= 100
    for term, definition in found.items():
        number, link = re.findall(r"\[Chapter (\d\d)\]\((\d\d_\w+\.ipynb#[\w-]+)\)\.\n$", definition)[0]
        word = SAID.get(term, flat(re.sub(r" \(.*", "", term)))
        assert link.startswith(number)
        assert re.search(rf"(?<!\w){re.escape(word)}", taught[link]), f"{term} is not in {link}"


def test_the_glossary_is_in_alphabetical_order():
    keys = [re.sub(r"[^a-z0-9]", "", re.sub(r" \(.*", "", term).lower()) for term in entries()]
    assert keys == sorted(keys)


def test_the_glossary_names_what_the_package_has():
    course = code_of_the_course()
    for code in re.findall(r"`([^`]+)`", re.sub(r"\{term\}`[^`]+`|```", "", GLOSSARY.split("```{glossary}")[1])):
        for name in re.findall(r"[A-Za-z_]\w*", code.replace("...", "").replace("<unk>", "")):
            assert re.search(rf"\b{name}\b", course), f"{name} of `{code}` is nowhere in the course"
        root = re.match(r"[A-Z]\w+(?=\()|[A-Z]+(_[A-Z]+)*$", code)
        assert not root or hasattr(lessons_pkg, root[0]), code


def test_every_name_of_the_notation_is_in_the_course():
    course, checked = code_of_the_course(), 0
    for cells in rows(NOTATION):
        for name in re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"`([^`]+)`", cells[1]))):
            checked += 1
            assert re.search(rf"\b{name}\b", course), f"{name} is nowhere in the course"
    assert checked > 60


def test_the_shapes_of_the_notation_are_right():
    computed, checked = {**by_hand(), **in_torch()}, 0
    computed["probs"] = by_hand()["probs"]
    for cells in rows(NOTATION):
        if len(cells) == 5 and cells[2].startswith("("):
            (name,) = re.findall(r"`([^`]+)`", cells[1])
            checked += 1
            shape = cells[2].replace("\N{NO-BREAK SPACE}", " ")  # a shape is not broken over two lines
            assert tuple(computed[name].shape) == eval(shape, {}, SIZES), f"{name}: {shape}"
    assert checked >= 35


@pytest.mark.parametrize("page", ["glossary", "notation"])
def test_the_words_are_plain_and_the_links_lead_somewhere(page):
    text = (BOOK / f"{page}.md").read_text()
    assert list(slips(text)) == []
    targets, known = set(re.findall(r"\]\(([^)\s]+)", text)), sections()
    pages = {target for target in targets if "#" not in target}
    assert {page for page in pages if not (BOOK / page).exists()} == set()
    assert targets - pages - known.keys() == set()


def test_the_page_for_the_stuck_shows_the_messages_that_it_explains():
    cells = nbformat.read(BOOK / "stuck.ipynb", as_version=4).cells
    printed = "".join(o.get("text", "") for cell in cells if cell.cell_type == "code" for o in cell.outputs)
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").split("## Memory or time")[0]
    explained = re.findall(r"^- \*\*`([^`]+)`", prose, re.M)
    assert len(explained) >= 10
    assert [message for message in explained if message not in printed] == []


def test_the_page_for_the_stuck_has_a_way_to_every_section():
    cells = nbformat.read(BOOK / "stuck.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    opening = text.partition("\n## ")[0]
    asked = set(re.findall(r"\]\(#([\w-]+)\)", opening))
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^## (.+)$", text, re.M)}
    assert asked == slugs
