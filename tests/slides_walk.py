"""What of a chapter goes on a screen, and what into the speaker's notes: one method for each kind of block.

Prose goes into the notes of the slide that stands before it. On the screen come headings, Predict boxes with what
answers them, figures, explorers, formulas with the sentence before and after, short functions, lists and tables.
"""

import re
from base64 import b64decode

from tests.slides_blocks import Item, Slide, before_next, code, entries, figure, function, printed, shown, shows
from tests.slides_text import Text, first, last, sentences

MINUTES = re.compile(r"^\*(?:about )?(\d+) minutes?\.?\*\.?\s*")
LEAD, BEFORE, AFTER, SEEN, SHORTEST = 300, 260, 240, 170, 45  # characters of prose on a screen
ROOM, SHORT = 18, 8  # lines of code and output on one screen; lines of a cell that is shown with its output
TAG = re.compile(r"<[^>]*>")
BELOW = 900  # characters of HTML of a question with its answer below it
JOINED = 640  # characters of text and formulas on one screen


class Walk:
    """Walks through the sections of a chapter and collects slides."""

    def __init__(self, text: Text, stem: str, buttons: dict[str, list[str]]):
        """Begin with no slides; ``buttons`` are those of each explorer, by its name."""
        self.text, self.stem, self.buttons = text, stem, buttons
        self.slides: list[Slide] = []
        self.images: dict[str, bytes] = {}
        self.section = self.heading = ""
        self.asked = False  # a prediction waits for what answers it
        self.built = False  # this part of the section has built its function

    def add(self, kind: str, body: str = "", title: str = "", **more) -> Slide:
        """Append a slide, under the present heading if it has none of its own."""
        self.slides.append(Slide(kind, title or self.heading, body, section=self.section, **more))
        return self.slides[-1]

    def through(self, blocks: list[Item]) -> None:
        """Make the slides of one section, which begins with its heading."""
        for place, item in enumerate(blocks):
            around = (
                blocks[place - 1] if place else Item("none"),
                blocks[place + 1] if blocks[place + 1 :] else Item("none"),
            )
            ahead = blocks[place + 1 :]
            getattr(self, item.kind, self.note)(item, *around, ahead)

    def note(self, item: Item, *_) -> None:
        """Leave a block to the speaker."""
        heading = f"<p><b>{self.text.inline(item.title)}</b></p>{self.text.html(item.source)}"
        self.slides[-1].notes.append(heading if item.title else item.html)

    def h2(self, item: Item, before: Item, after: Item, ahead: list[Item]) -> None:
        """Open a section: its name, its minutes, its parts, and the sentence it begins with."""
        minutes = MINUTES.match(after.source)
        self.section = self.heading = item.title
        self.built = False
        parts = "".join(f"<li>{one.title}</li>" for one in ahead if one.kind == "h3")
        lead = MINUTES.sub("", after.source) if after.kind == "paragraph" else ""
        if minutes and not lead and ahead[1:] and ahead[1].kind == "paragraph":
            lead = ahead[1].source
        lead = first(lead, LEAD)
        body = f'<p class="minutes">{minutes[1]} minutes</p>' if minutes else ""
        body += f'<p class="lead">{self.text.inline(lead)}</p>' if len(lead) > SHORTEST else ""
        number = sum(slide.kind == "section" for slide in self.slides) + 1
        self.add("section", body + (f'<ul class="parts">{parts}</ul>' if parts else ""), anchor=f"section-{number}")
        if minutes:
            self.section += f" · {minutes[1]} min"

    def h3(self, item: Item, *_) -> None:
        """Let the next slides stand under a part of the section."""
        self.heading = item.title

    def paragraph(self, item: Item, before: Item, after: Item, ahead: list[Item]) -> None:
        """Keep prose for the notes; it goes on the screen where it alone answers a prediction."""
        if before.kind == "predict" and (said := first(item.source, SEEN)):
            self.slides[-1].body += f'<p class="finding fragment">{self.text.inline(said)}</p>'
            self.asked = any(shows(one) for one in before_next(ahead))
        if source := MINUTES.sub("", item.source):
            self.slides[-1].notes.append(self.text.html(source))

    def predict(self, item: Item, *_) -> None:
        """Ask the class."""
        self.asked = True
        self.add("predict", f'<div class="ask">{self.text.html(item.source)}</div>', "Predict")

    def math(self, item: Item, before: Item, after: Item, *_) -> None:
        """Show a formula between the sentence that leads to it and the one that says what it means."""
        intro = self.intro(before, BEFORE)
        said = self.text.inline(first(after.source, AFTER)) if after.kind == "paragraph" else ""
        body = intro + item.html + (f"<p>{said}</p>" if said else "")
        shown_last = self.slides[-1]
        joined = len(TAG.sub("", shown_last.body + body))
        if (
            (shown_last.kind, shown_last.title) == ("formula", self.heading)
            and joined < JOINED
            and "<pre" not in shown_last.body
        ):
            shown_last.body += body
        else:
            self.add("formula", body)

    amsmath = math

    def bullet_list(self, item: Item, before: Item, *_) -> None:
        """Show a list of three and more with the sentence before it."""
        if len(entries(item.source)) < 3:
            return self.note(item)
        intro = self.intro(before, BEFORE)
        self.add("points", intro + item.html)

    ordered_list = bullet_list

    def table(self, item: Item, before: Item, *_) -> None:
        """Show a table with the sentence before it."""
        intro = self.intro(before, BEFORE)
        self.add("table", intro + item.html)

    def code(self, item: Item, before: Item, after: Item, ahead: list[Item]) -> None:
        """Show what a cell builds, if it is new and short, and what it shows, if a picture or an answer."""
        text = "\n".join(filter(None, map(shown, item.cell.outputs)))
        built = function(item.cell, any_of_them=not (self.built or self.asked))
        self.built |= bool(built)
        lines = len(item.source.splitlines())
        room = lines + len(text.splitlines()) <= ROOM
        if built:
            together = text if room and "print(" in built else ""
            self.show_code(built, printed(together, step=True) if together else "", before)
            self.asked &= not together
            text = "" if together else text
        drawn = ahead and ahead[0].cell is not None and shows(ahead[0]) and not any(map(shown, ahead[0].cell.outputs))
        if self.asked and text and not (drawn and self.slides[-1].kind != "predict"):  # the picture says it better
            self.asked = False
            run = code(item.source) if room and not built and lines <= SHORT else ""
            self.answer(run, printed(text, step=True) + self.seen(after))
        for output in item.cell.outputs:
            self.rich(item, output.get("data", {}), after)

    def show_code(self, built: str, output: str, before: Item) -> None:
        """Show code under the formula that it computes, if both fit, or else with the sentence before it."""
        formula = self.slides[-1]
        lines = len(built.splitlines()) + output.count("\n")
        if (
            formula.kind == "formula"
            and formula.title == self.heading
            and formula.body.count("formula") < 2
            and lines <= SHORT
        ):
            formula.body += code(built) + output
            return
        intro = self.intro(before, SEEN)
        self.add("code", intro + code(built) + output)

    def answer(self, run: str, body: str) -> None:
        """Answer a short question below it, and another on a slide of its own."""
        asked = next(slide for slide in reversed(self.slides) if slide.kind == "predict")
        if (asked is self.slides[-1] or not run) and len(asked.body) + len(body) <= BELOW:
            asked.body += body
        else:
            self.add("answer", run + (body if run else body.replace(" fragment", "", 1)))

    def intro(self, before: Item, limit: int) -> str:
        """Return the end of the paragraph before a block as HTML, without sentences that the last slide has shown."""
        kept = last(MINUTES.sub("", before.source), limit) if before.kind == "paragraph" else ""
        kept = " ".join(one for one in map(self.text.inline, sentences(kept)) if one not in self.slides[-1].body)
        return f"<p>{kept}</p>" if kept else ""

    def seen(self, after: Item) -> str:
        """Return the sentence that says what was seen, as the next step."""
        said = first(after.source, SEEN) if after.kind == "paragraph" else ""
        return said and f'<p class="finding fragment">{self.text.inline(said)}</p>'

    def rich(self, item: Item, data: dict, after: Item) -> None:
        """Show a picture or an explorer."""
        kind = "answer" if self.asked else "figure"
        if "image/png" in data:
            settings = item.cell.metadata.get("mystnb", {}).get("figure", {})
            name = settings.get("name", f"picture-{len(self.images) + 1}")
            address = f"figures/{self.stem}/{name}.png"
            self.images[address] = b64decode(data["image/png"])
            number = self.text.figures.get(settings.get("name"), "")
            caption = " ".join(
                filter(None, [number and f"<b>{number}.</b>", self.text.inline(settings.get("caption", ""))])
            )
            picture = figure(address, self.images[address], data["text/plain"], caption)
            self.add(kind, picture + (self.seen(after) if kind == "answer" else ""))
        elif "text/html" in data:
            name = re.search(r'data-explorer-name="([^"]+)"', data["text/html"])
            row = "".join(self.buttons.get(name[1] if name else "", []))
            self.add("explorer", f'<div class="frame">{data["text/html"]}</div><p class="states">{row}</p>')
        else:
            return
        self.asked = False
