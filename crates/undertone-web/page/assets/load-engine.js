// Makes an engine from its two files. Workers and Node use this.

import initialize, { Engine } from "./undertone.js";

// Returns bytes without gzip. Some hosts have taken it off already.
async function unzipped(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Return the `Engine` of the program and the model in these bytes (engine.packed and model.packed). */
export async function loadEngine(program, model) {
  const [wasm, packed] = await Promise.all([unzipped(program), unzipped(model)]);
  await initialize({ module_or_path: wasm });
  return new Engine(packed);
}
