"""What the figures about words show is what they were given, and their text says it."""

import numpy as np
import pytest

from lessons_pkg import plots


def test_reach():
    text = "one two three four five six seven eight nine ten eleven twelve thirteen"
    figure = plots.reach(text, {"letters": 8, "words": 24}, tokens=8)
    marked = {"letters": 0, "words": 0}
    for bar in figure.axes[0].patches:
        marked["words" if bar.get_hatch() else "letters"] += bar.get_width()
    spaces = 1  # the space at a line's end is drawn nowhere
    assert marked["letters"] == pytest.approx(8, abs=spaces)
    assert marked["words"] == pytest.approx(24, abs=spaces)
    assert "The last 8 letters cover 8 characters of it: “thirteen”" in figure.alt
    assert "cover 24 and begin at “n eleven" in figure.alt


def test_cuts():
    figure = plots.cuts({"spaces": ["Go,", "Odo."], "rules": ["Go", ",", "Odo", "."]}, wrong=["spaces"])
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == ["spaces: 2 tokens", "Go,", "Odo.", "rules: 4 tokens", "Go", ",", "Odo", "."]
    assert "2 to 4 tokens" in figure.axes[0].get_title(loc="left")
    assert figure.alt.endswith("in 2 ways, the last of which we keep. spaces: Go, | Odo.; rules: Go | , | Odo | .")


def test_zipf():
    counts = [60, 30, 20, *[5] * 97, *[1] * 25]
    figure = plots.zipf(counts, [".", "the", "a", *[f"w{k}" for k in range(122)]], named=(0, 2))
    line, points = figure.axes[0].lines[:2]
    assert line.get_ydata()[:3] == pytest.approx([60, 30, 20])
    assert points.get_ydata().tolist() == counts
    assert {"“.”, 60 times", "a, 20 times", "once: 25 types"} <= {text.get_text() for text in figure.axes[0].texts}
    assert "25 types, 20%, occur once" in figure.alt
    assert "43 types make half of all tokens" in figure.alt


def test_growth():
    figure = plots.growth({"words": [1, 2, 3, 4], "characters": [1, 2, 2, 2, 2, 2]}, new=0.25)
    words, characters = figure.axes[0].lines
    assert words.get_xydata().tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert characters.get_ydata().tolist() == [1, 2, 2, 2, 2, 2]
    assert "4 words in 4 tokens and 2 characters in 6 tokens" in figure.alt
    assert "one word in 4 is new" in figure.alt


def test_unknowns():
    shares = {"new": [0.6, 0.3, 0.1], "old": [0.6, 0.2, 0.0]}
    figure = plots.unknowns([10, 100, 1000], shares, {1: 1000, 5: 100})
    new, old, all_kept, five = figure.axes[0].lines
    assert new.get_ydata().tolist() == shares["new"]
    assert old.get_ydata().tolist() == shares["old"]
    assert all_kept.get_xydata()[0] == pytest.approx([1000, 0.1])
    assert five.get_xydata()[0] == pytest.approx([100, 0.3])
    assert "10% of new tales" in figure.axes[0].get_title(loc="left")
    assert "new: 60% at V = 10, 10% at 1,000; old: 60% at V = 10, 0% at 1,000" in figure.alt
    assert "1 leaves 1,000, 5 leaves 100" in figure.alt


def test_fooled():
    figure = plots.fooled([10, 100, 1000], [3.0, 10.0, 50.0], [2.2, 1.8, 1.9])
    above, below = figure.axes
    assert above.lines[0].get_ydata().tolist() == [3, 10, 50]
    assert np.asarray(below.lines[0].get_ydata()) == pytest.approx([2.2, 1.8, 1.9])
    assert figure.get_suptitle() == "Perplexity is best with 10 tokens, bits per character with 100"
    assert "10: 3.0 and 2.20; 100: 10.0 and 1.80; 1,000: 50.0 and 1.90" in figure.alt
    assert "lowest at 100." in figure.alt
