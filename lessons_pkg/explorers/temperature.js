// Temperature and sampling: bars for what comes next, and twelve names drawn from it.

const ASKED = 2; // the temperature that the question is about
const TOP_K = [1, 3, 5, 10];
const TOP_P = [0.5, 0.8, 0.9, 0.95];
const V = tokens.length;
const [LOWEST, HIGHEST] = limits.temperature;
const model = makeModel(data.model);
const nameOf = (id) => label(tokens[id]);
const two = (temperature) => temperature.toFixed(2);
const where = (prefix) => (prefix ? `after “${prefix}”` : "at the start of a name");

// ---- what a state means

function look(state) {
  const { ids } = encode(state.prefix);
  const logits = model.logits(model.read(ids));
  const own = nextDistribution(logits);
  const chosen = nextDistribution(logits, state);
  const order = ranking(own);
  return {
    own,
    chosen,
    order,
    favourite: order[0],
    overtaken: countOvertaken(order, chosen),
    start: ids.length,
    names: drawNames(model, ids, state, limits),
    plain: drawNames(model, ids, { seed: state.seed }, limits), // the same random numbers at temperature 1
  };
}

// How many pairs of characters have changed places.
function countOvertaken(order, p) {
  let pairs = 0;
  for (let i = 0; i < V; i++) for (let j = i + 1; j < V; j++) pairs += p[order[i]] < p[order[j]];
  return pairs;
}

const choices = (p) => Math.exp(entropy(p)).toFixed(1);
const keptCount = (p) => p.filter((x) => x > 0).length;
const likeliest = (view, n) => view.order.filter((id) => view.chosen[id] > 0).slice(0, n);

function finding(state, { own, chosen, favourite, overtaken }) {
  const [before, after] = [percent(own[favourite]), percent(chosen[favourite])];
  const who = `${where(state.prefix)}, “${nameOf(favourite)}”,`;
  const kept = keptCount(chosen);
  if (state.temperature === 1 && kept === V) {
    return `At temperature 1 the bars are the model's own: the favourite ${who} has ${before}.`;
  }
  const keeping = kept < V ? `, keeping ${kept} of ${V} characters,` : "";
  const order = overtaken ? `${overtaken} pairs of characters change places` : "no character overtakes another";
  return `At temperature ${two(state.temperature)}${keeping} the favourite ${who} goes from ${before} to ${after}, and ${order}.`;
}

// One sample is not the distribution: how often the favourite came, and how often it should.
function sampleFinding({ favourite, chosen, names, start }) {
  const count = names.filter((ids) => ids[start] === favourite).length;
  const share = percent(count / names.length);
  const p = percent(chosen[favourite]);
  return `“${nameOf(favourite)}” comes next in ${count} of these ${names.length} names (${share}); its probability is ${p}.`;
}

function feedback(state, { favourite, own, chosen, overtaken }) {
  const said = { stays: "You said that it stays in front.", changes: "You said that another overtakes it." };
  const front = ranking(chosen)[0] === favourite ? `“${nameOf(favourite)}” is still in front` : "Another is in front";
  return [
    said[state.answer] ?? "",
    `At ${two(state.temperature)} ${front}, with ${percent(chosen[favourite])} in place of ${percent(own[favourite])},`,
    `and ${overtaken} of the ${(V * (V - 1)) / 2} pairs of characters have changed places.`,
    "Temperature reshapes; it never reorders.",
  ].join(" ");
}

function summary(state, view) {
  if (state.unknown.length) return unknownMessage(state.unknown);
  return `${finding(state, view)} ${sampleFinding(view)}`;
}

// ---- bounding a change

const numberOr = (value, otherwise) => (value !== null && Number.isFinite(+value) ? +value : otherwise);
const boundTemperature = (value, otherwise) => clamp(numberOr(value, otherwise), LOWEST, HIGHEST);

