"""The explorers in Chromium, opened from disk: what they show is what Python computes, and every way in works."""

import itertools
import json
import re

import pytest
import torch

from lessons_pkg import NGram, Vocab, data_path, load_checkpoint, load_names, next_distribution
from lessons_pkg.explorers import chain_rule_explorer, temperature_explorer
from lessons_pkg.explorers.chain_rule import factors
from lessons_pkg.explorers.gru import draw_names, round_weights
from lessons_pkg.sampling import read_start
from tests.tiny import ENCODED, VOCAB, tiny_model

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en" {theme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Test</title><style>
body {{ margin: 0 auto; padding: 10px; max-width: 720px; font-family: sans-serif; background: white; }}
html[data-theme=dark] body {{ background: #14181e; color: #ccc; }}</style></head>
<body><main><h1>Explorers</h1>{above}{explorers}<p style="height: 150vh"></p>{below}</main></body></html>"""
FEW = ["", "a", "ma", "jo", "zzz", "x", "christ"]
PRESS = '<p><button type="button" data-explorer-target="{}" data-explorer-state=\'{}\'>{}</button></p>'


@pytest.fixture(scope="module")
def trained():
    """The book's model, its vocabulary, and the explorer of it."""
    model, vocab, *_ = load_checkpoint(data_path("names.pt"))
    return model, vocab, temperature_explorer(model, vocab, prefix="ma")


@pytest.fixture(scope="module")
def counted():
    """A counting model of the book's names, its vocabulary, and the explorer of it."""
    names = load_names().train
    vocab = Vocab.from_names(names)
    model = NGram(4, len(vocab), strength=3).fit(map(vocab.encode, names))
    return model, vocab, chain_rule_explorer(model, vocab)


@pytest.fixture
def show(new_page, tmp_path):
    """Return a function that opens a page with explorers and some prose, from disk."""

    def opened(*explorers, above="", below="", theme="", **settings):
        path = tmp_path / "page.html"
        html = "\n".join(explorer.html for explorer in explorers)
        path.write_text(PAGE.format(explorers=html, above=above, below=below, theme=theme), encoding="utf-8")
        page = new_page(**settings)
        page.goto(path.as_uri())
        return page

    return opened


def state(page, name="temperature") -> dict:
    settle(page)
    return page.evaluate(f"document.querySelector('[data-explorer-name={json.dumps(name)}]').explorer.state()")


def settle(page) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def look(page, states: list[dict]) -> list[dict]:
    """Return what the page computes for each state."""
    code = "states => states.map(s => document.querySelector('[data-explorer]').explorer.look(s))"
    plain = f"states => JSON.parse(JSON.stringify(({code})(states), (k, v) => v instanceof Float64Array ? [...v] : v))"
    return page.evaluate(plain, states)


def settings_of(prefix, temperature, top_k, top_p, seed=1) -> dict:
    return {"prefix": prefix, "temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}


# ---- what the page computes


def test_probabilities_are_those_of_torch(show, trained, record_property):
    model, vocab, explorer = trained
    exact, names = round_weights(model, vocab), load_names().test[:60]
    prefixes = [name[:cut] for name, cut in zip(names, itertools.cycle(range(9)), strict=False)] + FEW
    keep = [(None, None), (5, None), (None, 0.9), (7, 0.5), (1, None)]
    grid = [(*pair, kept) for pair, kept in zip(itertools.product(prefixes, (0.1, 0.3, 0.8, 2)), itertools.cycle(keep))]
    views = look(show(explorer), [settings_of(p, t, *k) for p, t, k in grid])
    found = torch.tensor([view["chosen"] for view in views], dtype=torch.float64)
    logits = {p: (read_start(exact, vocab, p, 1)[0][0], read_start(model, vocab, p, 1)[0][0]) for p in prefixes}

    def differences(which):
        for (prefix, temperature, (top_k, top_p)), row in zip(grid, found, strict=True):
            p = next_distribution(logits[prefix][which], temperature=temperature, top_k=top_k, top_p=top_p)
            yield (row - p.double()).abs().max().item()

    record_property("largest difference from torch in float64", max(differences(0)))
    record_property("largest difference from torch in float32", max(differences(1)))
    assert max(differences(0)) < 1e-12
    assert max(differences(1)) < 1e-5


def test_one_hot_model_in_the_page_agrees_too(show):
    model = tiny_model(embedding_size=None, scale=6)
    page = show(temperature_explorer(model, VOCAB, prefix="a"))
    (view,) = look(page, [settings_of("hann", 0.7, None, None)])
    p = next_distribution(read_start(round_weights(model, VOCAB), VOCAB, "hann", 1)[0][0], temperature=0.7)
    assert view["chosen"] == pytest.approx(p.tolist(), abs=1e-12)


def test_equally_likely_characters_are_kept_in_the_order_of_their_ids(show):
    model = tiny_model(scale=0)
    torch.nn.init.zeros_(model.output.bias)
    page = show(temperature_explorer(model, VOCAB, prefix="a"))
    (view,) = look(page, [settings_of("a", 0.7, 3, None)])
    assert view["chosen"] == pytest.approx(next_distribution(torch.zeros(len(VOCAB)).double(), top_k=3).tolist())


def test_names_are_those_of_python(show, trained):
    model, vocab, explorer = trained
    exact = round_weights(model, vocab)
    grid = [
        settings_of(p, t, k, None, seed) for p, t, k, seed in itertools.product(FEW, (0.3, 1.7), (None, 4), (1, 999))
    ]
    for settings, view in zip(grid, look(show(explorer), grid), strict=True):
        expected = draw_names(exact, vocab, count=12, max_length=18, **settings)
        found = [vocab.decode(ids[:-1]) if ids[-1] == 0 else vocab.decode(ids) + "…" for ids in view["names"]]
        assert found == expected


def test_counting_model_in_the_page_is_that_of_python(show, counted, record_property):
    model, vocab, explorer = counted
    names = [*load_names().test[:40], "zzz", "qxjv", "a"]
    views = look(show(explorer), [{"first": name, "second": "al"} for name in names])
    worst = 0.0
    for name, view in zip(names, views, strict=True):
        found = [step["p"] for step in view["first"]["steps"]]
        worst = max(worst, abs(factors(model, vocab, name) - found).max())
        assert view["first"]["sum"] == pytest.approx(-model.token_nll(vocab.encode(name)).sum(), abs=1e-9)
    record_property("largest difference from NGram", float(worst))
    assert worst < 1e-12


@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_order_of_counting_model_agrees(show, order):
    model = NGram(order, len(VOCAB), strength=0.5).fit(ENCODED)
    page = show(chain_rule_explorer(model, VOCAB, names=("hannah", "bben")))
    (view,) = look(page, [{"first": "hannah", "second": "bben"}])
    for row, name in (("first", "hannah"), ("second", "bben")):
        found = [step["p"] for step in view[row]["steps"]]
        assert found == pytest.approx(factors(model, VOCAB, name).tolist(), abs=1e-12)


@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 1.0}, {"temperature": 1.5, "top_k": 5}, {"top_p": 0.9, "prefix": ""}], ids=str
)
def test_opening_figure_and_python_say_the_same(show, trained, settings):
    model, vocab, _ = trained
    explorer = temperature_explorer(model, vocab, **({"prefix": "ma"} | settings))
    assert show(explorer).locator(".finding").first.inner_text() == str(explorer)


