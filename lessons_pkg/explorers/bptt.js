// Backpropagation through time: a network of one or two units unrolled over a name, or over one impulse; first all
// steps forward, then all back, one at a time, and what each step adds to the weights that all of them share.

const base = data.params;
const H = base.b_h.length;
const ONE = H === 1; // one unit: the weight is w itself, and an impulse can be read
const IMPULSE = "impulse";
const ASKED = 2; // the weight that the question is about
const MOST = Math.max(limits.name + 1, ONE ? limits.impulse : 0);
const [LOWEST, HIGHEST] = limits.weight;
const PARAMS = ["W_xh", "W_hh", "b_h", "W_hy", "b_y"];

// ---- the mathematics of numpy_rnn

const zeros = (n) => Array(n).fill(0);
const times_ = (matrix, vector) => matrix.map((row) => row.reduce((sum, m, j) => sum + m * vector[j], 0));
const transposed = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));
const outer = (a, b) => a.map((x) => b.map((y) => x * y));
const plus = (a, b) => (Array.isArray(a) ? a.map((x, i) => plus(x, b[i])) : a + b);

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
}

function network({ read, weight }) {
  const W_hh = ONE ? [[weight]] : base.W_hh.map((row) => row.map((x) => weight * x));
  return read === IMPULSE ? { W_xh: [[1]], W_hh, b_h: [0], W_hy: [[1]], b_y: [0] } : { ...base, W_hh };
}

function forward(net, state) {
  const impulse = state.read === IMPULSE;
  const { ids } = encode(impulse ? "" : state.read);
  const inputs = impulse ? [0, ...Array(limits.impulse - 1).fill(-1)] : [-1, ...ids];
  let before = zeros(H);
  return inputs.map((input, t) => {
    const from = plus(times_(net.W_hh, before), net.b_h);
    const h = (input < 0 ? from : from.map((a, i) => a + net.W_xh[i][input])).map(Math.tanh);
    const target = ids[t] ?? 0;
    const probs = impulse ? null : softmax(plus(times_(net.W_hy, h), net.b_y));
    // The impulse has no outputs; its way back starts from dh = 1 at the last step.
    const dz = impulse ? [Number(t === inputs.length - 1)] : probs.map((p, y) => p - (y === target));
    const step = { t: t + 1, input, before, h, target, p: probs?.[target], cost: probs && -Math.log(probs[target]), dz };
    before = h;
    return step;
  });
}

// The terms that backward_name sums, apart; a cut lets nothing pass from step cut into the step before.
function backward(net, steps, cut) {
  const [up, back] = [transposed(net.W_hy), transposed(net.W_hh)];
  let fromNext = zeros(H);
  const done = [...steps].reverse().map((step) => {
    const { h, before, dz, input } = step;
    const fromOutput = times_(up, dz);
    const dh = plus(fromOutput, fromNext);
    const slope = h.map((x) => 1 - x * x);
    const da = dh.map((d, i) => d * slope[i]);
    const columns = net.W_xh[0].map((_, x) => x);
    const W_xh = da.map((d) => columns.map((x) => (x === input ? d : 0)));
    const adds = { W_xh, W_hh: outer(da, before), b_h: da, W_hy: outer(dz, h), b_y: dz };
    const made = { ...step, fromOutput, fromNext, dh, slope, da, adds, on: times_(back, da) };
    fromNext = step.t === cut ? zeros(H) : made.on;
    return made;
  });
  return done.reverse();
}

const totals = (steps) =>
  Object.fromEntries(PARAMS.map((key) => [key, steps.map((step) => step.adds[key]).reduce(plus)]));

// ---- what a state means

