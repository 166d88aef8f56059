"""The explorers of chapters 04 and 05 in Chromium: they agree with numpy, and every way in works."""

import itertools
import json

import numpy as np
import pytest

from lessons_pkg import Vocab
from lessons_pkg.explorers import bptt_explorer, clipping_explorer
from lessons_pkg.explorers.bptt import LETTERS, UNIT
from lessons_pkg.explorers.cliff import clip, descend, loss_and_gradient
from lessons_pkg.explorers.explorer import number
from lessons_pkg.explorers.unroll import IMPULSE, memory, read_steps
from lessons_pkg.numpy_rnn import backward_name, forward_name, init_params
from tests.test_explorers_page import PRESS, look, settle, show, state

__all__ = ["show"]  # a fixture
pytestmark = pytest.mark.browser
PAIR = init_params(len(LETTERS), 2, rng=np.random.default_rng(1), scale=1)
PARAMS = ("W_xh", "W_hh", "b_h", "W_hy", "b_y")
LIVE = "document.querySelector('[data-explorer]').explorer"


def difference(found, expected) -> float:
    """Return the largest difference, relative to the largest number or to 1."""
    found, expected = np.array(found, dtype=float), np.array(expected, dtype=float)
    assert found.shape == expected.shape
    return float(abs(found - expected).max() / max(1, abs(expected).max()))


def scaled(params, weight):
    W_hh = np.array([[float(weight)]]) if len(params["b_h"]) == 1 else weight * params["W_hh"]
    return params | {"W_hh": W_hh}


def put(page, **settings) -> None:
    page.evaluate(f"change => {LIVE}.set(change)", settings)
    settle(page)


# ---- backpropagation through time


@pytest.mark.parametrize("params", [UNIT, PAIR], ids=["one unit", "two units"])
def test_name_in_the_page_is_that_of_numpy_rnn(show, params, record_property):
    page = show(bptt_explorer(params, LETTERS, read="anna"))
    names = ["a", "al", "nell", "elena", "lllll"]
    weights = [-2.5, 0.35, 0.9, 2.5] if params is UNIT else [0, 1, 3]
    grid = list(itertools.product(names, weights))
    worst = 0.0
    for (name, weight), view in zip(
        grid, look(page, [{"read": n, "weight": w, "cut": 0} for n, w in grid]), strict=True
    ):
        here = scaled(params, weight)
        trace = forward_name(here, LETTERS.encode(name))
        gradient = backward_name(here, trace)
        worst = max(worst, difference(view["nll"], trace.nll))
        worst = max(worst, difference([step["h"] for step in view["steps"]], trace.hiddens[1:]))
        worst = max(worst, *(difference(view["gradient"][key], gradient[key]) for key in PARAMS))
    record_property("largest difference from backward_name", worst)
    print("bptt: largest difference from backward_name", worst)
    assert worst < 1e-9


@pytest.mark.parametrize(("params", "read"), [(UNIT, IMPULSE), (UNIT, "elena"), (PAIR, "anna")])
def test_every_term_is_that_of_python_with_a_cut_and_without(show, params, read):
    page = show(bptt_explorer(params, LETTERS, read=read))
    grid = list(itertools.product([0.5, 0.9, 2.0], [0, 2, 4]))
    views = look(page, [{"read": read, "weight": w, "cut": c} for w, c in grid])
    for (weight, cut), view in zip(grid, views, strict=True):
        run = read_steps(params, LETTERS, read, weight, cut)
        for step, found in zip(run, view["steps"], strict=True):
            assert all(difference(found[key], step[key]) < 1e-12 for key in ("before", "h", "dh", "slope", "da"))
            keys = ("W_hh", "b_h") if read == IMPULSE else PARAMS
            assert all(difference(found["adds"][key], step[key]) < 1e-12 for key in keys)
        if params is UNIT:
            assert view["memory"] == pytest.approx(memory(run, weight), abs=1e-12)


@pytest.mark.parametrize("settings", [{}, {"weight": 2.0}, {"read": "elena"}, {"cut": 4}, {"read": "anna", "cut": 2}])
def test_sentence_of_bptt_is_that_of_the_page(show, settings):
    explorer = bptt_explorer(**settings)
    page = show(explorer)
    page.get_by_role("button", name="All the way").click()
    settle(page)
    assert page.locator(".finding").inner_text() == str(explorer)


@pytest.mark.parametrize("cut", [0, 3])
def test_sentence_of_two_units(show, cut):
    explorer = bptt_explorer(PAIR, LETTERS, cut=cut)
    page = show(explorer)
    put(page, step="end")
    assert page.locator(".finding").inner_text() == str(explorer)


