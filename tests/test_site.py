"""The built site in Chromium, from disk and from a server, with the network blocked.

What is checked on each page: nothing asked from outside, no failed request, no script error (by the fixture
``page``), maths rendered, search, accessibility in light and dark, 320 px, links, and what is left without JavaScript.
"""

from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath

import nbformat
import pytest

from tests import address as home
from tests.conftest import BOOK, ROOT, Record, contents

pytestmark = pytest.mark.browser

PAGES = contents()
SOURCES = {page: ROOT / f"{page}.ipynb" if page.startswith("exercises/") else BOOK / f"{page}.ipynb" for page in PAGES}
NOTEBOOKS = [page for page in PAGES if SOURCES[page].exists()]
THEMES_OWN = (
    # The theme puts the link with the book's name outside of every landmark.
    ".bd-sidebar-primary .sidebar-primary-items__start > .sidebar-primary-item:first-child",
    "#pst-secondary-sidebar",  # its list of sections is closed on a phone, and counts as a box that scrolls
)
STICKING_OUT = """all => all.filter(one => {
    if (one.getBoundingClientRect().right <= 321) return false;
    for (let box = one; !box.matches(".bd-article"); box = box.parentElement)
        if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(box).overflowX)) return false;
    return true;
}).map(one => one.outerHTML.slice(0, 80))"""

CUT_OFF = """all => all.filter(one => ["hidden", "clip"].includes(getComputedStyle(one).overflowX)
    && one.scrollWidth > one.clientWidth + 1 && !one.closest("mjx-assistive-mml"))
    .map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture(params=["file", "http"])
def address(request, site):
    """Return a function from a page's name to its address, from disk or from a server."""
    base = site.as_uri() if request.param == "file" else request.getfixturevalue("served")
    return lambda name: f"{base}/{name}.html"


def visit(page, url: str) -> None:
    """Open a page, wait until its formulas are set, and scroll through it."""
    page.goto(url)
    page.evaluate("window.MathJax?.startup?.promise")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")


def check_complete(page, url: str) -> None:
    """Assert that a page has all its images and formulas."""
    visit(page, url)
    broken = "images => images.filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"
    assert page.locator("img").evaluate_all(broken) == []
    bare = "formulas => formulas.filter(one => !one.querySelector('mjx-container')).map(one => one.textContent)"
    assert page.locator(".math").evaluate_all(bare) == []
    assert page.locator("mjx-merror, [data-mjx-error]").all_inner_texts() == []


@pytest.mark.parametrize("name", ["genindex", "search"])
def test_page_that_sphinx_adds_is_complete(page, site, name):
    check_complete(page, (site / f"{name}.html").as_uri())


@pytest.mark.parametrize("name", [*(name for name in PAGES if "/" not in name), "exercises/04_bptt", "teaching/guide"])
def test_page_is_complete_from_a_server(page, served, name):
    check_complete(page, f"{served}/{name}.html")


def test_search_finds_the_chapters(page, address):
    page.goto(address("search") + "?q=probability")
    page.wait_for_selector("#search-results ul.search a")
    found = page.locator("#search-results ul.search a").evaluate_all("links => links.map(link => link.href)")
    assert any("01_chain_rule.html" in link for link in found)


def test_search_box_of_a_page(page, address):
    page.goto(address("index"))
    page.keyboard.press("Control+k")
    page.keyboard.type("temperature")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results ul.search a")
    assert "07_sampling" in page.locator("#search-results").inner_html()


CONTRAST = "color-contrast"  # what a theme changes, and the width of the screen does not


def unfold(page) -> None:
    """Open all that is folded."""
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_complete_and_accessible_in_light_and_dark(new_page, site, axe, name):
    page = new_page(reduced_motion="reduce")
    check_complete(page, (site / f"{name}.html").as_uri())
    unfold(page)
    for theme, rules in {"light": None, "dark": {"runOnly": [CONTRAST]}}.items():
        page.emulate_media(color_scheme=theme)
        page.wait_for_selector(f"html[data-theme={theme}]")
        assert axe(page, exclude=THEMES_OWN, rules=rules) == []