@pytest.mark.parametrize("names", [("christina", "christnia"), ("christnia", "christina"), ("anna", "xqz")], ids=str)
def test_comparison_in_the_page_and_in_python_say_the_same(show, counted, names):
    model, vocab, _ = counted
    explorer = chain_rule_explorer(model, vocab, names=names)
    page = show(explorer)
    assert page.locator(".finding").inner_text() == str(explorer)
    caption = re.search(r"1 in ([\w. ]+), perplexity ([\d.]+)\.", explorer.fallback)
    assert page.locator(".total").first.inner_text().split(" · ")[::2] == [
        f"1 in {caption[1]}",
        f"perplexity {caption[2]}",
    ]


# ---- temperature: ways in


def test_keyboard_alone_moves_the_temperature(show, trained):
    page = show(trained[2])
    slider = page.get_by_label("Temperature", exact=False).and_(page.locator("input"))
    for _ in range(20):
        page.keyboard.press("Tab")
        if slider.evaluate("one => one.getRootNode().activeElement === one"):
            break
    before = page.locator(".finding").first.inner_text()
    page.keyboard.press("ArrowRight")
    assert state(page)["temperature"] == pytest.approx(0.85)
    assert slider.get_attribute("aria-valuetext") == "0.85, sharper than the model's own"
    assert page.locator(".finding").first.inner_text() != before
    page.keyboard.press("Home")
    assert state(page)["temperature"] == 0.1
    page.keyboard.press("End")
    assert state(page)["temperature"] == 2
    assert slider.get_attribute("aria-valuetext") == "2.00, flatter than the model's own"


