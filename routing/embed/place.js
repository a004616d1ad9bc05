/* Distro on this page: docs/embedding.md tells how to use it. Which Distro, which router, where the visitor is. */

const script = document.currentScript || document.querySelector('script[src*="/embed.js"]');
const base = new URL(".", script.src).href;
const home = new URL(base).origin;
const usualRouter = script.dataset.router || "";

const inUrl = (router) => `${base}r/${encodeURIComponent(router)}/`;

/* What the page hears. A form that its page has taken away meanwhile can tell nobody, so the document does. */
function tell(target, name, detail) {
  const place = target.isConnected ? target : document;
  place.dispatchEvent(new CustomEvent(`distro:${name}`, { bubbles: true, composed: true, detail }));
}

function cameFrom() {
  const marks = [...new URLSearchParams(location.search)].filter(([name]) => /^utm_./i.test(name));
  return {
    utm: Object.fromEntries(marks.map(([name, value]) => [name.toLowerCase().slice(4), value])),
    source_url: location.href,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || "",
  };
}

/* Answers written as attributes, data-answer-KEY="value", on the script for all and on the element for itself. */
function presets(element) {
  const found = {};
  for (const { name, value } of [...script.attributes, ...(element?.attributes || [])]) {
    if (name.startsWith("data-answer-")) found[name.slice(12)] = value;
  }
  return found;
}
