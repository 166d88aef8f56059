"""Make slides of the chapters, which need no network: one deck a chapter, an index, and a folder with all they load.

python -m tests.slides [CHAPTER ...] [--out FOLDER]    default: all chapters, into slides/

The folder can be copied to a stick as it is. What goes on a slide is decided in ``slides_walk`` and ``slides_ends``.
"""

import argparse
import sys
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from sysconfig import get_paths

import nbformat
from pygments.formatters import HtmlFormatter

from lessons_pkg.files import written_atomically
from tests.slides_blocks import Slide
from tests.slides_ends import deck
from tests.slides_walk import Walk

HERE = Path(__file__).parent
BOOK = HERE.parent / "book"
OUT = BOOK.parent / "slides"
REVEAL = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE")
PAGE = Template("""<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="assets/favicon.svg">
$links
</head>
<body>
$body
</body>
</html>
""")
STYLE = '<link rel="stylesheet" href="assets/slides.css">'
REVEAL_STYLE = '<link id="reveal-style" rel="stylesheet" href="assets/reveal.css" media="not all">'
SCRIPTS = "\n".join(f'<script src="assets/{name}.js"></script>' for name in ("reveal", "notes", "slides", "tex-svg"))


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and the folder it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_atomically(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def section(slide: Slide, number: int, chapter: str) -> str:
    """Return the HTML of one slide."""
    level = "h1" if slide.kind == "title" else "h2"
    above = f'<p class="above">{chapter}</p>' if slide.kind == "title" else ""
    foot = (
        "" if slide.kind == "title" else f'<p class="foot">{chapter} · {slide.section}</p>'.replace(" · </p>", "</p>")
    )
    notes = "".join(slide.notes)
    notes = f'<aside class="notes" aria-label="Notes, slide {number}">{notes}</aside>' if notes else ""
    anchor = slide.anchor or f"slide-{number}"
    return (
        f'<section id="{anchor}" class="{slide.kind}"><div class="screen">{above}<{level}>{slide.title}</{level}>'
        f'<div class="content">{slide.body}</div></div>{foot}{notes}</section>'
    )


def page(walk: Walk) -> str:
    """Return the deck of a chapter as a page."""
    number = int(walk.stem[:2])
    chapter = f"Next Character · Chapter {number}"
    slides = "\n".join(section(slide, place, chapter) for place, slide in enumerate(walk.slides, 1))
    body = f'<main class="reveal"><div class="slides">\n{slides}\n</div></main>'
    return PAGE.substitute(
        title=f"{number}. {walk.slides[0].title}", links="\n".join([REVEAL_STYLE, STYLE, SCRIPTS]), body=body
    )


def index(walks: list[Walk]) -> str:
    """Return the page that lists the decks and says which keys they know."""
    rows = "".join(
        f'<li value="{int(walk.stem[:2])}"><a href="{walk.stem}.html">{walk.slides[0].title}</a> '
        f"<span>{len(walk.slides)} slides</span></li>"
        for walk in walks
    )
    keys = {
        "→ ←": "the next step, the step before",
        "Home End": "the first slide, the last",
        "O": "all slides at a glance",
        "S": "the speaker's window: notes, clock, next slide",
        "N": "the notes beside the slide, on the same screen",
        "F": "full screen",
        "B": "a dark screen",
        "?": "all keys",
    }
    keys = "".join(f"<tr><th><kbd>{key}</kbd></th><td>{escape(does)}</td></tr>" for key, does in keys.items())
    body = (
        f'<main class="index"><h1>Next Character: the slides</h1><ol>{rows}</ol><h2>Keys</h2><table>{keys}</table>'
        "<p>On a narrow screen a deck is one page to scroll, answers and notes included. To print one, or to save it "
        "as PDF, add <code>?print-pdf</code> to its address and print.</p><p>Text and pictures: CC BY 4.0.</p></main>"
    )
    return PAGE.substitute(title="Next Character: the slides", links=STYLE, body=body)


def assets(out: Path) -> None:
    """Copy what all decks load: reveal.js and MathJax from the packages that carry them, and what is ours."""
    carried = files("sphinx_revealjs") / "_static" / "revealjs"
    for name in REVEAL:
        target = "reveal-LICENSE" if name == "LICENSE" else Path(name).name
        write(out / "assets" / target, carried.joinpath(name).read_bytes())
    mathjax = Path(get_paths()["purelib"], "sphinx-mathjax-offline", "static", "mathjax", "tex-svg.js")
    write(out / "assets" / "tex-svg.js", mathjax.read_bytes())
    write(out / "assets" / "slides.js", (HERE / "slides.js").read_bytes())
    write(out / "assets" / "favicon.svg", (BOOK / "_static" / "favicon.svg").read_bytes())
    colours = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs("pre.code")
    write(out / "assets" / "slides.css", (HERE / "slides.css").read_text() + colours)


def make(chapters: list[Path], out: Path) -> list[Walk]:
    """Write the decks of some chapters and what they need, and return them."""
    walks = [deck(nbformat.read(path, as_version=4), path.stem) for path in chapters]
    assets(out)
    for walk in walks:
        write(out / f"{walk.stem}.html", page(walk))
        for address, image in walk.images.items():
            write(out / address, image)
    write(out / "index.html", index(walks))
    return walks


def main(wanted: list[str] | None = None) -> int:
    """Do what the command line asks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.slides", description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="such as 04, or 04_bptt; default: all")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER")
    asked = parser.parse_args(wanted)
    every = sorted(BOOK.glob("[0-9][0-9]_*.ipynb"))
    chapters = [path for path in every if not asked.chapters or {path.stem, path.stem[:2]} & set(asked.chapters)]
    unknown = set(asked.chapters) - {name for path in every for name in (path.stem, path.stem[:2])}
    if unknown:
        parser.exit(2, f"slides: no chapter {min(unknown)!r}; there are {every[0].stem} to {every[-1].stem}\n")
    try:
        made = make(chapters, asked.out)
    except (OSError, ValueError) as error:
        parser.exit(2, f"slides: {error}\n")
    for walk in made:
        print(f"  {walk.stem:<32} {len(walk.slides):3} slides")
    print(f"The slides are made: open {asked.out / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
