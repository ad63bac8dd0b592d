// How the engine is loaded, with modules that stand in for it: from files that are not what they should
// be, and again after a failure.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { imported } from "../support/sources.mjs";

const LOADER = "crates/undertone-web/page/assets/load-engine.js";
const PACKAGE = "crates/undertone-web/npm/index.js";

// As the real one, it has one memory, which cannot be replaced.
const GLUE = `
let memory;
export default async ({ module_or_path }) => { memory ??= { program: module_or_path, uses: 0 }; };
export class Engine {
  constructor(model) { this.model = model; }
  use() { return [memory.program.length, this.model.length, ++memory.uses]; }
}`;

const loader = () => imported("load-engine.js", { paths: [LOADER], others: { "undertone.js": GLUE } });

test("gzip is taken off, and each engine has a memory of its own", async () => {
  const { loadEngine } = await loader();
  const first = await loadEngine(gzipSync(new Uint8Array(1000)), new Uint8Array(50));
  assert.deepEqual(first.use(), [1000, 50, 1]);
  assert.deepEqual(first.use(), [1000, 50, 2]);
  const second = await loadEngine(new Uint8Array(30), gzipSync(new Uint8Array(500)));
  assert.deepEqual(second.use(), [30, 500, 1]);
});

test("a pointer of Git LFS is named as one", async () => {
  const { loadEngine } = await loader();
  const pointer = Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  const message = await loadEngine(new Uint8Array(30), pointer).catch((thrown) => thrown);
  assert.match(message, /^model\.packed is a Git LFS pointer/);
});

// An engine that fails as the program asks: "trap" stops it, other words are a problem.
const FAILING = `
let loads = 0;
export async function loadEngine(program) {
  if (++loads === 1) throw "the file of the model is damaged: load it again";
  let broken = false;
  return {
    predict(bytes, name) {
      if (name === "trap") broken = true;
      if (broken) throw new WebAssembly.RuntimeError("unreachable");
      if (name === "noise") throw '{"type":"urn:undertone:not-audio"}';
      return JSON.stringify({ loads });
    },
  };
}`;

test("the package loads the model again after a failure", async () => {
  const others = { "load-engine.js": FAILING, "engine.packed": "", "model.packed": "" };
  const { load, predict, UndertoneError } = await imported("index.js", { paths: [PACKAGE], others });
  const bytes = new Uint8Array(1);
  await assert.rejects(load(), /damaged/);
  assert.deepEqual(await predict(bytes), { loads: 2 });
  await assert.rejects(predict(bytes, { name: "noise" }), (thrown) => thrown instanceof UndertoneError && thrown.kind === "not-audio");
  assert.deepEqual(await predict(bytes), { loads: 2 });
  await assert.rejects(predict(bytes, { name: "trap" }), WebAssembly.RuntimeError);
  assert.deepEqual(await predict(bytes), { loads: 3 });
  await assert.rejects(predict(bytes, { name: 1 }), TypeError);
});
