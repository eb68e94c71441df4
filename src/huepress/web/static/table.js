// The table of options as the server sent it: defaults, what differs from them, and the two ways
// to take settings along: a link and a command line.

import { $ } from "./dom.js";

const sent = JSON.parse($("#table").textContent);

export const rows = new Map(sent.rows.map((row) => [row.name, row]));
// Formats side by side, as values of the option; those that need what is not installed are left out.
export const { presets } = sent;
const FILM_FORMATS = ["gif", "webp", "png"];
export const formatsOf = (picture) => ((picture.job ?? picture.last)?.report?.frames_in > 1 ? FILM_FORMATS : sent.formats);

export const AIMS = ["colors", "quality", "max_size"].filter((name) => rows.has(name));
export const AUTO = "auto";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// What a value is when it may be one, else undefined: links are typed and mailed by people.
export function checked(name, value) {
  const row = rows.get(name);
  if (!row || value == null || value === "") return undefined;
  if (name === "colors" && value === AUTO) return AUTO;
  if (row.kind === "integer" || row.kind === "number") {
    const number = Number(value);
    const fits =
      Number.isFinite(number) &&
      number >= (row.minimum ?? -Infinity) &&
      number <= (row.maximum ?? Infinity) &&
      (row.kind === "number" || Number.isInteger(number));
    return fits ? number : undefined;
  }
  if (row.kind === "choice") return row.choices.includes(value) ? value : undefined;
  if (row.kind === "switch") return { true: true, false: false }[String(value)];
  if (row.kind === "size") return isSize(String(value)) ? String(value) : undefined;
  if (row.pattern) return new RegExp(`^(?:${row.pattern})$`).test(value) ? value : undefined;
  if (row.widget === "swatches") return colorList(value);
  return undefined;
}

const isSize = (text) => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(|b|kb?|kib|mb?|mib|%)\s*$/i.exec(text);
  return match !== null && Number(match[1]) > 0 && (match[2] !== "" || Number(match[1]) >= 1);
};

export function colorList(value) {
  const words = (Array.isArray(value) ? value : String(value).split(/[\s,;]+/)).filter(Boolean);
  const colors = words.map((word) => hex(word));
  return colors.length && colors.every(Boolean) ? [...new Set(colors)] : undefined;
}

function hex(word) {
  const match = /^#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(word);
  if (!match) return null;
  const digits = match[1].toLowerCase();
  return "#" + (digits.length < 6 ? [...digits].map((d) => d + d).join("") : digits);
}

// Settings without what is the default anyway.
export function clean(settings) {
  const kept = {};
  for (const name of rows.keys()) {
    const value = checked(name, settings[name]);
    if (value !== undefined && !same(value, rows.get(name).default)) kept[name] = value;
  }
  return kept;
}

// The preset that the settings are, to the last of them; what is taken of the picture is no part of that.
const OF_PICTURE = ["crop", "resize", "frame"];
const split = (settings, inside) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => OF_PICTURE.includes(name) === inside));

export const presetOf = (settings) =>
  presets.find((preset) => toQuery(preset.values) === toQuery(split(settings, false)))?.name ?? null;
export const withPreset = (settings, preset) => ({ ...split(settings, true), ...preset.values });

// Of the aims, only the one asked for.
export const aimOf = (settings) => AIMS.slice(1).find((name) => settings[name] !== undefined) ?? AIMS[0];

export function toQuery(settings) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(clean(settings))) {
    query.set(name, Array.isArray(value) ? value.map((c) => c.slice(1)).join(",") : value);
  }
  return query.toString();
}

export const fromQuery = (text) => clean(Object.fromEntries(new URLSearchParams(text)));

// What an address asks for and cannot have, in words.
export const refusedIn = (text) =>
  [...new URLSearchParams(text)]
    .filter(([name, value]) => rows.has(name) && checked(name, value) === undefined)
    .map(([name, value]) => `${rows.get(name).label} takes ${rows.get(name).allowed}, not ${value}.`);

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;
const quoted = (word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export function commandLine(name, options) {
  const words = ["huepress", "compress", name.startsWith("-") ? `./${name}` : name];
  for (const [option, value] of Object.entries(options)) {
    const row = rows.get(option);
    if (row.kind === "switch") words.push(row.flag);
    else if (row.kind === "list") for (const item of value) words.push(row.flag, item);
    else words.push(row.flag, String(Array.isArray(value) ? value.join(",") : value));
  }
  return words.map(quoted).join(" ");
}
