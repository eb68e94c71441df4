// From settings to results: whatever is wanted of a picture is asked of the server, once. A newer
// wish cancels the older one there.

import * as api from "./api.js";
import { forgetFetch } from "./comparing.js";
import { note } from "./notes.js";
import * as model from "./state.js";
import { AIMS, AUTO } from "./table.js";
import { isBusy, isDone, keyOf } from "./wishes.js";

// A slider under the hand fires often; this is too short to be felt.
const PAUSE = 90;
// The curve waits until hands rest, so that it does not slow down what is being looked at.
const SWEEP_PAUSE = 600;

let timer = null;

export function wishAll({ committed } = {}) {
  const now = model.current();
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (now) wish(now);
    if (committed) for (const picture of model.state.pictures.values()) wish(picture);
    planSweep();
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

// ---- the curve

let sweepTimer = null;
let sweeping = null; // { picture, job }

const sweepOptions = (picture) => {
  const options = { ...model.optionsOf(picture) };
  for (const name of [...AIMS, "best_effort"]) delete options[name];
  return options;
};

function planSweep() {
  clearTimeout(sweepTimer);
  stopOldSweep();
  sweepTimer = setTimeout(sweep, SWEEP_PAUSE);
}

// A sweep that nobody waits for any more takes time from what is looked at.
function stopOldSweep() {
  if (!sweeping) return;
  const { picture, job } = sweeping;
  const isFinished = Boolean(picture.sweep?.suggested);
  const isWanted = picture === model.current() && picture.sweep?.key === keyOf(sweepOptions(picture));
  if (!isFinished && isWanted) return;
  sweeping = null;
  if (isFinished || !model.state.pictures.has(picture.key)) return;
  picture.sweep = null;
  api.cancelJob(job).catch(() => {});
}

async function sweep() {
  const picture = model.current();
  if (!picture?.id || picture.job?.state === "failed") return;
  const isAuto = model.settingsOf(picture).colors === AUTO;
  if (isBusy(picture) && !isAuto) return planSweep();
  const options = sweepOptions(picture);
  const key = keyOf(options);
  if (picture.sweep?.key === key) return;
  // Where nothing is learned, there is nothing to vary.
  if (options.palette || options.lossless) {
    picture.sweep = null;
    return model.tell("sweep", picture);
  }
  picture.sweep = { key, points: [], suggested: null };
  sweeping = null;
  try {
    const job = await api.startJob(picture.id, { kind: "sweep", options });
    sweeping = { picture, job: job.id };
    takeSweep(picture, job);
  } catch {
    picture.sweep = null; // the curve is an extra: without it everything works
  }
}

function takeSweep(picture, job) {
  if (picture.sweep?.key !== keyOf(job.options)) return;
  const before = picture.sweep.suggested?.k;
  const points = job.points.toSorted((a, b) => a.k - b.k);
  Object.assign(picture.sweep, { points, suggested: job.suggested });
  model.tell("sweep", picture);
  if (job.suggested?.k !== before && model.settingsOf(picture).colors === AUTO) {
    wish(picture);
    model.tell("settings", { committed: false });
  }
}

// ---- what the server tells

export function onServerJob(job) {
  const picture = model.byServerId(job.picture);
  if (!picture) return;
  if (job.kind === "sweep") takeSweep(picture, job);
  else if (keyOf(job.options) === picture.wish) takeJob(picture, job);
}

export function bindJobs() {
  model.on("settings", wishAll);
  model.on("current", () => planSweep());
  model.on("picture", (picture) => {
    if (picture.key === model.state.current && isDone(picture) && !picture.sweep) planSweep();
  });
}
