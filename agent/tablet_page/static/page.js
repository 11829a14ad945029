"use strict";
/* Looks every few seconds whether the page still says what is so. Without script the page works, and stays as it is. */
const seen = document.body.dataset.pulse;
const EVERY = 4000;

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
    hide();
    return;
  }
  if (!answer.ok || (await answer.text()) !== seen) {
    location.reload();
    return;
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
