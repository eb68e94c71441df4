// The figures of the picture in view, its download, and what the stage says while work goes on.

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { cancel, wish } from "./jobs.js";
import { say } from "./notes.js";
import * as model from "./state.js";
import * as words from "./words.js";
import { isBusy, isDone, isWanted } from "./wishes.js";

const put = (id, text, title = null) => {
  const element = $(`#${id}`);
  element.textContent = text;
  if (title) element.title = title;
};

let told = null;

function show() {
  const picture = model.current();
  if (!picture) return;
  const job = isWanted(picture) && picture.job.report ? picture.job : picture.last;
  const report = job?.report;
  const box = $("#facts");
  box.dataset.state = !report ? "waiting" : isDone(picture) ? "done" : isBusy(picture) ? "draft" : "stale";
  showSizes(picture, report, box);
  put("fact-colors", report ? report.colors ?? "as before" : "–");
  put("fact-score", report ? `${words.score(report.score)}${report.look ? `, ${report.look}` : ""}` : "–");
  put("fact-psnr", report ? words.decibels(report.psnr) : "–");
  put("fact-seconds", report ? words.seconds(report.seconds) : "–");
  put("fact-iterations", iterations(report));
  showAbout(picture, report);
  showDownload(picture);
  showWork(picture);
  announce(picture);
}

function showSizes(picture, report, box) {
  const before = report?.bytes_in ?? picture.bytes;
  put("bytes-before", words.bytes(before), words.exactBytes(before));
  const busy = isBusy(picture) || (!picture.id && !picture.trouble);
  const nothingYet = busy ? "…" : "–";
  put("bytes-after", report ? words.bytes(report.bytes_out) : nothingYet, report && words.exactBytes(report.bytes_out));
  const gains = report && report.bytes_out < before;
  box.dataset.gain = gains ? "some" : "none";
  const nothing = report?.status === "kept" ? "Already as small as it gets" : words.saved(before, report?.bytes_out ?? 0);
  put("saved", !report ? (busy ? "\u00a0" : "No result") : gains ? words.saved(before, report.bytes_out) : nothing);
}

function iterations(report) {
  if (!report) return "–";
  if (report.n_iter == null) return "none were needed";
  return `${report.n_iter}${report.stopped ? `, ${report.stopped}` : ""}`;
}

function showAbout(picture, report) {
  const width = picture.width ?? report?.width;
  const height = picture.height ?? report?.height;
  const size = width ? ` · ${width} × ${height}` : "";
  $("#about").replaceChildren(make("b", {}, picture.name), size);
  document.title = `${picture.name} – huepress`;
}

function showDownload(picture) {
  const link = $("#download");
  if (isDone(picture)) {
    link.href = api.fileAddress(picture.job.id);
    link.download = "";
    link.removeAttribute("aria-disabled");
  } else {
    link.removeAttribute("href");
    link.setAttribute("aria-disabled", "true");
  }
}

function showWork(picture) {
  const state = isWanted(picture) ? picture.job.state : "waiting";
  const busy = isBusy(picture) || !picture.id;
  $("#working").hidden = !busy || Boolean(picture.trouble);
  put("working-words", !picture.id ? "Reading" : { waiting: "Waiting", draft: "Refining" }[state] ?? "Working");
  $("#cancel").hidden = !picture.id;
  const trouble = picture.trouble ?? (["failed", "cancelled"].includes(state) ? picture.job.error : null);
  const box = $("#trouble");
  box.hidden = !trouble;
  if (!trouble) return;
  const start = make("button", { type: "button", class: "link" }, "Start again");
  start.addEventListener("click", () => wish(picture, { again: true }));
  if (state === "cancelled") box.replaceChildren("Cancelled. ", start);
  else box.replaceChildren(trouble.message);
}

function announce(picture) {
  if (!isDone(picture) || told === picture.job.id) return;
  told = picture.job.id;
  const { report } = picture.job;
  const colors = report.colors ? `, ${words.counted(report.colors, "color")}` : "";
  say(`${picture.name}: ${words.bytes(report.bytes_in)} to ${words.bytes(report.bytes_out)}${colors}`);
}

export function bindFacts() {
  model.on("current", show);
  model.on("picture", (picture) => picture.key === model.state.current && show());
  $("#cancel").addEventListener("click", () => cancel(model.current()));
}
