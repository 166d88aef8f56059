// Batchify: one text folds into columns; windows step down them, their state carried and their gradient cut.

const opened = data.states.open;
const visible = (character) => (character === " " ? "␣" : character);
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const list = (characters) => characters.map(visible).join(", ");

// ---- what a state means

function look({ text, columns: B, window: T }) {
  const letters = [...text];
  const N = letters.length;
  const R = Math.floor(N / B);
  const rows = Array.from({ length: R }, (_, r) => Array.from({ length: B }, (_, b) => b * R + r)); // places in the text
  const windows = [];
  for (let start = 0; start < R - 1; start += T) {
    const targets = rows.slice(start + 1, start + 1 + T);
    windows.push({ start, inputs: rows.slice(start, start + targets.length), targets });
  }
  const heads = rows[0].slice(1);
  const tail = letters.map((_, place) => place).slice(B * R);
  return { letters, N, B, R, T, rows, windows, heads, tail, scored: B * (R - 1), dropped: heads.length + tail.length };
}

function finding({ letters, N, B, R, heads, tail, scored, dropped }) {
  const named = (places) => list(places.map((place) => letters[place]));
  const said = heads.length ? [`${named(heads)} at the head of ${B === 2 ? "a column" : "columns"}`] : [];
  if (tail.length) said.push(`${named(tail)} in the tail`);
  const lost = dropped ? `${dropped} dropped: ${said.join(", and ")}` : "none is dropped";
  return `${N} characters fold into ${count(B, "column")} of ${R}: ${count(scored, "target")}, ${lost}.`;
}

// Which window a row is read in; the last row is only a target, of the last window.
const windowOf = (row, { R, T }) => Math.floor((Math.min(row, R - 1) - 1) / T);
const quoted = (character) => `“${visible(character)}”`;

// What the chosen letter is to the network.
function worked({ row, column }, view) {
  const { letters, rows, windows, B, R } = view;
  const at = (r, b) => letters[rows[r - 1][b - 1]];
  const here = quoted(at(row, column));
  const right = column < B ? ` ${quoted(at(row, column + 1))}, to its right, is ${count(R, "character")} away in the text.` : "";
  if (row === R) {
    const next = letters[column * R];
    const gone = next === undefined ? "and the text ends here" : `and ${quoted(next)}, which follows it in the text, ${column < B ? `begins column ${column + 1}` : "is in the tail"}: that target is dropped`;
    return `${here} is the foot of column ${column}. It is a target and never an input, ${gone}.${right}`;
  }
  const w = windowOf(row, view);
  const first = windows[w].start + 1;
  const known = Array.from({ length: row }, (_, i) => visible(at(i + 1, column))).join(" ");
  const reached = Array.from({ length: row - first + 1 }, (_, i) => visible(at(first + i, column))).join(" ");
  const start = row === 1 ? ` ${column === 1 ? "The text begins here" : `Nothing before ${here} has been read in this column`}, so the state before it is zero.${column === 1 ? "" : ` ${here} is read, and never predicted.`}` : "";
  const edge = first === 1 ? "; the gradient reaches as far back" : `, carried over ${count(w, "edge")}; the gradient of ${quoted(at(row + 1, column))} is cut there and reaches ${reached}`;
  return `Window ${w + 1} reads ${here}; the target is ${quoted(at(row + 1, column))}, the character below.${right}${start} The state has read ${known}${edge}.`;
}

function summary(state, view) {
  return state.problem || `${finding(view)} ${worked(state, view)}`;
}

// The question is about the foot of the first column of the opening text.
const asked = look(opened);
const foot = quoted(asked.letters[asked.R - 1]);
const nextInText = quoted(asked.letters[asked.R] ?? "");
const toTheRight = quoted(asked.letters[2 * asked.R - 1] ?? "");

function feedback({ answer }) {
  const said = { next: `You said ${nextInText}.`, right: `You said ${toTheRight}.`, none: "You said none, and none it is." }[answer] ?? "";
  const above = asked.R > 1 ? ` In every row above, the target is the character below: that of ${quoted(asked.letters[asked.R - 2])} is ${foot}.` : "";
  return `${said} No row comes below ${foot}. ${nextInText} follows it in the text, but begins column 2, where it is read and never predicted: a dropped target. ${toTheRight}, to the right, is ${count(asked.R, "character")} away.${above}`.trim();
}