function accept(change, state) {
  const next = { ...change };
  if ("prefix" in next) {
    next.typed = [...String(next.prefix)].slice(0, limits.prefix).join("");
    const { text, unknown } = encode(next.typed);
    next.unknown = unknown;
    next.prefix = unknown.length ? state.prefix : text; // the figure stays at the last text that it understood
  }
  if ("temperature" in next) next.temperature = boundTemperature(next.temperature, state.temperature);
  if ("seed" in next) next.seed = clamp(Math.round(numberOr(next.seed, state.seed)), 0, 999999);
  if (next.top_k != null) next.top_k = clamp(Math.round(numberOr(next.top_k, V)), 1, V);
  if (next.top_p != null) next.top_p = clamp(numberOr(next.top_p, 1), 0.01, 1);
  if ("pins" in next) next.pins = [next.pins].flat().slice(-2).map((pin) => pinned({ ...state, ...next }, pin));
  return next;
}

// A pin is a state of its own; a number stands for a temperature.
function pinned({ prefix, seed, top_k, top_p }, pin) {
  return pin.prefix === undefined ? { prefix, seed, top_k, top_p, temperature: boundTemperature(pin, 1) } : pin;
}

// ---- the question

const question = el("p");
const answers = el(
  "p",
  { class: "row" },
  ...[["changes", "Yes"], ["stays", "No"], ["shown", "Show me"]].map(([said, text]) =>
    button(text, () => set({ answer: said, temperature: ASKED })),
  ),
);
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, answers, told);

