// The list of several pictures: thumbnails, states, totals, everything as one ZIP.

import * as api from "./api.js";
import { $, icon, make } from "./dom.js";
import { cancel } from "./jobs.js";
import * as model from "./state.js";
import * as words from "./words.js";
import { isBusy, isDone, isWanted } from "./wishes.js";

const THUMB = 88; // twice the size it is shown in, for fine screens
const items = new Map();

function arrange() {
  const pictures = [...model.state.pictures.values()];
  const many = pictures.length > 1;
  $("#list").hidden = !many;
  $("#work").classList.toggle("many", many);
  for (const [key, item] of items) {
    if (!model.state.pictures.has(key)) {
      item.element.remove();
      items.delete(key);
    }
  }
  for (const picture of pictures) {
    if (!items.has(picture.key)) {
      items.set(picture.key, build(picture));
      $("#rows").append(items.get(picture.key).element);
    }
    update(picture);
  }
  total();
}

function build(picture) {
  const name = make("span", { class: "item-name", title: picture.path }, picture.label);
  const state = make("span", { class: "item-state" });
  const thumb = make("canvas", { width: THUMB, height: THUMB, "aria-hidden": "true" });
  const open = make("button", { type: "button", class: "item-open" }, thumb, name, state);
  open.addEventListener("click", () => model.choose(picture.key));
  const tool = (words, symbol, action) => {
    const button = make("button", { type: "button", class: "icon-button small", title: words },
      icon(symbol), make("span", { class: "unseen" }, `${words} ${picture.label}`));
    button.addEventListener("click", action);
    return button;
  };
  const save = make("a", { class: "icon-button small", title: "Save", hidden: true },
    icon("down"), make("span", { class: "unseen" }, `Save ${picture.label}`));
  const close = tool("Remove", "close", () => {
    if (picture.id) api.removePicture(picture.id).catch(() => {});
    model.remove(picture);
  });
  const stop = tool("Cancel", "stop", () => cancel(picture));
  const element = make("li", { class: "item" }, open, make("span", { class: "item-tools" }, save, stop, close));
  return { element, state, thumb, save, stop, open, drawn: null };
}

function update(picture) {
  const item = items.get(picture.key);
  if (!item) return;
  const current = picture.key === model.state.current;
  item.element.classList.toggle("is-current", current);
  if (current) item.open.setAttribute("aria-current", "true");
  else item.open.removeAttribute("aria-current");
  const state = picture.trouble ? "failed" : isWanted(picture) ? picture.job.state : "waiting";
  item.element.dataset.state = state;
  const own = picture.own ? [make("span", { class: "item-own" }, " · own settings")] : [];
  item.state.replaceChildren(stateWords(picture, state), ...own);
  item.state.title = state === "failed" ? item.state.textContent : "";
  item.stop.hidden = !picture.id || !isBusy(picture);
  item.save.hidden = !isDone(picture);
  if (isDone(picture)) {
    item.save.href = api.fileAddress(picture.job.id);
    item.save.download = "";
  }
  if (picture.url && item.drawn !== picture.url) drawThumb(item, picture);
}

function stateWords(picture, state) {
  const short = ({ message }) => message.replace(`${picture.name}: `, "");
  if (picture.trouble) return short(picture.trouble);
  if (!picture.id) return "Reading";
  const report = picture.job?.report;
  if (state === "done") {
    return report.status === "kept"
      ? `${words.bytes(report.bytes_out)}, kept`
      : `${words.bytes(report.bytes_out)} · ${words.saved(report.bytes_in, report.bytes_out)}`;
  }
  if (state === "failed") return short(picture.job.error);
  return { waiting: "Waiting", running: "Working", draft: "Refining", cancelled: "Cancelled" }[state];
}

async function drawThumb(item, picture) {
  item.drawn = picture.url;
  const image = new Image();
  image.src = picture.url;
  try {
    await image.decode();
  } catch {
    return;
  }
  const scale = Math.max(THUMB / image.naturalWidth, THUMB / image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  const context = item.thumb.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.clearRect(0, 0, THUMB, THUMB);
  context.drawImage(image, (THUMB - width) / 2, (THUMB - height) / 2, width, height);
}

function total() {
  const pictures = [...model.state.pictures.values()];
  const done = pictures.filter(isDone);
  const over = pictures.filter((picture) => picture.trouble || (picture.id && !isBusy(picture)));
  const sum = (name) => done.reduce((n, picture) => n + picture.job.report[name], 0);
  const [before, after] = [sum("bytes_in"), sum("bytes_out")];
  $("#total").replaceChildren(
    ...(done.length
      ? [make("b", {}, words.saved(before, after)), `${words.bytes(before)} → ${words.bytes(after)}`]
      : [words.counted(pictures.length, "picture")]));
  const grown = done.filter((picture) => picture.job.report.bytes_out >= picture.job.report.bytes_in && picture.job.report.status !== "kept");
  $("#archive").title = grown.length ? `${words.counted(grown.length, "picture")} would be larger: the ZIP has the original` : "";
  $("#total").title = `${done.length} of ${words.counted(pictures.length, "picture")} done`;
  $("#total-progress").value = pictures.length ? over.length / pictures.length : 0;
  const link = $("#archive");
  if (done.length && over.length === pictures.length) {
    const originals = pictures.filter((picture) => picture.original && picture.id).map((picture) => picture.id);
    link.href = api.archiveAddress(model.state.tab, originals);
    link.download = "";
    link.removeAttribute("aria-disabled");
  } else {
    link.removeAttribute("href");
    link.setAttribute("aria-disabled", "true");
  }
}

export function bindList() {
  model.on("pictures current settings", arrange);
  model.on("picture", (picture) => {
    update(picture);
    total();
  });
}
