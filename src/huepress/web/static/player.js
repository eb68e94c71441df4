// Animations: original and result, frame beside frame, played by one clock. Browsers that cannot take films
// apart show them as they are.

import { $ } from "./dom.js";

const MOST_PIXELS = 60e6; // of all frames together, kept drawn; more are drawn when they are needed

const films = { original: null, result: null }; // { frames: [{ start, bitmap }], length, decoder }
let time = 0;
let playing = null; // when it began, less what had passed
let drawn = {};
let onFrame = () => {};

const canvasOf = (side) => $(`#${side}-frame`);
const isFilm = () => Boolean(films.original && films.result);

// Take a file apart; null when it is a still, or the browser has no means.
async function filmOf(blob) {
  if (!("ImageDecoder" in window) || !(await ImageDecoder.isTypeSupported(blob.type))) return null;
  const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type: blob.type });
  await decoder.tracks.ready;
  await decoder.completed;
  const count = decoder.tracks.selectedTrack.frameCount;
  if (count < 2) return null;
  const frames = [];
  let start = 0;
  for (let i = 0; i < count; i++) {
    const { image } = await decoder.decode({ frameIndex: i });
    const keeps = image.displayWidth * image.displayHeight * count <= MOST_PIXELS;
    frames.push({ start, bitmap: keeps ? await createImageBitmap(image) : null });
    start += (image.duration ?? 100_000) / 1e6;
    image.close();
  }
  return { frames, length: start, decoder };
}

const frameAt = (film, seconds) => Math.max(0, film.frames.findLastIndex(({ start }) => start <= seconds + 1e-6));

async function draw(side) {
  const film = films[side];
  const at = frameAt(film, Math.min(time, film.length - 1e-3));
  if (drawn[side] === at) return;
  drawn[side] = at;
  const { bitmap } = film.frames[at];
  const image = bitmap ?? (await film.decoder.decode({ frameIndex: at })).image;
  const canvas = canvasOf(side);
  canvas.width = bitmap?.width ?? image.displayWidth;
  canvas.height = bitmap?.height ?? image.displayHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  if (!bitmap) image.close();
}

function show() {
  for (const side of ["original", "result"]) draw(side);
  const film = films.original;
  const at = frameAt(film, time);
  $("#scrub").value = time;
  $("#scrub").style.setProperty("--filled", `${(100 * time) / film.length}%`);
  $("#scrub").setAttribute("aria-valuetext", `frame ${at + 1} of ${film.frames.length}, ${time.toFixed(2)} seconds`);
  onFrame();
  $("#frame-words").textContent = `${at + 1} / ${film.frames.length}`;
}

function tick(now) {
  if (playing === null || !isFilm()) return;
  time = ((now - playing) / 1000) % films.original.length;
  show();
  requestAnimationFrame(tick);
}

export function play(on = playing === null) {
  if (!isFilm()) return;
  playing = on ? performance.now() - 1000 * time : null;
  $("#film-play").setAttribute("aria-pressed", String(on));
  $("#film-play .unseen").textContent = on ? "Pause" : "Play";
  $("#film-play use").setAttribute("href", on ? "#i-pause" : "#i-forth");
  if (on) requestAnimationFrame(tick);
}

function seek(seconds) {
  play(false);
  time = Math.min(films.original.length - 1e-3, Math.max(0, seconds));
  show();
}

// One frame of the original further, or back.
export function step(by) {
  if (!isFilm()) return;
  const { frames } = films.original;
  seek(frames[Math.min(frames.length - 1, Math.max(0, frameAt(films.original, time) + by))].start);
}

// A side has another file, or none.
export async function setFilm(side, blob) {
  if (films[side]?.blob === blob && blob) return;
  films[side] = null;
  drawn[side] = null;
  arrange();
  const film = blob && (await filmOf(blob).catch(() => null));
  if (!film) return;
  films[side] = { ...film, blob };
  arrange();
}

function arrange() {
  const on = isFilm();
  $("#film").hidden = !on;
  for (const side of ["original", "result"]) canvasOf(side).hidden = !on;
  if (!on) return void play(false);
  drawn = {};
  $("#scrub").max = films.original.length;
  show();
  // Motion only for those who do not mind it.
  if (playing === null) play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
}

// What shows of a side now: the picture for a difference.
export const shownOf = (side, image) => (isFilm() ? canvasOf(side) : image);

export function bindPlayer(changed) {
  onFrame = changed;
  $("#film-play").addEventListener("click", () => play());
  $("#film-back").addEventListener("click", () => step(-1));
  $("#film-forth").addEventListener("click", () => step(1));
  $("#scrub").addEventListener("input", () => seek(Number($("#scrub").value)));
}
