import re

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_pkg import batchify, bptt_windows, evaluate_stream, load_tales
from lessons_pkg.explorers import batchify_explorer, evaluation_grid_explorer
from lessons_pkg.explorers.batchify import ALPHABET, LIMITS, dropped_places, fold
from lessons_pkg.explorers.evaluation_grid import LENGTH, WINDOW, held_out_line, score, signed_percent
from lessons_pkg.explorers.gru import round_weights
from tests.test_explorers import Tables, data_of
from tests.tiny import VOCAB, tiny_model

MODEL = tiny_model(scale=6)
TEXT = "hannahbenalleahnellelenabeaannahannahbenalb"  # 43 of VOCAB's characters
EXACT = round_weights(MODEL, VOCAB)
IDS = VOCAB.encode(TEXT)


def grid(**settings):
    return evaluation_grid_explorer(MODEL, VOCAB, TEXT, **settings)


MAKERS = [batchify_explorer, grid]


@pytest.mark.parametrize("make", MAKERS)
def test_equal_content_gives_equal_bytes(make):
    assert make().html == make().html
    assert make().html != make(name="another").html
    assert make()._repr_mimebundle_() == {"text/plain": str(make()), "text/html": make().html}


@pytest.mark.parametrize("make", MAKERS)
def test_html_asks_for_nothing_and_is_small(make):
    html = make().html
    assert not re.search(r"""\b(src|href)\s*=|https?:|\bfetch\(|import\s*\(|@import|url\(""", html)
    assert html.count("</script>") == 2
    assert len(html.encode()) < 60_000


# ---- the fold


def test_alphabet_in_four_columns():
    explorer = batchify_explorer()
    assert str(explorer) == (
        "26 characters fold into 4 columns of 6: 20 targets, 5 dropped: G, M, S at the head of columns, "
        "and Y, Z in the tail."
    )
    assert [ALPHABET[place] for place in dropped_places(ALPHABET, 4)] == list("GMSYZ")


@given(st.integers(2, LIMITS["text"]), st.integers(1, LIMITS["columns"]))
def test_dropped_places_are_those_that_batchify_counts(N, B):
    assume(N >= 2 * B)
    text = "x" * N
    places, (ids, dropped) = dropped_places(text, B), fold(text, B)
    assert len(places) == dropped == N % B + B - 1
    kept = set(ids[1:].flatten().tolist())
    assert kept | set(places) == set(range(1, N))
    assert not kept & set(places)
    assert f"{dropped} dropped" in str(batchify_explorer(text, columns=B)) or dropped == 0


@pytest.mark.parametrize(("columns", "window"), [(4, 2), (1, 12), (8, 1), (5, 3)])
def test_fallback_of_batchify_is_that_of_batching(columns, window):
    explorer = batchify_explorer(columns=columns, window=window)
    found = Tables(explorer.fallback)
    (_, *folded), (_, *windows) = found.tables
    ids, _ = batchify(range(26), columns)
    assert [row[1:] for row in folded] == [[ALPHABET[i] for i in row] for row in ids.tolist()]
    for k, (row, batch) in enumerate(zip(windows, bptt_windows(ids, window), strict=True), 1):
        texts = [" / ".join(" ".join(ALPHABET[i] for i in r) for r in part.tolist()) for part in batch[:2]]
        assert row == [f"{k}", *texts, "zero" if k == 1 else f"carried from window {k - 1}; no gradient"]
    assert found.paragraphs == [str(explorer)]


def test_one_column_loses_nothing_and_spaces_can_be_seen():
    assert str(batchify_explorer("a bc", columns=1)) == (
        "4 characters fold into 1 column of 4: 3 targets, none is dropped."
    )
    assert str(batchify_explorer("ab cd", columns=2)) == (
        "5 characters fold into 2 columns of 2: 2 targets, 2 dropped: ␣ at the head of a column, and d in the tail."
    )
    assert "Left over" not in batchify_explorer("abcd", columns=2).fallback


def test_states_of_batchify():
    states = data_of(batchify_explorer(states={"mine": {"text": "a sentence of my own", "window": 3}}))["states"]
    assert states["open"] == {"text": ALPHABET, "columns": 4, "window": 2, "row": 4, "column": 2}
    assert states["mine"] == {"text": "a sentence of my own", "window": 3}
    few = data_of(batchify_explorer("abcdef", columns=3, row=9, column=9))["states"]["open"]
    assert (few["row"], few["column"]) == (2, 3)  # too far is the last
    assert {"one", "five", "wide", "foot", "top", "short", "long", "last", "sentence"} < states.keys()


@pytest.mark.parametrize(
    "settings",
    [
        {"text": ""},
        {"text": "a"},
        {"text": "x" * 49},
        {"text": "two\nlines and more"},
        {"text": "seven l"},
        {"columns": 0},
        {"columns": 9},
        {"window": 0},
        {"window": 13},
        {"row": 0},
        {"column": 1.5},
        {"states": {"mine": {"colour": 1}}},
        {"states": {"mine": {"columns": 99}}},
        {"states": {"mine": {"text": "abc"}}},
    ],
    ids=str,
)
def test_impossible_settings_of_batchify(settings):
    with pytest.raises(ValueError, match="batchify_explorer: "):
        batchify_explorer(**settings)


# ---- the grid


