import json

import numpy as np
import pytest

from lessons_pkg import Vocab
from lessons_pkg.explorers import bptt_explorer, clipping_explorer
from lessons_pkg.explorers.bptt import LETTERS, LIMITS, UNIT
from lessons_pkg.explorers.cliff import angle, clip, descend, falls, loss_and_gradient, loss_regions, simplified
from lessons_pkg.explorers.explorer import number
from lessons_pkg.explorers.unroll import IMPULSE, memory, read_steps
from lessons_pkg.numpy_rnn import NameTrace, backward_name, forward_name, init_params
from tests.test_explorers import Tables, data_of

MAKERS = [bptt_explorer, clipping_explorer]
PAIR = init_params(len(LETTERS), 2, rng=np.random.default_rng(1), scale=1)


def summed(run, key):
    return sum(step[key] for step in run)


def spoken(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("make", MAKERS)
def test_equal_content_gives_equal_bytes(make):
    assert make().html == make().html
    assert make().html != make(name="another").html
    assert make()._repr_mimebundle_() == {"text/plain": str(make()), "text/html": make().html}


@pytest.mark.parametrize("make", MAKERS)
def test_html_asks_for_nothing_and_is_small(make):
    html = make().html
    for word in ("src=", "href=", "https:", "fetch(", "import(", "@import", "url("):
        assert word not in html
    assert html.count("</script>") == 2
    assert len(html.encode()) < 60_000
    assert html.count("http:") == html.count("http://www.w3.org/2000/svg")  # a name, not an address


# ---- the way back


@pytest.mark.parametrize(("params", "weight"), [(UNIT, 0.9), (UNIT, -2.5), (UNIT, 2), (PAIR, 1), (PAIR, 2.5)])
@pytest.mark.parametrize("name", ["a", "anna", "nella"])
def test_terms_add_up_to_backward_name(params, weight, name):
    scaled = params | {"W_hh": np.array([[float(weight)]]) if params is UNIT else weight * params["W_hh"]}
    expected = backward_name(scaled, forward_name(scaled, LETTERS.encode(name)))
    run = read_steps(params, LETTERS, name, weight)
    for key, value in expected.items():
        assert summed(run, key) == pytest.approx(value, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("cut", [2, 3, 5])
@pytest.mark.parametrize("params", [UNIT, PAIR])
def test_a_cut_is_two_names_whose_state_is_carried(params, cut):
    weight = 0.9 if params is UNIT else 1
    trace = forward_name(params, LETTERS.encode("anna"))
    k = cut - 1
    parts = [
        NameTrace(trace.inputs[:k], trace.targets[:k], trace.hiddens[: k + 1], trace.probs[:k], 0),
        NameTrace(trace.inputs[k:], trace.targets[k:], trace.hiddens[k:], trace.probs[k:], 0),
    ]
    first, second = (backward_name(params, part) for part in parts)
    run = read_steps(params, LETTERS, "anna", weight, cut)
    for key in first:
        assert summed(run, key) == pytest.approx(first[key] + second[key], rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("weight", [0.5, 0.9, 1, 2, -1.5])
def test_impulse_agrees_with_finite_differences(weight):
    def last(w, first=0.0):
        h = np.tanh(1.0) + first
        for _ in range(7):
            h = np.tanh(w * h)
        return h

    run, step = read_steps(UNIT, LETTERS, IMPULSE, weight), 1e-6
    assert summed(run, "W_hh")[0, 0] == pytest.approx((last(weight + step) - last(weight - step)) / 2 / step, abs=1e-8)
    reach = (last(weight, step) - last(weight, -step)) / 2 / step
    assert memory(run, weight) == pytest.approx(reach, abs=1e-8)
    assert run[0]["dh"][0] == pytest.approx(memory(run, weight), rel=1e-12)


def test_a_bigger_weight_need_not_remember_longer():
    found = {w: memory(read_steps(UNIT, LETTERS, IMPULSE, w), w) for w in (0.9, 2)}
    assert found[0.9] == pytest.approx(0.134, abs=0.0005)
    assert found[2] == pytest.approx(0.00001, abs=0.000001)
    assert "dh₈/dh₁ is 0.134, where w⁷ is 0.478" in str(bptt_explorer())
    assert "dh₈/dh₁ is 0.000009, where w⁷ is 128" in bptt_explorer().fallback


@pytest.mark.parametrize("read", [IMPULSE, "anna"])
def test_fallback_of_bptt_is_the_whole_ledger(read):
    explorer = bptt_explorer(read=read)
    found = Tables(explorer.fallback)
    run = read_steps(UNIT, LETTERS, read, 0.9)
    ((_, *rows),) = found.tables
    assert [row[0] for row in rows[:-2]] == [str(t) for t in range(len(run), 0, -1)]
    for row, step in zip(rows, reversed(run), strict=False):
        wanted = [number(step[key].item()) for key in ("h", "dh", "slope", "da", "W_hh")]
        assert row[2:] == wanted
    total, short = (spoken(row[-1]) for row in rows[-2:])
    assert total == pytest.approx(summed(run, "W_hh").item(), abs=0.0005)
    cut = len(run) // 2 + 1
    assert short == pytest.approx(summed(read_steps(UNIT, LETTERS, read, 0.9, cut), "W_hh").item(), abs=0.0005)
    assert found.paragraphs[0] == str(explorer)


def test_states_of_bptt():
    states = data_of(bptt_explorer(states={"mine": {"read": "elena", "step": 3}}))["states"]
    assert states["open"] == {"read": IMPULSE, "weight": 0.9, "cut": 0, "step": 8}
    assert states["mine"] == {"read": "elena", "step": 3}
    assert {"done", "big", "small", "one", "cut", "name", "ledger"} < states.keys()
    assert data_of(bptt_explorer(PAIR, LETTERS))["states"]["open"] == {"read": "anna", "weight": 1, "cut": 0, "step": 5}
    assert "name" not in data_of(bptt_explorer(PAIR, LETTERS))["states"]


@pytest.mark.parametrize(
    "settings",
    [
        {"read": "xyz"},
        {"read": "annaan"},
        {"read": "a\n"},
        {"weight": 3},
        {"weight": float("nan")},
        {"cut": 1},
        {"cut": 9},
        {"step": 17},
        {"step": "half"},
        {"states": {"mine": {"colour": 1}}},
        {"states": {"mine": {"weight": 9}}},
        {"params": PAIR, "vocab": Vocab("ab")},
        {"params": PAIR},
        {"params": PAIR, "vocab": LETTERS, "read": IMPULSE},
        {"params": init_params(len(LETTERS), 3, rng=np.random.default_rng(0)), "vocab": LETTERS},
        {"params": UNIT | {"b_h": np.array([np.nan])}, "vocab": LETTERS},
        {"params": {}, "vocab": LETTERS},
    ],
    ids=str,
)
def test_impossible_settings_of_bptt(settings):
    with pytest.raises(ValueError, match=r"bptt_explorer: |Vocab.encode"):
        bptt_explorer(**settings)


# ---- the cliff


@pytest.mark.parametrize("point", [(4.3, -2.15), (4.0, -1.9), (5.0, -2.4), (9.1, 7.5)])
def test_gradient_of_the_cliff_agrees_with_finite_differences(point):
    _, gradient = loss_and_gradient(*point)
    step = 1e-7
    for i, shift in enumerate(np.eye(2) * step):
        up, down = (loss_and_gradient(*(np.array(point) + sign * shift))[0] for sign in (1, -1))
        assert gradient[i] == pytest.approx((up - down) / 2 / step, rel=1e-4, abs=1e-7)


def test_numbers_of_the_specification():
    raw = descend(4.3, -2.15, 0.2, 1, None, 40)
    assert np.hypot(*(raw.points[1] - raw.points[0])) == pytest.approx(10.8, abs=0.05)
    assert raw.losses[-1] == pytest.approx(0.09, abs=0.0005)
    assert descend(4.3, -2.15, 0.2, 1, "norm", 40).losses[-1] < 0.0001
    assert descend(4.8, -2.3, 0.1, 0.5, "norm", 60).losses[-1] == pytest.approx(0.238, abs=0.0005)


def test_clip_by_norm_keeps_the_direction_and_by_value_does_not():
    gradient = np.array([-24.0, -48.0])
    assert np.hypot(*clip(gradient, 1, "norm")) == pytest.approx(1)
    assert angle(gradient, clip(gradient, 1, "norm")) == pytest.approx(0, abs=1e-6)
    assert clip(gradient, 1, "value").tolist() == [-1, -1]
    assert angle(gradient, clip(gradient, 1, "value")) == pytest.approx(18.435, abs=0.001)
    for way in ("norm", "value", None):
        factor = 50 / np.hypot(24, 48) if way == "norm" else 1
        assert clip(gradient, 50, way).tolist() == pytest.approx((gradient * factor).tolist())
    assert clip(np.zeros(2), 1, "norm").tolist() == [0, 0]


def test_falls_are_counted_once():
    assert falls(np.array([0.01, 0.2, 0.3, 0.01, 0.11])) == 2
    assert falls(np.array([0.2, 0.3])) == 0


def test_simplified_lines_stay_near():
    angles = np.linspace(0, 2 * np.pi, 400)
    circle = 100 * np.column_stack([np.cos(angles), np.sin(angles)])
    short = simplified(circle)
    assert len(short) < 80
    middles = (short[1:] + short[:-1]) / 2
    assert abs(np.hypot(*middles.T) - 100).max() < 0.7


def test_map_shows_where_the_loss_is_above_each_level():
    small, large = loss_regions((3.9, 5.1), (-2.45, -1.85), [0.07, 0.3], (900, 450))
    assert small.startswith("M")
    assert min(small.count("L"), large.count("L")) >= 2
    assert loss_regions((3.9, 5.1), (-2.45, -1.85), [5], (900, 450)) == [""]


@pytest.mark.parametrize("by", ["norm", "value"])
def test_fallback_of_clipping_says_what_python_computes(by):
    explorer = clipping_explorer(by=by)
    (_, *first), (_, *rows) = Tables(explorer.fallback).tables
    assert [row[0] for row in first] == ["not clipped", "clipped by value", "clipped by norm"]
    assert [row[2] for row in first] == ["0.0°", "18.4°", "0.0°"]
    raw, clipped = (descend(4.3, -2.15, 0.2, 1, way, 40) for way in (None, by))
    for row in rows:
        k = int(row[0])
        assert (row[2], row[4]) == (number(raw.losses[k]), number(clipped.losses[k]))
    assert rows[-1][0] == "40"
    assert Tables(explorer.fallback).paragraphs == [str(explorer)]
    assert "is 10.8 long; 40 steps end at loss 0.090" in str(explorer)


@pytest.mark.parametrize(
    "settings",
    [
        {"start": (3, -2)},
        {"start": (4.3, 0)},
        {"rate": 0},
        {"rate": float("nan")},
        {"threshold": 0},
        {"by": "both"},
        {"steps": 0},
        {"steps": 61},
        {"states": {"mine": {"w": 9}}},
        {"states": {"mine": {"start": (4, -2)}}},
    ],
    ids=str,
)
def test_impossible_settings_of_clipping(settings):
    with pytest.raises(ValueError, match="clipping_explorer: "):
        clipping_explorer(**settings)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0.000"), (0.134, "0.134"), (-53.94, "−53.9"), (128, "128"), (9.9996, "10.0"), (9.2e-6, "0.000009"),
     (0.00999, "0.010"), (-0.001, "−0.001000"), (5.1e-8, "5e−8"), (3e-12, "3e−12")],
)  # fmt: skip
def test_number(x, text):
    assert number(x) == text


def test_limits_go_into_the_page():
    assert data_of(bptt_explorer())["limits"] == json.loads(json.dumps(LIMITS | {"weight": LIMITS["weight"][1]}))