// ---- bounding a change

const whole = (value, otherwise) => (value !== null && Number.isFinite(+value) ? Math.round(+value) : otherwise);

function accept(change, state) {
  const next = { problem: "", ...change };
  const wanted = "text" in change ? String(change.text).replace(/\s/g, " ") : state.typed;
  next.typed = [...wanted].slice(0, limits.text).join("");
  const N = [...next.typed].length;
  next.columns = clamp(whole(change.columns, state.columns), 1, limits.columns);
  const few = N < 2 || (N < 2 * next.columns && !("columns" in change));
  if (few) {
    next.problem = `Type at least ${2 * next.columns} characters: ${next.columns === 1 ? "the column" : `each of the ${next.columns} columns`} needs two.`;
    next.columns = Math.min(next.columns, Math.floor([...state.text].length / 2));
  } else next.columns = Math.min(next.columns, Math.floor(N / 2));
  next.text = few ? state.text : next.typed; // the figure stays at the last text that could be folded
  next.window = clamp(whole(change.window, state.window), 1, limits.window);
  const R = Math.floor([...next.text].length / next.columns);
  next.row = clamp(whole(change.row, state.row), 1, R);
  next.column = clamp(whole(change.column, state.column), 1, next.columns);
  return next;
}

// ---- the question

const question = el("p");
const answers = el(
  "p",
  { class: "row" },
  ...[["next", `${nextInText}, next in the text`], ["right", `${toTheRight}, to its right`], ["none", "None"], ["shown", "Show me"]].map(([said, text]) =>
    button(text, () => set({ answer: said, text: opened.text, columns: opened.columns, row: asked.R, column: 1 })),
  ),
);
const told = el("p", { tabindex: -1 });
const ask = el("div", { class: "ask" }, question, answers, told);
setText(question, `Predict: the network has read down the first column to its foot, ${foot}. Which character must it predict there?`);

function drawQuestion(state) {
  const asking = state.answer === null;
  const focused = answers.contains(ask.getRootNode().activeElement);
  ask.hidden = asked.B === 1;
  question.hidden = answers.hidden = !asking;
  told.hidden = asking;
  setText(told, asking || ask.hidden ? "" : feedback(state));
  if (focused && !asking) told.focus(); // the button that was pressed is gone
}

// ---- the controls

const control = (id, text, ...rest) => el("div", {}, el("label", { for: id }, ...text), ...rest);
const textInput = el("input", {
  id: "text",
  type: "text",
  maxlength: limits.text,
  autocomplete: "off",
  spellcheck: "false",
  "aria-describedby": "problem",
  oninput: () => set({ text: textInput.value }),
});
const problem = el("p", { id: "problem", class: "problem", role: "alert" });
const sliders = Object.fromEntries(
  ["columns", "window"].map((key) => {
    const slider = el("input", { id: key, type: "range", min: 1, max: limits[key], step: 1, oninput: () => set({ [key]: +slider.value }) });
    return [key, { slider, readout: el("output", { for: key }) }];
  }),
);
const controls = {
  text: control("text", [`A sentence of your own, at most ${limits.text} characters`], textInput),
  columns: control("columns", ["Columns ", sliders.columns.readout], sliders.columns.slider),
  window: control("window", ["Rows in a window ", sliders.window.readout], sliders.window.slider),
};

function drawControls(state, { N, B, R, T, windows }) {
  if (textInput.value !== state.typed) textInput.value = state.typed;
  textInput.setAttribute("aria-invalid", state.problem !== "");
  setText(problem, state.problem);
  const most = Math.min(limits.columns, Math.floor(N / 2));
  sliders.columns.slider.max = most;
  sliders.columns.slider.value = B;
  sliders.window.slider.value = T;
  setText(sliders.columns.readout, B);
  setText(sliders.window.readout, T);
  sliders.columns.slider.setAttribute("aria-valuetext", `${count(B, "column")} of ${count(R, "row")}`);
  sliders.window.slider.setAttribute("aria-valuetext", `${count(T, "row")}, ${count(windows.length, "window")}`);
}

