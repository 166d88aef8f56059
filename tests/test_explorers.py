import base64
import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pytest
import torch

from lessons_pkg import STOP, NGram, Vocab, next_distribution
from lessons_pkg.explorers import Explorer, chain_rule_explorer, temperature_explorer, temperature_widget
from lessons_pkg.explorers.chain_rule import pack_counts
from lessons_pkg.explorers.explorer import percent, times
from lessons_pkg.explorers.gru import draw_names, mulberry32, round_weights
from lessons_pkg.sampling import read_start
from tests.tiny import ENCODED, ROOT, VOCAB, tiny_model

MODEL = tiny_model(scale=6)
COUNTS = NGram(3, len(VOCAB), strength=2).fit(ENCODED)


def temperature(**settings) -> Explorer:
    return temperature_explorer(MODEL, VOCAB, **({"prefix": "a"} | settings))


def chain_rule(**settings) -> Explorer:
    return chain_rule_explorer(COUNTS, VOCAB, **({"names": ("hannah", "hnanah")} | settings))


class Tables(HTMLParser):
    """Collects the tables of a page, each as rows of cells, and the paragraphs."""

    def __init__(self, html: str):
        super().__init__()
        self.tables, self.captions, self.paragraphs, self.inside = [], [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside in ("th", "td"):
            self.tables[-1][-1].append(data)
        elif self.inside in ("caption", "p"):
            (self.captions if self.inside == "caption" else self.paragraphs).append(data)


def data_of(explorer: Explorer) -> dict:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', explorer.html)[1])


@pytest.mark.parametrize("make", [temperature, chain_rule])
def test_equal_content_gives_equal_bytes_and_another_id_only_with_other_content(make):
    first, again, other = make(), make(), make(name="another")
    identity = re.compile(r'id="explorer-([0-9a-f]{12})"')
    assert first.html == again.html
    assert identity.search(first.html)[1] != identity.search(other.html)[1]
    assert first._repr_mimebundle_() == {"text/plain": str(first), "text/html": first.html}


def test_bytes_do_not_depend_on_the_process():
    code = "from tests.test_explorers import *; import hashlib; h = hashlib.sha256; "
    code += "print(*(h(make().html.encode()).hexdigest() for make in (temperature, chain_rule)))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1


@pytest.mark.parametrize("make", [temperature, chain_rule])
def test_html_is_complete_in_itself(make):
    html = make(name='<a "quoted" & name>').html
    assert not re.search(r"""\b(src|href)\s*=|https?:|\bfetch\(|import\s*\(|@import|url\(""", html)
    assert 'data-explorer-name="&lt;a &quot;quoted&quot; &amp; name&gt;"' in html
    assert html.count("</script>") == 2


def test_data_cannot_close_its_script():
    vocab = Vocab("</>")
    explorer = temperature_explorer(tiny_model(vocab_size=len(vocab)), vocab, prefix="</")
    assert data_of(explorer)["tokens"] == vocab.tokens
    assert "“</”" not in explorer.html


def test_weights_in_the_page_are_the_models_in_half_precision():
    packed = data_of(temperature())["model"]
    numbers = np.frombuffer(base64.b64decode(packed["float16"]), "<f2")
    weights = [MODEL.rnn[0].weight_ih_l0, MODEL.rnn[0].weight_hh_l0, MODEL.rnn[0].bias_ih_l0, MODEL.rnn[0].bias_hh_l0]
    weights += [MODEL.output.weight, MODEL.output.bias, MODEL.embedding.weight]
    assert numbers.tolist() == torch.cat([w.detach().half().flatten() for w in weights]).tolist()
    assert [shape for _, shape in packed["shapes"]] == [list(w.shape) for w in weights]


def test_one_hot_input_needs_no_embedding():
    model = tiny_model(embedding_size=None)
    assert "embedding" not in dict(data_of(temperature_explorer(model, VOCAB, prefix="a"))["model"]["shapes"])


def test_fallback_of_temperature_says_what_python_computes():
    explorer = temperature(seed=7)
    exact = round_weights(MODEL, VOCAB)
    ((header, *rows),) = Tables(explorer.fallback).tables
    assert header[0] == "temperature"
    for (cell, best, choices, names), t in zip(rows, (0.3, 0.8, 1.5), strict=True):
        p = next_distribution(read_start(exact, VOCAB, "a", 1)[0][0], temperature=t)
        top = [int(i) for i in p.argsort(descending=True)[:5]]
        assert float(cell) == t
        assert best == ", ".join(f"{VOCAB.tokens[i].replace(STOP, 'end')} {percent(p[i].item())}" for i in top)
        assert float(choices) == pytest.approx(torch.distributions.Categorical(p).perplexity().item(), abs=0.051)
        assert len(names.split(", ")) == 12
        assert names.split(", ") == draw_names(exact, VOCAB, "a", count=12, max_length=18, seed=7, temperature=t)
    assert Tables(explorer.fallback).paragraphs == [str(explorer)]


def test_fallback_of_the_chain_rule_says_what_python_computes():
    explorer = chain_rule()
    found = Tables(explorer.fallback)

    def number(text):
        return float(text.replace("−", "-"))

    for name, (_, *rows), caption in zip(("hannah", "hnanah"), found.tables, found.captions, strict=True):
        nll = COUNTS.token_nll(VOCAB.encode(name))
        assert [row[0] for row in rows] == [*name, "end"]
        assert [row[1] for row in rows] == ["(start)", *(name[:t] for t in range(1, len(name) + 1))]
        assert [row[2] for row in rows] == [percent(p) for p in np.exp(-nll)]
        assert [number(row[3]) for row in rows] == pytest.approx(-nll, abs=0.0051)
        assert [number(row[4]) for row in rows] == pytest.approx(-nll.cumsum(), abs=0.0051)
        assert f"perplexity {np.exp(nll.mean()):.1f}" in caption
        assert f"1 in {times(np.exp(nll.sum()))}" in caption
    assert found.paragraphs == [str(explorer)]


def test_sentence_names_the_less_likely_name_and_its_worst_character():
    first, second = (COUNTS.token_nll(VOCAB.encode(name)) for name in ("hannah", "hnanah"))
    worst = int(second.argmax())
    assert second.sum() > first.sum()
    assert str(chain_rule()).startswith(f"“hnanah” is {times(np.exp(second.sum() - first.sum()))} times less likely")
    assert f"“{'hnanah'[worst]}” after “{'hnanah'[:worst]}” alone costs {second[worst]:.1f}" in str(chain_rule())
    swapped = chain_rule(names=("hnanah", "hannah"))
    assert str(swapped) == str(chain_rule())


@pytest.mark.parametrize("order", [1, 2, 4])
def test_counts_of_all_orders_come_back_from_the_text(order):
    model = NGram(order, len(VOCAB)).fit(ENCODED)
    ids = VOCAB.ids | {".": 0}
    counts = Counter()
    for line in pack_counts(model, VOCAB)["counts"].split("\n"):
        context, rest = tuple(ids[c] for c in line[: order - 1]), line[order - 1 :]
        for character, times_seen in re.findall(r"(\D)(\d*)", rest):
            for start in range(order):
                counts[context[start:], ids[character]] += int(times_seen or 1)
    expected = {(c, i): n for c, row in model.counts.items() for i, n in enumerate(row) if n}
    assert counts == expected


def test_random_numbers_are_those_of_mulberry32():
    draw = mulberry32(1)  # the numbers of the published JavaScript function
    assert [draw(), draw(), draw()] == [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]


def test_drawn_names_follow_the_distribution():
    exact = round_weights(MODEL, VOCAB)
    p = next_distribution(read_start(exact, VOCAB, "", 1)[0][0], temperature=1.3)
    names = [
        n
        for seed in range(300)
        for n in draw_names(exact, VOCAB, "", count=12, max_length=1, seed=seed, temperature=1.3)
    ]
    shares = Counter(name[:1] for name in names)
    for i, token in enumerate(VOCAB.tokens):
        share = shares["" if token == STOP else token] / len(names)
        assert share == pytest.approx(p[i].item(), abs=4 * (0.25 / len(names)) ** 0.5)


def test_a_lower_temperature_moves_a_draw_only_towards_the_favourite():
    exact = round_weights(MODEL, VOCAB)
    order = read_start(exact, VOCAB, "", 1)[0][0].argsort(descending=True).tolist()
    rank = {VOCAB.tokens[i].strip(): place for place, i in enumerate(order)}
    draws = [
        [rank[n.rstrip("…")[:1]] for n in draw_names(exact, VOCAB, "", count=12, max_length=1, seed=3, temperature=t)]
        for t in (0.2, 0.7, 1.0, 1.8)
    ]
    for cold, hot in itertools.pairwise(draws):
        assert all(a <= b for a, b in zip(cold, hot, strict=True))
    assert draws[0] != draws[-1]


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.996, "over 99%"),
        (0.312, "31%"),
        (0.0999, "10%"),
        (0.0312, "3.1%"),
        (0.00312, "0.31%"),
        (0.000312, "0.031%"),
        (1e-05, "under 0.01%"),
    ],
)
def test_percent(p, text):
    assert percent(p) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.5, "0.50"),
        (1, "1.0"),
        (61, "61"),
        (999.6, "1.0 thousand"),
        (3.41e6, "3.4 million"),
        (5e16, "over 9999 trillion"),
    ],
)
def test_times(ratio, text):
    assert times(ratio) == text


