// Analyzes a file, whether the server or the browser decodes it.

import { decodeToWav } from "./decode.js";
import { predict } from "./engine.js";
import { Problem } from "./problem.js";

/**
 * Return the analysis of a file, and a file that this browser can play. If the server cannot decode
 * the file, the browser decodes it and sends it as WAV. The options are those of `predict`.
 */
export async function analyze(file, model, options) {
  if (file.size === 0) throw new Problem("empty");
  refuseTooLarge(file, model);
  try {
    return { result: await predict(file, options), playable: file };
  } catch (problem) {
    if (problem.kind !== "not-audio") throw problem;
    const wav = await decodeToWav(file);
    if (!wav) throw problem;
    refuseTooLarge(wav, model);
    return { result: await predict(wav, options), playable: wav };
  }
}

// Checks the size before the upload instead of after it.
function refuseTooLarge(file, model) {
  if (file.size > model.max_bytes) throw new Problem("too-large");
}
