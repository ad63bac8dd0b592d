// The server's HTTP interface. URLs are relative, so the page works under any path.

import { described } from "./model.js";
import { Problem, problemFrom } from "./problem.js";
import { authorization, subprotocols } from "./token.js";

const PROGRESS = "application/x-ndjson"; // the content type of a response that tells the progress
const ATTEMPTS = 4;
const LONGEST_WAIT = 10; // seconds to wait for a busy server before asking the user

/** Return the problem in a response's body (RFC 9457), or one for the status if a proxy sent it. */
async function problemOf(response) {
  const retryAfter = Number.parseFloat(response.headers.get("Retry-After")) || null;
  const body = await response.json().catch(() => ({}));
  return problemFrom({ status: response.status, ...body }, retryAfter);
}

async function request(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { ...options, headers: { ...authorization(), ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("unreachable");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Fetch the model's labels, card and samples, and the server's limits. */
export async function fetchModel() {
  return described(await (await request("api/model")).json());
}

/** Fetch a sample as a file. */
export async function fetchSample({ name, url }) {
  const body = await (await request(url.replace(/^\//, ""))).blob();
  return new File([body], name, { type: body.type });
}

/** Return the answer at the end of a response, and pass what it tells of the progress to `onProgress`. */
async function answerOf(response, onProgress) {
  if (!response.headers.get("Content-Type").startsWith(PROGRESS)) return response.json();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value = "", done } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Problem("unreachable");
    });
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const told = JSON.parse(line);
      if (told.error) throw problemFrom(told.error);
      if (!told.progress) return told;
      onProgress(told.progress);
    }
    if (done) throw new Problem("unreachable"); // the server ended in the middle
  }
}

/**
 * Fetch the analysis of a file. `detail` adds the timeline and the data for the drawings, `why` what
 * each half second does to the answer. With a `voice` (`{ profile }`, null for a new one), the result is
 * adapted to it. `onProgress` hears how far a long recording is. If the server is busy, try again after
 * the time that it names, and pass the seconds to `onWait`.
 */
export async function predict(file, { detail = false, why = false, voice = null, signal, onWait = () => {}, onProgress = () => {} } = {}) {
  const options = [detail && "timeline=1&picture=1", why && "why=1", voice && "voice=1"].filter(Boolean);
  const address = ["api/predict", ...(options.length > 0 ? [options.join("&")] : [])].join("?");
  for (let attempt = 1; ; attempt++) {
    const body = new FormData();
    body.append("file", file, file.name);
    if (voice?.profile) body.append("voice", JSON.stringify(voice.profile));
    try {
      const response = await request(address, { method: "POST", body, signal, headers: { Accept: `${PROGRESS}, application/json` } });
      return await answerOf(response, onProgress);
    } catch (problem) {
      const again = problem.kind === "busy" || problem.kind === "too-many-requests";
      const wait = problem.retryAfter ?? 1;
      if (!again || attempt === ATTEMPTS || wait > LONGEST_WAIT) throw problem;
      onWait(wait);
      await pause(wait, signal);
    }
  }
}

/** Fetch an answer in the format of an annotation tool, as text. */
export async function segmentsAs(format, answer) {
  const body = JSON.stringify(answer);
  return (await request(`api/segments?format=${format}`, { method: "POST", body, headers: { "Content-Type": "application/json" } })).text();
}

/** Return the kind of problem that keeps live mode from connecting. */
export const whyNoLive = () => fetch("readyz").then(({ ok }) => (ok ? "live-refused" : "unreachable"), () => "unreachable");

/** The kind of problem of a live connection that ends or hangs. */
export const LIVE_ENDED = "live-lost";

/** Open the WebSocket of live mode. */
export function openLiveSocket() {
  const address = new URL("api/live", document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address, subprotocols());
}