def move(page, temperature: float) -> None:
    page.locator("input[type=range]").fill(str(temperature))
    settle(page)


def test_draws_stay_when_the_temperature_moves_and_change_with_the_seed(show, trained):
    page = show(trained[2])
    names = page.locator("ol.names").first
    opening = names.inner_text()
    move(page, 1.6)
    assert names.inner_text() != opening
    move(page, 0.8)
    assert names.inner_text() == opening
    page.get_by_role("button", name="New seed").click()
    assert state(page)["seed"] == 2
    assert names.inner_text() != opening
    assert names.locator("li").count() == 12


def test_at_one_nothing_is_underlined(show, trained):
    page = show(trained[2])
    assert page.locator("ol.names u").count() > 0
    move(page, 1)
    assert page.locator("ol.names u").count() == 0
    assert page.locator(".finding").first.inner_text().startswith("At temperature 1 the bars are the model's own")


def test_summary_is_spoken_once_after_a_pause(show, trained):
    page = show(trained[2])
    assert page.locator("[role=status]").text_content() == ""
    for temperature in (0.5, 0.6, 0.7):
        move(page, temperature)
    assert page.locator("[role=status]").text_content() == ""
    page.wait_for_function(
        "document.querySelector('[data-explorer]').shadowRoot.querySelector('[role=status]').textContent"
    )
    assert page.locator("[role=status]").text_content().startswith("At temperature 0.70 the favourite after “ma”")


@pytest.mark.parametrize(("answer", "words"), [("Yes", "You said that another"), ("No", "You said that it stays")])
def test_prediction_is_answered_from_the_live_state(show, trained, answer, words):
    page = show(trained[2])
    page.get_by_role("button", name=answer, exact=True).click()
    assert state(page)["temperature"] == 2
    told = page.locator(".ask p:visible")
    assert told.inner_text().startswith(words)
    assert "0 of the 351 pairs of characters have changed places" in told.inner_text()
    assert told.evaluate("one => one.getRootNode().activeElement === one")  # the pressed button is gone
    move(page, 0.4)
    assert "At 0.40" in told.inner_text()


def test_show_me_answers_without_a_guess(show, trained):
    page = show(trained[2])
    page.get_by_role("button", name="Show me").press("Enter")
    settle(page)
    assert page.locator(".ask p:visible").inner_text().startswith("At 2.00")


