"""The explorers of chapters 09 and 10 in Chromium: they agree with batching and evaluation, and every way in works."""

import itertools
import re

import pytest

from lessons_pkg import batchify, bptt_windows, data_path, evaluate_stream, load_checkpoint
from lessons_pkg.explorers import batchify_explorer, evaluation_grid_explorer
from lessons_pkg.explorers.batchify import ALPHABET, SENTENCE
from lessons_pkg.explorers.evaluation_grid import held_out_line, score
from lessons_pkg.explorers.gru import round_weights
from tests.test_explorers_page import PRESS, look, settle, show, state
from tests.tiny import VOCAB, tiny_model

__all__ = ["show"]  # a fixture
pytestmark = pytest.mark.browser
LIVE = "document.querySelector('[data-explorer]').explorer"
GRID = "evaluation-grid"
KEYS = ("columns", "warmup", "reset", "average")


@pytest.fixture(scope="module")
def trained():
    """The book's model of the tales in half precision, the ids of the text, and the explorer."""
    model, vocab, *_ = load_checkpoint(data_path("tales-chars.pt"))
    return round_weights(model, vocab), vocab.encode(held_out_line()), evaluation_grid_explorer(model, vocab)


def put(page, **settings) -> None:
    page.evaluate(f"change => {LIVE}.set(change)", settings)
    settle(page)


# ---- batchify


@pytest.mark.parametrize("text", [ALPHABET, SENTENCE, "x" * 48])
def test_fold_in_the_page_is_that_of_batching(show, text):
    page = show(batchify_explorer())
    pairs = list(itertools.product(range(1, 9), [1, 2, 3, 5, 12]))
    views = look(page, [{"text": text, "columns": b, "window": t} for b, t in pairs])
    for (B, T), view in zip(pairs, views, strict=True):
        ids, dropped = batchify(range(len(text)), B)
        assert view["rows"] == ids.tolist()
        assert (view["dropped"], view["scored"]) == (dropped, ids[1:].numel())
        expected = [[batch.inputs.tolist(), batch.targets.tolist()] for batch in bptt_windows(ids, T)]
        assert [[window["inputs"], window["targets"]] for window in view["windows"]] == expected


@pytest.mark.parametrize(
    "settings", [{}, {"columns": 1}, {"columns": 2}, {"text": SENTENCE, "columns": 8}, {"text": "a bc d", "columns": 3}]
)
def test_sentence_of_batchify_is_that_of_the_page(show, settings):
    explorer = batchify_explorer(**settings)
    assert show(explorer).locator(".finding").inner_text() == str(explorer)


def letters(page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


def test_opens_on_the_alphabet_with_its_five_dropped(show):
    page = show(batchify_explorer())
    assert letters(page, ".grid .cell") == [ALPHABET[6 * b + r] for r in range(6) for b in range(4)]
    assert letters(page, ".grid .lost") == list("GMS")
    assert letters(page, ".left .lost") == list("YZ")
    assert letters(page, ".line .lost") == list("GMSYZ")
    assert letters(page, ".grid .now .cell") == list("CIOUDJPV")
    assert letters(page, ".line .now") == list("CDIJOPUV")
    assert (letters(page, ".here"), letters(page, ".cell.below")) == (["J"], ["K"])
    assert (letters(page, ".cell.known"), letters(page, ".cell.reached")) == (list("GHIJ"), list("IJ"))
    assert page.locator(".edge").count() == 2
    told = page.locator(".worked").inner_text()
    assert "the target is “K”, the character below. “P”, to its right, is 6 characters away in the text." in told
    assert "The state has read G H I J, carried over 1 edge; the gradient of “K” is cut there and reaches I J." in told


def test_windows_step_and_replay(show):
    page = show(batchify_explorer())
    seen = []
    page.get_by_role("button", name="Replay").click()
    for _ in range(3):
        settle(page)
        seen.append((page.locator(".which").inner_text(), *letters(page, ".small")))
        page.locator(".next").click(force=True)  # the last has nowhere to go
    assert [one[0] for one in seen] == [f"Window {k} of 3: T × B = ({t}, 4)" for k, t in ((1, 2), (2, 2), (3, 1))]
    for (_, inputs, targets), batch in zip(seen, bptt_windows(batchify(range(26), 4).ids, 2), strict=True):
        assert inputs.split() == [ALPHABET[i] for i in batch.inputs.flatten()]
        assert targets.split() == [ALPHABET[i] for i in batch.targets.flatten()]
    assert page.get_by_role("button", name="All read").get_attribute("aria-disabled") == "true"
    assert "Nothing is reset" in page.locator(".window").inner_text()
    page.get_by_role("button", name="Replay").click()
    settle(page)
    assert "It starts from 4 states of zeros" in page.locator(".window").inner_text()
    assert page.get_by_role("button", name="◂ Back").get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="◂ Back").click(force=True)
    assert state(page, "batchify")["row"] == 2


