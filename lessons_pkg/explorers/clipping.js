// Clipping on a cliff: a point that can be dragged, its step as it is and clipped, and the paths that begin so.

const { problem, edge } = data;
const [WIDE, HIGH] = data.map.size;
const [[W0, W1], [B0, B1]] = [limits.w, limits.b];
const FAR = 1e6; // a path that comes so far has diverged
const WAYS = { raw: "not clipped", value: "clipped by value", norm: "clipped by norm" };
const GUESSES = [0.1, 1, 10, 100];
const [LOWEST, HIGHEST] = [1e-8, 1]; // of the loss trace

// ---- the loss, its gradient, and the paths

function sigmoid(x) {
  const small = Math.exp(-Math.abs(x)); // never overflows
  return (x >= 0 ? 1 : small) / (1 + small);
}

function lossAndGradient(w, b) {
  let h = problem.start;
  let dw = 0;
  let db = 0;
  for (let t = 0; t < problem.steps; t++) {
    const before = h;
    h = sigmoid(w * h + b);
    const slope = h * (1 - h);
    dw = slope * (before + w * dw);
    db = slope * (1 + w * db);
  }
  const error = h - problem.target;
  return { loss: error ** 2, gradient: [2 * error * dw, 2 * error * db] };
}

function clip(gradient, threshold, way) {
  if (way === "value") return gradient.map((g) => clamp(g, -threshold, threshold));
  const factor = way === "norm" ? Math.min(1, threshold / Math.max(Math.hypot(...gradient), 1e-300)) : 1;
  return gradient.map((g) => g * factor);
}

function descend({ w, b, rate, threshold, steps }, way) {
  const points = [[w, b]];
  const losses = [];
  for (let k = 0; k <= steps; k++) {
    const { loss, gradient } = lossAndGradient(...points[k]);
    losses.push(loss);
    if (k === steps) break;
    const moved = clip(gradient, threshold, way);
    const next = points[k].map((x, i) => x - rate * moved[i]);
    if (!next.every((x) => Math.abs(x) < FAR)) return { points, losses, diverged: k + 1 };
    points.push(next);
  }
  return { points, losses, diverged: null };
}

const angle = ([a, b], [c, d]) => (Math.atan2(Math.abs(a * d - b * c), a * c + b * d) * 180) / Math.PI;
const falls = (losses) => losses.filter((loss, k) => k > 0 && losses[k - 1] < edge && loss >= edge).length;

// ---- what a state means

function look(state) {
  const { loss, gradient } = lossAndGradient(state.w, state.b);
  const first = {};
  for (const way of Object.keys(WAYS)) {
    const moved = clip(gradient, state.threshold, way);
    const lands = [state.w - state.rate * moved[0], state.b - state.rate * moved[1]];
    const length = Math.hypot(lands[0] - state.w, lands[1] - state.b);
    first[way] = { length, turned: angle(gradient, moved), lands, loss: lossAndGradient(...lands).loss };
  }
  return { loss, gradient, norm: Math.hypot(...gradient), first, raw: descend(state, "raw"), clipped: descend(state, state.by) };
}

const point = ([w, b]) => `(${two(w)}, ${two(b)})`;
const plain = (x) => String(+x.toPrecision(6));
const onMap = ([w, b]) => w >= W0 && w <= W1 && b >= B0 && b <= B1;
const capital = (text) => text[0].toUpperCase() + text.slice(1);

function toldOf({ losses, diverged }, { steps }, { length }) {
  const count = falls(losses);
  const over = count ? `, after ${count} ${count === 1 ? "fall" : "falls"} over the edge` : "";
  const end = diverged ? `it diverged at step ${diverged}` : `${steps} steps end at loss ${number(losses.at(-1))}`;
  return `${number(length)} long; ${end}${over}.`;
}

function finding(state, view) {
  const clipped = `${WAYS[state.by]} at ${plain(state.threshold)}`;
  const told = toldOf(view.clipped, state, view.first[state.by]);
  const from = `the first step from ${point([state.w, state.b])} is`;
  if (state.answer === null) return `${capital(clipped)}, ${from} ${told}`;
  return `Without clipping, ${from} ${toldOf(view.raw, state, view.first.raw)} ${capital(clipped)}, it is ${told}`;
}

