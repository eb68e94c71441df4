// Short notes in a corner, for what went wrong elsewhere than on the stage; and words for screen
// readers about what went well.

import { $, icon, make } from "./dom.js";

const KEPT = 8000;

export function note(text) {
  const known = [...$("#notes").children].find((one) => one.firstChild.textContent === text);
  known?.remove();
  const close = make("button", { type: "button", class: "icon-button small" }, icon("close"),
    make("span", { class: "unseen" }, "Close the note"));
  const box = make("div", { class: "note" }, make("p", {}, text), close);
  close.addEventListener("click", () => box.remove());
  $("#notes").append(box);
  setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), KEPT);
}

export const say = (text) => ($("#status").textContent = text);
