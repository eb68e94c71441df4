// The form: what its fields say goes into the settings, what the settings say shows in its fields.

import { $, $$, icon, make } from "./dom.js";
import { suggestedOf } from "./measure.js";
import { note } from "./notes.js";
import { AIMS, AUTO, aimOf, checked, colorList, presetOf, presets, rows, withPreset } from "./table.js";
import * as model from "./state.js";
import { counted } from "./words.js";

// Stops of the slider of colors: even steps in the logarithm, as k is felt.
export const STOPS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

const nearestStop = (k) =>
  STOPS.reduce((best, stop, i) =>
    Math.abs(Math.log(stop / k)) < Math.abs(Math.log(STOPS[best] / k)) ? i : best, 0);

const part = (field, name) => $(`[data-part="${name}"]`, field);
const valueOf = (name) => model.edited()[name] ?? rows.get(name).default;
const set = (name, value, commit = true) => model.edit({ [name]: value }, { commit });

function fillRange(range) {
  const share = (range.value - range.min) / (range.max - range.min || 1);
  range.style.setProperty("--filled", `${100 * share}%`);
}

// A number out of range becomes the nearest one within, and that is said.
function takeNumber(input, row) {
  if (input.value === "" && !input.validity.badInput) return set(row.name, undefined);
  const typed = input.valueAsNumber;
  const whole = row.kind === "integer" ? Math.round(typed) : typed;
  const value = Math.min(row.maximum ?? Infinity, Math.max(row.minimum ?? -Infinity, whole));
  if (value !== typed) note(`${row.label} takes ${row.allowed}${Number.isNaN(value) ? "" : `: ${value} was taken`}.`);
  if (!Number.isNaN(value)) set(row.name, value);
  input.value = valueOf(row.name) ?? "";
}

const widgets = {
  colors: {
    bind(field, row) {
      const [range, number, auto] = ["range", "number", "auto"].map((name) => part(field, name));
      range.max = STOPS.length - 1;
      part(field, "ticks").append(
        ...STOPS.map((k, i) => [k, i]).filter(([, i]) => i % 2 === 0).map(([k, i]) => {
          const tick = make("span", {}, String(k));
          tick.style.left = `${(100 * i) / (STOPS.length - 1)}%`;
          return tick;
        }),
      );
      range.addEventListener("input", () => set(row.name, STOPS[range.value], false));
      range.addEventListener("change", () => set(row.name, STOPS[range.value]));
      number.addEventListener("change", () => takeNumber(number, row));
      auto.addEventListener("change", () => set(row.name, auto.checked ? AUTO : row.default));
    },
    show(field, row, value) {
      const [range, number, auto] = ["range", "number", "auto"].map((name) => part(field, name));
      auto.checked = value === AUTO;
      field.classList.toggle("is-auto", value === AUTO);
      const k = value === AUTO ? suggestedOf(model.current())?.k ?? row.default : value;
      range.value = nearestStop(k);
      range.setAttribute("aria-valuetext", `${k} colors`);
      if (number !== document.activeElement) number.value = k;
      fillRange(range);
    },
  },

  slider: {
    bind(field, row) {
      const [range, number, auto] = ["range", "number", "auto"].map((name) => part(field, name));
      const start = Number(field.dataset.start);
      range.addEventListener("input", () => set(row.name, Number(range.value), false));
      range.addEventListener("change", () => set(row.name, Number(range.value)));
      number.addEventListener("change", () => takeNumber(number, row));
      auto?.addEventListener("change", () => set(row.name, auto.checked ? undefined : start));
    },
    show(field, row, value) {
      const [range, number, auto] = ["range", "number", "auto"].map((name) => part(field, name));
      if (auto) auto.checked = value == null;
      field.classList.toggle("is-auto", Boolean(auto) && value == null);
      range.value = value ?? field.dataset.start;
      if (number !== document.activeElement) number.value = value ?? "";
      range.setAttribute("aria-valuetext", value == null ? "automatic" : String(value));
      fillRange(range);
    },
  },

  choice: {
    bind(field, row) {
      field.addEventListener("change", (event) => set(row.name, event.target.value));
    },
    show(field, row, value) {
      for (const radio of $$("input", field)) radio.checked = radio.value === value;
    },
  },

  menu: {
    bind(field, row) {
      const menu = $("select", field);
      menu.addEventListener("change", () => set(row.name, menu.value));
    },
    show(field, row, value) {
      $("select", field).value = value;
    },
  },

  switch: {
    bind(field, row) {
      const box = $("input", field);
      box.addEventListener("change", () => set(row.name, box.checked));
    },
    show(field, row, value) {
      $("input", field).checked = value;
    },
  },

  swatches: {
    bind(field, row) {
      const text = part(field, "text");
      const take = () => {
        const colors = text.value.trim() ? colorList(text.value) : [];
        text.setCustomValidity(colors ? "" : "Hex colors such as #1a2b3c, with commas between.");
        if (!colors?.length) return;
        set(row.name, [...new Set([...(valueOf(row.name) ?? []), ...colors])]);
        text.value = "";
      };
      text.addEventListener("change", take);
      part(field, "pick").addEventListener("click", () => model.tell("pick", row.name));
    },
    show(field, row, value) {
      const chips = (value ?? []).map((color) => {
        const dot = make("i");
        dot.style.background = color;
        const drop = () => set(row.name, value.filter((other) => other !== color));
        return make(
          "button",
          { type: "button", class: "chip", title: "Take away", "aria-label": `Take ${color} away`, onclick: drop },
          dot, color, icon("close"),
        );
      });
      part(field, "chips").replaceChildren(...chips);
    },
  },

  plain: {
    bind(field, row) {
      const input = $("input", field);
      input.addEventListener("change", () => {
        if (input.type === "number") return takeNumber(input, row);
        const value = input.value === "" ? undefined : checked(row.name, input.value);
        const fits = input.value === "" || value !== undefined;
        input.setCustomValidity(fits ? "" : `${row.label} takes ${row.allowed}.`);
        if (fits) set(row.name, value);
        else input.reportValidity();
      });
    },
    show(field, row, value) {
      const input = $("input", field);
      if (input !== document.activeElement) input.value = value ?? "";
    },
  },
};