def test_arrow_keys_go_through_the_columns(show):
    page = show(batchify_explorer())
    page.locator(".here").focus()
    for key, where in (("ArrowUp", (3, 2)), ("ArrowRight", (3, 3)), ("ArrowDown", (4, 3)), ("ArrowLeft", (4, 2))):
        page.keyboard.press(key)
        found = state(page, "batchify")
        assert (found["row"], found["column"]) == where
        assert page.locator(".here").evaluate("one => one.getRootNode().activeElement === one")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    settle(page)
    assert page.locator(".worked").inner_text().startswith("“L” is the foot of column 2. It is a target and never an")
    assert page.locator(".grid [tabindex='0']").count() == 1


@pytest.mark.parametrize(("said", "words"), [("None", "none it is"), ("“L”", "said “L”"), ("“G”", "said “G”")])
def test_prediction_about_the_foot_of_a_column(show, said, words):
    page = show(batchify_explorer())
    put(page, text="something else", columns=2)
    page.locator(".ask").get_by_role("button", name=said).click()
    settle(page)
    told = page.locator(".ask p:visible")
    assert words in told.inner_text()
    assert "“G” follows it in the text, but begins column 2" in told.inner_text()
    assert told.evaluate("one => one.getRootNode().activeElement === one")  # the pressed button is gone
    found = state(page, "batchify")
    assert (found["text"], found["columns"], found["row"], found["column"]) == (ALPHABET, 4, 6, 1)


def test_show_me_answers_without_a_guess(show):
    page = show(batchify_explorer())
    page.get_by_role("button", name="Show me").press("Enter")
    settle(page)
    assert page.locator(".ask p:visible").inner_text().startswith("No row comes below “F”.")


def test_a_sentence_of_ones_own(show):
    page = show(batchify_explorer())
    field = page.get_by_label("A sentence of your own")
    field.fill("one two")
    settle(page)
    assert page.locator(".problem").inner_text() == ("Type at least 8 characters: each of the 4 columns needs two.")
    assert field.get_attribute("aria-invalid") == "true"
    assert state(page, "batchify")["text"] == ALPHABET
    page.get_by_role("slider", name="Columns").fill("3")  # fewer columns, and it can be folded
    found = state(page, "batchify")
    assert (found["text"], found["columns"], found["problem"]) == ("one two", 3, "")
    assert letters(page, ".grid .cell") == ["o", "e", "t", "n", "␣", "w"]
    field.fill("")
    settle(page)
    assert "Type at least 6 characters" in page.locator(".problem").inner_text()
    field.fill("é🙂" * 4)
    assert state(page, "batchify")["text"] == "é🙂" * 4


def test_wild_settings_of_batchify_are_bounded(show):
    page = show(batchify_explorer())
    put(page, text="a\tb" * 99, columns=1e9, window=-4, row=1e9, column="x")
    found = state(page, "batchify")
    assert found["text"] == ("a b" * 99)[:48]
    assert (found["columns"], found["window"], found["row"], found["column"]) == (8, 1, 6, 2)
    put(page, columns="x", window=None, row=-1, column=99)
    found = state(page, "batchify")
    assert (found["columns"], found["window"], found["row"], found["column"]) == (8, 1, 1, 8)
    put(page, text="ab")
    assert state(page, "batchify")["problem"]


# ---- the grid


SETTINGS = [
    *itertools.product((1, 2, 3, 7, 8, 13, 16), (0,), (0, 5, 10, 20), ("tokens", "windows")),
    *itertools.product((1, 2, 8, 16), (1, 4, 20), (0, 10), ("tokens", "windows")),
]


