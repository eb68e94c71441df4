// Requests to the server this page came from. Every refusal is an Error with the server's words.

const ROOT = "/api/v1";

export class Refused extends Error {
  constructor(code, message, retryAfter) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

async function ask(method, path, { body, json, signal } = {}) {
  const headers = {};
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers["Content-Type"] = "application/json";
  } else if (body !== undefined) headers["Content-Type"] = "application/octet-stream";
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, body, headers, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("away", "The server does not answer. Is huepress serve still running?");
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const { code = "error", message = `The server answered ${answer.status}.` } = told.error ?? {};
  throw new Refused(code, message, Number(answer.headers.get("Retry-After")));
}

const value = async (...request) => (await ask(...request)).json();

export const openTab = (tab) => value("POST", "/tabs", { json: tab ? { tab } : {} });
export const upload = (tab, file, name, signal) =>
  value("POST", `/tabs/${tab}/pictures?name=${encodeURIComponent(name)}`, { body: file, signal });
export const openAddress = (tab, url) => value("POST", `/tabs/${tab}/pictures`, { json: { url } });
export const removePicture = (id) => ask("DELETE", `/pictures/${id}`);
export const startJob = (picture, job) => value("POST", `/pictures/${picture}/jobs`, { json: job });
export const cancelJob = (id) => ask("DELETE", `/jobs/${id}`);
export const original = async (id) => (await ask("GET", `/pictures/${id}/file`)).blob();
export const shown = async (id) => (await ask("GET", `/pictures/${id}/shown.png`)).blob();
export const demo = async () => (await ask("GET", "/demo.png")).blob();
export const result = async (job, stage, signal) =>
  (await ask("GET", `/jobs/${job}/${stage}`, { signal })).blob();

export const resultShown = async (job, signal) =>
  (await ask("GET", `/jobs/${job}/shown.png`, { signal })).blob();

export const originalAddress = (id) => `${ROOT}/pictures/${id}/file`;
export const fileAddress = (job) => `${ROOT}/jobs/${job}/file`;
export const draftAddress = (job) => `${ROOT}/jobs/${job}/draft`;
export const archiveAddress = (tab, originals) =>
  `${ROOT}/tabs/${tab}/archive.zip${originals.length ? `?originals=${originals.join(",")}` : ""}`;
export const events = (tab) => new EventSource(`${ROOT}/tabs/${tab}/events`);
