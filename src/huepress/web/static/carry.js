// Pictures on their way out: to the clipboard, dragged into another program, saved into a folder.

import * as api from "./api.js";
import { $ } from "./dom.js";
import { note, say } from "./notes.js";
import * as model from "./state.js";
import { isDone } from "./wishes.js";
import * as words from "./words.js";

// Programs paste PNG; of another format its picture is drawn.
async function asPng(picture) {
  const { job } = picture;
  const blob = job.report.format === "png" ? await api.result(job.id, "file") : null;
  if (blob) return new Blob([blob], { type: "image/png" });
  const image = $("#result");
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

export async function copyPicture() {
  const picture = model.current();
  if (!picture || !isDone(picture)) return;
  try {
    // Handed over as a promise: Safari forgets the press while one waits.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": asPng(picture) })]);
    say("Picture copied");
    flash($("#copy-picture"));
  } catch {
    note("The browser does not let this page copy pictures. Download it, or drag the button.");
  }
}

function flash(button) {
  button.classList.add("is-done");
  setTimeout(() => button.classList.remove("is-done"), 1200);
}

// The address goes along, so that the file lands where it is dropped.
function dragOut(event) {
  const link = event.currentTarget;
  const picture = model.current();
  if (!link.href || !picture) return event.preventDefault();
  const kept = picture.original;
  const { format } = picture.job?.report ?? {};
  const name = kept ? picture.name : picture.job.name;
  const type = kept ? picture.blob?.type || "application/octet-stream" : `image/${format}`;
  event.dataTransfer.setData("DownloadURL", `${type}:${name}:${link.href}`);
  event.dataTransfer.setData("text/uri-list", link.href);
}

// ---- a folder

const isKept = ({ job, bytes, original }) =>
  original || (job.report.status !== "kept" && job.report.bytes_out >= bytes);

async function saveAll() {
  let folder;
  try {
    folder = await window.showDirectoryPicker({ id: "huepress", mode: "readwrite" });
  } catch {
    return; // thought better of it
  }
  const done = [...model.state.pictures.values()].filter(isDone);
  try {
    for (const picture of done) await save(picture, folder);
  } catch (error) {
    return note(`Not all were saved: ${error.message}`);
  }
  note(`${words.counted(done.length, "picture")} saved into ${folder.name}`);
}

async function save(picture, top) {
  let folder = top;
  for (const part of picture.folder.split("/").filter(Boolean)) {
    folder = await folder.getDirectoryHandle(part, { create: true });
  }
  const kept = isKept(picture);
  const blob = kept ? picture.blob : await api.result(picture.job.id, "file");
  const file = await folder.getFileHandle(await freeName(folder, kept ? picture.name : picture.job.name), { create: true });
  const out = await file.createWritable();
  await out.write(blob);
  await out.close();
}

// Nothing that is there is written over.
async function freeName(folder, name) {
  const dot = name.lastIndexOf(".");
  const [stem, suffix] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${stem}-${n}${suffix}`;
    const isThere = await folder.getFileHandle(candidate).then(() => true, (error) => error.name !== "NotFoundError");
    if (!isThere) return candidate;
  }
}

export function bindCarry() {
  $("#copy-picture").addEventListener("click", copyPicture);
  $("#download").addEventListener("dragstart", dragOut);
  const button = $("#save-folder");
  button.hidden = !("showDirectoryPicker" in window);
  button.addEventListener("click", saveAll);
  model.on("picture current pictures", () => {
    const picture = model.current();
    $("#copy-picture").disabled = !picture || !isDone(picture);
    button.disabled = ![...model.state.pictures.values()].some(isDone);
  });
}