def test_unknown_characters_get_a_plain_message_and_the_figure_stays(show, trained):
    page = show(trained[2])
    before = page.locator(".finding").first.inner_text()
    field = page.get_by_label("Text so far")
    field.fill("ma7é")
    settle(page)
    assert page.locator(".problem").inner_text() == (
        "The model has never seen “7”, “é”. It knows a b c d e f g h i j k l m n o p q r s t u v w x y z."
    )
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator(".finding").first.inner_text() == before
    field.fill("Jo")
    assert state(page)["prefix"] == "jo"
    assert not page.locator(".problem").is_visible()
    field.fill("")
    assert state(page)["prefix"] == ""
    assert "at the start of a name" in page.locator(".finding").first.inner_text()


def test_keeping_fewer_characters(show, trained):
    page = show(trained[2])
    keep = page.get_by_label("Keep")
    keep.select_option("the 5 likeliest")
    assert (state(page)["top_k"], state(page)["top_p"]) == (5, None)
    assert page.locator(".chart .cut").count() == 22
    keep.select_option("the first 90%")
    assert (state(page)["top_k"], state(page)["top_p"]) == (None, 0.9)
    keep.select_option("all 27")
    assert state(page)["top_p"] is None
    assert page.locator(".chart .cut").count() == 0


def test_two_temperatures_stand_side_by_side_and_the_third_takes_the_place_of_the_first(show, trained):
    page = show(trained[2])
    for temperature in (0.3, 1.5, 1.8):
        move(page, temperature)
        page.get_by_role("button", name=f"Pin {temperature:.2f} to compare").click()
        settle(page)
    cards = page.locator(".card")
    assert [cards.nth(i).locator("strong").inner_text() for i in range(cards.count())] == ["At 1.50", "At 1.80"]
    boxes = [cards.nth(i).bounding_box() for i in range(2)]
    assert boxes[0]["y"] == boxes[1]["y"]
    page.get_by_role("button", name="Unpin 1.50").click()
    settle(page)
    assert cards.count() == 1


def test_all_numbers_stand_in_a_table(show, trained):
    _, vocab, explorer = trained
    page = show(explorer)
    page.locator("summary").click()
    move(page, 1.2)
    assert page.locator(".live tbody tr").count() == len(vocab)
    assert page.locator(".live thead th").all_inner_texts() == ["character", "at 1", "at 1.20"]
    shares = [float(cell.rstrip("%")) for cell in page.locator(".live tbody td:nth-child(3)").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=3)


def test_reset_returns_to_the_opening_state(show, trained):
    page = show(trained[2])
    opening, html = state(page), page.locator(".live").inner_text()
    page.get_by_role("button", name="Show me").click()
    page.get_by_label("Text so far").fill("be")
    page.get_by_label("Keep").select_option("the 5 likeliest")
    page.get_by_role("button", name=re.compile("Pin")).click()
    page.get_by_role("button", name="New seed").click()
    assert state(page) != opening
    page.get_by_role("button", name="Reset").click()
    assert state(page) == opening
    assert page.get_by_label("Text so far").input_value() == "ma"
    assert page.locator(".live").inner_text().replace("\n", "") == html.replace("\n", "")


def test_a_move_of_the_slider_is_seen_at_once(show, trained, record_property):
    page = show(trained[2])
    times = page.evaluate(
        """async () => {
          const slider = document.querySelector("[data-explorer]").shadowRoot.querySelector("input[type=range]");
          const times = [];
          for (let i = 0; i < 40; i++) {
            await new Promise((done) => setTimeout(done, 30));
            const start = performance.now();
            slider.value = 0.1 + 0.045 * i;
            slider.dispatchEvent(new Event("input"));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            times.push(performance.now() - start);
          }
          return times.sort((a, b) => a - b);
        }"""
    )
    record_property("milliseconds from slider to frame, median", round(times[20], 1))
    record_property("milliseconds from slider to frame, worst of 40", round(times[-1], 1))
    assert times[20] < 100


