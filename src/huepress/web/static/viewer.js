// The stage: where the picture lies, how large, and what of it shows.
//
// Zoom counts screen pixels a picture pixel: 1 is sharp on every screen. Both panes get the same
// frame, so that they can never drift apart.

import { $, $$ } from "./dom.js";

const stage = $("#stage");
const frames = $$(".frame", stage);
const divider = $("#divider");
const MOST = 64;

const view = { zoom: 1, x: 0, y: 0, width: 0, height: 0, split: 0.5, fitted: true };
const dpr = () => window.devicePixelRatio || 1;

function place() {
  const scale = view.zoom / dpr();
  const snap = (value) => Math.round(value * dpr()) / dpr();
  for (const frame of frames) {
    frame.style.width = `${view.width * scale}px`;
    frame.style.height = `${view.height * scale}px`;
    frame.style.transform = `translate(${snap(view.x)}px, ${snap(view.y)}px)`;
  }
  const share = `${100 * view.split}%`;
  $("#pane-result").style.clipPath = `inset(0 0 0 ${share})`;
  divider.style.left = share;
  divider.setAttribute("aria-valuenow", Math.round(100 * view.split));
  divider.setAttribute("aria-valuetext", `original on the left ${Math.round(100 * view.split)} %`);
  stage.classList.toggle("is-close", view.zoom >= 1.5);
  stage.classList.toggle("is-fitted", view.fitted);
  $("#zoom-level").textContent = `${percent(view.zoom)} %`;
}

const percent = (zoom) => (zoom < 0.0995 ? (100 * zoom).toFixed(1) : Math.round(100 * zoom));

function fitZoom() {
  const { clientWidth: width, clientHeight: height } = stage;
  const room = Math.min((width - 32) / view.width, (height - 32) / view.height) * dpr();
  // Small pictures are shown at whole multiples of a pixel, never blurred.
  return room >= 1 ? Math.min(Math.floor(room), 8) : Math.max(room, 0.005);
}

function center() {
  const scale = view.zoom / dpr();
  view.x = (stage.clientWidth - view.width * scale) / 2;
  view.y = (stage.clientHeight - view.height * scale) / 2;
}

export function fit() {
  if (!view.width) return;
  view.zoom = fitZoom();
  view.fitted = true;
  center();
  place();
}

export function zoomTo(zoom, at = middle()) {
  const next = Math.min(MOST, Math.max(Math.min(fitZoom(), 0.05), zoom));
  const ratio = next / view.zoom;
  view.x = at.x - (at.x - view.x) * ratio;
  view.y = at.y - (at.y - view.y) * ratio;
  view.zoom = next;
  view.fitted = false;
  keepInSight();
  place();
}

// A step of the buttons and keys ends on powers of two, where pixels are even.
export function zoomStep(direction) {
  const exponent = Math.log2(view.zoom);
  const next = direction > 0 ? Math.floor(exponent + 1.001) : Math.ceil(exponent - 1.001);
  zoomTo(2 ** next);
}

export function pan(dx, dy) {
  view.x += dx;
  view.y += dy;
  view.fitted = false;
  keepInSight();
  place();
}

function keepInSight() {
  const scale = view.zoom / dpr();
  const margin = 60;
  view.x = Math.min(stage.clientWidth - margin, Math.max(margin - view.width * scale, view.x));
  view.y = Math.min(stage.clientHeight - margin, Math.max(margin - view.height * scale, view.y));
}

const middle = () => ({ x: stage.clientWidth / 2, y: stage.clientHeight / 2 });

export function setSplit(split) {
  view.split = Math.min(1, Math.max(0, split));
  place();
}

// The picture's size; the view stays where it is when the size does.
export function setSize(width, height, { keep = false } = {}) {
  const same = keep && width === view.width && height === view.height;
  view.width = width;
  view.height = height;
  if (same) place();
  else fit();
}

// The picture pixel under a point of the screen; beside the picture null, or the nearest one.
export function pixelAt(clientX, clientY, { cut = false } = {}) {
  const box = stage.getBoundingClientRect();
  const scale = view.zoom / dpr();
  const x = Math.floor((clientX - box.left - view.x) / scale);
  const y = Math.floor((clientY - box.top - view.y) / scale);
  if (cut) {
    return {
      x: Math.min(view.width - 1, Math.max(0, x)), y: Math.min(view.height - 1, Math.max(0, y)),
    };
  }
  return x >= 0 && y >= 0 && x < view.width && y < view.height ? { x, y } : null;
}

// Where a corner of a picture pixel is on the stage.
export function placeOf(x, y) {
  const scale = view.zoom / dpr();
  return { x: view.x + x * scale, y: view.y + y * scale };
}

export const isFitted = () => view.fitted;
export const zoom = () => view.zoom;

// ---- what is done with fingers, mouse and keys

// A finger on the divider moves it; a second one, wherever it lands, makes a pinch of both. While all of
// the picture is in sight, one finger moves the divider sideways and scrolls the page up and down.
function bindPointers() {
  const fingers = new Map();
  let sliding = null; // the pointer that moves the divider
  const local = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { far: Math.hypot(a.x - b.x, a.y - b.y), at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, a, .trouble") || event.button > 1) return;
    if (stage.matches(".is-picking, .is-cropping")) return;
    const onDivider = event.target.closest(".divider");
    if (onDivider) {
      divider.focus({ preventScroll: true });
      event.preventDefault();
    }
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, local(event));
    const bySwipe = event.pointerType === "touch" && view.fitted && !divider.hidden;
    sliding = fingers.size === 1 && (onDivider || bySwipe) ? event.pointerId : null;
  });
  stage.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const was = fingers.size === 2 ? spread() : null;
    const now = local(event);
    fingers.set(event.pointerId, now);
    if (was) {
      const is = spread();
      pan(is.at.x - was.at.x, is.at.y - was.at.y);
      zoomTo(view.zoom * (is.far / (was.far || 1)), is.at);
    } else if (sliding === event.pointerId) setSplit(now.x / stage.clientWidth);
    else if (fingers.size === 1) pan(now.x - before.x, now.y - before.y);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      sliding = null;
    });
  }
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoomTo(view.zoom * 2 ** ((-event.deltaY * lines) / 240), local(event));
    },
    { passive: false },
  );
  stage.addEventListener("dblclick", (event) => {
    if (event.target.closest("button, .divider")) return;
    if (view.fitted) zoomTo(view.zoom < 1 ? 1 : view.zoom * 2, local(event));
    else fit();
  });
}

function bindDivider() {
  const steps = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1 };
  divider.addEventListener("keydown", (event) => {
    if (event.key in steps) setSplit(view.split + steps[event.key]);
    else if (event.key === "Home") setSplit(0);
    else if (event.key === "End") setSplit(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function bindKeys() {
  const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  stage.addEventListener("keydown", (event) => {
    if (event.target !== stage || !(event.key in moves)) return;
    const step = event.shiftKey ? 200 : 40;
    pan(...moves[event.key].map((part) => part * step));
    event.preventDefault();
  });
}

export function bindViewer() {
  bindPointers();
  bindDivider();
  bindKeys();
  $("#zoom-in").addEventListener("click", () => zoomStep(1));
  $("#zoom-out").addEventListener("click", () => zoomStep(-1));
  $("#zoom-fit").addEventListener("click", fit);
  $("#zoom-level").addEventListener("click", () => zoomTo(1));
  for (const radio of $$('[name="backdrop"]')) {
    radio.addEventListener("change", () => (stage.dataset.backdrop = radio.value));
  }
  new ResizeObserver(() => (view.fitted ? fit() : place())).observe(stage);
}