@pytest.mark.parametrize("reset", [0, 5, 20])
@pytest.mark.parametrize("warmup", [0, 3, 20])
@pytest.mark.parametrize("columns", [1, 2, 5, 16])
def test_scores_are_those_of_evaluate_stream(columns, warmup, reset):
    found = score(EXACT, IDS, columns=columns, warmup=warmup, reset=reset)
    settings = {"batch_size": columns, "warmup": warmup, "reset": bool(reset), "bptt": reset or WINDOW}
    expected = evaluate_stream(EXACT, IDS, **settings)
    assert found.nll == pytest.approx(expected.nll, abs=1e-12)
    assert found.perplexity == pytest.approx(expected.perplexity)
    assert (int(found.batch.mask.sum()), found.dropped) == (expected.tokens, expected.dropped)


@pytest.mark.parametrize("settings", [{}, {"columns": 3, "warmup": 4}, {"columns": 2, "reset": 5}], ids=str)
def test_mean_of_windows_weighs_each_the_same(settings):
    found = score(EXACT, IDS, average="windows", **settings)
    rows, means = settings.get("reset", WINDOW), []
    for start in range(0, len(found.nlls), rows):
        scored = found.nlls[start : start + rows][found.batch.mask[start : start + rows]].tolist()
        means += [sum(scored) / len(scored)] if scored else []
    assert len(means) > 1
    assert found.nll == pytest.approx(sum(means) / len(means))
    assert found.nll != score(EXACT, IDS, **settings).nll


def test_fallback_of_the_grid_says_what_python_computes():
    explorer = grid(columns=3, warmup=2)
    ((_, *rows),) = Tables(explorer.fallback).tables
    exact = evaluate_stream(EXACT, IDS).perplexity
    assert rows[0] == ["One column", "42", "0", f"{exact:.2f}", "0.00%"]
    for words, tokens, dropped, perplexity, change in rows:
        columns = 1 if words.startswith("One") else int(words.split()[0])
        warmup = re.search(r"(\d+) characters of warm-up", words)
        reset = re.search(r"every (\d+) rows", words)
        if "mean of windows" in words:
            continue
        expected = evaluate_stream(
            EXACT,
            IDS,
            batch_size=columns,
            warmup=int(warmup[1]) if warmup else 0,
            reset=bool(reset),
            bptt=int(reset[1]) if reset else 35,
        )
        assert (int(tokens), int(dropped)) == (expected.tokens, expected.dropped)
        assert perplexity == f"{expected.perplexity:.2f}"
        assert change == signed_percent(expected.perplexity / exact - 1)
    assert [row[0] for row in rows[-3:]] == [
        "One column, a state reset every 10 rows",
        "One column, the mean of windows",
        "3 columns, 2 characters of warm-up",
    ]
    assert Tables(explorer.fallback).paragraphs == [str(explorer)]


def test_sentence_of_the_grid():
    exact, four = (evaluate_stream(EXACT, IDS, batch_size=b).perplexity for b in (1, 4))
    assert str(grid(columns=4)) == (
        f"4 columns: perplexity {four:.2f} in place of {exact:.2f} ({signed_percent(four / exact - 1)}); "
        "6 of 42 targets are dropped."
    )
    assert str(grid(columns=1)) == (
        f"One column: each of the 42 targets is scored once, with all before it read; perplexity {exact:.2f}."
    )
    assert "1 of 41 targets is dropped" in str(evaluation_grid_explorer(MODEL, VOCAB, TEXT[:-1], columns=2))


def test_the_text_is_held_out():
    text, tales = held_out_line(), load_tales()
    assert 120 <= len(text) <= LENGTH
    assert text in tales.validation
    assert text not in tales.train
    assert text == text.strip()


def test_states_of_the_grid():
    states = data_of(grid(states={"mine": {"columns": 3, "average": "windows"}}))["states"]
    assert states["open"] == {"columns": 8, "warmup": 0, "reset": 0, "average": "tokens"}
    assert states["mine"] == {"columns": 3, "average": "windows"}
    assert {"one", "sixteen", "warm", "warm-5", "reset", "reset-5", "windows"} < states.keys()
    assert data_of(grid())["ids"] == IDS


@pytest.mark.parametrize(
    "settings",
    [
        {"columns": 0},
        {"columns": 17},
        {"warmup": -1},
        {"warmup": 21},
        {"reset": 7},
        {"average": "both"},
        {"text": "anna"},
        {"text": "anna" * 51},
        {"text": "hannah\n" * 7},
        {"text": "hannah!" * 7},
        {"states": {"mine": {"colour": 1}}},
        {"states": {"mine": {"columns": 99}}},
    ],
    ids=str,
)
def test_impossible_settings_of_the_grid(settings):
    with pytest.raises(ValueError, match="evaluation_grid_explorer: "):
        evaluation_grid_explorer(MODEL, VOCAB, **({"text": TEXT} | settings))


@pytest.mark.parametrize("config", [{"cell": "lstm"}, {"layers": 2}, {"vocab_size": 9}], ids=str)
def test_models_that_the_page_cannot_run(config):
    with pytest.raises(ValueError, match=r"evaluation_grid_explorer: got a .* needs a gru of 1 layer"):
        evaluation_grid_explorer(tiny_model(**config), VOCAB, TEXT)


def test_model_is_left_as_it_was():
    model = tiny_model().train()
    before = [weight.clone() for weight in model.parameters()]
    evaluation_grid_explorer(model, VOCAB, TEXT)
    assert model.training
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.38, "+38%"), (0.0312, "+3.1%"), (-0.00312, "−0.31%"), (0, "0.00%"), (-1e-9, "0.00%"), (1.65, "+165%")],
)
def test_signed_percent(x, text):
    assert signed_percent(x) == text
