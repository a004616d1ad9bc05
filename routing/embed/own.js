/* Forms that the page already has, marked data-distro. Whatever becomes of Distro, the page's own submission happens
   exactly once: by the page's script, or by the browser, which is held up until the dialog closes. */

const routerOf = (form) => form.getAttribute("data-distro") || usualRouter;

addEventListener("submit", (submission) => {
  const form = submission.composedPath()[0];
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-distro")) return;
  // The page's listeners come first, and only after the last of them is it known whether the form leaves the page.
  // That is on the window, or wherever one of them stops the submission: we stand at the end of the queue everywhere.
  const path = submission.composedPath();
  const look = (passing) => {
    if (!passing.cancelBubble && passing.currentTarget !== window) return;
    forget();
    take(form, submission);
  };
  const forget = () => path.forEach((place) => place.removeEventListener("submit", look));
  path.forEach((place) => place.addEventListener("submit", look));
  setTimeout(forget);
}, true);

function take(form, submission) {
  const router = routerOf(form);
  const isByScript = submission.defaultPrevented;
  const isReplaced = form.hasAttribute("data-distro-replace");
  if (!router || (isByScript && looksUnfinished(form))) return;
  const isLeaving = !isByScript && leavesPage(form, submission.submitter);
  if (isLeaving && current?.target === form) return submission.preventDefault();
  if (!isReplaced && isResting(router)) {
    return tell(form, "error", { router, code: "unreachable", status: 0, errors: null });
  }
  const entries = entriesOf(form, submission.submitter);
  const answers = answersOf(form, entries);
  const held = isLeaving && !isReplaced ? hold(form, submission.submitter, entries) : null;
  if (isLeaving || (isReplaced && !isByScript)) submission.preventDefault();
  try {
    visit({ router, answers, target: form, held, isQuiet: !isReplaced });
  } catch (fault) {
    console.error("Distro:", fault);
    held?.goOn();
  }
}

/* A script that stops the submission has sent the form, or has found something wrong with it. */
function looksUnfinished(form) {
  return form.matches(":invalid") || form.querySelector('[aria-invalid="true"]') !== null;
}

/* A form's properties can be hidden behind fields of the same names, its attributes cannot. */
function written(form, submitter, attribute) {
  const own = submitter?.getAttribute(`form${attribute}`);
  return own ?? form.getAttribute(attribute) ?? "";
}

function leavesPage(form, submitter) {
  if (written(form, submitter, "method").toLowerCase() === "dialog") return false;
  const target = written(form, submitter, "target") || document.querySelector("base[target]")?.target || "";
  return ["", "_self", "_parent", "_top"].includes(target.toLowerCase());
}

function entriesOf(form, submitter) {
  const usable = submitter?.form === form ? submitter : null;
  return [...new FormData(form, usable)];
}

/* Every name with all its values; data-distro-field="KEY" gives a field another name. Secrets and files stay here. */
function answersOf(form, entries) {
  const secret = new Set([...form.querySelectorAll("input[type=password]")].map((field) => field.name));
  const renamed = new Map([...form.querySelectorAll("[data-distro-field]")].map((field) => [field.name, field.dataset.distroField]));
  const answers = {};
  for (const [name, value] of entries) {
    if (typeof value !== "string" || secret.has(name)) continue;
    (answers[renamed.get(name) || name] ||= []).push(value);
  }
  for (const [key, value] of Object.entries(presets(form))) {
    if (!answers[key]?.some((given) => given.trim())) answers[key] = [value];
  }
  return answers;
}

/* The submission as it was when it was held, however the page changes its form meanwhile: the button that was pressed
   included, and without asking the page's listeners a second time. */
function hold(form, submitter, entries) {
  const action = new URL(written(form, submitter, "action") || location.href, document.baseURI).href;
  const method = written(form, submitter, "method").toLowerCase() === "post" ? "post" : "get";
  const enctype = written(form, submitter, "enctype");
  const target = written(form, submitter, "target");
  const charset = form.getAttribute("accept-charset") || "";
  let isGone = false;
  const once = (act) => () => {
    if (isGone) return;
    isGone = true;
    act();
  };
  return {
    goOn: once(() => {
      const copy = make("form", { action, method, enctype, target, acceptCharset: charset, hidden: true }, ...entries.map(inputOf));
      document.body.append(copy);
      HTMLFormElement.prototype.submit.call(copy);
    }),
    inBackground: once(() => sendInBackground(action, method, enctype, entries)),
  };
}

function inputOf([name, value]) {
  // In a text area line breaks stay as they are.
  if (typeof value === "string") return make("textarea", { name, value });
  const chosen = new DataTransfer();
  if (value.name) chosen.items.add(value);
  return make("input", { type: "file", name, files: chosen.files });
}

function sendInBackground(action, method, enctype, entries) {
  const form = new FormData();
  for (const [name, value] of entries) form.append(name, value);
  const plain = new URLSearchParams(entries.map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
  const options = { method, mode: "no-cors", credentials: "include", keepalive: true };
  const url = new URL(action);
  if (method === "get") url.search = plain;
  else options.body = enctype.toLowerCase() === "multipart/form-data" ? form : plain;
  fetch(url, options).catch(() => {});
}
