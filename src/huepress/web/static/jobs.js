// From settings to results: whatever is wanted of a picture is asked of the server, once. A newer
// wish cancels the older one there.

import * as api from "./api.js";
import { forgetFetch } from "./comparing.js";
import { note } from "./notes.js";
import { takeMeasured } from "./measure.js";
import * as model from "./state.js";
import { AUTO } from "./table.js";
import { isBusy, keyOf } from "./wishes.js";

// A slider under the hand fires often; this is too short to be felt.
const PAUSE = 90;

let timer = null;

export function wishAll({ committed } = {}) {
  const now = model.current();
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (now) wish(now);
    if (committed) for (const picture of model.state.pictures.values()) wish(picture);
  }, committed ? 0 : PAUSE);
}

export async function wish(picture, { again = false } = {}) {
  if (!picture.id) return;
  const options = model.optionsOf(picture);
  const key = keyOf(options);
  if (picture.wish === key && !again) return;
  if (picture.key === model.state.current) forgetFetch();
  model.change(picture, { wish: key });
  try {
    const job = await patiently(() =>
      picture.wish === key ? api.startJob(picture.id, { kind: "compress", options }) : null);
    if (job && picture.wish === key) takeJob(picture, job);
  } catch (error) {
    if (picture.wish !== key || !model.state.pictures.has(picture.key)) return;
    const { code, message } = error;
    model.change(picture, { job: { options, state: "failed", error: { code, message } } });
  }
}

// Asks again when the server is busy and says when to come back.
export async function patiently(ask) {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (error.code !== "busy" || tries === 20) throw error;
      await new Promise((done) => setTimeout(done, 1000 * (error.retryAfter || 2)));
    }
  }
}

const ORDER = ["waiting", "running", "draft", "done", "failed", "cancelled"];

function takeJob(picture, job) {
  const known = picture.job;
  if (known?.id === job.id && ORDER.indexOf(known.state) > ORDER.indexOf(job.state)) return;
  // Figures of the result on the stage stay until there are newer ones.
  model.change(picture, { job, last: job.report ? job : picture.last });
}

export function cancel(picture) {
  if (picture.job?.id && isBusy(picture)) api.cancelJob(picture.job.id).catch((e) => note(e.message));
}

// ---- what the server tells

export function onServerJob(job) {
  const picture = model.byServerId(job.picture);
  if (!picture) return;
  if (job.kind === "measure") takeMeasured(picture, job);
  else if (keyOf(job.options) === picture.wish) takeJob(picture, job);
}

// The k that was suggested is another now, and it is what is wanted.
function followSuggestion(picture) {
  if (model.settingsOf(picture).colors !== AUTO) return;
  wish(picture);
  model.tell("settings", { committed: false });
}

export function bindJobs() {
  model.on("settings", wishAll);
  model.on("suggested", followSuggestion);
}
