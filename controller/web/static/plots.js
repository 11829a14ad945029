/*
 * Draws each plot of a page from the table beneath it, so that both say the same. Without this the table stands alone.
 *
 * Lines are told apart by their dashes as well as by their colour; both come from the key, and so from the style sheet.
 */
"use strict";

(() => {
  const HEIGHT = 220;
  const DASHES = [[], [6, 4], [2, 3]];

  const numbers = (figure) => {
    const rows = [...figure.querySelectorAll("tr[data-x]")].reverse();
    const lines = [rows.map((row) => Number(row.dataset.x))];
    const count = rows[0].querySelectorAll("[data-y]").length;
    for (let i = 0; i < count; i += 1) {
      lines.push(rows.map((row) => Number(row.querySelectorAll("[data-y]")[i].dataset.y)));
    }
    return lines;
  };

  const colour = (element) => window.getComputedStyle(element).color;

  const axis = (figure, more) => {
    const soft = colour(figure.querySelector(".key"));
    const line = window.getComputedStyle(figure).borderTopColor;
    return { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, ...more };
  };

  const options = (figure, width) => ({
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high * 1.05, 1)] } },
    axes: [
      axis(figure, { values: (_plot, splits) => splits.map(day) }),
      axis(figure, { size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] }),
    ],
    series: [
      {},
      ...[...figure.querySelectorAll(".swatch")].map((swatch, i) => ({
        stroke: colour(swatch),
        width: 2,
        dash: DASHES[i],
        points: { show: true, size: 5 },
      })),
    ],
  });

  const named = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const day = (seconds) => named.format(new Date(seconds * 1000));

  const draw = (figure) => {
    const place = figure.querySelector(".canvas");
    place.replaceChildren();
    return new window.uPlot(options(figure, place.clientWidth), numbers(figure), place);
  };

  const keep = (figure) => {
    let plot = draw(figure);
    const anew = () => {
      plot.destroy();
      plot = draw(figure);
    };
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
    const place = figure.querySelector(".canvas");
    new ResizeObserver(() => {
      if (place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
  };

  for (const figure of document.querySelectorAll("figure.plot")) {
    if (figure.querySelector(".canvas") !== null) keep(figure);
  }
})();