// ---- the text in one line, and what it becomes

const line = el("p", { class: "line", role: "img" });
const title = el("p", { class: "finding" });
const gridHead = el("tr");
const gridBody = el("tbody");
const grid = el("table", { class: "grid" }, el("thead", {}, gridHead), gridBody);
const left = el("p", { class: "left" });
const work = el("p", { class: "worked" });
let cells = []; // the buttons, row after row
let lineLetters = []; // the letters of the line, in the order of the text
let drawn = ""; // what the figure was built for

// A letter that is never predicted is crossed out, in the line, in the columns and in the tail.
function build(state, view) {
  const made = JSON.stringify([state.text, view.B, view.T]);
  if (made === drawn) return;
  drawn = made;
  const { letters, rows, windows, heads, tail, B, R } = view;
  const lost = new Set([...heads, ...tail]);
  lineLetters = letters.map((letter, place) => el("span", { class: lost.has(place) ? "letter lost" : "letter" }, visible(letter)));
  const part = (text, from, to) => el("span", { class: "part" }, el("span", { class: "number" }, text), ...lineLetters.slice(from, to));
  const parts = rows[0].map((from, b) => part(`${b + 1}`, from, from + R));
  line.replaceChildren(...parts, ...(tail.length ? [part("tail", B * R)] : []));
  line.setAttribute("aria-label", `The text: ${rows[0].map((from, b) => `column ${b + 1}, ${letters.slice(from, from + R).join("")}`).join("; ")}${tail.length ? `; tail, ${letters.slice(B * R).join("")}` : ""}.`);
  gridHead.replaceChildren(el("th", { scope: "col" }, "row"), ...rows[0].map((_, b) => el("th", { scope: "col" }, `${b + 1}`)));
  cells = rows.map((row, r) => row.map((place, b) => cellOf(letters[place], lost.has(place), r + 1, b + 1)));
  gridBody.replaceChildren(
    ...cells.flatMap((row, r) => {
      const own = el("tr", {}, el("th", { scope: "row" }, `${r + 1}`), ...row.map((cell) => el("td", {}, cell)));
      const edge = windows.some(({ start }) => start === r && r > 0);
      return edge ? [edgeRow(B), own] : [own];
    }),
  );
  left.hidden = !tail.length;
  left.replaceChildren("Left over: ", ...tail.map((place) => el("span", { class: "letter lost" }, visible(letters[place]))));
}

function cellOf(letter, lost, row, column) {
  return button(visible(letter), () => set({ row, column }), { class: lost ? "cell lost" : "cell", "data-row": row, "data-column": column });
}

// Between two windows: the state of every column goes on, the gradient does not.
const edgeRow = (B) => el("tr", { class: "edge", "aria-hidden": "true" }, el("th", {}, el("span", {}, "✂")), ...Array.from({ length: B }, () => el("td", {}, el("span", {}, "↓"))));

const ROLES = ["known", "reached", "here", "below"];

function drawFigure(state, view) {
  build(state, view);
  const { letters, rows, windows, heads, R } = view;
  const { row, column } = state;
  const now = windows[windowOf(row, view)];
  const bottom = row === R;
  setText(title, finding(view));
  setText(work, worked(state, view));
  grid.setAttribute("aria-label", `${count(view.B, "column")} of ${count(R, "row")}; arrow keys go from character to character`);
  cells.forEach((cellRow, r) => cellRow.forEach((cell, b) => {
    const mine = b + 1 === column;
    const inside = r >= now.start && r < now.start + now.inputs.length;
    const roles = {
      known: mine && r < row && !bottom,
      reached: mine && r < row && r >= now.start && !bottom,
      here: mine && r + 1 === row,
      below: mine && r === row,
    };
    for (const role of ROLES) cell.classList.toggle(role, roles[role]);
    cell.parentElement.classList.toggle("now", inside);
    cell.tabIndex = roles.here ? 0 : -1;
    cell.setAttribute("aria-pressed", roles.here);
    cell.setAttribute("aria-label", `${visible(letters[rows[r][b]])}, row ${r + 1}, column ${b + 1}${heads.includes(rows[r][b]) ? ", dropped as a target" : ""}`);
  }));
  const readNow = new Set(now.inputs.flat());
  lineLetters.forEach((letter, place) => letter.classList.toggle("now", readNow.has(place)));
}