def numbers(page, row: str) -> list[str]:
    cells = page.locator(f".step:not(.total):visible [role=cell].{row}")
    return [text.strip() for text in cells.all_text_contents()]


def test_opens_all_forward_and_nothing_backward(show):
    page = show(bptt_explorer())
    run = read_steps(UNIT, LETTERS, IMPULSE, 0.9)
    assert numbers(page, "h") == [number(step["h"].item()) for step in run]
    assert numbers(page, "dh") == numbers(page, "adds") == [""] * 8
    assert page.locator(".ask").get_by_role("button", name="Show me").is_visible()


def test_each_click_goes_one_step_back_and_the_ledger_gathers(show):
    page = show(bptt_explorer(read="anna"))
    run = read_steps(UNIT, LETTERS, "anna", 0.9)
    page.locator("summary").click()
    for t in range(5, 0, -1):
        page.get_by_role("button", name=f"Back to step {t}").click()
        settle(page)
        assert numbers(page, "dh") == [""] * (t - 1) + [number(s["dh"].item()) for s in run[t - 1 :]]
        total = sum(step["W_hh"].item() for step in run[t - 1 :])
        assert page.locator(".total .adds").inner_text() == number(total)
        rows = page.locator(".scroll tbody tr").evaluate_all(
            "rows => rows.map(r => [...r.cells].map(c => c.textContent))"
        )
        table = {row[0]: row[1:] for row in rows}
        assert table["W_hh"][-1] == number(total)
        assert table["b_y n"][-1] == number(sum(step["b_y"][LETTERS.ids["n"]] for step in run[t - 1 :]))
        assert table["W_hy end"][: t - 1] == [""] * (t - 1)
    assert len(table) == 1 + 4 + 1 + 5 + 5
    assert page.get_by_role("button", name="All gathered").get_attribute("aria-disabled") == "true"


def test_arrow_keys_step(show):
    page = show(bptt_explorer())
    page.locator(".next").focus()
    for key, step in (("ArrowRight", 9), ("ArrowRight", 10), ("ArrowLeft", 9)):
        page.keyboard.press(key)
        assert state(page, "bptt")["step"] == step
    page.get_by_label("Step", exact=True).focus()
    page.keyboard.press("End")
    assert state(page, "bptt")["step"] == 16
    page.keyboard.press("ArrowLeft")
    assert state(page, "bptt")["step"] == 15
    assert page.get_by_label("Step", exact=True).get_attribute("aria-valuetext") == "backward, step 2 of 8"
    page.get_by_label("Recurrent weight").press("ArrowRight")
    assert state(page, "bptt")["weight"] == pytest.approx(0.95)
    assert state(page, "bptt")["step"] == 15


@pytest.mark.parametrize("said", ["More", "Less", "Show me"])
def test_prediction_about_the_weight(show, said):
    page = show(bptt_explorer())
    page.locator(".ask").get_by_role("button", name=said, exact=True).click()
    settle(page)
    told = page.locator(".ask p:visible").inner_text()
    assert ("You said" in told) == (said != "Show me")
    assert "dh₈/dh₁ is 0.134 at w = 0.90 and 0.000009 at w = 2: 15 thousand times less, though 2⁷ is 128" in told
    assert (state(page, "bptt")["weight"], state(page, "bptt")["step"]) == (2, 16)
    assert page.evaluate(f"{LIVE}; document.querySelector('[data-explorer]').shadowRoot.activeElement.tagName") == "P"


def test_names_typed_and_cleared(show):
    page = show(bptt_explorer())
    field = page.get_by_label("Name, from")
    field.fill("Lena")
    assert state(page, "bptt")["read"] == "lena"
    assert state(page, "bptt")["step"] == 5
    field.fill("zoe")
    assert state(page, "bptt")["read"] == "lena"
    assert "never seen “z”, “o”" in page.locator(".problem:visible").inner_text()
    put(page, step=9)
    field.fill("")
    assert (state(page, "bptt")["read"], state(page, "bptt")["step"]) == (IMPULSE, 16)
    page.get_by_label("Cut the history").select_option("between 7 and 8")
    page.get_by_role("button", name="Read “anna”").click()
    found = state(page, "bptt")
    assert (found["read"], found["cut"], found["step"]) == ("anna", 5, 5)


def test_wild_settings_of_bptt_are_bounded(show):
    page = show(bptt_explorer())
    put(page, read="n" * 99, weight=1e9, cut=77, step=-5)
    found = state(page, "bptt")
    assert (found["read"], found["weight"], found["cut"], found["step"]) == ("nnnnn", 2.5, 6, 0)
    put(page, weight="x", cut="y", step="z")
    found = state(page, "bptt")
    assert (found["weight"], found["cut"], found["step"]) == (2.5, 0, 6)
    (view,) = look(page, [found])
    assert np.isfinite(view["memory"])


