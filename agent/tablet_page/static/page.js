"use strict";
/* Looks every few seconds whether the page still says what is so. Without script the page works, and stays as it is. */
const seen = document.body.dataset.pulse;
const EVERY = 4000;
let leaving = false;

function hide() {
  const heading = document.createElement("h1");
  heading.textContent = "This page is closed.";
  const words = document.createElement("p");
  words.className = "lead";
  words.textContent = "Open it again from the menu of this tablet: “Photos on this tablet”.";
  document.querySelector("main").replaceChildren(heading, words);
  document.querySelector("header form")?.remove();
}

async function look() {
  let answer;
  try {
    answer = await fetch("/pulse", { cache: "no-store" });
  } catch {
    if (!leaving) hide();
    return;
  }
  const same = answer.ok && (await answer.text()) === seen;
  if (leaving) return;
  if (!same) {
    location.reload();
    return;
  }
  setTimeout(look, EVERY);
}

/* What a form does changes what is so; the page that follows says it, and must not be fetched twice. */
addEventListener("submit", () => { leaving = true; });
addEventListener("pagehide", () => { leaving = true; });
setTimeout(look, EVERY);
