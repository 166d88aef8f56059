// The evaluation grid: a short text, scored by the trained network in columns, each target coloured by how much of the
// text stood before it.

const model = makeModel(data.model);
const { ids, window: WINDOW } = data;
const opened = data.states.open;
const N = ids.length;
const TARGETS = N - 1;
const H = model.read([]).length;
const KEYS = ["columns", "warmup", "reset", "average"];
const symbol = (place) => label(tokens[ids[place]]);
const two = (x) => x.toFixed(2);
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function signedPercent(x) {
  const size = Math.abs(100 * x);
  const text = size.toFixed(size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2);
  return (+text === 0 ? "" : x > 0 ? "+" : "−") + text + "%";
}

// ---- what a state means

// The rows and columns of evaluate_stream: batchify, or columns that begin some characters early.
function layout({ columns: B, warmup }) {
  const folded = B > 1 && warmup === 0;
  const w = folded ? 0 : Math.min(warmup, TARGETS - 1);
  const R = folded ? Math.floor(N / B) - 1 : Math.ceil((TARGETS + (B - 1) * w) / B);
  const apart = folded ? R + 1 : R - w; // from the start of one column to the start of the next
  const scores = (row, column) => column * apart + row < TARGETS && (row >= w || column === 0);
  return { B, w, R, apart, scores, dropped: folded ? TARGETS - B * R : 0 };
}

// The costs of a column that starts cold at a place, in nats, and how many characters each was predicted from.
function readColumn(start, rows, reset) {
  const cold = new Float64Array(H);
  let hidden = cold;
  const found = [];
  for (let row = 0; row < rows && start + row < TARGETS; row++) {
    if (reset && row % reset === 0) hidden = cold;
    const place = start + row;
    hidden = model.step(hidden, ids[place]);
    const p = nextDistribution(model.logits(hidden))[ids[place + 1]];
    found.push({ row, place: place + 1, context: (reset ? row % reset : row) + 1, nll: -Math.log(p) });
  }
  return found;
}

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
const exact = readColumn(0, TARGETS, 0).map(({ nll }) => nll);
const EXACT = Math.exp(mean(exact));

function look(state) {
  const { B, w, R, apart, scores, dropped } = layout(state);
  const columns = Array.from({ length: B }, (_, b) => readColumn(b * apart, R, state.reset).map((one) => ({ ...one, scored: scores(one.row, b) })));
  const scored = columns.flat().filter((one) => one.scored);
  const nll = mean(scored.map((one) => one.nll));
  const known = mean(scored.map(({ place }) => exact[place - 1])); // what the same targets cost in one column
  const averaged = state.average === "windows" ? meanOfWindows(scored, state.reset || WINDOW) : nll;
  const perplexity = Math.exp(averaged);
  return {
    B, w, R, apart, columns, dropped, perplexity,
    nll: averaged,
    exact: EXACT,
    off: perplexity / EXACT - 1,
    tokens: scored.length,
    parts: { cold: nll - known, dropped: known - mean(exact), averaging: averaged - nll },
  };
}

function meanOfWindows(scored, rows) {
  const windows = new Map();
  for (const { row, nll } of scored) {
    const w = Math.floor(row / rows);
    windows.set(w, [...(windows.get(w) ?? []), nll]);
  }
  return mean([...windows.values()].map(mean));
}

function settingsOf({ columns, warmup, reset, average }) {
  const parts = [columns === 1 ? "One column" : `${columns} columns`];
  if (warmup && columns > 1) parts.push(`${warmup} characters of warm-up`);
  if (reset) parts.push(`a state reset every ${reset} rows`);
  if (average === "windows") parts.push("the mean of windows");
  return parts.join(", ");
}

// What the question asks stays hidden until it is answered, or the reader moves on without an answer.
const hiding = (state) => state.answer === null && opened.columns > 1 && KEYS.every((key) => state[key] === opened[key]);