# ---- the cliff

POINTS = [
    (4.3, -2.15, 0.2, 1.0),
    (4.8, -2.3, 0.1, 0.5),
    (4.0, -2.4, 0.5, 20),
    (5.1, -1.85, 0.01, 0.05),
    (4.5, -2.25, 0.3, 3),
]


def test_cliff_in_the_page_is_that_of_python(show, record_property):
    page = show(clipping_explorer())
    grid = list(itertools.product(POINTS, ("norm", "value")))
    states = [{"w": w, "b": b, "rate": r, "threshold": c, "by": by, "steps": 60} for (w, b, r, c), by in grid]
    worst = 0.0
    for ((w, b, rate, threshold), by), view in zip(grid, look(page, states), strict=True):
        loss, gradient = loss_and_gradient(w, b)
        worst = max(worst, difference(view["loss"], loss), difference(view["gradient"], gradient))
        for key, way in (("raw", None), ("clipped", by)):
            path = descend(w, b, rate, threshold, way, 60)
            worst = max(
                worst, difference(view[key]["points"], path.points), difference(view[key]["losses"], path.losses)
            )
        for key, way in (("raw", None), ("norm", "norm"), ("value", "value")):
            lands = np.array([w, b]) - rate * clip(gradient, threshold, way)
            worst = max(worst, difference(view["first"][key]["lands"], lands))
    record_property("largest difference from cliff.py", worst)
    print("clipping: largest difference from Python", worst)
    assert worst < 1e-9


@pytest.mark.parametrize(
    "settings", [{}, {"by": "value"}, {"start": (4.8, -2.3), "rate": 0.1, "threshold": 0.5, "steps": 60}]
)
def test_sentence_of_clipping_is_that_of_the_page(show, settings):
    explorer = clipping_explorer(**settings)
    page = show(explorer)
    page.get_by_role("button", name="Show me").click()
    settle(page)
    assert page.locator(".finding").inner_text() == str(explorer)


def test_prediction_hides_the_raw_step_until_it_is_made(show):
    page = show(clipping_explorer())
    raw = page.locator(".live tbody tr").first
    assert "10.8" not in raw.inner_text()
    assert "10.8" not in page.locator(".finding").inner_text()
    page.locator(".ask").get_by_role("button", name="1", exact=True).click()
    settle(page)
    told = page.locator(".ask p:visible").inner_text()
    assert told.startswith("You said 1. It goes 10.8, 11 times as far, to (9.13, 7.50), off the map: loss 0.090")
    assert "10.8" in raw.inner_text()
    assert page.locator(".away").inner_text() == "10.8 long, to (9.13, 7.50)"


def test_point_is_dragged_and_moved_by_keys(show):
    page = show(clipping_explorer(), above=PRESS.format("clipping", "open", "Open"))
    box, handle = page.locator(".map").bounding_box(), page.locator(".handle")
    at = handle.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"], box["y"])
    found = state(page, "clipping")
    assert (found["w"], found["b"]) == (pytest.approx(4.8, abs=0.01), pytest.approx(-2.15, abs=0.01))
    put(page, w=4.3, b=-2.15)
    handle.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    found = state(page, "clipping")
    assert (found["w"], found["b"]) == (4.21, -2.16)
    loss, _ = loss_and_gradient(4.21, -2.16)
    assert f"w 4.21, b −2.16: loss {number(float(loss))}" in handle.get_attribute("aria-valuetext")


def test_threshold_moves_on_a_scale_of_ratios(show):
    page = show(clipping_explorer())
    slider = page.get_by_label("Threshold")
    for value, threshold in ((0, 0.05), (50, 2.2), (100, 100)):
        slider.evaluate(f"one => {{ one.value = {value}; one.dispatchEvent(new Event('input')); }}")
        assert state(page, "clipping")["threshold"] == threshold
    page.get_by_label("Clip", exact=True).select_option("by value")
    assert state(page, "clipping")["by"] == "value"
    page.get_by_role("button", name="One that it does not").click()
    found = state(page, "clipping")
    assert (found["w"], found["b"], found["rate"], found["threshold"], found["steps"]) == (4.8, -2.3, 0.1, 0.5, 60)


