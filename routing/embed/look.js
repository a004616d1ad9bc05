/* The dialog as it looks, in a shadow root: the page's style sheets and Distro's do not meet. The style sheet is
   constructed, which no Content-Security-Policy forbids. */

const STYLE = `
:host { all: initial; }
dialog { position: fixed; inset: 0; margin: auto; padding: 0; border: 0; width: min(960px, 100vw - 32px);
  height: min(640px, 100vh - 32px); height: min(640px, 100dvh - 32px); max-width: none; max-height: none;
  overflow: hidden; border-radius: 12px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; box-shadow: 0 24px 80px rgb(10 14 24 / 35%);
  --paper: #fff; --ink: #1b1f27; --bar: #e8eaef; --line: #dde0e6; --accent: #2f55d4; --on-accent: #fff; }
dialog::backdrop { background: rgb(16 20 30 / 60%); }
dialog:focus { outline: 0; }
iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; opacity: 0; pointer-events: none; }
.shown iframe { opacity: 1; pointer-events: auto; }
.shown .wait, .wait[hidden], .fault[hidden] { display: none; }
.close { position: absolute; z-index: 1; top: 6px; right: 6px; width: 44px; height: 44px; padding: 0; border: 0;
  border-radius: 50%; background: var(--paper); color: var(--ink); font: 28px/1 system-ui, sans-serif; cursor: pointer; }
.close:hover { background: var(--bar); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
.wait { position: absolute; inset: 0; display: grid; grid-template-columns: 240px 1fr 312px; }
.wait div { padding: 28px; display: grid; gap: 16px; align-content: start; }
.wait div + div { border-left: 1px solid var(--line); }
.wait i { display: block; height: 20px; border-radius: 6px; background: var(--bar); animation: breathe 1.2s infinite alternate; }
.wait .days { grid-template-columns: repeat(7, 1fr); justify-items: center; gap: 8px 0; }
.wait .days i { width: 40px; height: 40px; border-radius: 50%; }
.wait .wide { grid-column: 1 / -1; justify-self: start; width: 45% !important; height: 28px !important;
  margin-bottom: 24px; border-radius: 6px !important; }
.wait .times i:not(:first-child) { height: 44px; border-radius: 8px; }
.wait i:first-child { width: 60%; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.fault { position: absolute; inset: 0; padding: 32px; display: grid; gap: 16px; place-content: center; justify-items: center;
  text-align: center; background: var(--paper); }
.fault p { margin: 0; max-width: 28em; }
.fault button { min-height: 44px; padding: 8px 20px; border: 0; border-radius: 8px; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
.fault button:focus-visible { outline-offset: 2px; }
@keyframes breathe { to { opacity: 0.45; } }
@media (max-width: 959px) { .wait { grid-template-columns: 4fr 7fr; } .wait .times { display: none; } }
@media (max-width: 699px) {
  dialog { width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; }
  iframe { top: 52px; height: calc(100% - 52px); }
  .wait { top: 44px; grid-template-columns: 1fr; align-content: start; }
  .wait div { padding: 16px; border: 0 !important; }
}
@media (prefers-color-scheme: dark) {
  dialog { --paper: #1b1e26; --ink: #eceef3; --bar: #2b303c; --line: #323744; --accent: #9db4ff; --on-accent: #10162b; }
}
@media (prefers-reduced-motion: reduce) { .wait i { animation: none; } }
`;
const WORDS = {
  title: "Choose a time",
  close: "Close",
  wait: "Looking for free times…",
  fault: "Scheduling does not answer just now. Your answers are still here.",
  again: "Try again",
};

let sheet = null;

function make(name, parts = {}, ...children) {
  const element = Object.assign(document.createElement(name), parts);
  element.append(...children);
  return element;
}

const bars = (number) => Array.from({ length: number }, () => make("i"));

/* Bars where the booking page will have its words, days and times. */
function drawWaiting(said) {
  const days = make("div", { className: "days" }, make("i", { className: "wide" }), ...bars(35));
  const wait = make("div", { className: "wait" }, make("div", {}, ...bars(4)), days, make("div", { className: "times" }, ...bars(8)));
  wait.setAttribute("aria-hidden", "true");
  return [wait, said];
}

function drawDialog() {
  const said = make("p", { className: "said" });
  said.setAttribute("role", "status");
  const frame = make("iframe", { title: WORDS.title });
  const shut = make("button", { type: "button", className: "close", textContent: "×" });
  const fault = make("div", { className: "fault", hidden: true });
  fault.setAttribute("role", "alert");
  const ends = [make("span", { tabIndex: 0 }), make("span", { tabIndex: 0 })];
  const dialog = make("dialog", { tabIndex: -1 }, ends[0], shut, ...drawWaiting(said), frame, fault, ends[1]);
  for (const [name, value] of [["role", "dialog"], ["aria-modal", "true"]]) dialog.setAttribute(name, value);
  const host = make("div");
  const root = host.attachShadow({ mode: "open" });
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  root.append(dialog);
  const view = { host, root, dialog, frame, shut, fault, said, ends, words: WORDS };
  name(view, WORDS);
  return view;
}

/* The words in the visitor's language, as soon as Distro's page has told them. */
function name(view, words) {
  view.words = { ...view.words, ...Object.fromEntries(Object.entries(words).filter(([, text]) => isText(text) && text)) };
  view.dialog.setAttribute("aria-label", view.words.title);
  view.shut.setAttribute("aria-label", view.words.close);
  if (view.said.textContent) view.said.textContent = view.words.wait;
}