function finding(state, view) {
  const settings = settingsOf(state);
  if (settings === "One column") return `One column: each of the ${TARGETS} targets is scored once, with all before it read; perplexity ${two(EXACT)}.`;
  const lost = view.dropped ? `${view.dropped} of ${TARGETS} targets ${view.dropped === 1 ? "is" : "are"} dropped` : "no target is dropped";
  const cold = view.B === 2 ? "a second column starts cold" : `${view.B - 1} more columns start cold`;
  if (hiding(state)) return `${settings}: ${lost}, and ${cold}. What does that do to a perplexity of ${two(EXACT)}?`;
  return `${settings}: perplexity ${two(view.perplexity)} in place of ${two(EXACT)} (${signedPercent(view.off)}); ${lost}.`;
}

function feedback({ answer }) {
  const { perplexity, off, parts } = look(opened);
  const truth = off > 0 ? "up" : "down";
  const said = answer === "shown" ? "" : answer === truth ? `You said ${truth}, and ${truth} it goes. ` : `You said ${answer}. It goes ${truth}. `;
  const adds = (what, x) => (Math.abs(x) < 0.005 ? `${what} hardly matter` : `${what} ${x < 0 ? "take off" : "add"} ${two(Math.abs(x))} nats a target`);
  return `${said}With ${opened.columns} columns the perplexity is ${two(perplexity)} in place of ${two(EXACT)}, ${signedPercent(off)}: ${adds("cold starts", parts.cold)}, ${adds("dropped targets", parts.dropped)}. On a long text both weigh less: a column starts cold only once.`;
}

const summary = (state, view) => finding(state, view);

// ---- bounding a change

const whole = (value, otherwise) => (value !== null && Number.isFinite(+value) ? Math.round(+value) : otherwise);

function accept(change, state) {
  const next = { ...state, ...change };
  return {
    ...change,
    columns: clamp(whole(next.columns, state.columns), 1, limits.columns),
    warmup: clamp(whole(next.warmup, state.warmup), 0, limits.warmup),
    reset: limits.resets.includes(+next.reset) ? +next.reset : state.reset,
    average: next.average === "windows" ? "windows" : "tokens",
  };
}

// ---- the question

const question = el("p");
const answers = el(
  "p",
  { class: "row" },
  ...[["up", "Up"], ["down", "Down"], ["shown", "Show me"]].map(([said, text]) => button(text, () => set({ ...opened, answer: said }))),
);
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, answers, told);
setText(question, `Predict: read as one column, this text has perplexity ${two(EXACT)}. Folded into ${opened.columns}, does it go up or down?`);