function look(state) {
  const net = network(state);
  const read = forward(net, state);
  const steps = backward(net, read, state.cut);
  const whole = backward(net, read, 0);
  const T = steps.length;
  // What a change of h_t changes h_T by.
  const reach = zeros(T).fill(1);
  for (let t = T - 2; t >= 0; t--) reach[t] = reach[t + 1] * state.weight * whole[t + 1].slope[0];
  const sizes = (pick) => Math.max(...whole.flatMap(pick).flat().map(Math.abs));
  return {
    T,
    steps,
    reach,
    memory: reach[0],
    gradient: totals(steps),
    whole: totals(whole),
    nll: read.reduce((sum, step) => sum + (step.cost ?? 0), 0),
    scales: { h: 1, dh: roof(sizes((step) => step.dh)), adds: roof(sizes((step) => step.adds.W_hh)) },
  };
}

const roof = (size) => [1, 3, 10, 30].find((top) => size <= top) ?? 100;
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const at = (name, t) => name + [...String(t)].map((c) => SUBSCRIPTS[c]).join("");
const WEIGHT = ONE ? "w" : "W_hh";
// Which steps have been read, and the first of those that the way back has reached.
const readSteps = ({ step }, { T }) => Math.min(step, T);
const reached = ({ step }, { T }) => (step > T ? 2 * T - step + 1 : T + 1);
const values = (x) => {
  const rows = x.map((row) => (Array.isArray(row) ? row.map(number).join(", ") : number(row)));
  return ONE ? rows[0] : `(${rows.join(Array.isArray(x[0]) ? "; " : ", ")})`;
};
const subject = ({ read }) => (read === IMPULSE ? "One impulse" : `“${read}”`);

function wholeFinding(state, { T, steps, whole, gradient, memory }) {
  const { cut, weight } = state;
  const cutAt = cut ? ` Cut between steps ${cut - 1} and ${cut}, it gets ${values(gradient.W_hh)} in place of ${values(whole.W_hh)}.` : "";
  if (ONE) {
    const there = `${subject(state)}, recurrent weight ${two(weight)}: ${at("dh", T)}/dh₁ is ${number(memory)}, where w${POWERS[T - 1]} is ${number(weight ** (T - 1))}`;
    return `${there}; w collects ${values(whole.W_hh)} from ${T} steps.${cutAt}`;
  }
  const size = ({ adds }) => Math.hypot(...adds.W_hh.flat());
  const most = backward(network(state), steps, 0).reduce((best, step) => (size(step) > size(best) ? step : best));
  return `${subject(state)}: W_hh collects terms from ${T} steps, the largest of them from step ${most.t}.${cutAt}`;
}

function finding(state, view) {
  const { T, steps, reach, nll } = view;
  const t = reached(state, view);
  if (state.step === 2 * T) return wholeFinding(state, view);
  if (state.step > T) {
    const far = ONE ? ` A change of ${at("h", t)} reaches ${at("h", T)} times ${number(reach[t - 1])}.` : "";
    const sum = steps.slice(t - 1).map((step) => step.adds.W_hh).reduce(plus);
    return `Back at step ${t}: ${WEIGHT} has collected ${values(sum)} from ${T - t + 1} of ${T} steps.${far}`;
  }
  if (state.step < T) return `Forward: ${state.step} of ${T} steps read, each with the same weights.`;
  if (state.read !== IMPULSE) return `Read to its end, “${state.read}” costs ${nll.toFixed(2)} nats. Which step is to blame? Step back to see.`;
  return `After ${T} steps the impulse has left ${at("h", T)} at ${values(steps[T - 1].h)}. How much does that depend on h₁? Step back to see.`;
}

const letter = (id) => `“${label(tokens[id])}”`;

