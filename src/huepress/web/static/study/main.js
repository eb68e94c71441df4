// The study: settings make a run, a run has steps, a step is drawn as a cloud, a picture and a chart. One file, for one state.

import { $, $$, make } from "../dom.js";
import { bytes } from "../words.js";
import { edgesOf, MOST_CELLS } from "./cells.js";
import { inertiaChart, inertiaWords } from "./charts.js";
import { CloudView } from "./cloud.js";
import { ask, bytesOf, embedded, halvesOf, isEmbedded, keeps, kept, openingPicture, shortsOf, wordsOf } from "./data.js";
import { showBits, tellLoss } from "./bits.js";
import { judge, showJudgement } from "./classes.js";
import { showCode } from "./code.js";
import { bindHand } from "./hand.js";
import { luck, measure } from "./measures.js";
import { kOf, rgbOf, sliderOf, whole } from "./numbers.js";
import { paint, surface } from "./picture.js";

const view = new CloudView($("#cloud"));
const settings = { k: 8, init: "random", seed: 0, space: "srgb", centers: [] };
let picture = null; // { name, blob }
let cloud = null; // the colors shown, and the picture made of them
let run = { steps: [], stopped: null };
let at = 0;
let others = []; // other starts, laid over the curve
let marks = null; // painted classes, one a pixel
let brush = null;
let chosen = 0; // the center of one's own that the next pick replaces
let player = null;
let asking = null;


// ---- a run

async function start({ keepStep = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  stop();
  others = [];
  const fresh = { steps: [], stopped: null };
  let next = cloud;
  const wanted = { ...settings };
  $("#trouble").hidden = true;
  document.body.dataset.state = "running";
  showCode(picture.name, wanted);
  try {
    await ask("steps", picture, wanted, (event) => {
      if (event.event === "points") next = { n: event.n, colors: bytesOf(event.colors), counts: shortsOf(event.counts) };
      else if (event.event === "places") next.oklab = halvesOf(event.oklab);
      else if (event.event === "picture") {
        Object.assign(next, { width: event.width, height: event.height, columns: event.columns, rows: event.rows, picture: wordsOf(event.picture) });
        cloud = next;
        if (!marks || marks.length !== cloud.picture.length) marks = new Uint8Array(cloud.picture.length);
        setPoints();
      } else if (event.event === "step") {
        take(fresh, event);
        if (fresh.steps.length === 1) {
          run = fresh;
          at = 0;
          show();
        }
      } else if (event.event === "stopped") fresh.stopped = event;
    }, signal);
  } catch (error) {
    if (error.name !== "AbortError") complain(error);
    return;
  }
  run = fresh;
  document.body.dataset.state = "done";
  $("#step").max = run.steps.length - 1;
  go(keepStep ? run.steps.length - 1 : 0);
  say(`${run.steps.length - 1} iterations, ${run.stopped.words}`);
  await countBytes(wanted, signal);
}

function take(into, event) {
  const labels = bytesOf(event.labels);
  const before = into.steps.at(-1)?.labels;
  if (before) for (let i = 0; i < labels.length; i++) labels[i] += before[i];
  into.steps.push({ ...event, labels, rgb: event.centers.hex.map(rgbOf) });
}

async function countBytes(wanted, signal) {
  $("#bytes-waiting").hidden = false;
  try {
    await ask("file", picture, wanted, (event) => event.event === "file" && showBits(event, picture.name), signal);
  } catch (error) {
    if (error.name !== "AbortError") complain(error);
  }
}

function complain(error) {
  const line = $("#trouble");
  line.textContent = error.message || "The server does not answer. Is huepress serve still running?";
  line.hidden = false;
  document.body.dataset.state = "trouble";
}

const say = (words) => ($("#study-status").textContent = words);

// ---- drawing a step

function setPoints() {
  const sizes = Float32Array.from(cloud.counts, (n) => 1.6 + 0.75 * Math.log2(n + 1));
  const places = settings.space === "oklab" ? cloud.oklab : Float32Array.from(cloud.colors);
  view.setPoints(places, sizes, settings.space);
  $("#axes").textContent = settings.space === "oklab" ? "upright: lightness; across: green to red, blue to yellow" : "upright: green; across: red and blue";
}

function show() {
  const step = run.steps[at];
  if (!step) return;
  const colors = new Float32Array(3 * cloud.n);
  const own = $("#own-colors").checked;
  for (let i = 0; i < cloud.n; i++) {
    const shade = own ? null : step.rgb[step.labels[i]];
    for (let c = 0; c < 3; c++) colors[3 * i + c] = (own ? cloud.colors[3 * i + c] : shade[c]) / 255;
  }
  view.setColors(colors);
  view.setCenters(step.centers[settings.space], step.rgb);
  setLines(step);
  paint(cloud, step, run.steps[at - 1], $("input[name=shown]:checked").value, marks);
  showFigures(step);
  showCenters(step);
  chart();
  showJudgement(judge(marks, cloud.picture, step.labels, step.rgb.length));
}

function setLines(step) {
  const lines = { places: [], colors: [] };
  if ($("#show-paths").checked) {
    for (let s = 1; s <= at; s++) {
      const [a, b] = [run.steps[s - 1], run.steps[s]];
      a.centers[settings.space].forEach((place, i) => {
        lines.places.push(...place, ...b.centers[settings.space][i]);
        const shade = step.rgb[i].map((v) => v / 255);
        lines.colors.push(...shade, ...shade);
      });
    }
  }
  if ($("#show-cells").checked && step.rgb.length <= MOST_CELLS) {
    const cells = edgesOf(step.centers[settings.space], step.rgb, settings.space);
    lines.places.push(...cells.places);
    lines.colors.push(...cells.colors);
  }
  view.setLines(new Float32Array(lines.places), new Float32Array(lines.colors));
}

function showFigures(step) {
  const last = run.steps.length - 1;
  $("#step").value = at;
  $("#fact-step").textContent = `${at} of ${last}`;
  $("#fact-inertia").textContent = `${inertiaWords(step.inertia)} · ${(step.inertia / (run.stopped?.pixels ?? cloud.width * cloud.height)).toFixed(1)} a pixel`;
  const moved = at === 0 ? "–" : `${whole.format(run.steps[at].changed ?? 0)} pixels shown`;
  $("#fact-moved").textContent = moved;
  $("#fact-why").textContent = run.stopped ? (at === last ? run.stopped.words : `not yet: ${last - at} to come`) : "running …";
  $("#cloud-words").textContent = run.stopped ? `${whole.format(run.stopped.distinct)} colors in the picture, ${whole.format(cloud.n)} shown` : "";
  const mse = meanError(step);
  $("#picture-words").textContent = `${step.rgb.length} colors, mean squared error ${mse.toFixed(1)}`;
  if (run.stopped) tellLoss(cloud, run.stopped.distinct, step.rgb.length, mse);
  $("#back").disabled = $("#first").disabled = at === 0;
  $("#forth").disabled = $("#last").disabled = at === last;
}

function meanError(step) {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < cloud.n; i++) {
    const center = step.rgb[step.labels[i]];
    let error = 0;
    for (let c = 0; c < 3; c++) error += (cloud.colors[3 * i + c] - center[c]) ** 2;
    sum += error * cloud.counts[i];
    n += cloud.counts[i];
  }
  return sum / n;
}