function feedback(state, { first: { raw } }) {
  const ratio = Math.max(raw.length, 1e-12) / state.answer;
  const off = ratio > 0.5 && ratio < 2 ? "that is about right" : ratio > 1 ? `${times(ratio)} times as far` : `${times(1 / ratio)} times less`;
  const said = state.answer === "shown" ? "" : `You said ${state.answer}. `;
  const there = lossAndGradient(...raw.lands);
  const norm = Math.hypot(...there.gradient);
  const after = norm < 0.001 ? `so flat (gradient ${number(norm)}) that it stays` : `with a gradient of ${number(norm)}`;
  const where = onMap(raw.lands) ? "" : ", off the map";
  return `${said}It goes ${number(raw.length)}${said ? `, ${off},` : ""} to ${point(raw.lands)}${where}: loss ${number(raw.loss)}, ${after}.`;
}

const summary = finding;

// ---- bounding a change

const numberOr = (value, otherwise) => (value !== null && Number.isFinite(+value) ? +value : otherwise);

function accept(change, state) {
  const next = { ...change };
  for (const key of ["w", "b", "rate", "threshold"]) {
    if (key in next) next[key] = clamp(numberOr(next[key], state[key]), ...limits[key]);
  }
  if ("steps" in next) next.steps = clamp(Math.round(numberOr(next.steps, state.steps)), 1, limits.steps);
  if ("by" in next && !["norm", "value"].includes(next.by)) next.by = state.by;
  return next;
}

// ---- the question

const question = el("p");
const answers = el(
  "p",
  { class: "row" },
  ...GUESSES.map((guess) => button(String(guess), () => set({ answer: guess }))),
  button("Show me", () => set({ answer: "shown" })),
);
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, answers, told);
setText(question, `Predict: the map is ${plain(W1 - W0)} wide. Without clipping, how far away does the next step land?`);

function drawQuestion(state, view) {
  const asking = state.answer === null;
  const focused = answers.contains(ask.getRootNode().activeElement);
  question.hidden = answers.hidden = !asking;
  told.hidden = asking;
  setText(told, asking ? "" : feedback(state, view));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- the controls

const control = (id, text, ...rest) => el("div", {}, el("label", { for: id }, ...text), ...rest);
const thresholdReadout = el("output", { for: "threshold" });
const rateReadout = el("output", { for: "rate" });
const [lowest, highest] = limits.threshold.map(Math.log10);
const threshold = el("input", {
  id: "threshold",
  type: "range",
  min: 0,
  max: 100,
  step: 1,
  oninput: () => set({ threshold: +(10 ** (lowest + ((highest - lowest) * threshold.value) / 100)).toPrecision(2) }),
});
const rate = el("input", { id: "rate", type: "range", min: limits.rate[0], max: limits.rate[1], step: 0.01, oninput: () => set({ rate: +rate.value }) });
const by = el("select", { id: "by", onchange: () => set({ by: by.value }) }, ...["norm", "value"].map((way) => el("option", { value: way }, `by ${way}`)));
const controls = {
  threshold: control("threshold", ["Threshold ", thresholdReadout], threshold),
  rate: control("rate", ["Learning rate ", rateReadout], rate),
  by: control("by", ["Clip"], by),
};

function drawControls(state) {
  threshold.value = (100 * (Math.log10(state.threshold) - lowest)) / (highest - lowest);
  threshold.setAttribute("aria-valuetext", plain(state.threshold));
  setText(thresholdReadout, plain(state.threshold));
  rate.value = state.rate;
  setText(rateReadout, two(state.rate));
  by.value = state.by;
}

// ---- the map

const NS = "http://www.w3.org/2000/svg";
function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const x = (w) => ((w - W0) / (W1 - W0)) * WIDE;
const y = (b) => ((B1 - b) / (B1 - B0)) * HIGH;
const at = ([w, b]) => `${x(w).toFixed(1)} ${y(b).toFixed(1)}`;
const line = (way) => svg("path", { class: `line ${way}`, "vector-effect": "non-scaling-stroke" });
const dots = (way) => svg("path", { class: `dots ${way}`, "vector-effect": "non-scaling-stroke" });
const regions = data.map.regions.map((d, k) => svg("path", { d, class: "region", style: `--k: ${k + 1}` }));
const lines = { raw: line("raw"), norm: line("norm"), value: line("value") };
const marks = { norm: dots("norm"), value: dots("value") };
const drawn = (kind) => {
  const path = (way) => svg("path", { class: `${kind} ${way}`, "vector-effect": "non-scaling-stroke" });
  return { raw: path("raw"), value: path("value"), norm: path("norm") };
};
const arrows = drawn("arrow");
const heads = drawn("point");
const map = svg(
  "svg",
  { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "map", role: "img", preserveAspectRatio: "none" },
  svg("rect", { width: WIDE, height: HIGH, class: "region", style: "--k: 0" }),
  ...regions,
  ...Object.values(lines),
  ...Object.values(marks),
  ...Object.values(arrows),
  ...Object.values(heads),
);
const away = el("span", { class: "away" });
const handle = el("div", { class: "handle", role: "slider", tabindex: 0, "aria-label": "Start of both paths", "aria-orientation": "horizontal", "aria-valuemin": W0, "aria-valuemax": W1 });
const plane = el(
  "div",
  { class: "plane" },
  map,
  away,
  handle,
  ...[4, 4.25, 4.5, 4.75, 5].map((w) => el("span", { class: "tick w", style: `--at: ${x(w) / WIDE}` }, two(w))),
  ...[-2.4, -2.2, -2].map((b) => el("span", { class: "tick b", style: `--at: ${y(b) / HIGH}` }, two(b))),
  el("span", { class: "name w" }, "w"),
  el("span", { class: "name b" }, "b"),
);

function place(event) {
  const box = plane.getBoundingClientRect();
  const share = (value, low, size) => (value - low) / size;
  const w = W0 + (W1 - W0) * share(event.clientX, box.left, box.width);
  const b = B1 - (B1 - B0) * share(event.clientY, box.top, box.height);
  set({ w: +w.toFixed(3), b: +b.toFixed(3) });
}

let dragging = false;
plane.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  dragging = event.pointerType !== "touch" || event.target === handle; // a finger on the map scrolls the page
  if (!dragging) return;
  event.preventDefault();
  plane.setPointerCapture(event.pointerId);
  handle.focus({ preventScroll: true });
  place(event);
});
plane.addEventListener("pointermove", (event) => dragging && place(event));
for (const end of ["pointerup", "pointercancel"]) plane.addEventListener(end, () => (dragging = false));
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
handle.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  if (!move) return;
  event.preventDefault();
  const by = event.shiftKey ? 0.1 : 0.01;
  set({ w: +(state.w + by * move[0]).toFixed(3), b: +(state.b + by * move[1]).toFixed(3) });
});

