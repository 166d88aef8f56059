"""The decks in a browser, opened from disk with the network blocked: formulas, keys, notes, no overflow."""

import pytest

from tests import slides
from tests.test_slides import CHAPTERS

pytestmark = pytest.mark.browser

READY = "window.deck && deck.isReady()"
# Everything on every slide with all its steps shown: what reaches beyond the screen, or its box, or is set too small.
OVERFLOW = """() => {
  const found = [];
  const inside = (box, of) =>
    box.right <= of.right + 1 && box.bottom <= of.bottom + 1 && box.left >= of.left - 1 && box.top >= of.top - 1;
  for (let place = 0; place < deck.getTotalSlides(); place++) {
    deck.slide(place, 0, 99);
    const slide = deck.getCurrentSlide();
    const screen = slide.getBoundingClientRect();
    const say = (what) => found.push(`slide ${place + 1}, ${slide.className}: ${what}`);
    for (const part of slide.querySelectorAll(".screen *")) {
      if (part.closest("aside, mjx-assistive-mml, svg *, .frame *")) continue;
      const box = part.getBoundingClientRect();
      if (box.width && !inside(box, screen)) say(`${part.tagName} ${part.className} reaches beyond the screen`);
    }
    const content = slide.querySelector(".content");
    if (content.scrollHeight > content.clientHeight + 8) say(`${content.scrollHeight} high in ${content.clientHeight}`);
    for (const code of slide.querySelectorAll("pre")) {
      if (code.scrollWidth > code.clientWidth + 8) say("code is cut off");
    }
    const size = parseFloat(getComputedStyle(content).fontSize);
    if (size < 20 && !slide.matches(".explorer")) say(`the text is set in ${size} px`);
    if (slide.querySelector("[data-mml-node=merror], mjx-merror")) say("a formula has an error");
    for (const image of slide.querySelectorAll("img")) if (!image.naturalWidth) say(`${image.src} is not there`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """Make all decks once and return their folder."""
    out = tmp_path_factory.mktemp("slides")
    slides.make(CHAPTERS, out)
    return out


@pytest.fixture
def opened(decks, new_page):
    """Return a function that opens the deck of a chapter on a screen of 1280 by 720."""

    def open_deck(stem: str):
        page = new_page()
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(f"file://{decks}/{stem}.html")
        page.wait_for_function(READY)
        return page

    return open_deck


@pytest.mark.parametrize("stem", [path.stem for path in CHAPTERS])
def test_nothing_overflows_and_the_keys_reach_the_end(opened, stem):
    page = opened(stem)
    assert page.locator("mjx-container").count() > 20
    assert page.evaluate(OVERFLOW) == []
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("deck.getState().indexh") == 1
    page.keyboard.press("End")
    assert page.evaluate("deck.isLastSlide()")


def test_what_answers_is_hidden_until_the_next_step(opened):
    page = opened("10_stateful_evaluation")
    place = page.evaluate(
        "[...document.querySelectorAll('section')].findIndex((one) => one.matches('.predict:has(.fragment)'))"
    )
    page.evaluate(f"deck.slide({place})")
    answer = page.locator("section.present .fragment").first
    assert not answer.is_visible()
    page.keyboard.press("ArrowRight")
    answer.wait_for(state="visible", timeout=5000)
    assert page.evaluate("deck.getState().indexh") == place


def test_an_explorer_keeps_its_keys_and_its_buttons(opened):
    page = opened("07_sampling_and_temperature")
    page.evaluate("deck.slide([...document.querySelectorAll('section')].findIndex((one) => one.matches('.explorer')))")
    place = page.evaluate("deck.getState().indexh")
    slider = page.locator("section.present [data-explorer] input[type=range]").first
    before = slider.input_value()
    slider.press("ArrowRight")
    assert slider.input_value() != before
    assert page.evaluate("deck.getState().indexh") == place
    moved = slider.input_value()
    page.locator("section.present .states button").first.click()
    page.wait_for_function("([box, old]) => box.value !== old", arg=[slider.element_handle(), moved])


def test_the_speakers_window_follows_from_disk(opened):
    page = opened("04_bptt")
    page.evaluate("deck.slide(8)")
    with page.expect_popup() as window:
        page.keyboard.press("s")
    speaker = window.value
    speaker.wait_for_function("document.querySelector('.speaker-controls-notes .value')?.innerText.length > 100")
    before = speaker.locator(".speaker-controls-notes .value").inner_text()
    page.keyboard.press("ArrowRight")
    speaker.wait_for_function(
        "(old) => document.querySelector('.speaker-controls-notes .value').innerText !== old", arg=before
    )
    for frame in speaker.frames[1:]:
        frame.wait_for_function(READY)


def test_the_notes_beside_the_slide(opened):
    page = opened("04_bptt")
    page.evaluate("deck.slide(8)")
    page.keyboard.press("n")
    notes = page.locator(".speaker-notes")
    assert notes.is_visible()
    slide = page.locator("section.present").bounding_box()
    assert slide["x"] + slide["width"] <= notes.bounding_box()["x"] + 1


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_a_deck_is_a_page_to_scroll(decks, new_page, axe, javascript):
    page = new_page(width=360, javascript=javascript)
    page.goto(f"file://{decks}/04_bptt.html")
    if javascript:
        page.locator("section.formula mjx-container").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe(page, exclude=("[data-explorer]", "mjx-container")) == []
    assert page.locator("section.exercises").is_visible()
    assert page.locator("section.predict .finding").first.is_visible()
    assert page.locator("aside.notes").first.is_visible()


def test_accessible_on_a_screen(opened, axe):
    page = opened("07_sampling_and_temperature")
    every = "[...document.querySelectorAll('.slides > section')]"
    kinds = page.evaluate(
        "[...new Set([...document.querySelectorAll('.slides > section')].map((one) => one.classList[0]))]"
    )
    for kind in kinds:
        page.evaluate(f"(kind) => deck.slide({every}.findIndex((one) => one.matches('.' + kind)), 0, 99)", kind)
        page.wait_for_timeout(300)  # a step fades in
        found = axe(page, "section.present", ("[data-explorer]", "mjx-container"))
        assert (kind, found) == (kind, [])


def test_the_index(decks, new_page, axe):
    for width in (320, 1280):
        page = new_page(width=width)
        page.goto(f"file://{decks}/index.html")
        assert page.locator("ol a").count() == len(CHAPTERS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert axe(page) == []


def test_printed_it_is_one_page_a_slide(decks, new_page):
    page = new_page()
    page.goto(f"file://{decks}/04_bptt.html?print-pdf")
    page.wait_for_function(READY)
    page.wait_for_function("document.querySelectorAll('.pdf-page').length === deck.getTotalSlides()")
    assert page.locator(".pdf-page .formula").first.bounding_box()["height"] > 20
    heights = "[...document.querySelectorAll('.pdf-page > section')].map((one) => one.offsetHeight)"
    assert set(page.evaluate(heights)) == {720}