// The arithmetic of the step that was made last, in one line.
function worked(state, view) {
  const { T, steps } = view;
  if (state.step === 0) return "Nothing has been read. The state before the first step is zero.";
  if (state.step <= T) {
    const { t, h, input, target, p, cost } = steps[state.step - 1];
    const reads = input < 0 ? "nothing" : state.read === IMPULSE ? "the impulse" : letter(input);
    const says = p === undefined ? "" : ` It gives ${letter(target)}, which comes next, ${percent(p)}: ${cost.toFixed(2)} nats.`;
    return `Step ${t} reads ${reads} and ${at("h", t - 1)} = ${values(steps[t - 1].before)}, and makes ${at("h", t)} = ${values(h)}.${says}`;
  }
  const { t, fromOutput, fromNext, dh, slope, da, before, adds, on } = steps[reached(state, view) - 1];
  const own = `${values(fromOutput)} from its output`;
  const later = `${values(fromNext)} from step ${t + 1}`;
  const comes = state.read === IMPULSE ? (t === T ? "1, where the way back starts" : later) : t === T ? own : `${own} + ${later}`;
  const sum = comes === later || t === T ? "" : ` = ${values(dh)}`;
  const passed = t === 1 ? "" : t === state.cut ? " The cut lets nothing on." : ` On to step ${t - 1}: ${values(on)}.`;
  return (
    `${at("dh", t)} = ${comes}${sum}. ` +
    `Times the slope ${values(slope)}: ${at("da", t)} = ${values(da)}. Times ${at("h", t - 1)} = ${values(before)}: ` +
    `${values(adds.W_hh)} for ${WEIGHT}.${passed}`
  );
}

function feedback({ answer }) {
  const [now, then] = [data.states.open.weight, ASKED].map((weight) => look({ ...state, read: IMPULSE, weight }));
  const said = { more: "You said more.", same: "You said about the same.", less: "You said less." }[answer] ?? "";
  const ratio = Math.abs(now.memory / then.memory);
  const compared = ratio > 1 ? `${times(ratio)} times less` : `${times(1 / ratio)} times more`;
  const flat = `h stays near ${two(then.steps[then.T - 1].h[0])}, where tanh is nearly flat`;
  return `${said} dh₈/dh₁ is ${number(now.memory)} at w = ${two(data.states.open.weight)} and ${number(then.memory)} at w = ${ASKED}: ${compared}, though ${ASKED}⁷ is ${ASKED ** 7}. With the bigger weight ${flat}.`;
}

const summary = (state, view) => state.problem || `${finding(state, view)} ${worked(state, view)}`;

// ---- bounding a change

const numberOr = (value, otherwise) => (value !== null && Number.isFinite(+value) ? +value : otherwise);

function accept(change, state) {
  const next = { problem: "", ...change };
  if ("read" in change) {
    const wanted = [...String(change.read)];
    next.typed = ONE && change.read === IMPULSE ? "" : wanted.slice(0, limits.name).join("");
    const { text, unknown } = encode(next.typed);
    next.problem = unknown.length ? unknownMessage(unknown) : text || ONE ? "" : "Type at least one letter.";
    next.read = next.problem ? state.read : text || IMPULSE;
  }
  const both = { ...state, ...next };
  const T = both.read === IMPULSE ? limits.impulse : [...both.read].length + 1;
  next.weight = clamp(numberOr(both.weight, state.weight), LOWEST, HIGHEST);
  const cut = Math.round(numberOr(both.cut, 0));
  next.cut = cut < 2 ? 0 : Math.min(cut, T);
  const step = { forward: T, end: 2 * T }[both.step] ?? Math.round(numberOr(both.step, T));
  // Another length: the same way along, forward or back.
  next.step = both.read === state.read || "step" in change ? clamp(step, 0, 2 * T) : state.step > state.length / 2 ? 2 * T : T;
  next.length = 2 * T;
  return next;
}

// ---- the question

const question = el("p");
const answers = el(
  "p",
  { class: "row" },
  ...[["more", "More"], ["same", "About the same"], ["less", "Less"], ["shown", "Show me"]].map(([said, text]) =>
    button(text, () => set({ answer: said, read: IMPULSE, weight: ASKED, cut: 0, step: "end" })),
  ),
);
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, answers, told);
setText(question, `Predict: of a change at step 1, does more of it reach step 8 with a recurrent weight of ${ASKED} than with ${data.states.open.weight}?`);

