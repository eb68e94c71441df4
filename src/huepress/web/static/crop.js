// A part of the picture drawn with the mouse or a finger: it becomes the option.

import { $ } from "./dom.js";
import { say } from "./notes.js";
import * as model from "./state.js";
import * as viewer from "./viewer.js";

const stage = $("#stage");
const box = $("#crop-box");
let from = null; // where it was begun: a pixel of the picture

function arm(on) {
  stage.classList.toggle("is-cropping", on);
  $("#crop-draw").setAttribute("aria-pressed", String(on));
  box.hidden = true;
  from = null;
  if (on) say("Draw the part of the picture that is to stay");
}

const isArmed = () => stage.classList.contains("is-cropping");

function partTo(to) {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function show(part) {
  const corner = viewer.placeOf(part.x, part.y);
  const end = viewer.placeOf(part.x + part.width, part.y + part.height);
  Object.assign(box.style, {
    left: `${corner.x}px`, top: `${corner.y}px`,
    width: `${end.x - corner.x}px`, height: `${end.y - corner.y}px`,
  });
  box.hidden = false;
}

export function bindCrop() {
  $("#crop-draw")?.addEventListener("click", () => arm(!isArmed()));
  stage.addEventListener("pointerdown", (event) => {
    if (!isArmed()) return;
    from = viewer.pixelAt(event.clientX, event.clientY, { cut: true });
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (isArmed() && from) show(partTo(viewer.pixelAt(event.clientX, event.clientY, { cut: true })));
  });
  stage.addEventListener("pointerup", (event) => {
    if (!isArmed() || !from) return;
    const part = partTo(viewer.pixelAt(event.clientX, event.clientY, { cut: true }));
    arm(false);
    if (part.width > 1 && part.height > 1) {
      // A part is drawn of one picture: others are no business of it.
      if (model.state.pictures.size > 1 && !model.editsOne()) model.setScope("one");
      model.edit({ crop: `${part.width}x${part.height}+${part.x}+${part.y}` });
    }
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && isArmed() && arm(false));
  model.on("current", () => arm(false));
}