@pytest.mark.parametrize("name", PAGES)
def test_phone_is_accessible_and_scrolls_only_down(new_page, site, axe, name):
    page = new_page(width=320, reduced_motion="reduce")
    visit(page, (site / f"{name}.html").as_uri())
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".bd-article *").evaluate_all(STICKING_OUT) == []
    assert page.locator(".bd-article *").evaluate_all(CUT_OFF) == []
    assert axe(page, exclude=THEMES_OWN, rules={"rules": {CONTRAST: {"enabled": False}}}) == []


def check_saving(page, url: str, source: Path) -> None:
    """Assert that a page has the notebook's address in Colab, and gives the notebook itself."""
    page.goto(url)
    colab = page.get_by_role("link", name="Open in Colab")
    assert colab.get_attribute("href") == home.read().colab(source.relative_to(ROOT).as_posix())
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the notebook").press("Enter")
    assert download.value.suggested_filename == source.name
    assert download.value.path().read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != "index"])
def test_notebook_can_be_opened_in_colab_and_saved(page, site, name):
    check_saving(page, (site / f"{name}.html").as_uri(), SOURCES[name])


@pytest.mark.parametrize("name", ["04_bptt", "exercises/04_bptt"])
def test_notebook_can_be_saved_from_a_server(page, served, name):
    check_saving(page, f"{served}/{name}.html", SOURCES[name])


def test_the_setup_cell_is_for_running_and_not_for_reading(page, site):
    for name in ("index", "04_bptt"):
        page.goto((site / f"{name}.html").as_uri())
        assert "%pip" not in page.locator("article").inner_text()


def alts(source: Path) -> list[str]:
    """Return what a run has computed as the alt texts of a notebook's figures."""
    cells = [cell for cell in nbformat.read(source, 4).cells if cell.cell_type == "code"]
    forms = [output.data for cell in cells for output in cell.outputs if "data" in output]
    return [" ".join(form["text/plain"].split()) for form in forms if "image/png" in form]


@pytest.mark.parametrize("name", PAGES)
def test_without_javascript(new_page, site, name):
    page = new_page(javascript=False)
    page.goto((site / f"{name}.html").as_uri())
    on_page = page.locator(".cell_output img").evaluate_all("images => images.map(image => image.alt)")
    assert on_page == (alts(SOURCES[name]) if name in NOTEBOOKS else [])
    assert page.locator("article img:not([alt]), article img[alt='']").count() == 0
    assert len(page.locator("article").inner_text()) > 100
    for explorer in page.locator("[data-explorer]").all():
        assert len(explorer.inner_text()) > 100
    for answer in page.locator("article details").all():
        assert not answer.locator(":scope > :not(summary)").first.is_visible()
        answer.locator("summary").first.click()
        assert answer.locator(":scope > :not(summary)").first.is_visible()


class Anchors(HTMLParser):
    """Collects the ids and the link targets of one page."""

    def __init__(self, html: str):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids |= {named[key] for key in ("id", "name") if named.get(key)}
        self.links += [named[key] for key in ("href", "src") if named.get(key)]


def test_links_inside_the_book_resolve(site):
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    pages = {name: Anchors(path.read_text()) for name, path in found.items() if not name.startswith("_")}
    dead = []
    for name, page in pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            inside = path.partition("?")[0]
            target = normpath(PurePosixPath(name).parent / inside) if inside else name
            if ":" in path or path.startswith("//"):
                continue
            if not (site / target).exists() or (anchor and anchor not in pages.get(target, page).ids):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_a_request_that_leaves_the_machine_is_caught(browser):
    page = browser.new_page()
    page.record = Record(page)
    page.set_content('<img src="https://example.org/x.png"><script>undefinedFunction()</script>')
    page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match=r"example\.org"):
        page.record.check()
    assert page.record.failed
    assert "undefinedFunction" in page.record.errors[0]
    page.close()