@pytest.mark.parametrize(
    "settings",
    [
        {"prefix": "é"},
        {"prefix": "a\n"},
        {"prefix": "a" * 13},
        {"temperature": 0},
        {"temperature": 2.1},
        {"temperature": float("nan")},
        {"seed": -1},
        {"seed": 0.5},
        {"top_k": 0},
        {"top_p": 1.5},
        {"states": {"mine": {"colour": 1}}},
        {"states": {"mine": {"temperature": 5}}},
        {"states": {"mine": {"pins": [0.5, 1, 1.5]}}},
    ],
    ids=str,
)
def test_impossible_settings_of_temperature(settings):
    with pytest.raises(ValueError, match=r"\w+: |Vocab.encode"):
        temperature(**settings)


@pytest.mark.parametrize("config", [{"cell": "lstm"}, {"layers": 2}, {"vocab_size": 9}], ids=str)
def test_models_that_the_page_cannot_run(config):
    with pytest.raises(ValueError, match=r"temperature_explorer: got a .* needs a gru of 1 layer"):
        temperature_explorer(tiny_model(**config), VOCAB, prefix="a")


def test_weights_that_do_not_fit_half_precision():
    with pytest.raises(ValueError, match="too large for float16"):
        temperature_explorer(tiny_model(scale=1e8), VOCAB, prefix="a")


