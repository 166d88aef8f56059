"""How a deck begins and ends: title, aims, the way; summary, wrong explanations, questions, exercises."""

import re

from nbformat import NotebookNode

from tests import address
from tests.slides_blocks import Item, Slide, entries, items, shares
from tests.slides_text import BUTTON, Text, first
from tests.slides_walk import Walk

QUESTION = re.compile(r"(?:^|\n\n)([^.?\n][^.?]*\?)")
AIMS = re.compile(r"You will be able to:?\s+(.*?)(?=\n- Minutes|\n\nMinutes|\n\n[A-Z]|\Z)", re.S)
GROUND = re.compile(r"Builds on:?\s+(.*?)(?=\n\n|\n- |\Z)", re.S)
CLAIM = re.compile(r"\"(.+?)\"\s*(.*)", re.S)
SUMMARY, ANSWER = 640, 1000  # characters on a screen
LAST = {"Summary", "Where common explanations go wrong", "Questions", "Exercises", "Sources"}


def listed(texts: list[str], text: Text, kind: str = "ul") -> str:
    """Return a list in HTML."""
    return f"<{kind}>{''.join(f'<li>{text.inline(one)}</li>' for one in texts)}</{kind}>"


def opening(walk: Walk, source: str) -> None:
    """Make the title slide and the one that says what the class will be able to do."""
    text = walk.text
    title, _, rest = source.partition("\n")
    title = title.removeprefix("# ").strip()
    rest = rest.strip()
    minutes = re.search(r"Minutes: (?:about )?(\d+)", rest)
    asked = "" if title.endswith("?") else QUESTION.search(rest)[1]
    hook = first(rest.split("\n\n")[0], 330).removeprefix(asked).strip()
    ground = text.inline(" ".join(GROUND.search(rest)[1].split()))
    said = (
        f'<p class="question">{text.inline(asked)}</p>' if asked else ""
    ) + f'<p class="lead">{text.inline(hook)}</p>'
    walk.add("title", f'{said}<p class="minutes">{minutes[1]} minutes</p>', text.inline(title))
    prose, _, _ = rest.partition("You will be able to")
    walk.slides[-1].notes.append(text.html(prose.rstrip("- \n")))
    aims = AIMS.search(rest)[1].strip()
    aims = entries(aims) if aims.startswith("- ") else [one.strip() for one in re.split(r";\s+(?:and )?", aims)]
    aims = [re.sub(r"^to ", "", one).rstrip(";.") for one in aims]
    walk.add("aims", f'{listed(aims, text)}<p class="ground">Builds on: {ground}</p>', "You will be able to")


def way(sections: list[Slide]) -> Slide:
    """Return the slide that lists the sections with their minutes, each a link."""
    rows = []
    for slide in sections:
        minutes = re.search(r'"minutes">(\d+)', slide.body)
        spent = f"<span>{minutes[1]} min</span>" if minutes else ""
        rows.append(f'<li><a href="#{slide.anchor}">{slide.title}</a> {spent}</li>')
    return Slide("way", "The way", f'<ol class="way">{"".join(rows)}</ol>')


def summary(walk: Walk, blocks: list[Item]) -> None:
    """Show the points of the summary."""
    points = [one for item in blocks if item.kind.endswith("list") for one in entries(item.source)]
    points = points or [item.source for item in blocks if item.kind == "paragraph"]
    for part in shares(points, SUMMARY):
        walk.add("summary", listed(part, walk.text))


def mistakes(walk: Walk, blocks: list[Item]) -> None:
    """Show claims for the class to judge, two on a screen, and what is true as the next steps."""
    claims = [one for item in blocks if item.kind.endswith("list") for one in entries(item.source)]
    for start in range(0, len(claims), 2):
        body = ""
        for claim in claims[start : start + 2]:
            quoted = CLAIM.match(claim)
            said, truth = quoted.groups() if quoted else (first(claim, 0), claim.removeprefix(first(claim, 0)))
            body += f"<blockquote>{walk.text.inline(said)}</blockquote>"
            body += f'<p class="truth fragment">{walk.text.inline(truth.strip())}</p>'
        walk.add("mistake", body, "True or not?")


def questions(walk: Walk, blocks: list[Item]) -> None:
    """Show each question, and its answer as the next step, or on a slide of its own if it is long."""
    asked = [one for item in blocks if item.kind == "ordered_list" for one in entries(item.source)]
    answers = [item.source for item in blocks if item.kind == "box" and item.title.startswith("Answer")]
    for number, (question, answer) in enumerate(zip(asked, answers, strict=True), 1):
        title, answer = f"Question {number}", walk.text.html(answer)
        question = f'<div class="ask">{walk.text.html(question)}</div>'
        if len(question) + len(answer) <= ANSWER:
            walk.add("question", f'{question}<div class="truth fragment">{answer}</div>', title)
        else:
            walk.add("question", question, title)
            walk.add("question", f'<div class="truth">{answer}</div>', f"{title}: the answer")


def exercises(walk: Walk, blocks: list[Item]) -> None:
    """Name the notebook of exercises, with the tasks of the chapter; the hints are for the speaker."""
    tasks = [one for item in blocks if item.kind == "ordered_list" for one in entries(item.source)]
    tasks = tasks or [item.source for item in blocks if item.kind == "paragraph"][1:]
    notebook = f"exercises/{walk.stem}.ipynb"
    link = f'<a href="{address.read().colab(notebook)}">in Colab</a>'
    body = f"<p>The exercises that answer back: <code>{notebook}</code>, or {link}.</p>"
    walk.add("exercises", body + "<p>To try in the chapter’s notebook:</p>" + listed(tasks, walk.text, "ol"))
    for item in blocks:
        if item.kind == "box":
            walk.note(item)


def sources(walk: Walk, blocks: list[Item]) -> None:
    """Leave the sources to the speaker."""
    for item in blocks:
        if item.kind != "h2":
            walk.note(item)


ENDS = dict(zip(sorted(LAST), (exercises, questions, sources, summary, mistakes), strict=True))


def deck(notebook: NotebookNode, stem: str) -> Walk:
    """Return the slides and the pictures of a chapter, NN_topic."""
    text = Text(notebook, int(stem[:2]))
    written = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    buttons: dict[str, list[str]] = {}
    for found in BUTTON.finditer(written):
        buttons.setdefault(found[1], []).append(found[0])
    walk = Walk(text, stem, {name: list(dict.fromkeys(row)) for name, row in buttons.items()})
    opening(walk, notebook.cells[0].source.partition("\n## ")[0])
    sections: list[list[Item]] = []
    for item in items(notebook, text):
        if item.kind == "h2":
            sections.append([])
        if sections:
            sections[-1].append(item)
    for blocks in sections:
        ending = ENDS.get(blocks[0].title)
        if ending:
            walk.section = walk.heading = blocks[0].title
            ending(walk, blocks)
        else:
            walk.through(blocks)
    walk.slides.insert(2, way([slide for slide in walk.slides if slide.anchor]))
    return walk