function drawQuestion(state) {
  const asking = state.answer === null;
  const focused = answers.contains(ask.getRootNode().activeElement);
  ask.hidden = !ONE;
  question.hidden = answers.hidden = !asking;
  told.hidden = asking;
  setText(told, asking || !ONE ? "" : feedback(state));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- the controls

const control = (id, text, ...rest) => el("div", {}, el("label", { for: id }, ...text), ...rest);
const nameInput = el("input", {
  id: "read",
  type: "text",
  maxlength: limits.name,
  autocomplete: "off",
  autocapitalize: "none",
  spellcheck: "false",
  placeholder: ONE ? "one impulse" : "",
  "aria-describedby": "problem",
  oninput: () => set({ read: nameInput.value }),
});
const other = button("", () => set({ read: state.read === IMPULSE ? data.word : IMPULSE, step: "forward" }));
const problem = el("p", { id: "problem", class: "problem", role: "alert" });
const slider = el("input", { id: "weight", type: "range", min: LOWEST, max: HIGHEST, step: 0.05, oninput: () => set({ weight: +slider.value }) });
const readout = el("output", { for: "weight" });
const cutter = el("select", { id: "cut", onchange: () => set({ cut: +cutter.value }) });
const controls = {
  read: control("read", [`Name, from ${tokens.slice(1).join(" ")}`], el("div", { class: "pair" }, nameInput, other)),
  weight: control("weight", [ONE ? "Recurrent weight w " : "W_hh times ", readout], slider),
  cut: control("cut", ["Cut the history"], cutter),
};

function drawControls(state, { T }) {
  if (nameInput.value !== state.typed) nameInput.value = state.typed;
  nameInput.setAttribute("aria-invalid", state.problem !== "");
  setText(problem, state.problem);
  setText(other, state.read === IMPULSE ? `Read “${data.word}”` : "One impulse");
  other.hidden = !ONE;
  slider.value = state.weight;
  slider.setAttribute("aria-valuetext", two(state.weight));
  setText(readout, two(state.weight));
  if (cutter.options.length !== T) {
    const between = Array.from({ length: T - 1 }, (_, i) => el("option", { value: i + 2 }, `between ${i + 1} and ${i + 2}`));
    cutter.replaceChildren(el("option", { value: 0 }, "nowhere"), ...between);
  }
  cutter.value = state.cut;
}

// ---- the play head

const move = (by) => set({ step: state.step + by });
const scrub = el("input", { id: "scrub", type: "range", min: 0, step: 1, "aria-label": "Step", oninput: () => set({ step: +scrub.value }) });
const backOne = button("◂ Undo", () => move(-1));
const next = button("", () => move(1), { class: "next" });
const toEnd = button("All the way", () => set({ step: "end" }));
const along = el("div", { class: "along" }, scrub, el("p", { class: "ends", "aria-hidden": "true" }, el("span", {}, "forward →"), el("span", {}, "← backward")));
const head = el("div", { class: "head" }, el("p", { class: "row" }, backOne, next, toEnd), along);
const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };
const keys = (event) => {
  if (!(event.key in ARROWS) || event.target.matches("input, select")) return; // those have arrows of their own
  event.preventDefault();
  move(ARROWS[event.key]);
};

function drawHead(state, view) {
  const { step } = state;
  const { T } = view;
  scrub.max = 2 * T;
  scrub.value = step;
  const where = step === 0 ? "nothing read" : step <= T ? `forward, step ${step} of ${T}` : `backward, step ${reached(state, view)} of ${T}`;
  scrub.setAttribute("aria-valuetext", where);
  const following = step < T ? `Forward to step ${step + 1} ▸` : step < 2 * T ? `Back to step ${2 * T - step} ▸` : "All gathered";
  setText(next, following);
  next.setAttribute("aria-disabled", step === 2 * T);
  backOne.setAttribute("aria-disabled", step === 0);
}

// ---- the unrolled network: a column for each step where it is wide, a row where it is narrow