// The head of an arrow, of a fixed size in units of the drawing; none where the arrow is too short to see.
function arrowHead([fromX, fromY], [toX, toY]) {
  const length = Math.hypot(toX - fromX, toY - fromY);
  if (length < 4) return "";
  const [dx, dy] = [(toX - fromX) / length, (toY - fromY) / length];
  const [backX, backY] = [toX - 16 * dx, toY - 16 * dy];
  return `M${backX - 9 * dy} ${backY + 9 * dx}L${toX} ${toY}L${backX + 9 * dy} ${backY - 9 * dx}`;
}

// Where a straight line to a point leaves the map, a little inside.
function leaves([fromX, fromY], [toX, toY]) {
  const room = (from, to, size) => (to > from ? (size - 4 - from) / (to - from) : to < from ? (from - 4) / (from - to) : Infinity);
  const share = Math.max(0, Math.min(1, room(fromX, toX, WIDE), room(fromY, toY, HIGH)));
  return [fromX + share * (toX - fromX), fromY + share * (toY - fromY)];
}

const track = (points) => "M" + points.map(at).join("L");
const spots = (points) => points.filter(onMap).map((p) => `M${at(p)}h0`).join("");

function drawMap(state, view) {
  const asking = state.answer === null;
  const near = ([w, b]) => [clamp(w, -20, 30), clamp(b, -30, 30)];
  lines.raw.setAttribute("d", asking ? "" : track(view.raw.points.map(near)));
  for (const way of ["norm", "value"]) {
    lines[way].setAttribute("d", way === state.by ? track(view.clipped.points.map(near)) : "");
    marks[way].setAttribute("d", way === state.by ? spots(view.clipped.points) : "");
  }
  const from = [x(state.w), y(state.b)];
  for (const [way, { lands }] of Object.entries(view.first)) {
    const to = [x(lands[0]), y(lands[1])];
    const tip = leaves(from, to);
    const hidden = way === "raw" && asking;
    arrows[way].setAttribute("d", hidden ? "" : `M${from}L${tip}`);
    heads[way].setAttribute("d", hidden ? "" : arrowHead(from, tip));
  }
  const { lands, length } = view.first.raw;
  const [outX, outY] = leaves(from, [x(lands[0]), y(lands[1])]);
  away.hidden = asking || onMap(lands);
  setText(away, `${number(length)} long, to ${point(lands)}`);
  away.classList.toggle("before", outX > 0.6 * WIDE);
  away.style.setProperty("--x", outX / WIDE);
  away.style.setProperty("--y", outY / HIGH);
  handle.style.setProperty("--x", from[0] / WIDE);
  handle.style.setProperty("--y", from[1] / HIGH);
  handle.setAttribute("aria-valuenow", state.w);
  handle.setAttribute("aria-valuetext", `w ${two(state.w)}, b ${two(state.b)}: loss ${number(view.loss)}, gradient ${number(view.norm)} long`);
  const shownPaths = `${asking ? "" : "Two paths"}${asking ? "The path" : ""} from ${point([state.w, state.b])} on a map of the loss`;
  map.setAttribute("aria-label", `${shownPaths}. ${finding(state, view)}`);
}

