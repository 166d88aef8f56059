// The chain rule: two names one under the other, each a stair of surprises that goes down to its log probability.

const model = countingModel(data.model);
const ROWS = ["first", "second"];
const minus = (x, digits) => (x < 0 ? "−" : "") + Math.abs(x).toFixed(digits);
const short = (p) => percent(p).replace("under ", "<").replace("over ", ">");

// ---- what a state means

// The factors of one name, its end included: probability of each character given those before it.
function readName(name) {
  const { ids, text } = encode(name);
  let sum = 0;
  const steps = [...ids, 0].map((id, t) => {
    const p = model.probs(ids.slice(0, t))[id];
    const before = sum;
    sum += Math.log(p);
    return { id, p, log: Math.log(p), before, sum, given: [...text].slice(0, t).join("") };
  });
  const most = steps.reduce((best, step) => (step.log < best.log ? step : best));
  return { name: text, steps, sum, most, perplexity: Math.exp(-sum / steps.length) };
}

function look(state) {
  const [first, second] = ROWS.map((row) => readName(state[row]));
  const deepest = Math.max(-first.sum, -second.sum);
  return { first, second, depth: [30, 60, 120].find((depth) => deepest <= depth) ?? 240 };
}

const describe = (token, t) => (token === "\n" ? "end" : `${label(token)}, letter ${t + 1}`);
const place = ({ id, given }) => `“${label(tokens[id])}” ${given ? `after “${given}”` : "at the start"}`;

function finding(view) {
  const { first, second } = view;
  if (first.name === second.name) return `Both names are “${first.name}”: change a letter and see which factors move.`;
  const [likely, unlikely] = first.sum >= second.sum ? [first, second] : [second, first];
  const ratio = times(Math.exp(likely.sum - unlikely.sum));
  const cost = `${(-unlikely.most.log).toFixed(1)} of its ${(-unlikely.sum).toFixed(1)} nats`;
  const compared = ratio === "1.0" ? "about as likely as" : `${ratio} times less likely than`;
  return `“${unlikely.name}” is ${compared} “${likely.name}”; ${place(unlikely.most)} alone costs ${cost}.`;
}

const product = ({ sum, perplexity }) =>
  `1 in ${times(Math.exp(-sum))} · ln ${minus(sum, 2)} · perplexity ${perplexity.toFixed(1)}`;

function feedback(answer) {
  const { name, steps, most } = readName(data.guess);
  const said = steps[answer];
  const truth = `${place(most)}: 1 in ${times(1 / most.p)}, ${(-most.log).toFixed(1)} nats`;
  if (!said) return `In “${name}” the most surprising is ${truth}.`;
  if (said === most) return `You said ${place(said)}, and that is the one: 1 in ${times(1 / most.p)}, ${(-most.log).toFixed(1)} nats.`;
  return `You said ${place(said)}, which costs ${(-said.log).toFixed(1)} nats. The most surprising in “${name}” is ${truth}.`;
}

function trouble(typed) {
  const { unknown, text } = encode(typed);
  if (unknown.length) return unknownMessage(unknown);
  return text ? "" : "Type at least one letter.";
}

function summary(state, view) {
  const problem = ROWS.map((row) => trouble(state.typed[row])).find(Boolean);
  return problem ?? `${finding(view)} “${view.first.name}” has ${product(view.first)}, “${view.second.name}” ${product(view.second)}.`;
}

// ---- bounding a change

function accept(change, state) {
  const next = { picked: null, ...change, typed: { ...state.typed } };
  for (const row of ROWS.filter((row) => row in change)) {
    next.typed[row] = [...String(change[row])].slice(0, limits.length).join("");
    next[row] = trouble(next.typed[row]) ? state[row] : encode(next.typed[row]).text; // stay at the last good name
  }
  return next;
}

// ---- the question

const question = el("p", { id: "question" });
const tiles = el("div", { class: "row", role: "group", "aria-labelledby": "question" });
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, tiles, told);
setText(question, `Predict: which character of “${data.guess}” surprises the model most?`);
[...data.guess, "\n"].forEach((c, t) => {
  const attributes = { class: "tile", "aria-label": describe(c, t) };
  tiles.append(button(label(c), () => set({ answer: t, second: data.guess }), attributes));
});
tiles.append(button("Show me", () => set({ answer: "shown", second: data.guess })));