function drawQuestion(state, view) {
  const asking = state.answer === null;
  const focused = answers.contains(ask.getRootNode().activeElement);
  question.hidden = answers.hidden = !asking;
  told.hidden = asking;
  const favourite = `“${nameOf(view.favourite)}” ${where(state.prefix)}`;
  setText(question, `Predict: at temperature ${ASKED} rare characters come up more often. Will one overtake ${favourite}?`);
  setText(told, asking ? "" : feedback(state, view));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- the controls

const prefixInput = el("input", {
  id: "prefix",
  type: "text",
  maxlength: limits.prefix,
  autocomplete: "off",
  autocapitalize: "none",
  spellcheck: "false",
  "aria-describedby": "problem",
  oninput: () => set({ prefix: prefixInput.value }),
});
const problem = el("p", { id: "problem", class: "problem", role: "alert" });
const slider = el("input", {
  id: "temperature",
  type: "range",
  min: LOWEST,
  max: HIGHEST,
  step: 0.05,
  oninput: () => set({ temperature: +slider.value }),
});
const readout = el("output", { for: "temperature" });
const ends = ["sharper", "1", "flatter"].map((text) => el("span", {}, text));
const keep = el("select", { id: "keep", onchange: () => set(keepSettings(keep.value)) });
const control = (id, text, ...rest) => el("div", {}, el("label", { for: id }, ...text), ...rest);
const controls = {
  prefix: control("prefix", ["Text so far"], prefixInput),
  keep: control("keep", ["Keep"], keep),
  temperature: control("temperature", ["Temperature ", readout], slider, el("p", { class: "ends", "aria-hidden": "true" }, ...ends)),
};
controls.temperature.style.setProperty("--one", (1 - LOWEST) / (HIGHEST - LOWEST));

// top-k and top-p are two ways to keep fewer characters, so they share one control.
const keepValue = ({ top_k, top_p }) => (top_k !== null ? `k${top_k}` : top_p !== null ? `p${top_p}` : "all");
const keepSettings = (value) => ({
  top_k: value[0] === "k" ? +value.slice(1) : null,
  top_p: value[0] === "p" ? +value.slice(1) : null,
});

function drawKeep({ top_k, top_p }) {
  const wanted = keepValue({ top_k, top_p });
  if (![...keep.options].some((option) => option.value === wanted)) {
    const withOne = (list, one) => [...new Set([...list, one ?? list[0]])].sort((a, b) => a - b);
    const option = (value, text) => el("option", { value }, text);
    const ks = withOne(TOP_K, top_k).map((k) => option(`k${k}`, k === 1 ? "the likeliest" : `the ${k} likeliest`));
    const ps = withOne(TOP_P, top_p).map((p) => option(`p${p}`, `the first ${percent(p)}`));
    const group = (text, options) => el("optgroup", { label: text }, ...options);
    keep.replaceChildren(option("all", `all ${V}`), group("top-k: so many", ks), group("top-p: so much", ps));
  }
  keep.value = wanted;
}

function drawControls(state) {
  if (prefixInput.value !== state.typed) prefixInput.value = state.typed;
  prefixInput.setAttribute("aria-invalid", state.unknown.length > 0);
  setText(problem, state.unknown.length ? unknownMessage(state.unknown) : "");
  slider.value = state.temperature;
  const side = Math.sign(state.temperature - 1);
  const meaning = { "-1": "sharper than the model's own", 0: "the model's own", 1: "flatter than the model's own" }[side];
  slider.setAttribute("aria-valuetext", `${two(state.temperature)}, ${meaning}`);
  setText(readout, two(state.temperature));
  drawKeep(state);
}

// ---- the bars, likeliest first on a scale that never moves

const title = el("p", { class: "finding" });
const nowKey = el("span", { class: "key now" });
const ownKey = el("span", { class: "key own" });
const chart = el("div", { class: "chart", role: "img" });
const best = el("p", { class: "best" });
for (const at of [0.25, 0.5, 0.75, 1]) {
  const line = el("div", { class: "axis" }, el("span", {}, `${100 * at}%`));
  line.style.setProperty("--at", at);
  chart.append(line);
}
const bars = tokens.map(() => makeBar(chart, el("span", { class: "number" }), el("span", { class: "symbol" })));

function makeBar(parent, ...texts) {
  const track = el("span", { class: "track" }, el("span", { class: "bar" }), el("span", { class: "ghost" }));
  const node = el("span", { class: "letter" }, track, ...texts);
  parent.append(node);
  return { node, texts };
}

function drawBar({ node, texts: [number, symbol] }, view, id) {
  const p = view.chosen[id];
  node.style.setProperty("--p", p);
  node.style.setProperty("--own", view.own[id]);
  node.classList.toggle("cut", p === 0);
  if (!symbol) return;
  setText(symbol, nameOf(id));
  symbol.classList.toggle("stop", id === 0);
  setText(number, p === 0 ? "" : (100 * p).toFixed(p < 0.0995 ? 1 : 0));
}

function drawBars(state, view) {
  setText(title, finding(state, view));
  view.order.forEach((id, rank) => drawBar(bars[rank], view, id));
  setText(nowKey, `at ${two(state.temperature)}: as unsure as a fair choice among ${choices(view.chosen)}`);
  setText(ownKey, `at 1, the model's own: among ${choices(view.own)}`);
  setText(best, likeliest(view, 5).map((id) => `${nameOf(id)} ${percent(view.chosen[id])}`).join(", "));
  chart.setAttribute("aria-label", `Bars, likeliest first, at ${two(state.temperature)}: ${best.textContent}.`);
}

// ---- the names

const sampleTitle = el("p", { class: "finding" });
const list = el("ol", { class: "names" });
const drawn = el("p", { class: "soft" });
const newSeed = button("New seed", () => set({ seed: (state.seed + 1) % 1000000 }));

// A name: the text so far, what was drawn, and underlined what the same draw at temperature 1 did not give.
function nameItem(ids, plain, start) {
  const text = (part) => part.map((id) => (id === 0 ? "" : tokens[id])).join("");
  const split = ids.findIndex((id, i) => id !== plain[i]);
  const same = split < 0 ? ids.length : split;
  const rest = text(ids.slice(same)) + (ids.at(-1) === 0 ? "" : "…");
  const other = split < 0 ? rest : el("u", {}, rest || "∎");
  return el("li", {}, el("span", { class: "given" }, text(ids.slice(0, start))), text(ids.slice(start, same)), other);
}

const nameItems = (view) => view.names.map((ids, i) => nameItem(ids, view.plain[i], view.start));

function drawSample(state, view) {
  setText(sampleTitle, sampleFinding(view));
  list.replaceChildren(...nameItems(view));
  const rule = "The random numbers stay when the temperature moves; underlined is what they gave otherwise than at 1.";
  setText(drawn, `Drawn with seed ${state.seed}. ${rule}`);
}

// ---- two temperatures side by side

const pinButton = button("", () => set({ pins: [...state.pins, state.temperature] }));
const shelf = el("div", { class: "pins" });
let onShelf = null;

function pinCard(pin) {
  const view = look(pin);
  const mini = el("div", { class: "mini", "aria-hidden": "true" });
  for (const id of view.order) drawBar(makeBar(mini), view, id);
  const kept = keptCount(view.chosen);
  const heading = `At ${two(pin.temperature)}${kept < V ? `, keeping ${kept}` : ""}`;
  const unpin = () => set({ pins: state.pins.filter((other) => other !== pin) });
  return el(
    "div",
    { class: "card", role: "group", "aria-label": `Pinned: temperature ${two(pin.temperature)}` },
    el("p", { class: "row" }, el("strong", {}, heading), button("Unpin", unpin, { "aria-label": `Unpin ${two(pin.temperature)}` })),
    mini,
    el("p", {}, likeliest(view, 3).map((id) => `${nameOf(id)} ${percent(view.chosen[id])}`).join(", ")),
    el("p", {}, `as unsure as a fair choice among ${choices(view.chosen)}`),
    el("ol", { class: "names" }, ...nameItems(view)),
  );
}

function drawPins(state) {
  setText(pinButton, `Pin ${two(state.temperature)} to compare`);
  if (onShelf !== state.pins) shelf.replaceChildren(...state.pins.map(pinCard));
  onShelf = state.pins;
  shelf.hidden = !state.pins.length;
}

// ---- every number

const rows = el("tbody");
const column = el("th", { scope: "col" });
const header = el("tr", {}, el("th", { scope: "col" }, "character"), el("th", { scope: "col" }, "at 1"), column);
const details = el(
  "details",
  { ontoggle: () => drawTable(state, look(state)) },
  el("summary", {}, `All ${V} probabilities as a table`),
  el("table", {}, el("thead", {}, header), rows),
);

function drawTable(state, view) {
  if (!details.open) return;
  setText(column, `at ${two(state.temperature)}`);
  const cells = (id) => [view.own[id], view.chosen[id]].map((p) => el("td", {}, percent(p)));
  rows.replaceChildren(...view.order.map((id) => el("tr", {}, el("th", { scope: "row" }, nameOf(id)), ...cells(id))));
}

mount({
  body: el(
    "div",
    {},
    ask,
    el("div", { class: "controls" }, ...Object.values(controls)),
    problem,
    title,
    el("div", { class: "figure" }, el("div", { class: "legend" }, nowKey, ownKey), chart, best),
    sampleTitle,
    list,
    drawn,
    el("p", { class: "row" }, newSeed, pinButton, resetButton),
    shelf,
    details,
  ),
  shows: [
    [controls.prefix, ["prefix"]],
    [controls.temperature, ["temperature"]],
    [controls.keep, ["top_k", "top_p"]],
    [list, ["seed"]],
    [shelf, ["pins"]],
  ],
  start: { typed: data.states.open.prefix, unknown: [], pins: [], answer: null },
  kept: ["pins", "answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    for (const part of [drawQuestion, drawControls, drawBars, drawSample, drawPins, drawTable]) part(state, view);
  },
});
