// The left side of the stage: the original, or what is kept there to be compared with: a result of other
// settings, or a file from elsewhere.

import { $ } from "./dom.js";
import { note, say } from "./notes.js";
import * as model from "./state.js";
import * as words from "./words.js";

export const other = $("#other");
let label = null; // of what is kept on the left; null: the original is there
let changed = () => {};
let resultShown = () => null;

export const isOn = () => label !== null;
export const leftLabel = () => label ?? "Original";

async function show(blob, words) {
  release();
  const next = new Image();
  next.src = URL.createObjectURL(blob);
  try {
    await next.decode();
  } catch {
    URL.revokeObjectURL(next.src);
    return note("The browser cannot show this file: add it as a picture instead.");
  }
  other.src = next.src;
  await other.decode();
  label = words;
  tell();
  say(`On the left: ${words}`);
}

export function release() {
  if (!isOn()) return;
  URL.revokeObjectURL(other.src);
  other.removeAttribute("src");
  label = null;
  tell();
}

function tell() {
  $("#pin").setAttribute("aria-pressed", String(isOn()));
  const text = isOn() ? "Original on the left" : "Keep on the left";
  $("#pin").title = `${isOn() ? "Show the original on the left again" : "Keep this result on the left, and compare others with it"} (K)`;
  $("#pin span").textContent = text;
  changed();
}

// What tells two results of one picture from each other.
function nameOf(report) {
  const colors = report.colors ? `${report.colors} colors · ` : "";
  return `${report.format.toUpperCase()} · ${colors}${words.bytes(report.bytes_out)}`;
}

export async function pin() {
  if (isOn()) return release();
  const picture = model.current();
  const report = picture?.job?.report;
  const blob = resultShown();
  if (report && blob) await show(blob, nameOf(report));
}

// A file of any origin beside the result: what another program made of the same picture, say.
export const compareWith = (file) => show(file, `${file.name} · ${words.bytes(file.size)}`);

// Of the stage: what is to be done when the left side is another one, and the file on the right.
export function bindSides(onChange, blobShown) {
  changed = onChange;
  resultShown = blobShown;
  $("#pin").addEventListener("click", pin);
  model.on("current", release);
}
