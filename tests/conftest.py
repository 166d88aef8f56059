"""Fixtures that the tests share: the built site, a local server, and a Chromium that may not leave the machine.

Browser tests carry ``pytestmark = pytest.mark.browser``. Without Chromium, or without a built site, they are
skipped; with ``REQUIRE_BROWSER=1`` in the environment they fail instead. Use ``page`` for a plain page, and
``new_page(width=320, dark=True, javascript=False)`` for others. When the test ends, each of its pages must have
asked for nothing from outside, had no failed request and no script error.
"""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

# The same cases on every run, and no limit on the time of one: machines differ.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def contents() -> list[str]:
    """Return the name of every page in the order of the book; exercises are pages that the build copies there."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text())
    names = [toc["root"]]
    for chapter in (chapter for part in toc["parts"] for chapter in part["chapters"]):
        if "glob" in chapter:
            found = sorted(ROOT.glob(chapter["glob"] + ".ipynb"))
            names += [path.relative_to(ROOT).with_suffix("").as_posix() for path in found]
        else:
            names.append(chapter["file"])
    return names


def unavailable(reason: str) -> None:
    """Skip the test, or fail it where browser tests must run."""
    if os.environ.get("REQUIRE_BROWSER", "0") not in ("", "0"):
        pytest.fail(f"REQUIRE_BROWSER is set, but {reason}", pytrace=False)
    pytest.skip(reason)


class Record:
    """What a page has asked for and complained about since it was opened, or since ``clear``."""

    def __init__(self, page):
        self.clear()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", self.note_failure)
        page.on("response", lambda response: response.status >= 400 and self.failed.append(response.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self.errors.append(line.text))

    def note_failure(self, request) -> None:
        """Keep a failed request, but for one that the browser itself called off.

        That is "csp", a script that a page without JavaScript does not fetch, and "ERR_ABORTED", what was still
        on its way, such as the icon, when the test left the page. A file that is missing or an address that cannot be
        reached has other errors.
        """
        if request.failure not in ("csp", "net::ERR_ABORTED"):
            self.failed.append(f"{request.url}: {request.failure}")

    def clear(self) -> None:
        """Forget everything so far."""
        self.requests, self.failed, self.errors = [], [], []

    @property
    def outside(self) -> list[str]:
        """Requests that left the machine, or tried to."""
        at_home = ("file://", "http://127.0.0.1:", "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(at_home)]

    def check(self) -> None:
        """Assert that nothing was asked from outside, no request failed and no script had an error."""
        found = {"asked from outside": self.outside, "failed": self.failed, "script errors": self.errors}
        assert not any(found.values()), found


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built site."""
    html = BOOK / "_build" / "html"
    if not (html / "index.html").exists():
        unavailable("the site is not built: run `make book`")
    return html


@pytest.fixture(scope="session")
def served(site):
    """Serve the built site on this machine and return its address, without a slash at the end."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Start one Chromium for the whole run."""
    found = filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES]))
    if not (chromium := next(found, None)):
        unavailable("there is no Chromium here (looked for " + ", ".join(CHROMIUM_NAMES) + ")")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def new_page(browser):
    """Return a function that opens an empty page; its ``record`` says what the page did."""
    contexts, records = [], []

    def open_page(*, width: int = 1280, dark: bool = False, javascript: bool = True, **settings):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            **settings,
        )
        contexts.append(context)
        page = context.new_page()
        page.record = Record(page)
        records.append(page.record)
        return page

    yield open_page
    for context in contexts:
        context.close()
    for record in records:
        record.check()


@pytest.fixture
def page(new_page):
    """Open an empty page, 1280 wide, light, with JavaScript."""
    return new_page()


@pytest.fixture(scope="session")
def axe():
    """Return a function that runs axe-core on a page and returns its complaints, one line for each."""
    script = files("axe_core_python").joinpath("axe.min.js").read_text()

    def run(page, include: str = "html", exclude: tuple[str, ...] = (), rules: dict | None = None) -> list[str]:
        page.evaluate(script)
        options = {"resultTypes": ["violations"]} | (rules or {})  # a chapter has thousands of nodes that pass
        violations = page.evaluate(
            """async ([include, exclude, options]) =>
                (await axe.run({include: [[include]], exclude: exclude.map(x => [x])}, options)).violations""",
            [include, list(exclude), options],
        )
        return [
            f"{violation['id']}: {node['target']}: {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]

    return run
