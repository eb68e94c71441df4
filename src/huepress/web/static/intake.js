// How pictures come in: dropped, pasted, picked, from an address of this machine, or drawn by
// huepress itself. Each shows at once; the server gets it a few at a time.

import * as api from "./api.js";
import { $, $$ } from "./dom.js";
import { patiently, wish } from "./jobs.js";
import { note } from "./notes.js";
import { compareWith } from "./sides.js";
import * as model from "./state.js";
import { counted } from "./words.js";

const AT_A_TIME = 3;
const waiting = [];
const stranded = new Set();
let sending = 0;
let counter = 0;

// Files, each as it is or as { file, folder } where it lay in a dropped folder.
export function addFiles(found) {
  const files = found.map((one) => (one instanceof File ? { file: one, folder: folderOf(one) } : one));
  const pictures = files.filter(({ file }) => isPicture(file));
  for (const { file, folder } of pictures) {
    const name = file.name || "pasted.png";
    const picture = blank(name, file.size, { folder, blob: file, url: URL.createObjectURL(file) });
    model.add(picture);
    waiting.push(picture);
  }
  if (pictures.length < files.length) note(leftOut(files, pictures));
  send();
}

const folderOf = (file) => (file.webkitRelativePath ?? "").split("/").slice(0, -1).join("/");

// What comes along in folders. A file with another ending may still be a picture: the server says.
const NO_PICTURE = /\.(txt|md|html?|css|m?[jt]sx?|json|xml|ya?ml|csv|pdf|docx?|xlsx?|zip|gz|7z|rar|py|pyc|db|ini|log|mp3|mp4|mov|avi|mkv|svg|psd|xcf|exe|dll|so)$/i;
const isPicture = (file) => file.type.startsWith("image/") && !file.type.includes("svg") || (!NO_PICTURE.test(file.name) && !/^(text|video|audio)\//.test(file.type));

function leftOut(files, pictures) {
  const others = files.filter((one) => !pictures.includes(one)).map(({ file }) => file.name);
  const some = others.slice(0, 3).join(", ") + (others.length > 3 ? ", …" : "");
  return `${counted(others.length, "file")} left out, not pictures: ${some}`;
}

// Of equal names each but the first has a number.
function labelOf(folder, name) {
  const path = folder ? `${folder}/${name}` : name;
  const same = [...model.state.pictures.values()].filter((one) => one.path === path).length;
  return { path, label: same ? `${name} (${same + 1})` : name };
}

export const blank = (name, bytes, { folder = "", ...more }) => ({
  key: `p${++counter}`, name, folder, ...labelOf(folder, name), bytes, blob: null, url: null, id: null, own: null, job: null,
  last: null, measured: null, wish: null, trouble: null, original: false, ...more,
});

// Hand a picture to the server again, after it has lost it.
export function sendAgain(picture) {
  if (!picture.blob) return model.remove(picture);
  Object.assign(picture, { id: null, wish: null, measured: null, trouble: null });
  waiting.push(picture);
  send();
}

async function send() {
  while (waiting.length && sending < AT_A_TIME) {
    const picture = waiting.shift();
    if (!model.state.pictures.has(picture.key)) continue;
    sending++;
    upload(picture).finally(() => {
      sending--;
      send();
    });
  }
}

async function upload(picture) {
  let tab = null;
  try {
    await model.state.ready;
    tab = model.state.tab;
    const told = await patiently(() => api.upload(tab, picture.blob, picture.path));
    if (!model.state.pictures.has(picture.key)) return void api.removePicture(told.id).catch(() => {});
    model.change(picture, { id: told.id, bytes: told.bytes });
    model.tell("uploaded", picture);
    wish(picture);
  } catch (error) {
    if (error.code === "unknown") return tab === model.state.tab ? void stranded.add(picture) : sendAgain(picture);
    model.change(picture, { trouble: { code: error.code, message: `${picture.name}: ${error.message}` } });
  }
}

// There is a new tab: what the server no longer took for the old one is sent to this.
export function sendStranded() {
  for (const picture of stranded) sendAgain(picture);
  stranded.clear();
}

async function fromAddress(url) {
  try {
    await model.state.ready;
    const told = await api.openAddress(model.state.tab, url);
    const blob = await api.original(told.id);
    const picture = blank(told.name, told.bytes, { id: told.id, blob, url: URL.createObjectURL(blob) });
    model.add(picture);
    model.tell("uploaded", picture);
    wish(picture);
  } catch (error) {
    note(`${url}: ${error.message}`);
  }
}

async function fromDemo() {
  try {
    const blob = await api.demo();
    addFiles([new File([blob], "demo.png", { type: "image/png" })]);
  } catch (error) {
    note(error.message);
  }
}

// Folders are walked, and every file remembers where it lay.
async function filesOf(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found = [];
  const walk = async (entry, folder) => {
    if (!entry || entry.name.startsWith(".")) return;
    if (entry.isFile) found.push({ file: await new Promise((done, fail) => entry.file(done, fail)), folder });
    else {
      const reader = entry.createReader();
      for (;;) {
        const part = await new Promise((done, fail) => reader.readEntries(done, fail));
        if (!part.length) break;
        for (const child of part) await walk(child, folder ? `${folder}/${entry.name}` : entry.name);
      }
    }
  };
  for (const entry of entries) await walk(entry, "");
  return found;
}

function bindDrop() {
  let depth = 0;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  const veil = (on) => {
    $("#drop-veil").hidden = !on;
    $("#drop-compare").hidden = !model.current()?.job?.report;
  };
  // With a result on the stage, the left half takes a file to compare it with.
  const compares = (event) => Boolean(model.current()?.job?.report) && event.clientX < window.innerWidth / 2 && event.type !== "paste";
  addEventListener("dragenter", (event) => carries(event) && veil(++depth > 0));
  addEventListener("dragleave", (event) => carries(event) && veil(--depth > 0));
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    $("#drop-compare").classList.toggle("is-over", compares(event));
    $("#drop-add").classList.toggle("is-over", !compares(event));
  });
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    const [only, ...more] = event.dataTransfer.files;
    const toCompare = !$("#drop-veil").hidden && compares(event) && only && !more.length;
    veil(false);
    if (toCompare) return compareWith(only);
    addFiles(await filesOf(event.dataTransfer));
  });
}

function bindAddress() {
  const dialog = $("#address");
  if (!dialog) return;
  for (const button of $$("[data-open-address]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  $("#address-cancel").addEventListener("click", () => dialog.close("cancel"));
  dialog.addEventListener("close", () => {
    const url = $("#address-field").value;
    if (dialog.returnValue === "open" && url) fromAddress(url);
    dialog.returnValue = "";
  });
}

export function bindIntake() {
  const input = $("#files");
  input.addEventListener("change", () => {
    addFiles([...input.files]);
    input.value = "";
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    addFiles(files);
  });
  $("#try-demo").addEventListener("click", fromDemo);
  bindDrop();
  bindAddress();
}
