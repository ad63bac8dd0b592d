// Speech emotion recognition in Node. See index.d.ts.

import { readFile } from "node:fs/promises";
import { loadEngine } from "./load-engine.js";

/** A recording that cannot be used. `kind` is the kind of problem, as in the REST interface. */
export class UndertoneError extends Error {
  constructor({ type = "", title = "", detail = "" }) {
    super(detail || title);
    this.name = "UndertoneError";
    this.kind = type.split(":").at(-1);
  }
}

const file = (name) => readFile(new URL(name, import.meta.url));
let loading = null; // the engine, or its loading

async function loaded() {
  const [program, model] = await Promise.all([file("engine.packed"), file("model.packed")]);
  return loadEngine(program, model);
}

function theEngine() {
  loading ??= loaded().catch((thrown) => {
    loading = null; // the next call tries again
    throw thrown instanceof Error ? thrown : new Error(thrown);
  });
  return loading;
}

/** Load the model. Other functions do this too; call it early to keep the first answer quick. */
export async function load() {
  await theEngine();
}

async function ask(question) {
  const asked = theEngine();
  const engine = await asked;
  try {
    return JSON.parse(question(engine));
  } catch (thrown) {
    // The engine throws texts, which are problems. Anything else means that it has stopped working.
    if (typeof thrown === "string") throw new UndertoneError(JSON.parse(thrown));
    if (loading === asked) loading = null;
    throw thrown;
  }
}

export async function classify(samples, sampleRate) {
  if (!(samples instanceof Float32Array)) throw new TypeError("samples must be a Float32Array");
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0xffffffff) throw new TypeError("sampleRate must be a whole number of Hz");
  return ask((engine) => engine.classify(samples, sampleRate));
}

export async function predict(recording, { name, voice } = {}) {
  if (!(recording instanceof Uint8Array)) throw new TypeError("the recording must be a Uint8Array or a Buffer");
  if (name !== undefined && typeof name !== "string") throw new TypeError("the name must be a string");
  const profile = voice === undefined ? undefined : voice ? JSON.stringify(voice) : "";
  return ask((engine) => engine.predict(recording, name, true, false, profile, () => {}));
}