def test_idle_when_nothing_changes(show, trained):
    page = show(trained[2])
    code = """async () => {
      const root = document.querySelector("[data-explorer]").shadowRoot;
      let changes = 0, frames = 0;
      new MutationObserver((found) => { changes += found.length; }).observe(root,
        { subtree: true, childList: true, attributes: true, characterData: true });
      const ask = window.requestAnimationFrame;
      window.requestAnimationFrame = (f) => { frames++; return ask(f); };
      await new Promise((done) => setTimeout(done, 1000));
      return [changes, frames];
    }"""
    assert page.evaluate(code) == [0, 0]


# ---- the chain rule: ways in


def test_typing_a_name_shows_its_factors(show, counted):
    model, vocab, explorer = counted
    page = show(explorer)
    page.get_by_label("First name").fill("Anna")
    assert state(page, "chain-rule")["first"] == "anna"
    steps = page.locator(".name").first.locator(".step:visible")
    assert steps.count() == 5
    sums = -model.token_nll(vocab.encode("anna")).cumsum()
    shown = [float(step.locator("[role=cell]").last.inner_text().replace("−", "-")) for step in steps.all()]
    assert shown == pytest.approx(sums, abs=0.0051)


def test_two_presses_swap_two_letters(show, counted):
    page = show(counted[2])
    tiles = page.locator(".name").first.locator(".tile")
    tiles.nth(0).focus()
    page.keyboard.press("Enter")
    settle(page)
    assert tiles.nth(0).get_attribute("aria-pressed") == "true"
    assert "“c” is picked" in page.locator(".live").inner_text()
    tiles.nth(1).press("Space")
    assert state(page, "chain-rule")["first"] == "hcristina"
    assert tiles.nth(1).evaluate("one => one.getRootNode().activeElement === one")
    assert page.locator("[aria-pressed=true]").count() == 0
    assert tiles.nth(9).is_disabled()  # the end stays the end


def test_factors_that_both_names_share_are_drawn_hollow(show, counted):
    page = show(counted[2])
    second = page.locator(".name").nth(1)
    assert [step.inner_text().split()[0] for step in second.locator(".shared").all()] == list("christ")
    assert second.locator(".most .tile").inner_text() == "n"
    assert page.locator(".name").first.locator(".shared").count() == 0


@pytest.mark.parametrize("guess", ["c, letter 1", "s, letter 5", "end"])
def test_guess_of_the_most_surprising_character(show, counted, guess):
    model, vocab, explorer = counted
    page = show(explorer)
    name = "chirstina"
    page.locator(".ask").get_by_role("button", name=guess, exact=True).click()
    settle(page)
    nll = model.token_nll(vocab.encode(name))
    worst = name[nll.argmax()]
    assert worst == "s"
    told = page.locator(".ask p:visible").inner_text()
    assert f"{nll.max():.1f} nats" in told
    guessed = int(guess[-1]) - 1 if guess != "end" else len(name)
    assert ("that is the one" in told) == (guessed == nll.argmax())
    assert guessed == nll.argmax() or f"which costs {nll[guessed]:.1f} nats" in told
    assert page.get_by_label("Second name").input_value() == name


def test_show_me_works_without_a_guess(show, counted):
    page = show(counted[2])
    page.get_by_role("button", name="Show me").click()
    settle(page)
    assert (
        page.locator(".ask p:visible").inner_text().startswith("In “chirstina” the most surprising is “s” after “chir”")
    )


@pytest.mark.parametrize(("typed", "message"), [("zoë", "never seen “ë”"), ("", "Type at least one letter")])
def test_a_name_that_cannot_be_read(show, counted, typed, message):
    page = show(counted[2])
    page.get_by_label("Second name").fill(typed)
    assert state(page, "chain-rule")["second"] == "christnia"
    assert message in page.locator(".name").nth(1).get_by_role("alert").inner_text()
    assert not page.locator(".name").first.locator(".problem").is_visible()