def agreement(page, model, ids) -> float:
    """Return the largest difference from Python in nats, over every target of every setting."""
    states = [dict(zip(KEYS, settings, strict=True)) for settings in SETTINGS]
    worst = 0.0
    for settings, view in zip(states, look(page, states), strict=True):
        expected = score(model, ids, **settings)
        mask, count = expected.batch.mask.tolist(), int(expected.batch.mask.sum())
        assert (view["tokens"], view["dropped"], view["R"]) == (count, expected.dropped, len(expected.nlls))
        for b, column in enumerate(view["columns"]):
            for one in column:
                row, place = one["row"], one["place"]
                assert one["scored"] == mask[row][b]
                assert ids[place] == expected.batch.targets[row, b].item()
                assert ids[place - 1] == expected.batch.inputs[row, b].item()
                worst = max(worst, abs(one["nll"] - expected.nlls[row, b].item()))
                assert one["context"] == (row % settings["reset"] if settings["reset"] else row) + 1
        assert sum(one["scored"] for column in view["columns"] for one in column) == count
        worst = max(worst, abs(view["nll"] - expected.nll), abs(view["perplexity"] - expected.perplexity))
        assert sum(view["parts"].values()) == pytest.approx(expected.nll - score(model, ids).nll, abs=1e-9)
    return worst


def test_every_target_costs_what_it_costs_in_torch(show, trained, record_property):
    model, ids, explorer = trained
    worst = agreement(show(explorer), model, ids)
    record_property("largest difference from score_columns, nats", worst)
    print("evaluation grid: largest difference from score_columns", worst)
    assert worst < 1e-9


def test_perplexity_is_that_of_evaluate_stream_in_single_precision(show, trained, record_property):
    _, ids, explorer = trained
    model, *_ = load_checkpoint(data_path("tales-chars.pt"))
    page = show(explorer)
    worst = 0.0
    for columns, warmup in ((1, 0), (4, 0), (8, 0), (16, 0), (8, 5), (16, 20)):
        (view,) = look(page, [{"columns": columns, "warmup": warmup, "reset": 0, "average": "tokens"}])
        expected = evaluate_stream(model, ids, batch_size=columns, warmup=warmup)
        assert (view["tokens"], view["dropped"]) == (expected.tokens, expected.dropped)
        worst = max(worst, abs(view["perplexity"] / expected.perplexity - 1))
    record_property("largest relative difference from evaluate_stream, float32", worst)
    print("evaluation grid: relative difference from the model in single precision", worst)
    assert worst < 1e-5


def test_another_model_and_another_text(show):
    model, text = tiny_model(embedding_size=None, scale=6), "hannahbenalleahnellelenabeaannahannahbenalb"
    page = show(evaluation_grid_explorer(model, VOCAB, text))
    assert agreement(page, round_weights(model, VOCAB), VOCAB.encode(text)) < 1e-9


@pytest.mark.parametrize(
    "settings",
    [{}, {"columns": 1}, {"columns": 2}, {"warmup": 20}, {"columns": 3, "reset": 10}, {"average": "windows"}],
    ids=str,
)
def test_sentence_of_the_grid_is_that_of_the_page(show, settings):
    model, vocab, *_ = load_checkpoint(data_path("tales-chars.pt"))
    explorer = evaluation_grid_explorer(model, vocab, **settings)
    page = show(explorer)
    if page.get_by_role("button", name="Show me").is_visible():
        page.get_by_role("button", name="Show me").click()
        settle(page)
    assert page.locator(".finding").inner_text() == str(explorer)


@pytest.mark.parametrize("said", ["Up", "Down", "Show me"])
def test_prediction_hides_the_answer_until_it_is_made(show, trained, said):
    model, ids, explorer = trained
    page = show(explorer)
    exact, eight = (score(model, ids, columns=b).perplexity for b in (1, 8))
    assert f"{eight:.2f}" not in page.locator(".live").inner_text()
    assert "What does that do to a perplexity of" in page.locator(".finding").inner_text()
    page.get_by_label("Columns").press("ArrowRight")  # whoever moves on is not kept waiting
    settle(page)
    assert "?" not in page.locator(".finding").inner_text()
    page.locator(".ask").get_by_role("button", name=said, exact=True).click()
    settle(page)
    told = page.locator(".ask p:visible").inner_text()
    assert ("You said" in told) == (said != "Show me")
    assert eight > exact
    assert ("up it goes" in told) == (said == "Up")
    assert f"{eight:.2f} in place of {exact:.2f}" in told
    assert state(page, GRID)["columns"] == 8
    assert f"{eight:.2f}" in page.locator(".measured").inner_text()


