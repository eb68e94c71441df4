// The figures of the picture in view, its download, and what the stage says while work goes on.

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { sendAgain } from "./intake.js";
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
  put("fact-score", report ? words.score(report.score) : "–");
  showLook(report);
  put("fact-psnr", report ? words.decibels(report.psnr) : "–");
  put("fact-seconds", report ? words.seconds(report.seconds) : "–");
  put("fact-iterations-name", report?.frames_in > 1 ? "Frames" : "Iterations");
  put("fact-iterations", iterations(report));
  showAbout(picture, report);
  showGrown(picture, report);
  showNotes(report);
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

// The verdict in words, in a color of its own: what an eye makes of the score.
function showLook(report) {
  const look = $("#fact-look");
  const exact = report && report.psnr == null;
  look.textContent = !report ? "" : exact ? "Identical, to the last pixel" : report.look ? sentence(report) : "Judging …";
  look.dataset.look = !report || (!exact && report.score == null) ? "" : exact || report.score >= 80 ? "same" : report.score >= 65 ? "near" : "far";
}

const sentence = ({ look, score }) => `${look[0].toUpperCase()}${look.slice(1)} · score ${words.score(score)}`;

function iterations(report) {
  if (!report) return "–";
  if (report.frames_in > 1) return `${report.frames_in}, ${report.frames_out} in the file: equal ones are merged`;
  if (report.n_iter == null) return "none were needed";
  return `${report.n_iter}${report.stopped ? `, ${report.stopped}` : ""}`;
}

function showAbout(picture, report) {
  const width = picture.width ?? report?.width;
  const height = picture.height ?? report?.height;
  const other = report && (report.width !== width || report.height !== height);
  const size = width ? ` · ${width} × ${height}${other ? ` → ${report.width} × ${report.height}` : ""}` : "";
  $("#about").replaceChildren(make("b", { title: picture.path }, picture.label), size);
  document.title = `${picture.name} – huepress`;
}

function showDownload(picture) {
  const link = $("#download");
  const draft = hasDraft(picture);
  $("#download-words").textContent = picture.original ? "Download the original" : draft ? "Download the draft" : "Download";
  if (picture.original && picture.id) {
    link.href = api.originalAddress(picture.id);
    link.download = "";
    link.removeAttribute("aria-disabled");
  } else if (isDone(picture) || draft) {
    link.href = draft ? api.draftAddress(picture.job.id) : api.fileAddress(picture.job.id);
    link.download = "";
    link.removeAttribute("aria-disabled");
  } else {
    link.removeAttribute("href");
    link.setAttribute("aria-disabled", "true");
  }
}

// A first file that is there while a better one is made, or when none came.
const hasDraft = (picture) =>
  isWanted(picture) && !isDone(picture) && picture.job.error?.code !== "bound" &&
  Boolean(picture.job.files?.includes("draft")) && Boolean(picture.job.report);

// Larger than it came: said in a color of its own, with what helps.
function showGrown(picture, report) {
  const before = report?.bytes_in ?? picture.bytes;
  const grown = isDone(picture) && report.status !== "kept" && report.bytes_out >= before;
  $("#grown").hidden = !grown;
  $("#facts").dataset.grown = String(grown);
  if (!grown) return;
  const kept = Boolean(picture.original);
  $("#grown-words").textContent = kept
    ? "The original is kept: Download gives it back as it came."
    : `${words.exactBytes(report.bytes_out - before)} larger than the original. Photo formats are often smaller than any palette.`;
  $("#keep-original").textContent = kept ? "Use the result all the same" : "Keep the original";
  $("#try-webp").hidden = model.optionsOf(picture).format === "webp" || kept;
}

function showNotes(report) {
  const notes = report?.notes ?? [];
  const box = $("#told");
  box.hidden = !notes.length;
  box.replaceChildren(...notes.map((text) => make("li", {}, text)));
}

// What the server says would help, as buttons.
function cureButtons(picture, trouble) {
  return (trouble.cures ?? []).map(({ label, changes }) => {
    const button = make("button", { type: "button", class: "button small" }, label);
    button.addEventListener("click", () => model.edit(changes));
    return button;
  });
}

function showWork(picture) {
  const state = isWanted(picture) ? picture.job.state : "waiting";
  const busy = isBusy(picture) || !picture.id;
  $("#working").hidden = !busy || Boolean(picture.trouble);
  put("working-words", !picture.id ? "Reading" : state === "draft" ? refining(picture) : state === "waiting" ? "Waiting" : "Working");
  $("#cancel").hidden = !picture.id;
  const trouble = picture.trouble ?? (["failed", "cancelled"].includes(state) ? picture.job.error : null);
  const box = $("#trouble");
  box.hidden = !trouble;
  if (!trouble) return;
  const start = make("button", { type: "button", class: "button small" }, state === "cancelled" ? "Start again" : "Try again");
  start.addEventListener("click", () => (picture.trouble ? sendAgain(picture) : wish(picture, { again: true })));
  const draft = hasDraft(picture) ? " The draft is there to be downloaded." : "";
  const text = (state === "cancelled" ? "Cancelled." : trouble.message) + draft;
  box.replaceChildren(make("p", {}, text), make("p", { class: "cures" }, ...cureButtons(picture, trouble), start));
}

function announce(picture) {
  if (!isDone(picture) || told === picture.job.id) return;
  told = picture.job.id;
  const { report } = picture.job;
  const colors = report.colors ? `, ${words.counted(report.colors, "color")}` : "";
  say(`${picture.name}: ${words.bytes(report.bytes_in)} to ${words.bytes(report.bytes_out)}${colors}`);
}

const refining = (picture) => `Refining; the draft of ${words.bytes(picture.job.report.bytes_out)} is ready`;

function forget(picture) {
  if (picture.id) api.removePicture(picture.id).catch(() => {});
  model.remove(picture);
}

export function bindFacts() {
  $("#keep-original").addEventListener("click", () => {
    const picture = model.current();
    model.change(picture, { original: !picture.original });
  });
  $("#try-webp").addEventListener("click", () => model.edit({ format: "webp" }));
  $("#remove").addEventListener("click", () => forget(model.current()));
  model.on("pictures current", () => ($("#remove").hidden = !model.current()));
  model.on("current", show);
  model.on("picture", (picture) => picture.key === model.state.current && show());
  $("#cancel").addEventListener("click", () => cancel(model.current()));
}