function drawQuestion(state) {
  const asking = state.answer === null;
  const focused = tiles.contains(ask.getRootNode().activeElement);
  question.hidden = tiles.hidden = !asking;
  told.hidden = asking;
  setText(told, asking ? "" : feedback(state.answer));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- one name

function makeName(row, text) {
  const input = el("input", {
    id: row,
    type: "text",
    maxlength: limits.length,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": `${row}-problem`,
    oninput: () => set({ [row]: input.value }),
  });
  const problem = el("p", { id: `${row}-problem`, class: "problem", role: "alert" });
  const total = el("p", { class: "total" });
  const steps = Array.from({ length: limits.length + 1 }, (_, t) => makeStep(row, t));
  const axis = el("span", { role: "cell", class: "fall", "aria-hidden": "true" });
  const heads = [["probability", "p"], ["its log", "ln p"], ["sum so far", "sum"]].map(([long, brief]) =>
    el("span", { role: "columnheader", "aria-label": long, "data-long": long, "data-brief": brief }),
  );
  const corner = el("span", { role: "columnheader", class: "corner" }, "character");
  const labels = el("div", { role: "row", class: "labels" }, corner, axis, ...heads);
  const factors = el("div", { role: "table", class: "factors" }, labels, ...steps.map((step) => step.node));
  const top = el("div", { class: "top" }, el("div", {}, el("label", { for: row }, text), input), total);
  return { node: el("div", { class: "name" }, top, problem, factors), input, problem, total, steps, axis, factors };
}

function makeStep(row, t) {
  const tile = button("", () => press(row, t), { class: "tile" });
  const drop = el("span", { class: "drop" }, el("span", {}, "most surprising"));
  const cells = [0, 1, 2].map(() => el("span", { role: "cell" }));
  const fall = el("span", { role: "cell", class: "fall", "aria-hidden": "true" }, drop);
  const node = el("div", { role: "row", class: "step" }, el("span", { role: "rowheader" }, tile), fall, ...cells);
  return { node, tile, drop, cells };
}

// The first press picks a letter, the second swaps the two.
function press(row, t) {
  const { picked } = state;
  if (picked?.row !== row) return set({ picked: { row, t } });
  const letters = [...state[row]];
  [letters[t], letters[picked.t]] = [letters[picked.t], letters[t]];
  set({ [row]: letters.join("") });
}

function drawName(row, state, view) {
  const { input, problem, total, steps, axis, factors } = names[row];
  const read = view[row];
  if (input.value !== state.typed[row]) input.value = state.typed[row];
  const wrong = trouble(state.typed[row]);
  input.setAttribute("aria-invalid", wrong !== "");
  setText(problem, wrong);
  setText(total, product(read));
  factors.setAttribute("aria-label", `“${read.name}”, character by character`);
  factors.style.setProperty("--steps", read.steps.length);
  if (axis.dataset.depth !== String(view.depth)) {
    const between = (k) => (k % 3 ? { class: "between" } : {});
    const marks = [0, 1, 2, 3].map((k) => el("span", between(k), minus((-view.depth * k) / 3, 0)));
    axis.replaceChildren(...marks);
    axis.dataset.depth = view.depth;
  }
  steps.forEach((step, t) => drawStep(step, read.steps[t], t, read, row, state, view));
}

function drawStep({ node, tile, drop, cells }, step, t, read, row, state, view) {
  node.hidden = !step;
  if (!step) return;
  const character = label(tokens[step.id]);
  const last = step.id === 0;
  setText(tile, character);
  tile.disabled = last;
  tile.setAttribute("aria-pressed", state.picked?.row === row && state.picked.t === t);
  tile.setAttribute("aria-label", describe(tokens[step.id], t));
  // A factor that both names share is drawn hollow in the second one.
  const twin = row === "second" && view.first.steps[t];
  node.classList.toggle("shared", Boolean(twin) && twin.id === step.id && twin.p === step.p);
  node.classList.toggle("most", step === read.most);
  node.classList.toggle("late", t > read.steps.length / 2);
  drop.style.setProperty("--from", -step.before / view.depth);
  drop.style.setProperty("--size", -step.log / view.depth);
  [short(step.p), minus(step.log, 2), minus(step.sum, 2)].forEach((text, i) => setText(cells[i], text));
}

const names = { first: makeName("first", "First name"), second: makeName("second", "Second name") };
const title = el("p", { class: "finding" });
const hint = el("p", { class: "soft" });
const key = el(
  "p",
  { class: "soft keys" },
  el("span", { class: "key plain" }, "what a character costs, in nats"),
  el("span", { class: "key most" }, "the most surprising"),
  el("span", { class: "key shared" }, "the same as in the first name"),
);

mount({
  body: el("div", {}, ask, title, names.first.node, names.second.node, key, hint, el("p", { class: "row" }, resetButton)),
  shows: [[ask, ["answer"]], ...ROWS.map((row) => [names[row].node, [row]])],
  start: { typed: { first: data.states.open.first, second: data.states.open.second }, picked: null, answer: null },
  kept: ["answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    drawQuestion(state);
    setText(title, finding(view));
    for (const row of ROWS) drawName(row, state, view);
    const { picked } = state;
    const letter = picked && `“${[...state[picked.row]][picked.t]}” is picked. `;
    setText(hint, letter ? `${letter}Press another letter of the same name to swap the two.` : "Press two letters of a name to swap them.");
  },
});
