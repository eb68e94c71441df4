// Small charts in SVG: lines over an axis, a mark where the step stands, words at the ends.

import { draw } from "../dom.js";
import { bytes, seconds } from "../words.js";

const HEIGHT = 150;
const PAD = { left: 8, right: 8, top: 18, bottom: 20 };

function axes(width, words) {
  const low = HEIGHT - PAD.bottom;
  return [
    draw("path", { class: "axis", d: `M${PAD.left} ${low}H${width - PAD.right}` }),
    draw("text", { x: PAD.left, y: 12 }, words.top ?? ""),
    draw("text", { x: width - PAD.right, y: 12, "text-anchor": "end" }, words.topRight ?? ""),
    draw("text", { x: PAD.left, y: HEIGHT - 5 }, words.left ?? ""),
    draw("text", { x: width - PAD.right, y: HEIGHT - 5, "text-anchor": "end" }, words.right ?? ""),
  ];
}

const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function mount(box, label, ...children) {
  const width = Math.max(240, box.clientWidth);
  box.replaceChildren(
    draw("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label }, ...children));
}

const short = (value) => {
  const [size, unit] = value >= 1e9 ? [value / 1e9, " billion"] : value >= 1e6 ? [value / 1e6, " million"] : [value, ""];
  return size.toPrecision(3) + unit;
};
export const inertiaWords = short;

// Logarithms on the upright axis: the first step falls so far that nothing else would be seen.
export function inertiaChart(box, steps, at, others) {
  if (!steps.length) return;
  const width = Math.max(240, box.clientWidth);
  const rows = [...others.map((other) => other.inertias), steps.map((step) => step.inertia)];
  const values = rows.flat().filter((v) => v > 0);
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const most = Math.max(1, ...rows.map((row) => row.length - 1));
  const x = (i) => PAD.left + 6 + (i / most) * (width - PAD.left - PAD.right - 12);
  const y = (v) => {
    const part = high > low ? (Math.log(Math.max(v, Math.min(...values))) - low) / (high - low) : 0.5;
    return HEIGHT - PAD.bottom - 6 - part * (HEIGHT - PAD.bottom - PAD.top - 12);
  };
  const line = (row) => path(row.map((v, i) => [x(i), y(v)]));
  const own = rows.at(-1);
  const here = own[Math.min(at, own.length - 1)];
  mount(
    box,
    `Inertia falls from ${short(own[0])} to ${short(own.at(-1))} in ${own.length - 1} iterations`,
    ...axes(width, { top: short(Math.exp(high)), left: "start", right: `${most} iterations` }),
    ...others.map((other) => draw("path", { class: "curve-other", d: line(other.inertias) })),
    draw("path", { class: "curve-own", d: line(own) }),
    draw("path", { class: "mark-line", d: `M${x(at)} ${PAD.top}V${HEIGHT - PAD.bottom}` }),
    draw("circle", { class: "mark", cx: x(at), cy: y(here), r: 5 }),
    draw("text", { class: "mark-words", x: Math.min(x(at) + 9, width - 96), y: Math.max(y(here) - 8, 26) }, short(here)));
  return { at: (clientX) => {
    const left = box.getBoundingClientRect().left;
    const scale = width / box.clientWidth;
    return Math.round((((clientX - left) * scale - PAD.left - 6) / (width - PAD.left - PAD.right - 12)) * most);
  } };
}

export function sizesChart(box, points) {
  if (points.length < 2) return;
  const width = Math.max(240, box.clientWidth);
  const last = Math.log2(points.at(-1).k);
  const x = (k) => PAD.left + 8 + ((Math.log2(k) - 1) / Math.max(1, last - 1)) * (width - PAD.left - PAD.right - 16);
  const largest = Math.max(...points.map((p) => p.bytes));
  const low = HEIGHT - PAD.bottom;
  const size = (p) => low - (p.bytes / largest) * (low - PAD.top - 4);
  const score = (p) => low - (Math.max(0, p.score) / 100) * (low - PAD.top - 4);
  mount(
    box,
    `Bytes from ${bytes(points[0].bytes)} at k = ${points[0].k} to ${bytes(points.at(-1).bytes)} at k = ${points.at(-1).k}`,
    ...axes(width, { top: bytes(largest), topRight: "score 100" }),
    draw("path", { class: "curve-own", d: path(points.map((p) => [x(p.k), size(p)])) }),
    draw("path", { class: "curve-second", d: path(points.map((p) => [x(p.k), score(p)])) }),
    ...points.flatMap((p) => [
      draw("circle", { class: "dot-own", cx: x(p.k), cy: size(p), r: 3 },
        draw("title", {}, `k = ${p.k}: ${bytes(p.bytes)}`)),
      draw("circle", { class: "dot-second", cx: x(p.k), cy: score(p), r: 3 },
        draw("title", {}, `k = ${p.k}: score ${p.score.toFixed(1)}`)),
      draw("text", { x: x(p.k), y: HEIGHT - 5, "text-anchor": "middle" }, String(p.k)),
    ]));
}

// Both axes in logarithms: a power law is a straight line there.
export function timesChart(box, timings) {
  if (!timings.length) return;
  const width = Math.max(240, box.clientWidth);
  const spans = [timings.map((t) => t.pixels), timings.map((t) => t.seconds)].map((row) => row.map(Math.log));
  const [xs, ys] = spans.map((row) => [Math.min(...row), Math.max(...row)]);
  const part = (v, [a, b]) => (b > a ? (Math.log(v) - a) / (b - a) : 0.5);
  const x = (v) => PAD.left + 8 + part(v, xs) * (width - PAD.left - PAD.right - 56);
  const y = (v) => HEIGHT - PAD.bottom - 6 - part(v, ys) * (HEIGHT - PAD.bottom - PAD.top - 12);
  const ks = [...new Set(timings.map((t) => t.k))];
  mount(
    box,
    `Seconds against pixels for ${ks.map((k) => `k = ${k}`).join(", ")}`,
    ...axes(width, {
      top: seconds(Math.exp(ys[1])), left: `${short(Math.exp(xs[0]))} pixels`, right: `${short(Math.exp(xs[1]))} pixels`,
    }),
    ...ks.flatMap((k, i) => {
      const row = timings.filter((t) => t.k === k).sort((a, b) => a.pixels - b.pixels);
      const end = row.at(-1);
      return [
        draw("path", { class: `curve-k k${i}`, d: path(row.map((t) => [x(t.pixels), y(t.seconds)])) }),
        ...row.map((t) => draw("circle", { class: `dot-k k${i}`, cx: x(t.pixels), cy: y(t.seconds), r: 2.5 },
          draw("title", {}, `${t.pixels} pixels, k = ${k}: ${seconds(t.seconds)}`))),
        draw("text", { x: x(end.pixels) + 6, y: y(end.seconds) + 4 }, `k ${k}`),
      ];
    }));
}
