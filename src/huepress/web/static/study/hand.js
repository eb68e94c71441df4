// The hand: turn the cloud, drag a center, pick and paint in the picture.

import { $ } from "../dom.js";
import { isEmbedded } from "./data.js";
import { pixelAt, surface } from "./picture.js";

let view = null;
let lab = null; // what the page has now, and what a hand may do with it

export function bindHand(cloudView, now) {
  view = cloudView;
  lab = now;
  bindCloud();
  bindPicture();
}

function bindCloud() {
  const canvas = $("#cloud");
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    const center = isEmbedded() ? -1 : view.centerAt(event.offsetX, event.offsetY);
    held = { x: event.clientX, y: event.clientY, center, hex: null };
    canvas.setPointerCapture(event.pointerId);
    lab.stop();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return void canvas.classList.toggle("over-center", !isEmbedded() && view.centerAt(event.offsetX, event.offsetY) >= 0);
    if (held.center >= 0) {
      held.hex = nearestColor(event.offsetX, event.offsetY);
      const step = lab.run.steps[lab.at];
      const places = step.centers[lab.settings.space].map((place, i) => (i === held.center ? held.hex.place : place));
      view.setCenters(places, step.rgb);
    } else {
      view.turnBy((held.x - event.clientX) / 160, (event.clientY - held.y) / 160);
      [held.x, held.y] = [event.clientX, event.clientY];
    }
  });
  canvas.addEventListener("pointerup", () => {
    const done = held;
    held = null;
    if (done?.center >= 0 && done.hex) lab.own(lab.run.steps[lab.at].centers.hex.map((hex, i) => (i === done.center ? done.hex.hex : hex)));
  });
  canvas.addEventListener("pointercancel", () => (held = null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY / 400);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const turns = { ArrowLeft: [0.12, 0], ArrowRight: [-0.12, 0], ArrowUp: [0, 0.12], ArrowDown: [0, -0.12] }[event.key];
    if (turns) view.turnBy(...turns);
    else if (event.key === "+" || event.key === "=") zoom(-0.3);
    else if (event.key === "-") zoom(0.3);
    else return;
    event.preventDefault();
  });
}

const zoom = (by) => view.turnBy(0, 0, by);

// The color of the picture whose point shows nearest to a place of the screen.
function nearestColor(x, y) {
  const places = lab.settings.space === "oklab" ? lab.cloud.oklab : lab.cloud.colors;
  const matrix = view.matrix();
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < lab.cloud.n; i++) {
    const place = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
    const [a, b] = view.onScreen(place, matrix);
    const distance = (a - x) ** 2 + (b - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return { hex: hexOf(best), place: [places[3 * best], places[3 * best + 1], places[3 * best + 2]] };
}

const hexOf = (i) => "#" + [0, 1, 2].map((c) => lab.cloud.colors[3 * i + c].toString(16).padStart(2, "0")).join("");

function bindPicture() {
  let painting = false;
  const stroke = (event) => {
    const [x, y] = pixelAt(event);
    const radius = Math.max(2, Math.round(lab.cloud.columns / 60));
    for (let row = Math.max(0, y - radius); row <= Math.min(lab.cloud.rows - 1, y + radius); row++) {
      for (let column = Math.max(0, x - radius); column <= Math.min(lab.cloud.columns - 1, x + radius); column++) {
        if ((row - y) ** 2 + (column - x) ** 2 <= radius ** 2) lab.marks[row * lab.cloud.columns + column] = lab.brush + 1;
      }
    }
    lab.show();
  };
  surface.addEventListener("pointerdown", (event) => {
    if (!lab.cloud) return;
    if (lab.brush !== null) {
      painting = true;
      surface.setPointerCapture(event.pointerId);
      return stroke(event);
    }
    if (isEmbedded() || lab.settings.init !== "own") return;
    const [x, y] = pixelAt(event);
    const centers = [...lab.run.steps[0].centers.hex];
    centers[lab.nextChosen() % centers.length] = hexOf(lab.cloud.picture[y * lab.cloud.columns + x]);
    lab.own(centers);
  });
  surface.addEventListener("pointermove", (event) => painting && stroke(event));
  surface.addEventListener("pointerup", () => (painting = false));
}