// ---- the window: inputs, and the targets one row further down

const windowTitle = el("p", { class: "which" });
const inputs = el("div", { class: "small" });
const targets = el("div", { class: "small" });
const carried = el("p", { class: "soft" });
const panel = el(
  "div",
  { class: "window" },
  windowTitle,
  el("div", { class: "two" }, el("div", {}, el("p", { class: "soft" }, "inputs"), inputs), el("div", {}, el("p", { class: "soft" }, "targets"), targets)),
  carried,
);

function drawWindow({ row, column }, view) {
  const { windows, letters } = view;
  const w = windowOf(row, view);
  const now = windows[w];
  const size = `(${now.inputs.length}, ${view.B})`;
  setText(windowTitle, `Window ${w + 1} of ${windows.length}: T × B = ${size}`);
  for (const [node, places] of [[inputs, now.inputs], [targets, now.targets]]) {
    node.setAttribute("style", `--across: ${view.B}`);
    const letterOf = (place, b) => el("span", { class: b + 1 === column ? "mine" : "" }, visible(letters[place]));
    node.replaceChildren(...places.map((list) => el("span", { class: "line-of" }, ...list.map(letterOf))));
  }
  const many = count(view.B, "state");
  setText(carried, w === 0
    ? `It starts from ${many} of zeros, one a column.`
    : `It starts from the ${many} that window ${w} ended with, one a column, detached: the numbers go on (↓), the gradient stops (✂). Nothing is reset.`);
}

// ---- stepping

const goTo = (w) => {
  const view = look(state);
  const { start, inputs } = view.windows[clamp(w, 0, view.windows.length - 1)];
  set({ row: start + inputs.length });
};
const here_ = () => windowOf(state.row, look(state));
const back = button("◂ Back", () => goTo(here_() - 1));
const onward = button("", () => goTo(here_() + 1), { class: "next" });
const replay = button("Replay", () => goTo(0));

function drawStepping({ row }, view) {
  const w = windowOf(row, view);
  const last = view.windows.length - 1;
  setText(onward, w < last ? `Window ${w + 2} ▸` : "All read");
  onward.setAttribute("aria-disabled", w === last);
  back.setAttribute("aria-disabled", w === 0);
}

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
gridBody.addEventListener("keydown", (event) => {
  const by = ARROWS[event.key];
  if (!by) return;
  event.preventDefault();
  const { R, B } = look(state);
  const [row, column] = [clamp(state.row + by[0], 1, R), clamp(state.column + by[1], 1, B)];
  set({ row, column });
  cells[row - 1][column - 1].focus();
});

const key = el(
  "p",
  { class: "soft keys" },
  ...[
    ["known", "the state has read it"],
    ["reached", "the gradient reaches it"],
    ["below", "the target"],
    ["lost", "dropped: never a target"],
    ["pass", "↓ state carried, ✂ gradient cut"],
  ].map(([kind, text]) => el("span", { class: `key ${kind}` }, text)),
);

mount({
  body: el(
    "div",
    {},
    ask,
    el("div", { class: "controls" }, ...Object.values(controls)),
    problem,
    title,
    line,
    el("p", { class: "row stepping" }, back, onward, replay),
    el("div", { class: "figure" }, el("div", { class: "folded" }, grid, left), el("div", { class: "told" }, panel, work)),
    key,
    el("p", { class: "row last" }, resetButton, el("span", { class: "soft" }, "Press a character, or use the arrow keys in the columns.")),
  ),
  shows: [
    [controls.text, ["text"]],
    [controls.columns, ["columns"]],
    [controls.window, ["window"]],
    [grid, ["row", "column"]],
  ],
  start: { answer: null, problem: "", ...accept(opened, { ...opened, typed: opened.text }) },
  kept: ["answer"],
  accept,
  look,
  summary,
  draw(state, view) {
    for (const part of [drawQuestion, drawControls, drawFigure, drawWindow, drawStepping]) part(state, view);
  },
});
