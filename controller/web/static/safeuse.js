/*
 * What live pages need beside htmx. Every page works without this.
 *
 * A part of a page that someone is at work in (typing, or with something unfolded) is not taken away from under their
 * hands: it is fetched anew once they leave it. And when a sign-in ends, the page says so by loading anew.
 */
"use strict";

(() => {
  const stale = new Set();

  const isBusy = (part) => {
    const focus = document.activeElement;
    const typing = part.contains(focus) && focus.matches("input:not([type=hidden]), select, textarea");
    return typing || part.querySelector("details[open]") !== null;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.target;
    if (part.matches("[data-live]") && isBusy(part)) {
      event.preventDefault();
      stale.add(part.id);
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (part.matches("[data-live]") && isBusy(part)) {
      event.detail.shouldSwap = false;
      stale.add(part.id);
    }
  });

  const refresh = () => {
    for (const id of stale) {
      const part = document.getElementById(id);
      if (part === null || !isBusy(part)) {
        stale.delete(id);
        if (part !== null) window.htmx.trigger(part, "sse:tick");
      }
    }
  };
  document.addEventListener("focusout", () => setTimeout(refresh));
  document.addEventListener("toggle", () => setTimeout(refresh), true);

  const lookAgain = () => {
    for (const part of document.querySelectorAll("[data-live]")) window.htmx.trigger(part, "sse:tick");
  };
  document.addEventListener("htmx:sseError", (event) => {
    if (event.detail.source?.readyState === EventSource.CLOSED) lookAgain();
  });
  document.addEventListener("htmx:sseOpen", (event) => {
    event.detail.source.addEventListener("signed-out", () => window.location.reload());
  });
})();
