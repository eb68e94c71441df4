// What is measured on demand: sizes and scores against k, times against pixels, and how much is luck.

import { $ } from "../dom.js";
import { sizesChart, timesChart } from "./charts.js";
import { ask } from "./data.js";

export async function measure(picture, settings) {
  const button = $("#measure");
  button.disabled = true;
  button.textContent = "Measuring …";
  const points = [];
  const timings = [];
  const laws = [];
  try {
    await ask("sizes", picture, settings, (event) => {
      if (event.event === "point") sizesChart($("#sizes"), [...(points.push(event.point), points)]);
      else if (event.event === "knee") $("#knee").textContent = `Knee of this fast curve (nearest colors, light deflate): ${event.k} colors, ${event.reason}`;
    });
    await ask("times", picture, settings, (event) => {
      if (event.event === "timing") timesChart($("#times"), [...(timings.push(event), timings)]);
      else if (event.event === "law") laws.push(event.words);
    });
    $("#laws").textContent = laws.join(" · ");
  } finally {
    button.textContent = "Measure again";
    button.disabled = false;
  }
}

export async function luck(picture, settings, onFound) {
  const found = [];
  await ask("starts", picture, settings, (event) => {
    if (event.event !== "start") return;
    found.push(event);
    onFound([...found]);
  });
  const ends = found.map((one) => one.inertias.at(-1));
  const spread = 100 * (Math.max(...ends) / Math.min(...ends) - 1);
  $("#luck").textContent = `8 starts end up to ${spread.toFixed(1)} % apart`;
  return `Eight starts end within ${spread.toFixed(1)} percent of each other`;
}
