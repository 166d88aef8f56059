"""Draw the picture of the README: the explorer of chapter 07 as a reader sees it (`python -m tests.screenshot`)."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from lessons_pkg import data_path, load_checkpoint
from lessons_pkg.explorers import temperature_explorer
from tests.conftest import BOOK, CHROMIUM_FLAGS, CHROMIUM_NAMES

PICTURE = BOOK / "images" / "explorer.png"
PAGE = '<!doctype html><meta charset="utf-8"><body style="margin: 16px; font-family: sans-serif">{}</body>'


def main() -> None:
    """Open the explorer, answer its question, and save what it shows."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    model, vocab, *_ = load_checkpoint(data_path("names.pt"))
    explorer = temperature_explorer(model, vocab, prefix="ma", temperature=0.5)
    PICTURE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_path = Path(folder, "page.html")
        page_path.write_text(PAGE.format(explorer.html), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 792, "height": 800}, device_scale_factor=1.5)
        page.goto(page_path.as_uri())
        page.locator(".live").screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
