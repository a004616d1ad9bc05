/* The call, what was called before we were here, and the page as it is and as it changes. */

function open({ router = usualRouter, answers = {}, target = document } = {}) {
  if (!router) throw new TypeError("Distro.open needs a router: Distro.open({router, answers})");
  return visit({ router, answers: { ...presets(null), ...answers }, target });
}

// Typing means that a submission is coming: the shell is fetched meanwhile. A form that its page marks says which; a
// script's own form can be any, so where the page has no marked one every field counts.
function expect({ target }) {
  const form = target.closest?.("form");
  const router = form?.hasAttribute("data-distro") ? routerOf(form) : document.querySelector("[data-distro],[data-distro-inline]") ? "" : usualRouter;
  if (router && target.type !== "search") preload(router);
}

function begin() {
  findInline(document);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(findInline)))
    .observe(document.documentElement, { childList: true, subtree: true });
  for (const call of waiting) open(call?.[0] || call);
}

const before = window.Distro || {};
const waiting = before.isReady ? [] : [...(before.q || [])];
if (!before.isReady) {
  window.Distro = Object.freeze({ open, isReady: true });
  addEventListener("input", expect, true);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}