// ---- the first step in numbers

const here_ = el("p", { class: "soft" });
const cells = Object.fromEntries(Object.keys(WAYS).map((way) => [way, Array.from({ length: 4 }, () => el("td"))]));
const rows = Object.entries(WAYS).map(([way, text]) => el("tr", {}, el("th", { scope: "row" }, el("span", { class: `key ${way}` }, text)), ...cells[way]));
const header = ["next step", "length", "turned by", "lands at", "loss there"].map((text) => el("th", { scope: "col" }, text));
const steps = el("table", {}, el("thead", {}, el("tr", {}, ...header)), el("tbody", {}, ...rows));

function drawSteps(state, view) {
  const { gradient, norm, loss } = view;
  setText(here_, `At ${point([state.w, state.b])}: loss ${number(loss)}, gradient (${gradient.map(number).join(", ")}), ${number(norm)} long. The step is the rate times the gradient.`);
  for (const [way, { length, turned, lands, loss: there }] of Object.entries(view.first)) {
    const hidden = way === "raw" && state.answer === null;
    const texts = hidden ? ["?", "0.0°", "?", "?"] : [number(length), `${turned.toFixed(1)}°`, point(lands), number(there)];
    texts.forEach((text, i) => setText(cells[way][i], text));
  }
}

// ---- the loss trace

const traces = { raw: line("raw"), norm: line("norm"), value: line("value") };
const trace = svg("svg", { viewBox: "0 0 900 200", preserveAspectRatio: "none", class: "trace", role: "img" }, ...Object.values(traces));
const last = el("span", { class: "tick w", style: "--at: 1" });
const losses = [1, 0.01, 0.0001, 1e-6, 1e-8];
const depth = (loss) => clamp(Math.log(HIGHEST / loss) / Math.log(HIGHEST / LOWEST), 0, 1);
const strip_ = el(
  "div",
  { class: "plane traced" },
  ...losses.map((loss) => el("span", { class: "grid", style: `--at: ${depth(loss)}` })),
  trace,
  ...losses.map((loss) => el("span", { class: "tick b", style: `--at: ${depth(loss)}` }, String(loss).replace("e-", "e−").replace("0.000001", "1e−6"))),
  el("span", { class: "tick w", style: "--at: 0" }, "0"),
  last,
  el("span", { class: "name w" }, "step"),
  el("span", { class: "name b" }, "loss"),
);

function drawTrace(state, view) {
  const path = ({ losses }) => "M" + losses.map((loss, k) => `${((900 * k) / state.steps).toFixed(1)} ${(200 * depth(loss)).toFixed(1)}`).join("L");
  traces.raw.setAttribute("d", state.answer === null ? "" : path(view.raw));
  for (const way of ["norm", "value"]) traces[way].setAttribute("d", way === state.by ? path(view.clipped) : "");
  setText(last, String(state.steps));
  const lowest = Math.min(...view.clipped.losses);
  trace.setAttribute("aria-label", `Loss after each of ${state.steps} steps, ${WAYS[state.by]}: from ${number(view.loss)} to ${number(view.clipped.losses.at(-1))}, lowest ${number(lowest)}.`);
}

const title = el("p", { class: "finding" });
const preset = (name, text) => button(text, () => set({ ...data.states.open, ...data.states[name] }));
const shades = el("p", { class: "soft shades" }, "loss ", ...[...data.levels, null].map((level, k) => el("span", { style: `--k: ${k}` }, level === null ? "" : `${level}`)));

mount({
  body: el(
    "div",
    {},
    ask,
    el("div", { class: "controls" }, ...Object.values(controls)),
    title,
    plane,
    shades,
    here_,
    steps,
    strip_,
    el("p", { class: "row last" }, preset("open", "A start that clipping saves"), preset("fails", "One that it does not"), resetButton),
    el("p", { class: "soft" }, "Drag the point, or move it with the arrow keys (with Shift, further)."),
  ),
  shows: [
    [plane, ["w", "b"]],
    [controls.threshold, ["threshold"]],
    [controls.rate, ["rate"]],
    [controls.by, ["by"]],
    [strip_, ["steps"]],
  ],
  start: { answer: null },
  kept: ["answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    setText(title, finding(state, view));
    for (const part of [drawQuestion, drawControls, drawMap, drawSteps, drawTrace]) part(state, view);
  },
});
