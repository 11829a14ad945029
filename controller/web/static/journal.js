/*
 * The place where a manager drops the journal's export. A file is handed in by the tus protocol, so that it goes on after
 * a dropped line or a reloaded page; a folder becomes a ZIP first. The browser keeps the address of an upload that is
 * under way, and a digest to know the same file by; no name.
 */
"use strict";

(() => {
  const PIECE = 8 * 1024 * 1024;
  const PAUSES = [0, 1000, 3000, 5000, 10000, 20000, 30000];

  const zone = document.getElementById("drop");
  if (zone === null || window.tus === undefined) return;
  const say = zone.querySelector("[data-say]");
  const wrong = zone.querySelector("[data-wrong]");
  const bar = zone.querySelector("progress");
  const stop = zone.querySelector("[data-stop]");
  const choosers = zone.querySelectorAll("input[type=file]");
  let underWay = null;

  const size = (bytes) => {
    const units = ["bytes", "kB", "MB", "GB"];
    let unit = 0;
    let amount = bytes;
    while (amount >= 1000 && unit < units.length - 1) {
      amount /= 1000;
      unit += 1;
    }
    return `${amount >= 10 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
  };

  const show = (text, done, total) => {
    say.textContent = text;
    bar.hidden = total === undefined;
    stop.hidden = underWay === null;
    if (total !== undefined) {
      bar.max = total;
      bar.value = done;
    }
  };

  const refuse = (message) => {
    underWay = null;
    wrong.hidden = false;
    wrong.querySelector("p").textContent = message;
    show("");
    wrong.focus();
  };

  const finish = () => {
    underWay = null;
    show("It is all here, and is being read now. You may close this page.");
    if (window.htmx) window.htmx.trigger("#journal", "sse:journal");
  };

  const digest = async (text) => {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const explained = (error) => {
    const body = error.originalResponse?.getBody?.();
    if (body && error.originalResponse.getStatus() < 500) return body;
    return "The connection to the controller was lost. Choose the same file again: it goes on where it was.";
  };

  const upload = async (content, identity) => {
    const fingerprint = await digest(identity);
    const sent = new window.tus.Upload(content, {
      endpoint: zone.dataset.endpoint,
      chunkSize: PIECE,
      retryDelays: PAUSES,
      headers: { "X-CSRF": zone.dataset.csrf },
      fingerprint: async () => fingerprint,
      removeFingerprintOnSuccess: true,
      onProgress: (done, total) => show(`Handing in: ${size(done)} of ${size(total)}. Keep this page open.`, done, total),
      onError: (error) => refuse(explained(error)),
      onSuccess: finish,
    });
    const [before] = await sent.findPreviousUploads();
    if (before) sent.resumeFromPreviousUpload(before);
    underWay = { stop: () => sent.abort(true) };
    show("Handing in…", 0, 1);
    sent.start();
  };

  const folder = async (files) => {
    const ordered = files.sort((one, two) => (one.name < two.name ? -1 : 1));
    const total = ordered.reduce((sum, { file }) => sum + file.size, 0);
    const given = new AbortController();
    underWay = { stop: async () => given.abort() };
    let seen = 0;
    const content = await window.safeuseZip(
      ordered,
      (bytes) => {
        seen += bytes;
        show(`Looking through the folder: ${size(seen)} of ${size(total)}.`, seen, Math.max(total, 1));
      },
      given.signal,
    );
    await upload(content, ordered.map(({ name, file }) => `${name}|${file.size}|${file.lastModified}`).join("\n"));
  };

  const take = async (files) => {
    if (underWay !== null || files.length === 0) return;
    wrong.hidden = true;
    try {
      const [{ file, name }] = files;
      if (files.length === 1 && !name.includes("/")) {
        await upload(file, `${name}|${file.size}|${file.lastModified}`);
      } else {
        await folder(files);
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      refuse("A file of it could not be read by the browser. See that it is still there, and choose it again.");
    }
  };

  const within = async (entry, path) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [{ name: path + entry.name, file }];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) break;
      for (const one of some) found.push(...(await within(one, `${path}${entry.name}/`)));
    }
    return found;
  };

  const chosen = (input) =>
    [...input.files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));

  for (const input of choosers) {
    input.addEventListener("change", async () => {
      await take(chosen(input));
      input.value = "";
    });
  }
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const found = [];
    for (const entry of entries) found.push(...(await within(entry, "")));
    await take(found);
  });
  stop.addEventListener("click", async () => {
    const stopped = underWay;
    underWay = null;
    show("It was stopped. Nothing of it is kept.");
    if (stopped !== null) await stopped.stop();
  });
  window.addEventListener("beforeunload", (event) => {
    if (underWay !== null) event.preventDefault();
  });
  zone.hidden = false;
})();