@pytest.mark.parametrize("name", ["christniaaaaaa", "qxqzvjqxqzvjqxq"])
def test_scale_stays_until_a_name_is_too_long_for_it(show, counted, name):
    model, vocab, explorer = counted
    page = show(explorer)
    axes = [page.locator(".labels .fall").nth(i) for i in range(2)]
    assert [axis.text_content() for axis in axes] == ["0−10−20−30"] * 2
    page.get_by_label("Second name").fill(name)
    settle(page)
    depth = next(d for d in (30, 60, 120, 240) if d >= model.token_nll(vocab.encode(name)).sum())
    assert depth > 30
    assert [axis.text_content() for axis in axes] == ["0" + "".join(f"−{depth * k // 3}" for k in (1, 2, 3))] * 2
    drops = page.locator(".name").nth(1).locator(".step:visible")
    bottom = drops.last.locator(".drop").bounding_box()
    fall = drops.last.locator(".fall").bounding_box()
    assert bottom["y"] + bottom["height"] <= fall["y"] + fall["height"] + 2


def test_reset_of_the_chain_rule(show, counted):
    page = show(counted[2])
    opening = state(page, "chain-rule")
    page.get_by_role("button", name="Show me").click()
    page.get_by_label("First name").fill("é")
    assert state(page, "chain-rule") != opening
    page.get_by_role("button", name="Reset").click()
    assert state(page, "chain-rule") == opening
    assert page.get_by_label("First name").input_value() == "christina"


# ---- both


def test_prose_drives_the_figure(show, trained):
    press = PRESS.format("temperature", "cold", "Turn it down")
    page = show(trained[2], below=press, reduced_motion="reduce")
    page.get_by_label("Text so far").fill("jo")
    page.locator("ol.names").scroll_into_view_if_needed()
    pressed = page.get_by_role("button", name="Turn it down")
    pressed.click()
    assert state(page)["temperature"] == 0.3
    assert state(page)["prefix"] == "ma"  # a named state is a whole one
    assert 0 <= page.locator("[data-explorer]").bounding_box()["y"] < 400
    assert page.locator(".changed").get_by_label("Temperature", exact=False).count() > 0
    assert "Set from the text: Turn it down." in page.locator(".strip").inner_text()
    page.get_by_role("button", name="Back to the text").click()
    settle(page)
    assert pressed.evaluate("one => one === document.activeElement")
    assert 0 <= pressed.bounding_box()["y"] < 800
    assert not page.locator(".strip").is_visible()


def test_what_a_reader_does_next_clears_the_marks(show, trained):
    page = show(trained[2], above=PRESS.format("temperature", '{"temperature": 1.5, "top_k": 4}', "Try it"))
    page.get_by_role("button", name="Try it").click()
    assert (state(page)["temperature"], state(page)["top_k"]) == (1.5, 4)
    assert page.get_by_label("Keep").input_value() == "k4"
    assert page.locator(".changed").count() == 2
    move(page, 0.5)
    assert page.locator(".changed").count() == 0


@pytest.mark.parametrize("wanted", ["nothing such", "{", "[1", "__proto__"])
def test_a_state_that_does_not_exist_changes_nothing(show, trained, wanted):
    page = show(trained[2], above=PRESS.format("temperature", wanted, "Try it"))
    before = state(page)
    page.get_by_role("button", name="Try it").click()
    assert state(page) == before


def test_wild_settings_are_bounded(show, trained):
    wild = {"temperature": 99, "top_k": -3, "top_p": 7, "seed": 1e12, "pins": [0, 5, "x"], "prefix": "m" * 99}
    page = show(trained[2], above=PRESS.format("temperature", json.dumps(wild), "Try it"))
    page.get_by_role("button", name="Try it").click()
    found = state(page)
    assert (found["temperature"], found["top_k"], found["top_p"], found["seed"]) == (2, 1, 1, 999999)
    assert [pin["temperature"] for pin in found["pins"]] == [2, 1]
    assert found["prefix"] == "m" * 12


