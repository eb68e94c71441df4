// The chart over the slider of colors: size and score against k, on the slider's own axis. Every point is
// a file that was made with the settings there are; the ring is the result. A click on a point sets k.

import { $, draw, make } from "./dom.js";
import { STOPS } from "./form.js";
import { pointsOf, suggestedOf } from "./measure.js";
import * as model from "./state.js";
import { aimOf } from "./table.js";
import * as words from "./words.js";
import { isDone } from "./wishes.js";

const plot = $("#curve-plot");
const HEIGHT = 118;
const TOP = 16;
const BOTTOM = 8;
const EDGE = 8; // half the slider's thumb
let isPressed = false; // a press on what is then drawn anew would never become a click

const place = (k) => {
  const above = STOPS.findIndex((stop) => stop >= k);
  if (above <= 0) return 0;
  const [low, high] = [STOPS[above - 1], STOPS[above]];
  const part = Math.log(k / low) / Math.log(high / low);
  return (above - 1 + part) / (STOPS.length - 1);
};

function show() {
  if (isPressed) return;
  const picture = model.current();
  const points = pointsOf(picture);
  const relevant = aimOf(model.edited()) === "colors";
  $("#curve").hidden = !relevant || points.length < 2;
  if ($("#curve").hidden) return;
  const width = plot.clientWidth || 300;
  const x = (k) => EDGE + place(k) * (width - 2 * EDGE);
  const low = HEIGHT - BOTTOM;
  const own = isDone(picture) ? picture.job.report.bytes_out : 0;
  const largest = Math.max(own, ...points.map((point) => point.bytes));
  const sizeY = (point) => low - (point.bytes / largest) * (low - TOP);
  // Scores far below zero only say "not at all alike"; they would flatten the rest.
  const scoreY = (point) => low - (Math.max(0, point.score) / 100) * (low - TOP);
  const line = (y) => points.map((point, i) => `${i ? "L" : "M"}${x(point.k)} ${y(point)}`).join("");
  const focus = document.activeElement?.dataset?.k;
  const asked = model.optionsOf(picture).colors ?? 256;
  const nearest = nearestPoint(points, asked);
  plot.replaceChildren(
    draw("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "none" },
      draw("path", { class: "curve-axis", d: `M0 ${low}H${width}` }),
      ...points.map((point, i) => hit(point, i, points, x, width, point === nearest, nearest.k === asked)),
      draw("path", { class: "curve-size", d: line(sizeY), "pointer-events": "none" }),
      draw("path", { class: "curve-score", d: line(scoreY), "pointer-events": "none" }),
      ...points.flatMap((point) => dots(point, x, sizeY, scoreY)),
      ...rings(picture, x, sizeY, scoreY),
      draw("text", { x: 2, y: 10 }, words.bytes(largest)),
      draw("text", { x: width - 2, y: 10, "text-anchor": "end" }, "score 100")),
  );
  if (focus) $(`[data-k="${focus}"]`, plot)?.focus();
  tell(picture);
}

const nearestPoint = (points, k) =>
  points.reduce((best, point) =>
    Math.abs(Math.log(point.k / k)) < Math.abs(Math.log(best.k / k)) ? point : best);

function hit(point, i, points, x, width, isStop, isNear) {
  const left = i ? (x(points[i - 1].k) + x(point.k)) / 2 : 0;
  const next = points[i + 1]?.k ?? Math.min(256, 2 * point.k);
  const right = next > point.k ? (x(next) + x(point.k)) / 2 : width;
  const name = `${words.counted(point.k, "color")}: ${words.bytes(point.bytes)}, score ${words.score(point.score)}`;
  const take = () => model.edit({ colors: point.k });
  const region = draw("g",
    {
      class: "curve-point", role: "button", tabindex: isStop ? 0 : -1, "data-k": point.k,
      "aria-label": name, "aria-pressed": String(isStop && isNear), onclick: take,
    },
    draw("rect", { x: left, y: TOP - 4, width: Math.max(1, right - left), height: HEIGHT - TOP + 2, rx: 3 }));
  region.addEventListener("pointerenter", () => ($("#curve-words").textContent = name));
  region.addEventListener("pointerleave", show);
  region.addEventListener("focus", () => ($("#curve-words").textContent = name));
  region.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) $(`[data-k="${points[i + step]?.k}"]`, plot)?.focus();
    else if (event.key === "Enter" || event.key === " ") take();
    else return;
    event.preventDefault();
  });
  return region;
}

const dots = (point, x, sizeY, scoreY) => [
  draw("circle", { class: "curve-dot-size", cx: x(point.k), cy: sizeY(point), r: 3, "pointer-events": "none" }),
  draw("circle", { class: "curve-dot-score", cx: x(point.k), cy: scoreY(point), r: 3, "pointer-events": "none" }),
];

function rings(picture, x, sizeY, scoreY) {
  const report = isDone(picture) ? picture.job.report : null;
  if (!report?.colors || report.score == null) return [];
  // A finished curve ends where every color of the picture fits; so does what was found.
  const last = suggestedOf(picture) ? pointsOf(picture).at(-1).k : Infinity;
  const asked = model.optionsOf(picture).colors ?? 256;
  const found = { k: Math.min(asked, last), bytes: report.bytes_out, score: report.score };
  const ring = (kind, y) =>
    draw("circle", { class: `curve-ring-${kind}`, cx: x(found.k), cy: y(found), r: 4.5, "pointer-events": "none" });
  return [ring("size", sizeY), ring("score", scoreY)];
}

function tell(picture) {
  const suggested = suggestedOf(picture);
  const line = $("#curve-words");
  if (!suggested) return void (line.textContent = "Measuring …");
  const hadFocus = line.contains(document.activeElement);
  const take = make(
    "button",
    { type: "button", class: "link", title: suggested.reason, onclick: () => model.edit({ colors: suggested.k }) },
    words.counted(suggested.k, "color"));
  line.replaceChildren("Suggested: ", take);
  if (hadFocus) take.focus();
}

export function bindCurve() {
  model.on("current settings measured", show);
  model.on("picture", (picture) => picture.key === model.state.current && show());
  new ResizeObserver(show).observe(plot);
  plot.addEventListener("pointerdown", () => (isPressed = true));
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      if (isPressed) setTimeout(() => ((isPressed = false), show())); // after the click
    });
  }
}
