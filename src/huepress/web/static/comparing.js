// Which two pictures lie on the stage: the original at once, the result when it comes, swapped only
// when it is decoded, so that nothing flickers.

import * as api from "./api.js";
import { $ } from "./dom.js";
import { colorAt, drawDifference } from "./difference.js";
import { bindPlayer, setFilm, shownOf } from "./player.js";
import * as sides from "./sides.js";
import * as model from "./state.js";
import * as viewer from "./viewer.js";
import { isWanted } from "./wishes.js";
import * as words from "./words.js";

const stage = $("#stage");
const original = $("#original");
const result = $("#result");
const divider = $("#divider");

const films = new WeakMap();
const blobs = new WeakMap(); // what an image shows
let shownKey = null; // the picture on the stage
let shownResult = null; // "job/stage" of the result on the stage
let wanted = null; // the one being fetched
let fetching = null;
let holds = 0;
let differs = false;
let picking = null;
let shownBlob = null; // the file of the result on the stage, as browsers show it
let part = null; // of the original, where the result shows one
let unreadable = null; // the picture on the stage that the browser cannot read
let borrowed = null; // the server's name of the picture whose preview was asked for

async function showOriginal(picture) {
  shownKey = picture.key;
  original.hidden = true;
  dropResult();
  if (!picture.url) return;
  original.src = picture.url;
  try {
    await original.decode();
  } catch {
    unreadable = picture.key; // no format of this browser
    return borrowOriginal(picture);
  }
  if (shownKey !== picture.key) return;
  original.hidden = false;
  arrange();
  viewer.setSize(original.naturalWidth, original.naturalHeight);
  model.change(picture, { width: original.naturalWidth, height: original.naturalHeight });
  showResult(picture);
}

function dropResult() {
  fetching?.abort();
  fetching = null;
  wanted = null;
  if (result.src) URL.revokeObjectURL(result.src);
  result.removeAttribute("src");
  result.hidden = true;
  shownResult = shownBlob = null;
  setFilm("result", null);
  arrange();
}

async function showResult(picture) {
  const { job } = picture;
  // What is wanted no more may be gone from the server before it is fetched.
  if (picture.key !== shownKey || !isWanted(picture) || !job.report) return;
  const stageName = job.state === "done" ? "file" : "draft";
  const name = `${job.id}/${stageName}`;
  if (name === shownResult || name === wanted) return;
  fetching?.abort();
  fetching = new AbortController();
  wanted = name;
  const next = new Image();
  try {
    const { signal } = fetching;
    await decodeInto(next, await api.result(job.id, stageName, signal)).catch(async () => {
      if (stageName === "file") await decodeInto(next, await api.resultShown(job.id, signal));
    });
  } catch {
    return; // a newer one is on its way
  }
  if (!next.complete || !next.naturalWidth) return;
  if (wanted !== name) return URL.revokeObjectURL(next.src);
  const before = result.src;
  result.src = next.src;
  await result.decode().catch(() => {});
  if (before) URL.revokeObjectURL(before);
  wanted = null;
  shownResult = name;
  shownBlob = blobs.get(next);
  result.hidden = false;
  layPart(job.options.crop);
  const isFilm = job.report.frames_in > 1;
  setFilm("original", isFilm ? typed(picture) : null);
  setFilm("result", isFilm ? shownBlob : null);
  if (original.hidden) await borrowOriginal(picture);
  if (differs) showDifference();
  arrange();
  $("#badge-result").textContent =
    `${job.report.format.toUpperCase()} · ${words.bytes(job.report.bytes_out)}`;
}

function decodeInto(image, blob) {
  blobs.set(image, blob);
  image.src = URL.createObjectURL(blob);
  return image.decode();
}

// Whether the server has read it; what is broken there has nothing to show.
const OTHER_TROUBLE = ["bound", "option", "encode", "missing-extra"];
const isDecoded = ({ job }) => Boolean(job?.report) || OTHER_TROUBLE.includes(job?.error?.code);

// The server shows what the browser cannot read.
async function borrowOriginal(picture) {
  if (!picture.id || borrowed === picture.id || !isDecoded(picture)) return;
  borrowed = picture.id;
  const blob = await api.shown(picture.id).catch(() => null);
  if (!blob || shownKey !== picture.key) return void (borrowed = null);
  model.change(picture, { url: URL.createObjectURL(blob) });
  original.src = picture.url;
  await original.decode();
  original.hidden = false;
  arrange();
  viewer.setSize(original.naturalWidth, original.naturalHeight);
  model.change(picture, { width: original.naturalWidth, height: original.naturalHeight });
}

