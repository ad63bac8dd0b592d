// Makes an engine from its two files. Workers and Node use this.

const POINTER = "version https://git-lfs"; // what stands in a repository for a file in Git LFS
let engines = 0;

/** Return bytes without gzip. Some hosts have taken it off already. */
export async function unzipped(bytes, name) {
  if (new TextDecoder().decode(bytes.subarray(0, POINTER.length)) === POINTER) {
    throw `${name} is a Git LFS pointer instead of the file itself. Put the file there without Git LFS.`;
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Return the `Engine` of the program and the model in these bytes (engine.packed and model.packed).
 * Each call makes one with a memory of its own. Throws a text if a file cannot be used.
 */
export async function loadEngine(program, model) {
  const [wasm, packed] = await Promise.all([unzipped(program, "engine.packed"), unzipped(model, "model.packed")]);
  // The module has one memory, so another engine needs another copy of the module.
  const copy = engines++ > 0 ? `?${engines}` : "";
  const { default: initialize, Engine } = await import(`./undertone.js${copy}`);
  await initialize({ module_or_path: wasm });
  return new Engine(packed);
}