@pytest.mark.parametrize(
    "settings",
    [
        {"names": ("hannah", "é")},
        {"names": ("a", "al")},
        {"names": ("hannah", "a" * 16)},
        {"names": ("hannah", "al\n")},
        {"guess": "xyz"},
        {"states": {"mine": {"third": "al"}}},
        {"states": {"mine": {"first": "xyz"}}},
    ],
    ids=str,
)
def test_impossible_settings_of_the_chain_rule(settings):
    with pytest.raises(ValueError, match=r"chain_rule_explorer: |Vocab.encode"):
        chain_rule(**settings)


def test_counting_models_that_the_page_cannot_run():
    digits = Vocab("ab1")
    for model, vocab in [
        (NGram(2, len(VOCAB)), VOCAB),
        (NGram(2, len(VOCAB), smoothing="add-k").fit(ENCODED), VOCAB),
        (NGram(2, len(VOCAB)).fit(ENCODED), Vocab("ab")),
        (NGram(2, len(digits)).fit([[1, 2]]), digits),
    ]:
        with pytest.raises(ValueError, match="chain_rule_explorer: "):
            chain_rule_explorer(model, vocab, names=("ab", "ba"))


def test_states_of_ones_own_go_into_the_page():
    states = data_of(temperature(states={"mine": {"prefix": "be", "pins": [0.5]}}))["states"]
    assert states["mine"] == {"prefix": "be", "pins": [0.5]}
    assert states["open"] == {"prefix": "a", "temperature": 0.8, "seed": 1, "top_k": None, "top_p": None}
    states = data_of(chain_rule(states={"mine": {"second": "al"}}))["states"]
    assert states["mine"] == {"second": "al"}
    assert states["open"] == {"first": "hannah", "second": "hnanah"}
    assert data_of(chain_rule(names=("leah", "hale")))["guess"] == "leha"  # the third and fourth letter, swapped


def right(logits, temperature):
    return torch.softmax(logits / temperature, dim=-1)


def test_widget_calls_the_learners_function():
    calls = []

    def spy(logits, temperature):
        calls.append((tuple(logits.shape), temperature))
        return right(logits, temperature)

    widget = temperature_widget(spy, MODEL, VOCAB, prefix="a", temperature=0.8)
    widget.slider.value = 0.5
    widget.prefix.value = "be"
    assert calls == [((len(VOCAB),), 0.8), ((len(VOCAB),), 0.5), ((len(VOCAB),), 0.5)]
    p = right(read_start(MODEL, VOCAB, "be", 1)[0][0], 0.5)
    assert percent(p.max().item()) in widget.bars.value


def test_widget_has_a_form_without_a_kernel():
    widget = temperature_widget(right, MODEL, VOCAB, prefix="a")
    bundle = widget._repr_mimebundle_()
    assert bundle["text/html"] == temperature().html
    assert bundle["text/plain"] == str(temperature()) == repr(widget)
    live = bundle["application/vnd.jupyter.widget-view+json"]
    assert live["model_id"] == widget.view.model_id
    assert live["model_id"] not in bundle["text/html"] + bundle["text/plain"]


def unwritten(logits, temperature):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unwritten, "not written yet"),
        (lambda z, t: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda z, t: None, "returned nothing"),
        (lambda z, t: "abc", "raised"),
        (lambda z, t: right(z, t)[None], f"the shape (1, {len(VOCAB)})"),
        (lambda z, t: z / t, "below 0"),
        (lambda z, t: (z / t).exp(), "Divide by the sum"),
        (lambda z, t: (z * 1e4).exp() / (z * 1e4).exp().sum(), "not finite"),
        (lambda z, t: right(z * t, 1), "the wrong way round"),
    ],
)
def test_widget_says_kindly_what_is_wrong(function, words):
    widget = temperature_widget(function, MODEL, VOCAB, prefix="a", temperature=0.5)
    assert words in widget.bars.value
    assert "<table" not in widget.bars.value
    widget.function = right
    widget.slider.value = 0.6
    assert "<table" in widget.bars.value


def test_widget_names_an_unknown_character_and_reads_capitals():
    widget = temperature_widget(right, MODEL, VOCAB, prefix="a")
    widget.prefix.value = "é<"
    assert "never seen" in widget.bars.value
    assert "&lt;" in widget.bars.value
    widget.prefix.value = "Ha"
    assert "<table" in widget.bars.value


def test_widget_needs_a_function():
    with pytest.raises(ValueError, match="temperature_widget: got 3"):
        temperature_widget(3, MODEL, VOCAB)