const ROWS = [
  ["reads", "in"],
  ["h", "h"],
  ["says", "next"],
  ["dh", "dh"],
  ["slope", "slope"],
  ["da", "da"],
  ["adds", `adds to ${WEIGHT}`],
];
const LONG = {
  reads: "reads",
  h: "state h",
  says: "comes next",
  dh: "gradient dh",
  slope: "× slope 1 − h²",
  da: "= da",
  adds: `× h before: adds to ${WEIGHT}`,
};
const title = el("p", { class: "finding" });
const line = el("p", { class: "worked" });
const heads = ROWS.map(([key, brief]) => el("span", { role: "columnheader", class: key, "aria-label": LONG[key], "data-long": LONG[key], "data-brief": brief }));
const labels = el("div", { role: "row", class: ONE ? "labels" : "labels pairs" }, el("span", { role: "columnheader", class: "corner" }, "step"), ...heads);
const columns = Array.from({ length: MOST }, (_, t) => makeColumn(`${t + 1}`));
const total = makeColumn("sum");
total.node.classList.add("total");
const figure = el("div", { role: "table", class: "figure" }, labels, ...columns.map(({ node }) => node), total.node);

function makeColumn(text) {
  const cells = Object.fromEntries(ROWS.map(([key]) => [key, el("span", { role: "cell", class: key })]));
  const node = el("div", { role: "row", class: ONE ? "step" : "step pairs" }, el("span", { role: "rowheader" }, text), ...Object.values(cells));
  return { node, cells };
}

// Numbers, each with a bar from the middle to the left or to the right; nothing where the play head has not been.
function fill(cell, shown, numbers, scale) {
  const list = shown ? [numbers].flat(9) : [];
  const text = list.map(ONE ? number : brief);
  if (cell.dataset.text === `${text} ${scale}`) return;
  cell.dataset.text = `${text} ${scale}`;
  cell.style.setProperty("--across", numbers?.[0]?.length ?? 1);
  cell.replaceChildren(...list.map((x, i) => valueOf(text[i], scale && x / scale)));
}

// Two numbers stand in the place of one, so they are shorter.
function brief(x) {
  const size = Math.abs(x);
  const text = size >= 0.0005 || !size ? size.toFixed(size < 9.9995 ? 3 : 1) : size.toExponential(0).replace("-", "−");
  return (x < 0 ? "−" : "") + text;
}

function valueOf(text, share) {
  if (share === undefined) return el("span", { class: "value" }, text);
  const stick = el("span", { class: share < 0 ? "stick minus" : "stick" });
  stick.style.setProperty("--size", Math.min(1, Math.abs(share)));
  return el("span", { class: "value" }, el("span", { class: "axis" }, stick), el("span", {}, text));
}

function drawColumn({ node, cells }, step, state, view) {
  node.hidden = !step;
  if (!step) return;
  const { t, input, target, p } = step;
  const read = t <= readSteps(state, view);
  const back = t >= reached(state, view);
  const now = state.step > view.T ? t === reached(state, view) : t === state.step;
  node.classList.toggle("now", now);
  node.classList.toggle("cut", state.cut === t);
  node.classList.toggle("final", t === view.T);
  const impulse = state.read === IMPULSE;
  setText(cells.reads, input < 0 ? "–" : impulse ? "1" : label(tokens[input]));
  fill(cells.h, read, step.h, view.scales.h);
  setText(cells.says, read && p !== undefined ? `${label(tokens[target])} ${percent(p)}` : "");
  fill(cells.dh, back, step.dh, view.scales.dh);
  fill(cells.slope, back, step.slope);
  fill(cells.da, back, step.da);
  fill(cells.adds, back, step.adds.W_hh, ONE ? view.scales.adds : undefined);
}

function drawFigure(state, view) {
  setText(title, finding(state, view));
  setText(line, worked(state, view));
  figure.classList.toggle("impulse", state.read === IMPULSE);
  figure.style.setProperty("--steps", view.T + 1);
  figure.setAttribute("aria-label", `${subject(state)}, unrolled over ${view.T} steps`);
  columns.forEach((column, t) => drawColumn(column, view.steps[t], state, view));
  const gathered = view.steps.slice(reached(state, view) - 1);
  fill(total.cells.adds, gathered.length, gathered.length ? totals(gathered).W_hh : []);
}