def test_colours_and_numbers_say_how_much_was_known(show, trained):
    _, ids, explorer = trained
    page = show(explorer)
    R = len(ids) // 8
    assert page.locator(".run").count() == 9
    second = page.locator(".run").nth(1)
    assert letters(second, "small") == ["", *map(str, range(1, R))]
    kinds = second.locator(".cell").evaluate_all("all => all.map(one => one.className)")
    assert kinds[:7] == ["cell lost", *["cell level-0"] * 2, *["cell level-1"] * 3, "cell level-2"]
    assert page.locator(".runs .lost").count() == len(ids) % 8 + 7
    assert re.match(r"Column 2: “.” dropped; “.+” scored, its first character", second.get_attribute("aria-label"))
    put(page, warmup=20)
    assert page.locator(".runs .lost").count() == 0
    assert page.locator(".run").nth(1).locator(".read").count() == 21
    assert page.locator(".run").nth(1).locator(".level-4").count() > 0
    put(page, columns=1, warmup=0)
    assert page.locator(".runs .read").count() == 1
    put(page, reset=5)
    assert page.locator(".runs .level-2").count() == 0
    assert page.locator(".runs .edge").count() == (len(ids) - 2) // 5


def test_table_holds_every_target(show, trained):
    model, ids, explorer = trained
    page = show(explorer)
    page.locator("summary").click()
    settle(page)
    rows = page.locator(".scroll tbody tr").evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent))")
    assert len(rows) == len(ids) - 1
    found, exact = score(model, ids, columns=8), score(model, ids)
    assert [row[4] for row in rows] == [f"{x:.2f}" for x in exact.nlls[:, 0].tolist()]
    R = len(found.nlls)
    assert rows[1][1:4] == ["1", "2", f"{found.nlls[1, 0]:.2f}"]
    assert rows[R][1:4] == ["–", "–", "dropped"]
    assert rows[R + 1][1:4] == ["2", "1", f"{found.nlls[0, 1]:.2f}"]
    assert sum(row[3] == "dropped" for row in rows) == found.dropped


def test_keyboard_alone(show, trained):
    page = show(trained[2])
    for label, key, wanted in (("Columns", "columns", 9), ("Warm-up", "warmup", 1)):
        control = page.get_by_label(label)
        for _ in range(20):
            page.keyboard.press("Tab")
            if control.evaluate("one => one.getRootNode().activeElement === one"):
                break
        page.keyboard.press("ArrowRight")
        assert state(page, GRID)[key] == wanted
    assert page.get_by_label("Columns").get_attribute("aria-valuetext").startswith("9 columns of ")
    assert page.get_by_label("Warm-up").get_attribute("aria-valuetext") == "1 character"
    page.get_by_label("The state").select_option("reset every 10 rows")
    assert state(page, GRID)["reset"] == 10
    page.get_by_label("Average windows").press("Space")
    assert state(page, GRID)["average"] == "windows"
    page.get_by_label("Columns").press("Home")
    assert "of no use with one column" in (settle(page) or page.get_by_label("Warm-up").get_attribute("aria-valuetext"))


def test_wild_settings_of_the_grid_are_bounded(show, trained):
    page = show(trained[2])
    put(page, columns=1e9, warmup=-3, reset=7, average="x")
    assert [state(page, GRID)[key] for key in KEYS] == [16, 0, 0, "tokens"]
    put(page, columns="x", warmup=None, reset=20, average="windows")
    assert [state(page, GRID)[key] for key in KEYS] == [16, 0, 20, "windows"]


def test_a_move_of_the_slider_is_seen_at_once(show, trained, record_property):
    page = show(trained[2])
    times = page.evaluate(
        """async () => {
          const sliders = document.querySelector("[data-explorer]").shadowRoot.querySelectorAll("input[type=range]");
          const times = [];
          for (let i = 0; i < 40; i++) {
            await new Promise((done) => setTimeout(done, 30));
            const start = performance.now();
            const slider = sliders[i % 2];
            slider.value = i % 2 ? 20 - (i % 5) : 16 - (i % 7);
            slider.dispatchEvent(new Event("input"));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            times.push(performance.now() - start);
          }
          return times.sort((a, b) => a - b);
        }"""
    )
    record_property("milliseconds from slider to frame, median", round(times[20], 1))
    record_property("milliseconds from slider to frame, worst of 40", round(times[-1], 1))
    print("evaluation grid: milliseconds from slider to frame", times[20], times[-1])
    assert times[20] < 200


# ---- both


