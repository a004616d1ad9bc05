/* The dialog over the page. Its frame holds Distro's empty shell from the moment the visitor begins to type, and gets
   the answers after submitting. The shell posts them, not this page: from there the post is same-origin, so that no
   preflight precedes it, the connection is the one that is open already (browsers keep a page's connections and its
   frames' apart), and the page's own policy needs to allow frames alone. Who may use a router is then enforced by
   `frame-ancestors` and by the shell, which listens to the workspace's allowed origins and nobody else. */

const READY_WITHIN = 4000;
const SHOWN_WITHIN = 8000;
const REST = 15000;
const REDIRECT_AFTER = 1200;
const LINGER = 300;

const shells = new Map();
const failures = new Map();
const fills = new Map();
let current = null;

// After a failure nothing is tried for a while: visitors are not to wait for it one after the other.
const isResting = (router) => performance.now() - (failures.get(router) ?? -REST) < REST;

function preload(router) {
  if (!shells.has(router) && !isResting(router)) shells.set(router, makeShell(router));
}

function makeShell(router) {
  const view = drawDialog();
  const shell = { view, heard: () => {}, silent: () => {} };
  shell.ready = new Promise((resolve, reject) => {
    let isReady = false;
    const hear = (message) => {
      if (message.say !== "ready") return shell.heard(message);
      isReady = true;
      name(view, message.words);
      resolve();
    };
    const miss = () => {
      if (isReady) return shell.silent();
      if (shells.get(router) === shell) forgetShell(router);
      failures.set(router, performance.now());
      reject(new Error("no answer"));
    };
    shell.send = connect(view.frame, "dialog", hear, miss);
  });
  shell.ready.catch(() => explain(router));
  view.frame.src = `${inUrl(router)}frame`;
  document.body.append(view.host);
  return shell;
}

function forgetShell(router) {
  shells.get(router).view.host.remove();
  shells.delete(router);
}

/* The same answers twice are one submission: they keep their key, and with it their body, as long as the page lives. */
function fillOf(router, answers) {
  const known = JSON.stringify([router, answers]);
  if (!fills.has(known)) {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    fills.set(known, { say: "submit", key, answers, ...cameFrom() });
  }
  return fills.get(known);
}

/* Opens at once. `held` is the page's own submission, waiting; with `isQuiet` a fault is the page's business and not
   the visitor's, because the page has sent, or will send, the form itself. Resolves when the dialog is closed. */
function visit(wish) {
  const { router, answers, target, held = null, isQuiet = false } = wish;
  const fill = fillOf(router, answers);
  if (current?.fill === fill) return current.over;
  current?.close();
  const shell = shells.get(router) || makeShell(router);
  shells.delete(router);
  const { view } = shell;
  const begun = performance.now();
  const facts = { router, submission: null, outcome: null, booked: false };
  const note = follow(target, facts);
  let finish;
  let isShown = false;
  let isOver = false;
  const over = new Promise((resolve) => { finish = resolve; });

  const end = () => {
    isOver = true;
    clearTimeout(timer);
    current = null;
    hide(view);
  };
  const close = () => {
    if (isOver) return;
    end();
    tell(target, "closed", { ...facts });
    finish({ ...facts });
    held?.goOn();
  };
  const again = () => {
    end();
    visit(wish).then(finish);
  };
  const fail = (code, status = 0, errors = null) => {
    if (isOver || isShown) return;
    clearTimeout(timer);
    failures.set(router, performance.now());
    tell(target, "error", { router, code, status, errors });
    if (isQuiet) close();
    else showFault(view, again);
  };
  const show = (page) => {
    note(page);
    if (page.at === "shell") return;
    clearTimeout(timer);
    reveal(view, page.title, isShown);
    isShown = true;
  };
  const leaveFor = (url) => {
    // The page's own script may be sending the form just now: it is given a moment.
    setTimeout(() => {
      if (isOver) return;
      held?.inBackground();
      end();
      tell(target, "closed", { ...facts });
      finish({ ...facts });
      try {
        top.location.href = url;
      } catch {
        location.assign(url);
      }
    }, Math.max(0, begun + REDIRECT_AFTER - performance.now()));
  };
  const answersTo = {
    outcome: ({ submission, outcome, redirect_url: url }) => {
      Object.assign(facts, { submission, outcome });
      tellSubmitted(target, facts);
      if (outcome !== "redirect") return;
      clearTimeout(timer);
      if (/^https?:/i.test(url)) leaveFor(url);
      else close();
    },
    // Answers that do not fit the router's form: the frame goes on to that form, for the visitor to complete.
    fault: ({ code, status, errors }) => {
      if (status === 422) tell(target, "error", { router, code, status, errors });
      else fail(code, status, errors);
    },
    page: show,
    escape: close,
    height: () => {},
  };
  shell.heard = (message) => isOver || answersTo[message.say](message);
  shell.silent = () => fail("unreachable");
  let timer = setTimeout(() => fail("timeout"), READY_WITHIN);
  shell.ready.then(() => {
    if (isOver) return;
    clearTimeout(timer);
    timer = setTimeout(() => fail("timeout"), SHOWN_WITHIN);
    shell.send(fill);
  }, () => fail("unreachable"));
  present(view, close, (where) => shell.send({ say: "focus", where }));
  current = { fill, target, over, close, held };
  return over;
}

/* --- on the screen --------------------------------------------------------------------------------------------- */

function present(view, close, focusInside) {
  const { dialog, shut, ends, frame, said, words } = view;
  shut.addEventListener("click", close);
  dialog.addEventListener("cancel", (cancel) => {
    cancel.preventDefault();
    close();
  });
  dialog.addEventListener("close", close);
  // Tab goes round: from the last place in the frame to the close button, and back.
  ends[1].addEventListener("focus", () => shut.focus());
  ends[0].addEventListener("focus", () => {
    if (!view.dialog.classList.contains("shown")) return (view.fault.querySelector("button") || shut).focus();
    frame.focus();
    focusInside("last");
  });
  view.focusInside = focusInside;
  const page = document.documentElement.style;
  view.scroll = [page.getPropertyValue("overflow"), page.getPropertyPriority("overflow")];
  page.setProperty("overflow", "hidden", "important");
  dialog.showModal();
  dialog.focus();
  said.textContent = words.wait;
}

function reveal(view, title, isShown) {
  view.frame.title = title || view.words.title;
  if (isShown) return;
  const hadFocus = view.root.activeElement === view.dialog || !view.root.activeElement;
  view.dialog.classList.add("shown");
  view.said.textContent = "";
  if (!hadFocus) return;
  view.frame.focus();
  view.focusInside("first");
}

function showFault(view, again) {
  const button = make("button", { type: "button", textContent: view.words.again });
  button.addEventListener("click", again);
  view.said.textContent = "";
  view.fault.hidden = false;
  view.fault.replaceChildren(make("p", { textContent: view.words.fault }), button);
  button.focus();
}

function hide(view) {
  if (view.dialog.open) view.dialog.close();
  document.documentElement.style.setProperty("overflow", ...view.scroll);
  // The key that closed it may still be on its way through the frame: browsers wait for an answer from there.
  setTimeout(() => view.host.remove(), LINGER);
}

// Whoever leaves with the dialog open leaves the page's own submission behind: it is sent on the way out.
addEventListener("pagehide", () => current?.held?.inBackground());
