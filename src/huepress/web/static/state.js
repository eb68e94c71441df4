// What the page knows: the pictures, the settings of all and of single ones, and how it came about.
//
// A picture: { key, name, bytes, blob, url, width, height, id, own, job, measured, trouble }
//   id    the server's name for it, once uploaded
//   own   its own settings, or null when it follows those of all
//   job   the latest job as the server tells it
// Whoever wants to know of changes listens; every change goes through a function here.

import { AUTO, aimOf, clean } from "./table.js";

const listeners = new Map();

export const state = {
  tab: null,
  pictures: new Map(),
  current: null,
  common: {},
};

export function on(names, listener) {
  for (const name of names.split(" ")) {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(listener);
  }
}

export function tell(name, detail) {
  for (const listener of listeners.get(name) ?? []) listener(detail);
}

export const current = () => state.pictures.get(state.current) ?? null;
export const byServerId = (id) => [...state.pictures.values()].find((picture) => picture.id === id);

export const settingsOf = (picture) => picture?.own ?? state.common;

// What goes to the server: "auto" becomes the k that was suggested, or the default until then.
export function optionsOf(picture) {
  const options = { ...settingsOf(picture) };
  if (options.colors === AUTO) {
    delete options.colors;
    if (picture?.measured?.suggested) options.colors = picture.measured.suggested.k;
  }
  for (const name of ["colors", "quality", "max_size"]) {
    if (name !== aimOf(options)) delete options[name];
  }
  // A bound finds its own rate; without one there is nothing to fall short of.
  delete options[aimOf(options) === "colors" ? "best_effort" : "rate_weight"];
  return clean(options);
}

// The form always shows what the picture in view has: its own settings, once it has some, else those of
// all; and a change goes where what is shown comes from.
export const editsOne = () => current()?.own != null;
export const edited = () => (editsOne() ? settingsOf(current()) : state.common);

// ---- pictures

export function add(picture) {
  state.pictures.set(picture.key, picture);
  state.current ??= picture.key;
  tell("pictures");
  if (state.current === picture.key) tell("current");
}

export function remove(picture) {
  const keys = [...state.pictures.keys()];
  const place = keys.indexOf(picture.key);
  state.pictures.delete(picture.key);
  if (picture.url) URL.revokeObjectURL(picture.url);
  if (state.current === picture.key) {
    state.current = keys[place + 1] ?? keys[place - 1] ?? null;
    tell("current");
  }
  const [last] = state.pictures.values();
  if (state.pictures.size === 1 && last.own) spread(); // one alone is all there are
  tell("pictures");
}

export function choose(key) {
  if (state.current === key || !state.pictures.has(key)) return;
  state.current = key;
  tell("current");
  tell("settings", { committed: false });
}

export function change(picture, changes) {
  if (!state.pictures.has(picture.key)) return;
  Object.assign(picture, changes);
  tell("picture", picture);
}

// ---- settings and their history

const past = [];
const future = [];
const snapshot = () => JSON.stringify([
  state.common,
  [...state.pictures.values()].filter((p) => p.own).map((p) => [p.key, p.own]),
]);
let committed = snapshot();

export function edit(changes, { commit = true } = {}) {
  const next = clean({ ...edited(), ...changes });
  if (editsOne()) current().own = next;
  else state.common = next;
  settled(commit);
}

export function replace(settings) {
  if (editsOne()) current().own = clean(settings);
  else state.common = clean(settings);
  settled(true);
}

// The picture in view gets settings of its own, as they are, or has none any more.
export function setScope(scope) {
  if (scope === "one") current().own = { ...state.common };
  else current().own = null;
  settled(true);
}

// What one picture has, all get.
export function spread() {
  state.common = { ...edited() };
  for (const picture of state.pictures.values()) picture.own = null;
  settled(true);
}

function settled(commit) {
  if (commit) {
    const now = snapshot();
    if (now !== committed) {
      past.push(committed);
      future.length = 0;
      committed = now;
    }
  }
  tell("settings", { committed: commit });
}

export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

export const undo = () => travel(past, future);
export const redo = () => travel(future, past);

function travel(from, to) {
  if (!from.length) return;
  to.push(committed);
  committed = from.pop();
  const [common, own] = JSON.parse(committed);
  state.common = common;
  const owners = new Map(own);
  for (const picture of state.pictures.values()) picture.own = owners.get(picture.key) ?? null;
  tell("settings", { committed: true });
}

// Settings as they were when the page was loaded are where history begins.
export function begin(settings) {
  state.common = clean(settings);
  committed = snapshot();
  tell("settings", { committed: false });
}