def test_named_states_change_what_they_say(show, trained):
    first = ["one", "five", "wide", "foot", "top", "short", "long", "last", "sentence", "open"]
    second = ["one", "sixteen", "warm", "warm-5", "reset", "reset-5", "windows", "open"]
    buttons = "".join(PRESS.format("batchify", name, f"b-{name}") for name in first)
    buttons += "".join(PRESS.format(GRID, name, f"g-{name}") for name in second)
    page = show(batchify_explorer(), trained[2], above=buttons)
    for prefix, kind, names in (("b", "batchify", first), ("g", GRID, second)):
        for name in names:
            page.get_by_role("button", name=f"{prefix}-{name}", exact=True).click()
            settle(page)
            assert page.locator(f"[data-explorer-name={kind}] .changed").count() >= (name != "open")
    page.get_by_role("button", name="b-foot").click()
    assert [state(page, "batchify")[key] for key in ("columns", "row", "column")] == [4, 6, 1]
    page.get_by_role("button", name="b-sentence").click()
    assert state(page, "batchify")["text"] == SENTENCE
    page.get_by_role("button", name="g-reset-5").click()
    assert [state(page, GRID)[key] for key in KEYS] == [1, 0, 5, "tokens"]


@pytest.mark.parametrize("kind", ["batchify", "grid"])
def test_without_javascript_and_in_print_the_table_is_there(show, trained, kind):
    explorer = batchify_explorer() if kind == "batchify" else trained[2]
    page = show(explorer, javascript=False)
    assert page.locator("[data-explorer] table").first.is_visible()
    assert page.get_by_text(str(explorer)).is_visible()
    page = show(explorer)
    page.emulate_media(media="print")
    assert page.locator(".explorer-static table").first.is_visible()
    assert not page.locator(".live").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_accessible(show, axe, trained, width, dark):
    theme = f'data-theme="{"dark" if dark else "light"}"'
    page = show(batchify_explorer(), trained[2], theme=theme, width=width)
    assert axe(page) == []
    for _ in range(2):
        page.get_by_role("button", name="Show me").first.click()
        settle(page)
    page.locator("summary").click()
    page.get_by_label("The state").select_option("reset every 5 rows")
    page.get_by_label("Warm-up").fill("4")
    page.get_by_label("A sentence").fill("é")
    settle(page)
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 400, 600, 1280])
def test_nothing_sticks_out(show, trained, width):
    page = show(batchify_explorer(SENTENCE, columns=8, window=1), batchify_explorer("m" * 48, name="b"), trained[2])
    page.set_viewport_size({"width": width, "height": 800})
    for _ in range(3):
        page.get_by_role("button", name="Show me").first.click()
        settle(page)
    page.locator("summary").click()
    for settings in ({"columns": 16, "warmup": 20}, {"columns": 1, "warmup": 0, "reset": 5, "average": "windows"}):
        page.locator(f"[data-explorer-name={GRID}]").evaluate("(one, s) => one.explorer.set(s)", settings)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        inner = page.locator(".controls, .worked, .ask, .grid, .window, .line, .runs, .meter, .parts, .row, .keys")
        outside = "all => all.filter(one => one.scrollWidth > one.clientWidth + 2).map(one => one.className)"
        assert inner.evaluate_all(outside) == []


def test_controls_can_be_hit_with_a_finger(show, trained):
    page = show(batchify_explorer(SENTENCE, columns=8), trained[2], width=320)
    for control in page.locator(".live button:visible, .live input, .live select").all():
        box = control.bounding_box()
        assert min(box["height"], box["width"]) >= 24


def test_reset_and_summary(show, trained):
    page = show(batchify_explorer(), trained[2])
    for kind, change in (("batchify", {"text": SENTENCE, "row": 2}), (GRID, {"columns": 3, "reset": 5})):
        opening = state(page, kind)
        host = page.locator(f"[data-explorer-name={kind}]")
        host.evaluate("(host, change) => host.explorer.set(change)", change)
        page.wait_for_timeout(900)
        assert len(host.locator(".unseen").inner_text()) > 40
        host.get_by_role("button", name="Reset").click()
        assert state(page, kind) == opening


def test_idle_when_nothing_changes(show, trained):
    page = show(batchify_explorer(), trained[2])
    code = """async () => {
      let frames = 0;
      const ask = window.requestAnimationFrame;
      window.requestAnimationFrame = (f) => { frames++; return ask(f); };
      await new Promise((done) => setTimeout(done, 600));
      return frames;
    }"""
    assert page.evaluate(code) == 0
