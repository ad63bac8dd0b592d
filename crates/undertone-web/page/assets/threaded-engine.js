// Makes an engine that computes with several threads. Workers use this.

import { unzipped } from "./load-engine.js";
import initialize, { Engine, makeThreads } from "./threaded-undertone.js";

const STACK = 4 << 20; // bytes for each thread, as many as the engine has itself

/**
 * Load the program and the model in these bytes (threaded-engine.packed and model.packed). Return what
 * each thread initializes itself with, and `begin(threads)`, which returns the `Engine` once so many run.
 * Throws a text if a file cannot be used.
 */
export async function loadThreadedEngine(program, model) {
  const [wasm, packed] = await Promise.all([unzipped(program, "threaded-engine.packed"), unzipped(model, "model.packed")]);
  const compiled = await WebAssembly.compile(wasm);
  const { memory } = await initialize({ module_or_path: compiled });
  return {
    shared: { module_or_path: compiled, memory, thread_stack_size: STACK },
    begin(threads) {
      makeThreads(threads);
      return new Engine(packed);
    },
  };
}
