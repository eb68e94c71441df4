// The colors of the result: their shares as one strip, and each as a swatch. Pressing a swatch keeps
// its color, where huepress can; else it copies it.

import { $, make } from "./dom.js";
import * as model from "./state.js";
import { rows } from "./table.js";
import { copy } from "./take.js";
import * as words from "./words.js";

const KEEP = "keep_color";
const canKeep = rows.has(KEEP);
let shownFor = null;

function show() {
  const picture = model.current();
  const job = picture?.last;
  const palette = job?.report?.palette ?? [];
  $("#palette").hidden = palette.length === 0;
  const kept = model.edited()[KEEP] ?? [];
  const name = `${job?.id}/${job?.state}/${kept.join()}`;
  if (!palette.length || name === shownFor) return;
  shownFor = name;
  $("#palette-words").textContent = "";
  $("#shares").replaceChildren(...palette.filter((one) => one.share > 0.002).map(strip));
  const focused = $("#swatches").contains(document.activeElement);
  const swatches = palette.map((one, i) => swatch(one, i, kept));
  $("#swatches").style.setProperty("--swatch", palette.length > 16 ? "24px" : "28px");
  $("#swatches").replaceChildren(...swatches);
  if (focused) swatches[0].focus();
}

function strip(one) {
  const part = make("i");
  part.style.flexGrow = String(1000 * one.share);
  paint(part, one.hex);
  return part;
}

function swatch(one, i, kept) {
  const isKept = kept.includes(one.hex);
  const told = `${one.hex}, ${words.share(one.share)}`;
  const button = make("button", {
    type: "button",
    class: "swatch",
    tabindex: i === 0 ? 0 : -1,
    title: canKeep ? `${told} – ${isKept ? "let go" : "keep"}` : `${told} – copy`,
    "aria-label": told,
    "aria-pressed": canKeep ? String(isKept) : null,
  });
  paint(button, one.hex);
  button.addEventListener("click", () => press(one.hex, isKept, kept));
  const tell = () => ($("#palette-words").textContent = `${one.hex} · ${words.share(one.share)}`);
  button.addEventListener("pointerenter", tell);
  button.addEventListener("focus", tell);
  return button;
}

// A color with alpha lies over a checkerboard.
function paint(element, hex) {
  element.style.background = hex.length > 7 ? `linear-gradient(${hex}, ${hex}), ${CHECKER}` : hex;
}

const CHECKER =
  "repeating-conic-gradient(var(--board-b) 0 25%, var(--board-a) 0 50%) 0 0 / 8px 8px";

function press(hex, isKept, kept) {
  if (!canKeep) return copy(hex, `${hex} copied`);
  const next = isKept ? kept.filter((color) => color !== hex) : [...kept, hex];
  model.edit({ [KEEP]: next.length ? next : undefined });
}

// One stop for the tabulator; arrows go from color to color.
function move(event) {
  const all = [...$("#swatches").children];
  const at = all.indexOf(document.activeElement);
  if (at < 0) return;
  const columns = getComputedStyle($("#swatches")).gridTemplateColumns.split(" ").length;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const to = { Home: 0, End: all.length - 1 }[event.key] ?? at + (steps[event.key] ?? NaN);
  if (!all[to]) return;
  event.preventDefault();
  all[at].tabIndex = -1;
  all[to].tabIndex = 0;
  all[to].focus();
}

export function bindPalette() {
  $("#swatches").addEventListener("keydown", move);
  model.on("current settings", show);
  model.on("picture", (picture) => picture.key === model.state.current && show());
}