function showCenters(step) {
  const sizes = new Float64Array(step.rgb.length);
  for (let i = 0; i < cloud.n; i++) sizes[step.labels[i]] += cloud.counts[i];
  const all = cloud.picture.length;
  const box = $("#centers");
  box.replaceChildren(...step.centers.hex.map((hex, i) => {
    const chip = make("span", { role: "listitem", class: "center-chip", title: `${hex}: ${((100 * sizes[i]) / all).toFixed(1)} % of the pixels` });
    chip.style.background = hex;
    chip.style.flexGrow = Math.max(0.3, (sizes[i] / all) * 20);
    if (settings.init === "own" && i === chosen % step.rgb.length) chip.dataset.chosen = "";
    return chip;
  }));
}

let axis = null;
const chart = () => (axis = inertiaChart($("#inertia"), run.steps, at, others) ?? axis);

// ---- walking through the steps

function go(step) {
  at = Math.min(Math.max(0, step), run.steps.length - 1);
  show();
}

function stop() {
  clearInterval(player);
  player = null;
  $("#play").textContent = "Play";
  $("#play").setAttribute("aria-pressed", "false");
}

function play() {
  if (player) return stop();
  if (at >= run.steps.length - 1) go(0);
  $("#play").textContent = "Pause";
  $("#play").setAttribute("aria-pressed", "true");
  const pause = Math.max(120, Math.min(700, 9000 / run.steps.length));
  player = setInterval(() => (at < run.steps.length - 1 ? go(at + 1) : stop()), pause);
}

// ---- settings

function change(changes, more) {
  Object.assign(settings, changes);
  tellInit();
  if (changes.space) setPoints();
  start(more);
}

function tellInit() {
  $("#init-words").textContent = {
    random: "k colors of the picture, drawn by chance: other seeds end elsewhere.",
    "kmeans++": "Each next center far from those before (Arthur and Vassilvitskii 2007).",
    wu: "Cuts the cloud where its variance is largest (Wu 1991); no chance in it.",
    own: "Drag a center in the cloud, or click into the picture to put the next one there.",
  }[settings.init];
  $("#seed").disabled = $("#another").disabled = isEmbedded() || settings.init === "wu" || settings.init === "own";
}

function own(centers) {
  settings.centers = centers;
  settings.k = centers.length;
  $$("input[name=init]").forEach((input) => (input.checked = input.value === "own"));
  fillK();
  change({ init: "own" });
}

function fillK() {
  $("#k").value = sliderOf(settings.k);
  $("#k-number").value = settings.k;
  $("#k").setAttribute("aria-valuetext", `${settings.k} clusters`);
}

function setK(k) {
  if (isEmbedded()) k = kept().reduce((best, other) => (Math.abs(Math.log(other / k)) < Math.abs(Math.log(best / k)) ? other : best));
  if (!Number.isInteger(k) || k < 2 || k > 256) return fillK();
  if (settings.init === "own") {
    settings.init = "random";
    $$("input[name=init]").forEach((input) => (input.checked = input.value === "random"));
  }
  settings.k = k;
  fillK();
  change({ k });
}

