// Ties the parts of the page together.

import { bindCarry } from "./carry.js";
import { bindComparing } from "./comparing.js";
import { bindCrop } from "./crop.js";
import { bindCurve } from "./curve.js";
import { $ } from "./dom.js";
import { bindFacts } from "./facts.js";
import { bindForm } from "./form.js";
import { bindFormats } from "./formats.js";
import { bindIntake } from "./intake.js";
import { bindInstall } from "./install.js";
import { bindJobs } from "./jobs.js";
import { bindKept, keptSettings } from "./kept.js";
import { bindKeys } from "./keys.js";
import { bindList } from "./list.js";
import { bindMeasure } from "./measure.js";
import { note } from "./notes.js";
import { bindPalette } from "./palette.js";
import { bindSession } from "./session.js";
import * as model from "./state.js";
import { fromQuery, refusedIn } from "./table.js";
import { bindTake } from "./take.js";
import { bindViewer, fit } from "./viewer.js";

function showPage() {
  const empty = model.state.pictures.size === 0;
  document.body.dataset.page = empty ? "empty" : "work";
  $("#welcome").hidden = !empty;
  $("#work").hidden = empty;
  if (empty) {
    $("#about").textContent = "";
    document.title = "huepress";
  }
}

model.on("pictures", showPage);
bindViewer();
bindForm();
bindList();
bindComparing();
bindFacts();
bindFormats();
bindPalette();
bindCurve();
bindTake();
bindJobs();
bindMeasure();
bindIntake();
bindKeys();
bindCarry();
bindCrop();
bindKept();
bindInstall();
for (const words of refusedIn(location.search)) note(words);
model.begin(fromQuery(location.search || keptSettings()));
bindSession();
addEventListener("load", fit);
