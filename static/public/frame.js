/* A page of Distro's inside somebody's page: says what it shows and how high it is, and, as the empty shell, posts the
   answers that the page hands over. It listens to the window around it alone, and only where that is one of the
   workspace's allowed origins (or Distro itself); the browser enforces the same list by `frame-ancestors`. */

const RETRY_AFTER = 500;
const TICKET_RIPENS = 1200;
const origins = [location.origin, ...(document.querySelector('meta[name="distro-origins"]')?.content || "").split(" ")];
const root = document.documentElement;
let near = null;

const tell = (say, more = {}) => near?.postMessage({ say, ...more });
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/* --- what this page is ----------------------------------------------------------------------------------------- */

function pageAt() {
  const [kind, , step, submission] = location.pathname.split("/").filter(Boolean);
  const main = document.querySelector("main");
  if (kind === "m") return { at: "meeting" };
  if (kind === "b") return main.matches(".booking") ? { at: "booking", outcome: "book" } : { at: "booked", outcome: "book" };
  if (kind === "r" && step === "frame") return { at: "shell" };
  if (kind === "r" && step === "outcome") {
    return { at: "outcome", submission, outcome: main.querySelector("[data-go-top]") ? "redirect" : "message" };
  }
  return { at: kind === "r" ? "form" : "other" };
}

const STANDING = ["Scheduled", "Rescheduled"];

function meetingOf({ meeting, status, start, end, host } = {}) {
  if (!meeting || !STANDING.includes(status)) return null;
  const utc = (text) => new Date(text).toISOString().replace(".000", "");
  return { meeting, status, start: utc(start), end: utc(end), host: { name: host } };
}

function tellPage() {
  const meeting = meetingOf(document.querySelector("main")?.dataset);
  tell("page", { title: document.title, submission: null, outcome: null, ...pageAt(), meeting });
}

function tellHeight() {
  tell("height", { height: Math.ceil(document.body.getBoundingClientRect().height) });
}

/* --- the shell: posts what the page hands over, and goes where the answer says ------------------------------------ */

const shell = document.querySelector("main[data-shell]");
const YES_OR_NO = { on: true, true: true, 1: true, yes: true, off: false, false: false, 0: false, no: false };
const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/* The form's own fields alone, each as its type wants it. Names that differ only in case, hyphens or underscores
   are the same where none fits exactly. */
function fitted(given) {
  const fields = JSON.parse(shell.dataset.fields);
  const loose = Object.fromEntries(Object.entries(given).map(([name, value]) => [plain(name), value]));
  const found = Object.entries(fields).map(([key, type]) => {
    const value = Object.hasOwn(given, key) ? given[key] : loose[plain(key)];
    return [key, value === undefined && type !== "checkbox" ? undefined : fit(type, value)];
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function fit(type, value) {
  const values = (Array.isArray(value) ? value : [value]).filter((one) => ["string", "number", "boolean"].includes(typeof one));
  if (type === "multiselect") return values.map(String).filter((text) => text.trim());
  // Of several inputs of one name (a script's hidden copy, say) the last that says something counts.
  const last = values.findLast((one) => String(one).trim() !== "");
  if (type === "checkbox") return last === undefined ? false : YES_OR_NO[String(last).trim().toLowerCase()] ?? true;
  return type === "number" || last === undefined ? last ?? null : String(last);
}

async function submit({ key, answers, timezone, source_url, utm }) {
  if (!shell || !isRecord(answers) || !isRecord(utm) || ![key, timezone, source_url].every((text) => typeof text === "string")) return;
  const sent = { answers: fitted(answers), timezone, source_url, utm };
  const headers = { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key };
  const once = () => fetch(shell.dataset.submissions, { method: "POST", headers, body: JSON.stringify(sent) });
  const isPassing = (answer) => !answer || answer.status >= 500 || answer.status === 409;
  let answer = await once().catch(() => null);
  if (isPassing(answer)) {
    // With its key it can be sent once more without being counted twice.
    await new Promise((done) => setTimeout(done, RETRY_AFTER));
    answer = await once().catch(() => null);
  }
  const told = await answer?.json().catch(() => null);
  if (answer?.status === 201 && told) return goOn(told);
  const code = String(told?.type || "unreachable").split("/").pop();
  tell("fault", { code, status: answer?.status || 0, errors: told?.errors || null });
  if (answer?.status === 422 && told?.errors) complete(sent);
}

function goOn({ submission, outcome, booking_url, redirect_url }) {
  tell("outcome", { submission, outcome, redirect_url });
  if (outcome === "book") location.replace(new URL(booking_url).pathname);
  if (outcome === "message") location.replace(`outcome/${submission}/`);
}

/* Answers that the router's form refuses: the form itself is shown, filled in, its faults beside the fields. */
function complete({ answers, timezone, source_url, utm }) {
  const form = document.getElementById("complete");
  const add = (name, value) => {
    const input = Object.assign(document.createElement("textarea"), { name, value });
    form.append(input);
  };
  const marks = Object.fromEntries(Object.entries(utm).map(([name, value]) => [`utm_${name}`, value]));
  for (const [name, value] of Object.entries({ ...answers, ...marks, timezone, source_url })) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== false) add(name, one === true ? "on" : one);
  }
  const made = performance.getEntriesByType("navigation")[0]?.responseStart || 0;
  setTimeout(() => HTMLFormElement.prototype.submit.call(form), Math.max(0, made + TICKET_RIPENS - performance.now()));
}

/* --- focus and the Escape key, which belong to the dialog around --------------------------------------------------- */

const PLACES = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

function focus({ where }) {
  if (where === "last") {
    const seen = [...document.querySelectorAll(PLACES)].filter((one) => one.tabIndex >= 0 && one.checkVisibility());
    return seen.at(-1)?.focus();
  }
  const first = document.querySelector("[role=alert][tabindex]") || document.querySelector("main h1");
  if (first) first.tabIndex = -1;
  return first?.focus({ preventScroll: true });
}

function start(as, port) {
  near = port;
  near.onmessage = ({ data }) => {
    if (data?.say === "submit") submit(data);
    if (data?.say === "focus") focus(data);
  };
  root.classList.add("framed", as);
  if (shell) tell("ready", { words: JSON.parse(shell.dataset.words) });
  tellPage();
  tellHeight();
  new ResizeObserver(tellHeight).observe(document.body);
  // Steps change <main> in place.
  new MutationObserver(tellPage).observe(document.body, { childList: true });
}

if (parent !== window) {
  addEventListener("message", (message) => {
    if (near || message.source !== parent || !origins.includes(message.origin)) return;
    const { distro, say, as } = message.data ?? {};
    if (distro === 1 && say === "hello" && ["dialog", "inline"].includes(as) && message.ports.length === 1) start(as, message.ports[0]);
  });
  addEventListener("keydown", (pressed) => {
    if (pressed.key === "Escape" && !pressed.defaultPrevented) tell("escape");
  });
}
