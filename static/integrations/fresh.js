// Shows how far the setting up has come, without reloading the page under somebody's hands.
"use strict";
(() => {
  const pause = 2000;
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("card");
    const shown = document.getElementById("card");
    if (!fresh) return;
    if (fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
    if ("fresh" in fresh.dataset) setTimeout(tryLook, pause);
  };
  const tryLook = () => {
    if (document.hidden) return void setTimeout(tryLook, pause);
    look().catch(() => setTimeout(tryLook, 5 * pause));
  };
  setTimeout(tryLook, pause);
})();