function bindSettings() {
  $("#k").addEventListener("input", () => ($("#k-number").value = kOf(Number($("#k").value))));
  $("#k").addEventListener("change", () => setK(kOf(Number($("#k").value))));
  $("#k-number").addEventListener("change", () => setK(Number($("#k-number").value)));
  $("#seed").addEventListener("change", () => change({ seed: Math.max(0, Math.round(Number($("#seed").value) || 0)) }));
  $("#another").addEventListener("click", () => {
    $("#seed").value = settings.seed + 1;
    change({ seed: settings.seed + 1 });
  });
  for (const input of $$("input[name=init]")) {
    input.addEventListener("change", () =>
      input.value === "own" ? own(run.steps[at].centers.hex) : change({ init: input.value }));
  }
  for (const input of $$("input[name=space]")) input.addEventListener("change", () => change({ space: input.value }));
  for (const input of $$("input[name=shown], .tools input")) input.addEventListener("change", show);
  for (const input of $$("input[name=library]")) input.addEventListener("change", () => showCode(picture.name, settings));
  $("#run").addEventListener("submit", (event) => event.preventDefault());
}

const lab = {
  settings,
  own,
  show,
  stop,
  get cloud() { return cloud; },
  get run() { return run; },
  get at() { return at; },
  get marks() { return marks; },
  get brush() { return brush; },
  nextChosen: () => chosen++,
};

// ---- classes, painted with a brush

function bindClasses() {
  for (const button of $$("[data-class]")) {
    button.addEventListener("click", () => {
      const value = Number(button.dataset.class);
      brush = brush === value ? null : value;
      $$("[data-class]").forEach((other) => other.setAttribute("aria-pressed", String(Number(other.dataset.class) === brush)));
      surface.classList.toggle("is-brush", brush !== null);
      if (brush !== null) surface.scrollIntoView({ block: "nearest" });
    });
  }
  $("#wipe").addEventListener("click", () => {
    marks?.fill(0);
    show();
  });
}

function bindSteps() {
  $("#play").addEventListener("click", play);
  const walk = { first: () => 0, back: () => at - 1, forth: () => at + 1, last: () => run.steps.length - 1 };
  for (const [id, where] of Object.entries(walk)) $(`#${id}`).addEventListener("click", () => (stop(), go(where())));
  $("#step").addEventListener("input", () => (stop(), go(Number($("#step").value))));
  $("#inertia").addEventListener("click", (event) => axis && (stop(), go(axis.at(event.clientX))));
  window.addEventListener("resize", () => run.steps.length && chart());
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, canvas, pre") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const action = { ArrowLeft: "back", ArrowRight: "forth", Home: "first", End: "last", " ": "play" }[event.key];
    if (!action || !run.steps.length) return;
    event.preventDefault();
    $(`#${action}`).click();
  });
}

// ---- what is measured on demand

function bindMeasures() {
  $("#measure").addEventListener("click", () => measure(picture, settings).catch(complain));
  $("#luck").addEventListener("click", () =>
    luck(picture, settings, (found) => {
      others = found;
      chart();
    }).then(say, complain));
  $("#copy-code").addEventListener("click", async () => {
    await navigator.clipboard.writeText($("#code").textContent);
    say("Copied");
  });
}

// ---- where it begins

function open(next) {
  picture = next;
  cloud = marks = null;
  $("#picture-name").textContent = next.name;
  for (const id of ["sizes", "times"]) $(`#${id}`).replaceChildren();
  for (const id of ["knee", "laws"]) $(`#${id}`).textContent = "";
  $("#luck").textContent = "Lay 8 starts over it: how much is luck?";
  $("#measure").textContent = "Measure with this picture";
  start();
}

async function begin() {
  if (!view.works) complain(new Error("This browser has no WebGL: the cloud cannot be drawn, all else works."));
  bindSettings();
  bindHand(view, lab);
  bindClasses();
  bindSteps();
  bindMeasures();
  const lesson = await embedded();
  if (lesson) return beginLesson(lesson);
  $("#study-file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) open({ name: file.name, blob: file });
  });
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) open({ name: file.name, blob: file });
  });
  tellInit();
  try {
    open(await openingPicture());
  } catch (error) {
    complain(error);
  }
}

function beginLesson(lesson) {
  Object.assign(settings, lesson.settings);
  document.body.dataset.lesson = "";
  $("#choose").hidden = true;
  $("#home").removeAttribute("href");
  for (const input of $$("input[name=init]")) {
    input.checked = input.value === settings.init;
    input.disabled = !keeps(settings.k, input.value);
  }
  for (const input of $$("input[name=space]")) {
    input.checked = input.value === settings.space;
    input.disabled = !input.checked;
  }
  $("#seed").value = settings.seed;
  fillK();
  tellInit();
  open({ name: lesson.name, blob: null });
  measure(picture, settings).catch(complain);
}

if (document.body.classList.contains("study-page")) begin();
