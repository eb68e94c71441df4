// Taking settings along: as the address of the page, and as a command line.

import { $ } from "./dom.js";
import { note, say } from "./notes.js";
import * as model from "./state.js";
import { commandLine, toQuery } from "./table.js";

const link = () => {
  const query = toQuery(model.edited());
  return location.origin + location.pathname + (query ? `?${query}` : "");
};

const command = () => {
  const picture = model.current();
  return commandLine(picture?.name ?? "photo.png", model.optionsOf(picture));
};

export async function copy(text, told) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyOldWay(text)) return note("The browser does not let this page copy.");
  }
  say(told);
  return true;
}

// Pages from other machines have no clipboard of the new kind.
function copyOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function bindCopy(id, text, told) {
  const button = $(id);
  const label = $("span", button);
  const words = label.textContent;
  button.addEventListener("click", async () => {
    if (!(await copy(text(), told))) return;
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = words), 1500);
  });
}

function show() {
  $("#command").textContent = command();
  const query = toQuery(model.state.common);
  const address = location.pathname + (query ? `?${query}` : "");
  if (address !== location.pathname + location.search) history.replaceState(null, "", address);
}

export function bindTake() {
  bindCopy("#copy-command", command, "Command copied");
  bindCopy("#copy-link", link, "Link copied");
  model.on("settings current measured", show);
}