const fields = $$("[data-option]").map((field) => ({
  field,
  row: rows.get(field.dataset.option),
  widget: widgets[field.dataset.widget] ?? widgets.plain,
}));

// Each aim remembers its last value, for the way back.
const lastAims = { quality: 80, max_size: "30%" };

function takeAim(aim) {
  const changes = Object.fromEntries(AIMS.map((name) => [name, undefined]));
  if (aim !== AIMS[0]) changes[aim] = lastAims[aim];
  model.edit(changes);
}

function show() {
  const settings = model.edited();
  const aim = aimOf(settings);
  for (const name of AIMS.slice(1)) if (settings[name] !== undefined) lastAims[name] = settings[name];
  for (const radio of $$('[name="aim"]')) radio.checked = radio.value === aim;
  for (const block of $$("[data-aim]")) block.hidden = block.dataset.aim !== aim;
  for (const { field, row, widget } of fields) widget.show(field, row, settings[row.name] ?? row.default);
  const withoutBound = aim === AIMS[0];
  for (const { field, row } of fields) {
    if (row.name === "rate_weight") field.hidden = !withoutBound;
    if (row.name === "best_effort") field.hidden = withoutBound;
  }
  const preset = presetOf(settings);
  for (const button of $$("[data-preset]")) {
    button.setAttribute("aria-pressed", String(button.dataset.preset === preset));
  }
  const several = model.state.pictures.size > 1;
  $("#scope").hidden = !several;
  const isOwn = model.editsOne();
  for (const radio of $$('[name="scope"]')) radio.checked = (radio.value === "one") === isOwn;
  const followers = [...model.state.pictures.values()].filter((picture) => !picture.own).length;
  $("#scope-words").textContent = isOwn
    ? "Changes go to this picture alone."
    : followers === model.state.pictures.size
      ? `Changes go to all ${followers} pictures.`
      : `Changes go to the ${counted(followers, "picture")} without settings of their own.`;
  $("#scope-spread").hidden = !isOwn;
  $("#undo").disabled = !model.canUndo();
  $("#redo").disabled = !model.canRedo();
}

// A tip opens upwards, but not out of the panel.
function turnTip({ currentTarget: tip }) {
  const top = Math.max(0, tip.closest(".panel").getBoundingClientRect().top);
  tip.classList.toggle("is-below", tip.getBoundingClientRect().top - top < 120);
}

export function bindForm() {
  for (const tip of $$(".tip")) tip.addEventListener("pointerenter", turnTip);
  for (const button of $$("[data-preset]")) {
    const preset = presets.find(({ name }) => name === button.dataset.preset);
    button.addEventListener("click", () => model.replace(withPreset(model.edited(), preset)));
  }
  for (const { field, row, widget } of fields) widget.bind(field, row);
  $("#settings").addEventListener("submit", (event) => event.preventDefault());
  for (const radio of $$('[name="aim"]')) radio.addEventListener("change", () => takeAim(radio.value));
  for (const radio of $$('[name="scope"]')) {
    radio.addEventListener("change", () => model.setScope(radio.value));
  }
  $("#scope-spread").addEventListener("click", model.spread);
  $("#reset").addEventListener("click", () => model.replace({}));
  $("#undo").addEventListener("click", model.undo);
  $("#redo").addEventListener("click", model.redo);
  model.on("settings pictures current measured", show);
  show();
}
