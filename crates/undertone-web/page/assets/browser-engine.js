// The engine in this browser, with the functions of the server's interface (api.js).

import { described } from "./model.js";
import { offlineReady } from "./offline.js";
import { Problem } from "./problem.js";
import { EngineWorker } from "./worker-client.js";

// The version in the address keeps files of another export out, which a cache may have.
const versioned = (name) => `${name}?v=${document.documentElement.dataset.version}`;

const PATIENCE = 10_000; // milliseconds

async function download(address, options) {
  const response = await fetch(address, options).catch(() => null);
  if (!response?.ok) throw new Problem("engine-missing");
  return response;
}

// The engine with threads is not worth a long wait if the other one is kept from an earlier visit.
async function programOptions(threaded) {
  const isKept = threaded && (await caches.match(versioned("engine.packed")).catch(() => null));
  return isKept ? { signal: AbortSignal.timeout(PATIENCE) } : {};
}

const bytesOf = async (name, options) => new Uint8Array(await (await download(versioned(name), options)).arrayBuffer());

// Large files go through the service worker, if there is one, which keeps them for the next visit.
async function downloadParts(threaded) {
  await offlineReady;
  const engine = threaded ? "threaded-engine.packed" : "engine.packed";
  const [program, model] = await Promise.all([bytesOf(engine, await programOptions(threaded)), bytesOf("model.packed")]);
  return { program, model };
}

const worker = new EngineWorker(downloadParts);

/** Fetch the description of the model, and begin to load the model itself. */
export async function fetchModel() {
  const model = described(await (await download("model.json")).json());
  worker.start();
  return model;
}

/** Fetch a sample as a file. */
export async function fetchSample({ name, url }) {
  const body = await (await download(versioned(url.replace(/^\//, "")))).blob();
  return new File([body], name, { type: body.type });
}

/**
 * Analyze a file. `detail` adds the timeline and the data for the drawings, `why` what each half second
 * does to the answer. With a `voice` (`{ profile }`, null for a new one), the result is adapted to it.
 * `onProgress` hears how far a long recording is.
 */
export async function predict(file, { detail = false, why = false, voice = null, signal, onProgress = () => {} } = {}) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const profile = voice ? (voice.profile ? JSON.stringify(voice.profile) : "") : undefined;
  const content = { file: bytes, name: file.name, detail, why, voice: profile };
  return JSON.parse(await worker.run("predict", content, { signal, onProgress }));
}

/** Return an answer in the format of an annotation tool, as text. */
export const segmentsAs = (format, answer) => worker.run("timeline", { format, answer: JSON.stringify(answer) });

/** Return the kind of problem that keeps live mode from starting. */
export const whyNoLive = async () => "engine-missing";

/** The kind of problem of live mode that ends or hangs. */
export const LIVE_ENDED = "engine-lost";

/** Begin live mode. Return what has the interface of a WebSocket, as far as the page uses it. */
export const openLiveSocket = () => worker.listen();