def test_named_states_of_both(show, trained, counted):
    names = ["cold", "own", "hot", "side-by-side", "top-k", "top-p", "open"]
    buttons = "".join(PRESS.format("temperature", name, f"t-{name}") for name in names)
    buttons += PRESS.format("chain-rule", "guess", "c-guess")
    page = show(trained[2], counted[2], above=buttons)
    for name in names:
        page.get_by_role("button", name=f"t-{name}", exact=True).click()
        settle(page)
        assert (
            name in ("open", "side-by-side") or page.locator("[data-explorer-name=temperature] .changed").count() >= 1
        )
    assert page.locator(".card").count() == 2  # pins are the reader's own, a named state leaves them
    chain = page.locator("[data-explorer-name=chain-rule]")
    chain.get_by_role("button", name="Show me").click()
    assert state(page, "chain-rule")["second"] == "chirstina"
    page.get_by_role("button", name="c-guess").click()  # asks again, and does not show the answer
    assert state(page, "chain-rule")["second"] == "christnia"
    assert chain.get_by_role("button", name="Show me").is_visible()
    assert state(page)["temperature"] == 0.8


def test_a_button_without_its_explorer_does_nothing(show, counted):
    page = show(counted[2], above=PRESS.format("temperature", "cold", "Try it"))
    before = state(page, "chain-rule")
    page.get_by_role("button", name="Try it").click()
    assert state(page, "chain-rule") == before


def test_two_of_a_kind_do_not_meet(show, trained):
    model, vocab, first = trained
    second = temperature_explorer(model, vocab, prefix="jo", temperature=1.2, name="second")
    page = show(first, second, first, above=PRESS.format("second", "cold", "Try it"))
    page.get_by_role("button", name="Try it").click()
    settle(page)
    code = "all => all.map(one => [one.explorer.state().prefix, one.explorer.state().temperature])"
    assert page.locator("[data-explorer]").evaluate_all(code) == [["ma", 0.8], ["jo", 0.3], ["ma", 0.8]]
    assert page.evaluate("Object.keys(window).filter(name => /explorer|mount|model|tokens/i.test(name))") == []


@pytest.mark.parametrize("at_the_end", [False, True], ids=["jupyterlab", "vscode"])
def test_script_that_runs_late(show, counted, trained, at_the_end):
    """A live notebook puts the HTML in first and then makes each script again, so that it runs."""
    page = show(counted[2])
    page.evaluate(
        """([html, atTheEnd]) => {
          const output = document.createElement("div");
          output.innerHTML = html;
          document.body.append(output);
          for (const old of output.querySelectorAll("script")) {
            const script = document.createElement("script");
            for (const { name, value } of old.attributes) script.setAttribute(name, value);
            script.textContent = old.textContent;
            if (atTheEnd) output.appendChild(script).remove();
            else old.replaceWith(script);
          }
        }""",
        [trained[2].html, at_the_end],
    )
    assert state(page)["temperature"] == 0.8
    assert page.locator(".chart .letter").count() == 27


@pytest.mark.parametrize("kind", ["trained", "counted"])
def test_without_javascript_the_table_is_there(show, request, kind):
    explorer = request.getfixturevalue(kind)[2]
    page = show(explorer, javascript=False)
    assert page.locator("[data-explorer] table").first.is_visible()
    assert page.get_by_text(str(explorer)).is_visible()


@pytest.mark.parametrize("kind", ["trained", "counted"])
def test_print_shows_the_table(show, request, kind):
    page = show(request.getfixturevalue(kind)[2])
    table = page.locator(".explorer-static table").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    assert not page.locator(".live").is_visible()


