// A page that stays as things are: what is inside [data-live] comes anew, as HTML, from the address that it names.
// Without this the page is the same, as of when it was loaded.
(() => {
  "use strict";
  const AGAIN_MS = 10000;
  const live = document.querySelector("[data-live]");
  const lost = document.querySelector("[data-live-lost]");

  // Section by section, and only what is different: whoever has the focus there keeps it.
  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const one of fresh.querySelectorAll("section[id]")) {
      const there = document.getElementById(one.id);
      if (!there || there.innerHTML === one.innerHTML) continue;
      const focus = there.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      there.replaceChildren(...one.childNodes);
      if (focus) [...there.querySelectorAll("a")].find((a) => a.getAttribute("href") === focus)?.focus();
    }
  }

  function listen() {
    const source = new EventSource(live.dataset.live + location.search);
    source.onmessage = (event) => {
      lost.hidden = true;
      show(event.data);
    };
    source.onerror = () => {
      lost.hidden = false;
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);  // it was refused: a browser gives up then
    };
  }

  listen();
})();
