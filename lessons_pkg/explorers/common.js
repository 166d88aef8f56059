// Shared by all explorers: making elements, writing numbers, following the page's theme, showing a state.
//
// The files of one explorer are joined and wrapped in one function, so none of these names reaches the page, and two
// explorers on a page do not meet. The last file ends with mount({...}), an object with
//   body                    the element to show
//   shows                   [element, settings that it shows], so that what a button in the prose changed can be marked
//   start                   settings that the named states leave out
//   kept                    settings that a button in the prose leaves as the reader has them
//   accept(change, state)   the change, with everything in it bounded
//   look(state)             all that a state means, computed from the state alone
//   draw(state, view)       shows it; view is look(state)
//   summary(state, view)    one sentence for screen readers

// Notebooks run a script again to make it work: most where it stood, some at the end of the output.
const here = document.currentScript.parentElement;
const host = here.closest("[data-explorer]") ?? here.querySelector("[data-explorer]");
const data = JSON.parse(host.querySelector('script[type="application/json"]').textContent);
const { tokens, limits } = data;

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const button = (text, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, text);

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// ---- numbers, written as explorer.py writes them

function percent(p) {
  if (p > 0.995 && p < 1) return "over 99%";
  if (p > 0 && p < 0.0000995) return "under 0.01%";
  const place = [9.95, 0.995, 0.0995].findIndex((least) => 100 * p >= least);
  return (100 * p).toFixed(p === 0 ? 0 : place < 0 ? 3 : place) + "%";
}

function times(ratio) {
  const words = [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"], [1e3, " thousand"], [1, ""]];
  for (const [size, word] of words) {
    if (ratio < 0.9995 * size) continue;
    const value = ratio / size;
    return value < 9999 ? value.toFixed(value < 9.95 ? 1 : 0) + word : "over 9999 trillion";
  }
  return ratio.toFixed(2);
}

// ---- characters

const label = (token) => ({ "\n": "end", " ": "␣" })[token] ?? token;

// The ids of a typed text, and which characters the vocabulary does not know. Capitals count as small letters where
// it has only those.
function encode(typed) {
  const known = (c) => c !== "\n" && tokens.includes(c);
  const characters = [...typed].map((c) => (known(c) ? c : c.toLowerCase()));
  const unknown = [...new Set(characters.filter((c) => !known(c)))];
  return { ids: characters.map((c) => tokens.indexOf(c)), text: characters.join(""), unknown };
}

function unknownMessage(unknown) {
  const list = unknown.map((c) => `“${c}”`).join(", ");
  return `The model has never seen ${list}. It knows ${tokens.slice(1).map(label).join(" ")}.`;
}

// ---- the theme

// The book sets html[data-theme]; Colab, JupyterLab and VS Code have marks of their own; without any, the system decides.
function pageIsDark() {
  const page = document.documentElement;
  const theme = page.dataset.theme ?? page.getAttribute("theme");
  if (theme === "dark" || theme === "light") return theme === "dark";
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark");
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function followTheme(node) {
  const apply = () => node.classList.toggle("dark", pageIsDark());
  const observer = new MutationObserver(apply);
  const marks = { attributes: true, attributeFilter: ["data-theme", "theme", "data-jp-theme-light", "data-vscode-theme-kind"] };
  for (const place of [document.documentElement, document.body]) observer.observe(place, marks);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
}

// ---- the state, and showing it

const status = el("p", { class: "unseen", role: "status" });
const note = el("span");
const strip = el("p", { class: "strip row" }, note, button("Back to the text", goBack));
const resetButton = button("Reset", reset);
let explorer; // what mount was given
let opening; // the state to open with
let state; // the state that is shown: one small object, never changed, only replaced
let from = null; // the button in the prose that set it
let queued = false;
let timer = 0;

function set(change) {
  show({ ...state, changed: [], ...explorer.accept(change, state) });
}

function reset() {
  show(opening);
}

function show(next, button = null) {
  state = next;
  from = button;
  if (!queued) requestAnimationFrame(render); // however many changes, one drawing a frame; none, none
  queued = true;
}

function render() {
  queued = false;
  const view = explorer.look(state);
  explorer.draw(state, view);
  for (const [node, keys] of explorer.shows) {
    node.classList.toggle("changed", keys.some((key) => state.changed.includes(key)));
  }
  strip.hidden = !from;
  if (from) setText(note, `Set from the text: ${from.textContent.trim()}.`);
  clearTimeout(timer);
  const speak = () => setText(status, explorer.summary(state, view));
  if (state !== opening || status.textContent) timer = setTimeout(speak, 700); // after a pause, not at every step
}

// ---- buttons in the prose

const PROSE_STYLE = `
  button[data-explorer-target] { font: inherit; color: inherit; background: none; cursor: pointer; padding: 0 0.35em;
    border: 1px solid currentcolor; border-radius: 0.35em; }
  button[data-explorer-target]::before { content: "▸ "; content: "▸ " / ""; }
  button[data-explorer-target]:hover { text-decoration: underline; }`;

function styleProse() {
  if (document.getElementById("explorer-prose")) return;
  const style = el("style", { id: "explorer-prose" });
  style.textContent = PROSE_STYLE;
  document.head.append(style);
}

// data-explorer-state holds the name of a state, or settings as JSON; anything else asks for nothing.
function wantedState(wanted = "open") {
  if (Object.hasOwn(data.states, wanted)) return data.states[wanted];
  try {
    return Object(JSON.parse(wanted));
  } catch {
    return null;
  }
}

function listenToProse() {
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("button[data-explorer-target]");
    if (!pressed) return;
    const named = (other) => other.dataset.explorerName === pressed.dataset.explorerTarget;
    if ([...document.querySelectorAll("[data-explorer-name]")].find(named) === host) answer(pressed);
  });
}

// A button in the prose sets a whole state, so it shows the same thing whatever was done before.
function answer(pressed) {
  const wanted = wantedState(pressed.dataset.explorerState);
  if (!wanted) return;
  const own = Object.fromEntries(explorer.kept.map((key) => [key, state[key]]));
  const base = { ...opening, ...own };
  const next = { ...base, ...explorer.accept(wanted, base) };
  const differs = (key) => JSON.stringify(next[key]) !== JSON.stringify(state[key]);
  show({ ...next, changed: Object.keys(wanted).filter(differs) }, pressed);
  const top = host.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight / 3) scrollTo(host, "start");
}

function goBack() {
  const pressed = from;
  scrollTo(pressed, "center");
  pressed.focus({ preventScroll: true });
  show(state);
}

function scrollTo(node, block) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ behavior: calm ? "auto" : "smooth", block });
}

function mount(parts) {
  if (host.shadowRoot) return; // the script ran a second time
  explorer = parts;
  opening = state = { ...explorer.start, ...data.states.open, changed: [] };
  const live = el("div", { class: "live", role: "group", "aria-label": data.title }, strip, explorer.body, status);
  const style = el("style");
  style.textContent = data.css;
  // The table for readers without scripts stays in the page; it is shown in print.
  host.attachShadow({ mode: "open" }).append(style, live, el("div", { class: "print" }, el("slot")));
  host.explorer = { set, reset, look: explorer.look, state: () => state, states: Object.keys(data.states) };
  followTheme(live);
  styleProse();
  listenToProse();
  render();
}
