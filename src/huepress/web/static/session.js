// The tie to the server: one tab there for this page, found again after a reload, made anew when the
// server has forgotten it.

import * as api from "./api.js";
import { $ } from "./dom.js";
import { blank, sendAgain, sendStranded } from "./intake.js";
import { onServerJob, wish } from "./jobs.js";
import { note } from "./notes.js";
import * as model from "./state.js";

const KEPT = "huepress";
const kept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");

function keep() {
  const own = {};
  for (const picture of model.state.pictures.values()) {
    if (picture.id && picture.own) own[picture.id] = picture.own;
  }
  const current = model.current()?.id ?? null;
  const order = [...model.state.pictures.values()].flatMap((picture) => picture.id ?? []);
  sessionStorage.setItem(KEPT, JSON.stringify({ tab: model.state.tab, current, own, order }));
}

let source = null;

// Over when the server has said what it holds. Nothing is sent before: what had come and been done in
// the meantime would be taken for pictures of an earlier load, and nobody would tell of its end.
async function connect() {
  const { tab, current, own = {}, order = [] } = kept();
  const told = await api.openTab(model.state.tab ?? tab);
  const isNew = told.id !== model.state.tab;
  model.state.tab = told.id;
  source = api.events(told.id);
  const heard = new Promise((done) => {
    let first = true;
    source.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "job") onServerJob(message.job);
      else if (message.type === "tab") {
        if (first && isNew) meet(inOrder(message.pictures, order), current, own);
        else catchUp(message.pictures);
        first = false;
        done();
      }
    });
  });
  const lost = new Promise((again) => {
    source.addEventListener("open", () => ($("#lost").hidden = true));
    source.addEventListener("error", () => {
      $("#lost").hidden = false;
      if (source.readyState === EventSource.CLOSED) again((model.state.ready = reconnect(1000)));
    });
  });
  keep();
  await Promise.race([heard, lost]);
}

async function reconnect(pause) {
  await new Promise((done) => setTimeout(done, pause));
  try {
    await connect();
  } catch {
    $("#lost").hidden = false;
    await reconnect(2000);
  }
}

// The server has pictures in the order in which they came, the small before the large.
function inOrder(pictures, ids) {
  const place = (picture) => (ids.includes(picture.id) ? ids.indexOf(picture.id) : ids.length);
  return [...pictures].sort((a, b) => place(a) - place(b));
}

// A fresh connection: take what the server has, and send again what it has lost.
async function meet(pictures, current, own) {
  const there = new Set(pictures.map((one) => one.id));
  for (const picture of [...model.state.pictures.values()]) {
    if (picture.id && !there.has(picture.id)) sendAgain(picture);
  }
  sendStranded();
  for (const told of pictures) {
    if (model.byServerId(told.id)) continue;
    const picture = blank(told.name, told.bytes, { folder: told.folder, id: told.id, own: own[told.id] ?? null });
    model.add(picture);
    if (told.id === current) model.choose(picture.key);
    wish(picture);
  }
  for (const told of pictures) {
    const picture = model.byServerId(told.id);
    if (!picture || picture.blob) continue;
    const blob = await api.original(told.id).catch(() => null);
    if (blob) model.change(picture, { blob, url: URL.createObjectURL(blob) });
  }
}

// The connection was gone for a moment: events may have been missed.
function catchUp(pictures) {
  for (const told of pictures) if (told.job) onServerJob(told.job);
}

export function bindSession() {
  model.state.ready = connect();
  model.state.ready.catch((error) => note(error.message));
  model.on("pictures current settings uploaded", () => model.state.tab && keep());
}
