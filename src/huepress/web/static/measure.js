// What other settings would write: the files of other formats and numbers of colors, made by the server
// while hands rest. Only what was made is told; taken, it is there at once.

import * as api from "./api.js";
import * as model from "./state.js";
import { AIMS, aimOf, formatsOf } from "./table.js";
import { isBusy, isDone, keyOf } from "./wishes.js";

const PAUSE = 600;
// A few real points first: they span the slider, and the rest comes between them.
const COLORS = [64, 16, 256, 4, 128, 32, 8, 2];

let timer = null;
let running = null; // { picture, job, key }

const without = (picture, names) => {
  const options = { ...model.optionsOf(picture) };
  for (const name of names) delete options[name];
  return options;
};
const curveKey = (picture) => keyOf(without(picture, [...AIMS, "best_effort"]));
const formatKey = (picture) => keyOf(without(picture, ["format"]));

// Where nothing is learned, or a bound chooses the palette, there is no k to vary.
const hasCurve = (picture, options) =>
  !(picture.job?.report?.frames_in > 1) && !options.palette && !options.lossless && aimOf(options) === AIMS[0];

export const pointsOf = (picture) =>
  picture?.measured && picture.measured.curveKey === curveKey(picture) ? picture.measured.points : [];
export const suggestedOf = (picture) =>
  picture?.measured && picture.measured.curveKey === curveKey(picture) ? picture.measured.suggested : null;
// What a format gives with the settings there are: the server's row, or null before it is known.
export const formatOf = (picture, name) =>
  picture?.measured?.formatKey === formatKey(picture) ? picture.measured.formats.get(name) ?? null : null;

function plan() {
  clearTimeout(timer);
  stopOld();
  timer = setTimeout(measure, PAUSE);
}

// What nobody waits for any more takes time from what is looked at.
function stopOld() {
  if (!running) return;
  const { picture, job, key } = running;
  const isOver = Boolean(picture.measured?.isOver);
  if (!isOver && picture === model.current() && picture.measured?.asked === key && key === askedOf(picture)) return;
  running = null;
  if (isOver || !model.state.pictures.has(picture.key)) return;
  picture.measured.asked = null;
  api.cancelJob(job).catch(() => {});
}

const askedOf = (picture) => keyOf(model.optionsOf(picture));

async function measure() {
  const picture = model.current();
  if (!picture?.id || picture.job?.state === "failed") return;
  if (isBusy(picture)) return plan();
  const options = model.optionsOf(picture);
  const asked = askedOf(picture);
  if (picture.measured?.asked === asked) return;
  picture.measured = kept(picture, asked);
  running = null;
  try {
    const colors = hasCurve(picture, options) ? COLORS.filter((k) => k >= (options.keep_color?.length ?? 0)) : [];
    const job = await api.startJob(picture.id, { kind: "measure", options, formats: formatsOf(picture), colors });
    running = { picture, job: job.id, key: asked };
    takeMeasured(picture, job);
  } catch {
    picture.measured = null; // an extra: without it everything works
  }
}

// What was measured for the same curve stays while it is asked for again.
function kept(picture, asked) {
  const [curve, format] = [curveKey(picture), formatKey(picture)];
  const before = picture.measured;
  return {
    asked, curveKey: curve, formatKey: format, isOver: false,
    points: before?.curveKey === curve ? before.points : [],
    suggested: before?.curveKey === curve ? before.suggested : null,
    formats: before?.formatKey === format ? before.formats : new Map(),
  };
}

// A row's format is that of its file; of one that failed it is the one asked for.
const nameOf = (row) => row.format ?? row.options.format ?? "png";

export function takeMeasured(picture, job) {
  const { measured } = picture;
  if (!measured || measured.asked !== keyOf(job.options)) return;
  const points = new Map(measured.points.map((point) => [point.k, point]));
  for (const row of job.rows) {
    if (row.k == null) measured.formats.set(nameOf(row), row);
    else if (!row.error && row.score != null) points.set(row.k, row);
  }
  measured.points = [...points.values()].toSorted((a, b) => a.k - b.k);
  measured.isOver = job.state === "done";
  if (job.state === "failed") goOn(picture, job);
  const before = measured.suggested?.k;
  measured.suggested = job.suggested ?? measured.suggested;
  model.tell("measured", picture);
  if (measured.suggested?.k !== before) model.tell("suggested", picture);
}

// A large picture takes longer than one job may: what was made is known, and the next job goes on from there.
function goOn(picture, job) {
  const before = picture.ended?.asked === picture.measured.asked ? picture.ended.rows : 0;
  picture.ended = { asked: picture.measured.asked, rows: job.rows.length };
  if (job.rows.length <= before) return; // one file alone takes longer
  picture.measured.asked = null;
  running = null;
  plan();
}

export function bindMeasure() {
  model.on("settings current", plan);
  model.on("picture", (picture) => {
    if (picture.key === model.state.current && isDone(picture) && !picture.measured) plan();
  });
}
