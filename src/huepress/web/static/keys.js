// Keys of the whole page. Single letters only work while no field has the focus.

import { copyPicture } from "./carry.js";
import { hold, toggleDifference } from "./comparing.js";
import { $, $$ } from "./dom.js";
import { turnTheme } from "./kept.js";
import { play, step } from "./player.js";
import { pin } from "./sides.js";
import * as model from "./state.js";
import * as viewer from "./viewer.js";

const isTyping = (element) => element?.matches?.("input:not([type=radio], [type=checkbox], [type=range]), select, textarea");

function turnBackdrop() {
  const all = $$('[name="backdrop"]');
  const next = all[(all.findIndex((radio) => radio.checked) + 1) % all.length];
  next.checked = true;
  next.dispatchEvent(new Event("change"));
}

function walk(by) {
  const keys = [...model.state.pictures.keys()];
  model.choose(keys[keys.indexOf(model.state.current) + by]);
}

const showKeys = () => $("#shortcuts").showModal();

const actions = {
  "+": () => viewer.zoomStep(1),
  "=": () => viewer.zoomStep(1),
  "-": () => viewer.zoomStep(-1),
  0: viewer.fit,
  1: () => viewer.zoomTo(1),
  d: toggleDifference,
  b: turnBackdrop,
  c: copyPicture,
  k: pin,
  p: () => play(),
  ",": () => step(-1),
  ".": () => step(1),
  "[": () => walk(-1),
  "]": () => walk(1),
};

export function bindKeys() {
  $("#shortcuts-open").addEventListener("click", showKeys);
  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !isTyping(event.target)) {
      if (key === "z") event.shiftKey ? model.redo() : model.undo();
      else if (key === "y") model.redo();
      else return;
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const anywhere = { "?": showKeys, t: turnTheme }[key];
    if (anywhere && !document.querySelector("dialog[open]")) return anywhere();
    if (!model.current() || document.querySelector("dialog[open]")) return;
    if (key === "o") hold(true);
    else actions[key]?.();
  });
  addEventListener("keyup", (event) => event.key.toLowerCase() === "o" && hold(false));
  addEventListener("blur", () => hold(false));
}
