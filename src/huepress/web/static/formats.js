// The row of formats with the size of each: a click takes it. Last stands the original.

import { $, make } from "./dom.js";
import { formatOf } from "./measure.js";
import * as model from "./state.js";
import { formatsOf } from "./table.js";
import { isBusy, isDone } from "./wishes.js";
import * as words from "./words.js";

const TITLES = { png: "PNG", webp: "WebP", gif: "GIF", jxl: "JPEG XL", tiff: "TIFF", bmp: "BMP" };
const nameOf = (value) => (value === "auto" ? "png" : value);

// What is known of a format: the result in view, or what was measured.
function known(picture, name) {
  if (isDone(picture) && picture.job.report.format === name) {
    return { bytes: picture.job.report.bytes_out, score: picture.job.report.score, look: picture.job.report.look };
  }
  return formatOf(picture, name);
}

function show() {
  const picture = model.current();
  if (!picture) return;
  const shown = formatsOf(picture).map((value) => ({ value, name: nameOf(value), row: known(picture, nameOf(value)) }));
  const own = isDone(picture) ? picture.job.report.format : null;
  if (own && !shown.some(({ name }) => name === own)) {
    shown.push({ value: own, name: own, row: known(picture, own) });
  }
  const least = Math.min(picture.bytes || Infinity, ...shown.map(({ row }) => row?.bytes ?? Infinity));
  const chosen = picture.original ? "original" : own;
  const focus = document.activeElement?.dataset?.format;
  const buttons = shown.map(({ value, name, row }) => button({
    name, title: TITLES[name], row, isChosen: chosen === name, isLeast: row?.bytes === least, picture,
    take: () => take(picture, { format: value === "auto" ? undefined : value }, name),
  }));
  buttons.push(button({
    name: "original", title: "Original", row: { bytes: picture.bytes }, isChosen: chosen === "original",
    isLeast: picture.bytes === least, picture, take: () => model.change(picture, { original: true }),
  }));
  $("#formats").replaceChildren(...buttons);
  if (focus) $(`[data-format="${focus}"]`)?.focus();
}

function take(picture, changes, name) {
  if (picture.original) model.change(picture, { original: false });
  if (!isDone(picture) || picture.job.report.format !== name) model.edit(changes);
}

function button({ name, title, row, isChosen, isLeast, picture, take: onclick }) {
  const size = row?.bytes != null ? words.bytes(row.bytes) : row?.error ? "–" : isBusy(picture) || picture.id ? "…" : "–";
  const told = row?.error ?? (row?.look ? `score ${words.score(row.score)}, ${row.look}` : title);
  return make(
    "button",
    {
      type: "button", class: `format${isLeast ? " is-least" : ""}`, "data-format": name, title: told,
      "aria-pressed": String(isChosen), disabled: Boolean(row?.error), onclick,
    },
    make("span", {}, title), make("b", {}, size), isLeast ? make("span", { class: "unseen" }, ", the smallest") : "");
}

export function bindFormats() {
  model.on("current measured settings", show);
  model.on("picture", (picture) => picture.key === model.state.current && show());
}