// A new job has begun: what is being fetched is of the old one.
export function forgetFetch() {
  fetching?.abort();
  wanted = null;
}

function arrange() {
  const both = !result.hidden && !original.hidden;
  const holding = holds > 0;
  const besides = sides.isOn() && !holding; // another picture than the original lies on the left
  $("#pane-original").hidden = original.hidden || besides;
  $("#pane-other").hidden = !besides || differs;
  $("#pane-result").hidden = result.hidden || holding || differs;
  $("#pane-difference").hidden = !(both && differs && !holding);
  divider.hidden = !both || holding || differs;
  $("#badge-original").hidden = original.hidden || (differs && !holding);
  $("#badge-result").hidden = result.hidden || holding || differs;
  $("#badge-original").textContent = holding ? "Original" : sides.leftLabel();
  $("#differ").disabled = !both;
  $("#pin").disabled = result.hidden && !sides.isOn();
  $("#hold").disabled = !both;
}

export function hold(on) {
  holds = on ? 1 : 0;
  $("#hold").classList.toggle("is-held", on);
  arrange();
}

export function toggleDifference() {
  if (result.hidden || original.hidden) return;
  differs = !differs;
  $("#differ").setAttribute("aria-pressed", String(differs));
  if (differs) showDifference();
  arrange();
}

const showDifference = () =>
  drawDifference(
    $("#difference"), sides.isOn() ? sides.other : shownOf("original", original), shownOf("result", result), part);

// A part of the picture lies on the stage where it was cut out.
function layPart(crop) {
  const [width, height, x, y] = crop ? crop.split(/[x+]/).map(Number) : [];
  const [w, h] = [original.naturalWidth, original.naturalHeight];
  part = crop && w ? { x, y, width: Math.min(width, w - x), height: Math.min(height, h - y) } : null;
  result.parentElement.classList.toggle("is-part", Boolean(part));
  const share = (value, whole) => (part ? `${(100 * value) / whole}%` : "");
  Object.assign(result.style, {
    left: share(part?.x, w), top: share(part?.y, h), width: share(part?.width, w), height: share(part?.height, h),
  });
}

// A browser takes a film apart when it knows what it is.
const TYPES = { gif: "image/gif", webp: "image/webp", png: "image/png", apng: "image/png" };
function typed(picture) {
  const type = TYPES[picture.name.split(".").at(-1).toLowerCase()] ?? picture.blob?.type;
  if (films.get(picture.blob)) return films.get(picture.blob);
  const blob = picture.blob && new Blob([picture.blob], { type });
  films.set(picture.blob, blob);
  return blob;
}

function pick(name) {
  picking = picking === name ? null : name;
  stage.classList.toggle("is-picking", picking !== null);
  $("#pick-hint").hidden = picking === null;
  for (const button of document.querySelectorAll('[data-part="pick"]')) {
    const own = button.closest("[data-option]").dataset.option;
    button.setAttribute("aria-pressed", String(own === picking));
  }
}

function pickAt(event) {
  if (!picking || original.hidden) return;
  const at = viewer.pixelAt(event.clientX, event.clientY);
  if (!at) return;
  const colors = model.edited()[picking] ?? [];
  const color = colorAt(original, at.x, at.y);
  if (!colors.includes(color)) model.edit({ [picking]: [...colors, color] });
  pick(picking);
}

export function bindComparing() {
  sides.bindSides(() => {
    if (differs) showDifference();
    arrange();
  }, () => shownBlob);
  model.on("current", () => {
    const picture = model.current();
    if (picture) showOriginal(picture);
    else shownKey = null;
  });
  model.on("picture", (picture) => {
    if (picture.key !== model.state.current) return;
    if (picture.url && original.src !== picture.url && !original.src) showOriginal(picture);
    if (picture.key === unreadable && original.hidden) borrowOriginal(picture);
    showResult(picture);
  });
  bindPlayer(() => differs && showDifference());
  model.on("pick", pick);
  stage.addEventListener("click", pickAt);
  const button = $("#hold");
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    hold(true);
  });
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    button.addEventListener(end, () => hold(false));
  }
  const isPress = (event) => event.key === " " || event.key === "Enter";
  button.addEventListener("keydown", (event) => isPress(event) && hold(true));
  button.addEventListener("keyup", (event) => isPress(event) && hold(false));
  $("#differ").addEventListener("click", toggleDifference);
  document.addEventListener("keydown", (event) => event.key === "Escape" && picking && pick(picking));
  arrange();
}
