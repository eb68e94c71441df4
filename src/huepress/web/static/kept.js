// What the browser keeps from one visit to the next: settings, the theme, the background, what was
// unfolded. An address with settings comes before all that.

import { $, $$ } from "./dom.js";
import { say } from "./notes.js";
import * as model from "./state.js";
import { toQuery } from "./table.js";

const get = (name) => {
  try {
    return localStorage.getItem(`huepress-${name}`);
  } catch {
    return null; // a browser that keeps nothing
  }
};

function put(name, value) {
  try {
    if (value) localStorage.setItem(`huepress-${name}`, value);
    else localStorage.removeItem(`huepress-${name}`);
  } catch {
    // then it is forgotten
  }
}

export const keptSettings = () => get("settings") ?? "";

// A part of one picture is nothing for those of the next visit.
const lasting = ({ crop, frame, ...rest }) => rest;

const THEMES = ["", "light", "dark"];
const THEME_WORDS = { "": "as the system", light: "light", dark: "dark" };

function showTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const button = $("#theme");
  button.title = `Theme: ${THEME_WORDS[theme]} (T)`;
  $(".unseen", button).textContent = `Theme: ${THEME_WORDS[theme]}`;
}

export function turnTheme() {
  const now = document.documentElement.dataset.theme ?? "";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  put("theme", next);
  showTheme(next);
  say(`Theme: ${THEME_WORDS[next]}`);
}

function keepBackdrop() {
  const radios = $$('[name="backdrop"]');
  const kept = radios.find((radio) => radio.value === get("backdrop"));
  for (const radio of radios) radio.addEventListener("change", () => put("backdrop", radio.value));
  if (!kept || kept.checked) return;
  kept.checked = true;
  kept.dispatchEvent(new Event("change"));
}

export function bindKept() {
  showTheme(document.documentElement.dataset.theme ?? "");
  $("#theme").addEventListener("click", turnTheme);
  keepBackdrop();
  const experts = $(".more");
  experts.open = get("experts") === "open";
  experts.addEventListener("toggle", () => put("experts", experts.open ? "open" : ""));
  model.on("settings", ({ committed } = {}) => committed && put("settings", toQuery(lasting(model.state.common))));
}