function drawQuestion(state) {
  const asking = state.answer === null;
  const focused = answers.contains(ask.getRootNode().activeElement);
  ask.hidden = opened.columns === 1;
  question.hidden = answers.hidden = !asking;
  told.hidden = asking;
  setText(told, asking || ask.hidden ? "" : feedback(state));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- the controls

const control = (id, text, ...rest) => el("div", {}, el("label", { for: id }, ...text), ...rest);
const makeSlider = (key, min) => {
  const slider = el("input", { id: key, type: "range", min, max: limits[key], step: 1, oninput: () => set({ [key]: +slider.value }) });
  return { slider, readout: el("output", { for: key }) };
};
const columnsSlider = makeSlider("columns", 1);
const warmupSlider = makeSlider("warmup", 0);
const resetting = el("select", { id: "reset", onchange: () => set({ reset: +resetting.value }) });
resetting.append(...limits.resets.map((rows) => el("option", { value: rows }, rows ? `reset every ${rows} rows` : "carried")));
const averaging = el("input", { id: "average", type: "checkbox", onchange: () => set({ average: averaging.checked ? "windows" : "tokens" }) });
const averagingText = el("span");
const controls = {
  columns: control("columns", ["Columns ", columnsSlider.readout], columnsSlider.slider),
  warmup: control("warmup", ["Warm-up, characters ", warmupSlider.readout], warmupSlider.slider),
  reset: control("reset", ["The state"], resetting),
};
const toggle = el("label", { class: "toggle", for: "average" }, averaging, averagingText);

function drawControls(state, { R, w }) {
  const { columns, warmup, reset, average } = state;
  columnsSlider.slider.value = columns;
  warmupSlider.slider.value = warmup;
  setText(columnsSlider.readout, columns);
  setText(warmupSlider.readout, warmup);
  columnsSlider.slider.setAttribute("aria-valuetext", `${count(columns, "column")} of ${count(R, "row")}`);
  const without = columns === 1 ? ", of no use with one column" : w ? "" : ", each column starts cold";
  warmupSlider.slider.setAttribute("aria-valuetext", `${count(warmup, "character")}${without}`);
  resetting.value = reset;
  averaging.checked = average === "windows";
  setText(averagingText, `Average windows of ${reset || WINDOW} rows, not targets`);
}

// ---- the two perplexities, on a scale that never moves

const WORST = Math.max(...limits.resets.map((reset) => look({ columns: limits.columns, warmup: 0, reset, average: "tokens" }).perplexity), EXACT);
const ROOF = Math.ceil(1.02 * WORST);
const meter = (name) => {
  const bar = el("span", { class: "bar" });
  const value = el("span", { class: "amount" });
  return { bar, value, node: el("p", { class: `meter ${name}` }, el("span", { class: "name" }, name), el("span", { class: "track", "aria-hidden": "true" }, bar), value) };
};
const meters = { exact: meter("exact"), measured: meter("measured") };
const partRows = el("tbody");
const parts = el(
  "table",
  { class: "parts" },
  el("caption", { class: "soft" }, "Where the difference comes from, in nats a target"),
  partRows,
);

function drawMeters(state, view) {
  const hidden = hiding(state);
  const { exact: first, measured: second } = meters;
  setText(first.value, two(EXACT));
  first.bar.style.setProperty("--size", EXACT / ROOF);
  second.bar.style.setProperty("--size", hidden ? 0 : Math.min(1, view.perplexity / ROOF));
  second.bar.style.setProperty("--true", hidden ? 1 : Math.min(1, EXACT / view.perplexity));
  setText(second.value, hidden ? "?" : `${two(view.perplexity)}, ${signedPercent(view.off)}`);
  const { cold, dropped, averaging: uneven } = view.parts;
  const rows = [[state.reset ? "cold starts and resets" : "cold starts", cold], ["dropped targets", dropped], ["windows weighed equally", uneven]];
  const nats = (x) => (hidden ? "?" : (x < -0.0005 ? "−" : x > 0.0005 ? "+" : "") + Math.abs(x).toFixed(3));
  const sum = ["together", view.nll - mean(exact)];
  partRows.replaceChildren(...[...rows, sum].map(([text, x]) => el("tr", {}, el("th", { scope: "row" }, text), el("td", {}, nats(x)))));
}

// ---- the text, a line for each column

const title = el("p", { class: "finding" });
const runs = el("div", { class: "runs" });
const LEVELS = [[2, "1 or 2"], [5, "3 to 5"], [10, "6 to 10"], [20, "11 to 20"], [Infinity, "more"]];
const levelOf = (context) => LEVELS.findIndex(([most]) => context <= most);
const cell = (place, kind, note = "") => el("span", { class: `cell ${kind}` }, el("span", {}, symbol(place)), el("small", {}, note));

function runOf(column, b, state, { B, R, w, apart }) {
  const start = b * apart;
  const folded = B > 1 && !w;
  const first = folded && b ? cell(start, "lost") : cell(start, "read");
  const every = state.reset || (state.average === "windows" ? WINDOW : 0);
  const cells = column.map(({ row, place, context, scored }) => {
    const kind = scored ? `level-${levelOf(context)}` : "read";
    const edge = every && row && row % every === 0 ? " edge" : "";
    return cell(place, kind + edge, scored && context <= limits.warmup ? context : "");
  });
  const text = (list) => list.map(({ place }) => symbol(place)).join("").replaceAll("␣", " ");
  const scored = column.filter((one) => one.scored);
  const unread = [...(folded && b ? [] : [{ place: start }]), ...column.filter((one) => !one.scored)];
  const spoken = [
    folded && b ? `“${symbol(start)}” dropped` : `“${text(unread)}” read and not scored`,
    ...(scored.length ? [`“${text(scored)}” scored, its first character from ${count(scored[0].context, "character")}`] : []),
  ];
  const name = el("span", { class: "number", "aria-hidden": "true" }, `${b + 1}`);
  return el("p", { class: "run", role: "img", "aria-label": `Column ${b + 1}: ${spoken.join("; ")}.` }, name, first, ...cells);
}

function drawRuns(state, view) {
  setText(title, finding(state, view));
  const { B, columns, apart, dropped } = view;
  const made = columns.map((column, b) => runOf(column, b, state, view));
  const from = B * apart;
  if (dropped && from < N) {
    const tail = Array.from({ length: N - from }, (_, i) => cell(from + i, "lost"));
    const spoken = ids.slice(from).map((id) => tokens[id]).join("");
    made.push(el("p", { class: "run", role: "img", "aria-label": `Tail: “${spoken}” dropped.` }, el("span", { class: "number", "aria-hidden": "true" }, "tail"), ...tail));
  }
  runs.replaceChildren(...made);
}

const key = el(
  "p",
  { class: "soft keys" },
  el("span", {}, "Each line is a column, on its side. Predicted from so many characters:"),
  ...LEVELS.map(([, text], i) => el("span", { class: "key" }, el("span", { class: `patch level-${i}` }), text)),
  el("span", { class: "key" }, el("span", { class: "patch read" }), "read, not scored"),
  el("span", { class: "key" }, el("span", { class: "patch lost" }), "dropped"),
);

// ---- every target

const rows = el("tbody");
const heads = ["target", "column", "predicted from", "nats", "exact"].map((text) => el("th", { scope: "col" }, text));
const details = el(
  "details",
  { ontoggle: () => drawTable(state, look(state)) },
  el("summary", {}, `Every target of the ${TARGETS} as a table`),
  el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Every target" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), rows)),
);

function drawTable(state, { columns }) {
  if (!details.open) return;
  const found = new Map();
  columns.forEach((column, b) => column.filter((one) => one.scored).forEach((one) => found.set(one.place, { ...one, b })));
  rows.replaceChildren(
    ...exact.map((nll, i) => {
      const one = found.get(i + 1);
      const cells = one ? [`${one.b + 1}`, one.context, two(one.nll)] : ["–", "–", "dropped"];
      return el("tr", {}, el("th", { scope: "row" }, `${i + 1} ${symbol(i + 1)}`), ...[...cells, two(nll)].map((text) => el("td", {}, text)));
    }),
  );
}

mount({
  body: el(
    "div",
    {},
    ask,
    el("div", { class: "controls" }, ...Object.values(controls)),
    toggle,
    title,
    el("div", { class: "numbers" }, el("div", {}, meters.exact.node, meters.measured.node, el("p", { class: "soft" }, `perplexity, from 0 to ${ROOF}`)), parts),
    runs,
    key,
    details,
    el("p", { class: "row last" }, resetButton),
  ),
  shows: [
    [controls.columns, ["columns"]],
    [controls.warmup, ["warmup"]],
    [controls.reset, ["reset"]],
    [toggle, ["average"]],
  ],
  start: { answer: null },
  kept: ["answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    for (const part of [drawQuestion, drawControls, drawMeters, drawRuns, drawTable]) part(state, view);
  },
});
