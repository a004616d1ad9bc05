/* What is better with a script: the visitor's time zone is found by itself, and steps change in place.
   The pages come whole from the server either way; this only swaps their <main>. */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
const drafts = new Map();
const pages = new Map();
const KEPT_FOR = 20000;
let turn = 0;

const main = () => document.querySelector("main");
const samePage = (url) => url.origin === location.origin && url.pathname === location.pathname;

/* --- pages, fetched ahead when a link is pointed at ----------------------------------------------------- */

function load(address) {
  const known = pages.get(address);
  if (known && performance.now() - known.at < KEPT_FOR) return known.page;
  const page = fetch(address, { headers: { Accept: "text/html" } });
  pages.set(address, { page, at: performance.now() });
  page.catch(() => pages.delete(address));
  return page;
}

async function go(address, { focus = "", push = true } = {}) {
  const mine = ++turn;
  main().classList.add("waiting");
  try {
    const answer = (await load(address)).clone();
    const text = await answer.text();
    if (mine !== turn) return;
    if (!show(text)) throw new Error("not a page of steps");
    if (push) history.pushState(null, "", address);
    settle(focus);
  } catch {
    location.assign(address);
  }
}

function show(text, wanted = "main[data-swap]") {
  const next = new DOMParser().parseFromString(text, "text/html");
  const fresh = next.querySelector(wanted);
  if (!fresh) return false;
  for (const field of main().querySelectorAll("[data-keep]")) drafts.set(field.name, field.value);
  // Autofocus belongs to a page that loads; here `settle` does it.
  for (const field of fresh.querySelectorAll("[autofocus]")) field.toggleAttribute("data-focus", !(field.autofocus = false));
  main().replaceWith(document.adoptNode(fresh));
  document.title = next.title;
  for (const field of main().querySelectorAll("[data-keep]")) field.value ||= drafts.get(field.name) || "";
  return true;
}

function settle(focus) {
  const target = main().querySelector("[data-focus], [role=alert]") || document.getElementById(focus);
  if (!target) return;
  if (!target.matches("a, button, input, select, textarea")) target.tabIndex = -1;
  target.focus({ preventScroll: target.tagName === "A" });
}

document.addEventListener("click", (click) => {
  const link = click.target.closest?.("a[data-swap-link]");
  if (!link || click.defaultPrevented || click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
  const url = new URL(link.href);
  if (!samePage(url)) return;
  click.preventDefault();
  go(url.href, { focus: link.dataset.focusNext || link.id });
});

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (pointed) => {
    const link = pointed.target.closest?.("a[data-swap-link]:is(.day, .time, .arrow)");
    if (link && samePage(new URL(link.href))) load(link.href).catch(() => {});
  });
}

addEventListener("popstate", () => {
  if (main().matches("[data-swap]")) go(location.href, { push: false });
});

/* --- forms: sent once, the booking in place -------------------------------------------------------------- */

function busy(form, on) {
  const button = form.querySelector("button[type=submit]");
  form.dataset.sent = on ? "yes" : "";
  if (on) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

document.addEventListener("submit", async (submit) => {
  const form = submit.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent === "yes") return submit.preventDefault();
  busy(form, true);
  if (!form.matches("[data-swap-form]")) return;
  submit.preventDefault();
  pages.clear();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
    if (answer.redirected) return location.assign(answer.url);
    show(await answer.text(), "main");
    settle("");
  } catch {
    // The network failed: let the browser try, and say so in its own words if it must.
    HTMLFormElement.prototype.submit.call(form);
  }
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach((form) => busy(form, false)));

/* --- the time zone ---------------------------------------------------------------------------------------- */

for (const input of document.querySelectorAll("input[data-detect-zone]")) input.value ||= zone;

const guess = main()?.dataset.zoneGuess;
if (guess && zone && guess !== zone) {
  const url = new URL(location.href);
  url.searchParams.set("timezone", zone);
  history.replaceState(null, "", url);
  go(url.href, { push: false });
}

document.addEventListener("input", (typed) => {
  const list = document.getElementById(typed.target.dataset?.filter);
  if (!list) return;
  const words = typed.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of list.querySelectorAll("[data-words]")) {
    const text = item.dataset.words.replaceAll("_", " ");
    item.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of list.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
  list.nextElementSibling.hidden = Boolean(list.querySelector("[data-group]:not([hidden])"));
});

/* --- a redirect that must not stay in its frame ------------------------------------------------------------ */

const out = document.querySelector("a[data-go-top]");
if (out) {
  try {
    window.top.location.href = out.href;
  } catch {
    out.focus(); // The browser wants a click first.
  }
}