def test_wild_settings_of_clipping_are_bounded(show):
    page = show(clipping_explorer())
    put(page, w=99, b=-99, rate=7, threshold=0, by="x", steps=1e9)
    found = state(page, "clipping")
    assert (found["w"], found["b"], found["rate"], found["threshold"]) == (5.1, -2.45, 0.5, 0.05)
    assert (found["by"], found["steps"]) == ("norm", 60)


def test_divergence_is_said(show):
    page = show(clipping_explorer())
    code = f"{LIVE}.look({{w: 4.3, b: -2.15, rate: 1e7, threshold: 1, by: 'norm', steps: 40}})"
    view = page.evaluate(f"JSON.parse(JSON.stringify({code}))")
    assert view["raw"]["diverged"] == view["clipped"]["diverged"] == 1


# ---- both


def test_named_states_change_what_they_say(show):
    first = ["done", "big", "small", "one", "cut", "name", "ledger", "open"]
    second = ["fails", "value", "loose", "tight", "open"]
    buttons = "".join(PRESS.format("bptt", name, f"b-{name}") for name in first)
    buttons += "".join(PRESS.format("clipping", name, f"c-{name}") for name in second)
    page = show(bptt_explorer(), clipping_explorer(), above=buttons)
    for prefix, kind, names in (("b", "bptt", first), ("c", "clipping", second)):
        for name in names:
            page.get_by_role("button", name=f"{prefix}-{name}", exact=True).click()
            settle(page)
            assert page.locator(f"[data-explorer-name={kind}] .changed").count() >= 1
    page.get_by_role("button", name="b-cut").click()
    assert (state(page, "bptt")["cut"], state(page, "bptt")["step"]) == (5, 16)
    page.get_by_role("button", name="b-ledger").click()
    settle(page)
    assert page.locator(".scroll table").is_visible()


@pytest.mark.parametrize("make", [bptt_explorer, clipping_explorer])
def test_without_javascript_and_in_print_the_table_is_there(show, make):
    page = show(make(), javascript=False)
    assert page.locator("[data-explorer] table").first.is_visible()
    assert page.get_by_text(str(make())).is_visible()
    page = show(make())
    page.emulate_media(media="print")
    assert page.locator(".explorer-static table").first.is_visible()
    assert not page.locator(".live").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_accessible(show, axe, width, dark):
    page = show(bptt_explorer(), clipping_explorer(), theme=f'data-theme="{"dark" if dark else "light"}"', width=width)
    assert axe(page) == []
    for _ in range(2):
        page.get_by_role("button", name="Show me").first.click()
        settle(page)
    page.locator("summary").click()
    page.get_by_label("Cut the history").select_option("between 3 and 4")
    page.get_by_label("Name, from").fill("é")
    settle(page)
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 400, 600, 1280])
def test_nothing_sticks_out(show, width):
    pair = bptt_explorer(PAIR, LETTERS, name="pair")
    page = show(bptt_explorer(), clipping_explorer(), pair, width=width)
    for _ in range(2):
        page.get_by_role("button", name="Show me").first.click()
        settle(page)
    for summary in page.locator("summary").all():
        summary.click()
    pair = page.locator("[data-explorer-name=pair]")
    pair.evaluate("pair => pair.explorer.set({ weight: 3, step: 'end' })")  # small numbers, and large ones
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inner = page.locator(".controls, .head, .value, .worked, .ask, .shades, table:not(.scroll table), .row")
    outside = "all => all.filter(one => one.scrollWidth > one.clientWidth + 2).map(one => one.className)"
    assert inner.evaluate_all(outside) == []


def test_controls_can_be_hit_with_a_finger(show):
    page = show(bptt_explorer(), clipping_explorer(), width=320)
    for control in page.locator(".live button:visible, .live input, .live select, .handle").all():
        box = control.bounding_box()
        assert min(box["height"], box["width"]) >= 24


def test_reset_and_summary(show):
    page = show(bptt_explorer(), clipping_explorer())
    for kind, change in (("bptt", {"read": "anna", "step": 7}), ("clipping", {"w": 4.5, "by": "value"})):
        opening = state(page, kind)
        host = page.locator(f"[data-explorer-name={kind}]")
        host.evaluate("(host, change) => host.explorer.set(change)", change)
        page.wait_for_timeout(900)
        assert len(host.locator(".unseen").inner_text()) > 40
        host.get_by_role("button", name="Reset").click()
        assert state(page, kind) == opening


def test_vocabularies_of_ones_own(show):
    vocab = Vocab("ab")
    page = show(bptt_explorer(init_params(3, 1, rng=np.random.default_rng(0), scale=1), vocab, read="ab"))
    assert json.dumps(state(page, "bptt")["read"]) == '"ab"'
    assert page.get_by_label("Name, from a b").is_visible()