// ---- the ledger: what each step adds to every shared matrix

const ledgerHead = el("tr");
const ledgerBody = el("tbody");
const ledger = el(
  "details",
  { ontoggle: () => ledger.open !== state.opened && set({ opened: ledger.open }) },
  el("summary", {}, "The ledger: what each step adds to every shared matrix"),
  el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The ledger" }, el("table", {}, el("thead", {}, ledgerHead), ledgerBody)),
  el("p", { class: "soft" }, "Filled from the last step to the first, as the way back goes. The sums are what backward_name returns."),
);

// The entries of a matrix, each with a name: what it stands for, and how to find it.
function entries(key, impulse) {
  const unit = (i) => (ONE ? "" : ` ${i + 1}`);
  const units = Array.from({ length: H }, (_, i) => i);
  const of = { W_hh: units.map(unit), W_xh: impulse ? [""] : tokens.map((token) => ` ${label(token)}`) };
  if (key === "W_hh" || key === "W_xh") return units.flatMap((i) => of[key].map((name, j) => [`${key}${key === "W_hh" && ONE ? "" : unit(i)}${name}`, (m) => m[i][j]]));
  if (key === "b_h") return units.map((i) => [`b_h${unit(i)}`, (m) => m[i]]);
  if (key === "b_y") return tokens.map((token, y) => [`b_y ${label(token)}`, (m) => m[y]]);
  return tokens.flatMap((token, y) => units.map((i) => [`W_hy ${label(token)}${unit(i)}`, (m) => m[y][i]]));
}

function drawLedger(state, view) {
  if (ledger.open !== state.opened) ledger.open = state.opened;
  if (!state.opened) return;
  const impulse = state.read === IMPULSE;
  const from = reached(state, view);
  const gathered = view.steps.slice(from - 1);
  const sums = gathered.length ? totals(gathered) : null;
  const th = (text, scope) => el("th", { scope }, text);
  ledgerHead.replaceChildren(th("step", "col"), ...view.steps.map(({ t }) => th(t, "col")), th("sum", "col"), ...(state.cut ? [th("uncut", "col")] : []));
  const keys_ = ["W_hh", "W_xh", "b_h", ...(impulse ? [] : ["W_hy", "b_y"])];
  const rows = keys_.flatMap((key) => entries(key, impulse).map(([name, pick], i) => ({ key, name, pick, first: i === 0 })));
  const never = ({ key, pick }) => key === "W_xh" && !impulse && pick(base.W_xh.map((row) => row.map((_, x) => x === 0)));
  ledgerBody.replaceChildren(
    ...rows.filter((row) => !never(row)).map(({ key, name, pick, first }) => {
      const cells = view.steps.map(({ t, adds, input }) => (t < from ? "" : key === "W_xh" && input < 0 ? "" : blank(pick(adds[key]), key)));
      const ends = [sums ? number(pick(sums[key])) : "", ...(state.cut ? [number(pick(view.whole[key]))] : [])];
      return el("tr", first ? { class: "first" } : {}, th(name, "row"), ...[...cells, ...ends].map((text) => el("td", {}, text)));
    }),
  );
}

const blank = (x, key) => (key === "W_xh" && x === 0 ? "·" : number(x)); // a letter that this step did not read

const body = el(
  "div",
  { onkeydown: keys },
  ask,
  el("div", { class: "controls" }, ...Object.values(controls)),
  problem,
  title,
  head,
  figure,
  line,
  ledger,
  el("p", { class: "row last" }, resetButton, el("span", { class: "soft" }, "← and → step too.")),
);

mount({
  body,
  shows: [
    [controls.read, ["read"]],
    [controls.weight, ["weight"]],
    [controls.cut, ["cut"]],
    [head, ["step"]],
    [ledger, ["opened"]],
  ],
  start: { answer: null, opened: false, problem: "", ...accept(data.states.open, { ...data.states.open, step: 0 }) },
  kept: ["answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    for (const part of [drawQuestion, drawControls, drawHead, drawFigure, drawLedger]) part(state, view);
  },
});
