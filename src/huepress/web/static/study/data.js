// Where a lesson comes from: the server this page came from, or the file it was exported into.
// Either way it is a row of events; every function here calls back with each as it arrives.

import { $ } from "../dom.js";

let lesson = null;

// A lesson inside the page: packed JSON, with runs by k and start.
export async function embedded() {
  const holder = $("#lesson");
  if (!holder) return null;
  const bytes = Uint8Array.from(atob(holder.textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  lesson = JSON.parse(await new Response(stream).text());
  return lesson;
}

export const isEmbedded = () => lesson !== null;
export const kept = () => [...new Set(Object.keys(lesson.runs).map((key) => key.split(" ")[0]))].map(Number);
export const keeps = (k, init) => `${k} ${init}` in lesson.runs;

export async function openingPicture() {
  const answer = await fetch("/api/v1/study/picture");
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  return { name: JSON.parse(answer.headers.get("Huepress-Name")), blob: await answer.blob() };
}

export async function ask(part, picture, settings, onEvent, signal) {
  if (lesson) return tellKept(part, settings, onEvent);
  const query = new URLSearchParams({ part, name: picture.name, colors: settings.k, seed: settings.seed });
  query.set("color_space", settings.space);
  if (settings.init === "own") query.set("centers", settings.centers.join(","));
  else query.set("init", settings.init);
  const answer = await fetch(`/api/v1/study?${query}`, { method: "POST", body: picture.blob, signal });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line), onEvent);
  }
}

function take(event, onEvent) {
  if (event.event === "error") throw new Error(event.message);
  onEvent(event);
}

function tellKept(part, settings, onEvent) {
  const rows = {
    steps: () => [...lesson.cloud, ...lesson.runs[`${settings.k} ${settings.init}`]],
    file: () => lesson.files[String(settings.k)] ?? [],
    sizes: () => lesson.sizes,
    starts: () => lesson.starts,
    times: () => lesson.times,
  }[part]();
  for (const event of rows) onEvent(event);
}

const raw = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

export const bytesOf = (text) => new Uint8Array(raw(text));
export const shortsOf = (text) => new Uint16Array(raw(text));
export const wordsOf = (text) => new Uint32Array(raw(text));

// Half-precision floats, which JavaScript has no arrays of everywhere.
export function halvesOf(text) {
  const shorts = shortsOf(text);
  const out = new Float32Array(shorts.length);
  for (let i = 0; i < shorts.length; i++) {
    const h = shorts[i];
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    out[i] = h & 0x8000 ? -size : size;
  }
  return out;
}