@pytest.mark.parametrize("theme", ["", 'data-theme="light"', 'data-theme="dark"'])
@pytest.mark.parametrize("dark", [False, True])
def test_follows_the_theme_of_the_page(show, trained, theme, dark):
    page = show(trained[2], theme=theme, dark=dark)
    live = page.locator(".live")
    expected = "dark" in theme if theme else dark
    assert ("dark" in live.get_attribute("class")) == expected
    other = "light" if expected else "dark"
    page.evaluate(f"document.documentElement.dataset.theme = '{other}'")
    settle(page)
    assert ("dark" in live.get_attribute("class")) == (not expected)


@pytest.mark.parametrize("mark", ["data-jp-theme-light=false", "data-vscode-theme-kind=vscode-dark"])
def test_follows_the_theme_of_a_live_notebook(show, trained, mark):
    page = show(trained[2])
    assert "dark" not in page.locator(".live").get_attribute("class")
    page.evaluate("([name, value]) => document.body.setAttribute(name, value)", mark.split("="))
    settle(page)
    assert "dark" in page.locator(".live").get_attribute("class")


def test_follows_the_system_when_it_changes(show, trained):
    page = show(trained[2])
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert "dark" in page.locator(".live").get_attribute("class")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_accessible(show, trained, counted, axe, width, dark):
    buttons = PRESS.format("temperature", "side-by-side", "Pins") + PRESS.format("chain-rule", "guess", "Guess")
    page = show(trained[2], counted[2], above=buttons, theme=f'data-theme="{"dark" if dark else "light"}"', width=width)
    assert axe(page) == []
    page.get_by_role("button", name="Pins").click()
    page.get_by_label("Keep").select_option("the 5 likeliest")
    page.get_by_label("Text so far").fill("é")
    for _ in range(2):
        page.get_by_role("button", name="Show me").first.click()
        settle(page)
    page.locator("summary").click()
    page.locator(".tile:visible").nth(12).click()
    settle(page)
    assert axe(page) == []


WIDE = ".name, .factors, .chart, .pins, .controls, ol.names, .row, table"


@pytest.mark.parametrize("width", [320, 400, 600, 1280])
def test_nothing_sticks_out(show, trained, counted, width):
    buttons = PRESS.format("temperature", "side-by-side", "Pins")
    page = show(trained[2], counted[2], above=buttons, width=width)
    page.get_by_role("button", name="Pins").click()
    page.locator("summary").click()
    move(page, 2)
    page.get_by_label("Second name").fill("qxqzvjqxqzvjqxq")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inner = page.locator(WIDE)
    outside = "all => all.filter(one => one.scrollWidth > one.clientWidth + 2).map(one => one.className)"
    assert inner.evaluate_all(outside) == []


def test_controls_can_be_hit_with_a_finger(show, trained, counted):
    page = show(trained[2], counted[2], width=320)
    for control in page.locator(".live button:visible, .live input, .live select").all():
        box = control.bounding_box()
        assert box["height"] >= 24
        assert box["width"] >= 24


def test_scrolls_smoothly_unless_motion_is_reduced(show, trained):
    for motion, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        page = show(trained[2], below=PRESS.format("temperature", "cold", "Try it"), reduced_motion=motion)
        page.evaluate("Element.prototype.scrollIntoView = function (how) { window.scrolled = how.behavior; }; 0")
        page.get_by_role("button", name="Try it").press("Enter")
        settle(page)
        assert page.evaluate("window.scrolled") == behaviour


def test_every_button_in_the_book_sets_a_state_that_exists(page, site):
    dead = """buttons => buttons.filter(({ dataset: { explorerTarget, explorerState } }) => {
      const host = document.querySelector(`[data-explorer-name="${explorerTarget}"]`);
      return !host || !(host.explorer.states.includes(explorerState) || /^\\{.*\\}$/.test(explorerState));
    }).map(one => one.outerHTML)"""
    for path in sorted(site.glob("*.html")):
        if "data-explorer-target" in path.read_text(encoding="utf-8"):
            page.goto(path.as_uri())
            assert page.locator("button[data-explorer-target]").evaluate_all(dead) == [], path.name
