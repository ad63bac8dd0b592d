// From a file to its answer, whoever decodes it.

import { predict } from "./api.js";
import { decodeToWav } from "./decode.js";
import { Problem } from "./problem.js";

/**
 * Classifies a file and gives the answer with a file that this browser can play. What the server
 * cannot decode is decoded here and sent as WAV. Options are those of `predict`.
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

// Before the upload, not after it.
function refuseTooLarge(file, model) {
  if (file.size > model.max_bytes) throw new Problem("too-large");
}
