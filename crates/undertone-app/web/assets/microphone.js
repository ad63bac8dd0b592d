// Reads the microphone as blocks of PCM, which works the same in every browser.

import { Problem } from "./problem.js";

const PROBLEMS = {
  NotAllowedError: "microphone-denied",
  SecurityError: "microphone-denied",
  NotFoundError: "microphone-missing",
  OverconstrainedError: "microphone-missing",
  NotReadableError: "microphone-busy",
  AbortError: "microphone-busy",
};

// Level and clarity of a voice matter to the model, so the browser must not process the sound.
const UNPROCESSED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/**
 * Open the microphone and call `onBlock({ pcm, time })` for every block of mono 16-bit samples;
 * `time` is the wall clock in milliseconds when the last sample arrived. Call `onLost` if the
 * microphone is disconnected. Return `{ sampleRate, driverLatency, close }`; `driverLatency` is in
 * seconds, or null if the browser does not know it.
 */
export async function openMicrophone(onBlock, onLost) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Problem("insecure-context");
  // Created before the first wait, since some browsers start a context only during a click.
  const context = new AudioContext({ latencyHint: "interactive" });
  let stream;
  try {
    await addCapture(context);
    stream = await navigator.mediaDevices.getUserMedia({ audio: UNPROCESSED });
    await context.resume();
  } catch (error) {
    context.close();
    throw error instanceof Problem ? error : new Problem(PROBLEMS[error.name] ?? "microphone-busy");
  }
  const [track] = stream.getAudioTracks();
  const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 1 });
  capture.port.onmessage = ({ data }) => onBlock(data);
  // Some browsers do not run a node without an output. This node's output is silent.
  context.createMediaStreamSource(stream).connect(capture).connect(context.destination);
  track.addEventListener("ended", onLost);
  return {
    sampleRate: context.sampleRate,
    driverLatency: track.getSettings().latency ?? null,
    close() {
      track.removeEventListener("ended", onLost);
      capture.port.onmessage = null;
      track.stop();
      context.close();
    },
  };
}

function addCapture(context) {
  return context.audioWorklet.addModule(new URL("capture-worklet.js", import.meta.url)).catch(() => {
    throw new Problem("unreachable"); // the server did not send the module
  });
}

const QUIETEST = -60; // dB

/** Map a level in dB to a number from 0 (almost silent) to 1 (full scale). */
export const loudness = (level) => Math.min(1, Math.max(0, 1 - level / QUIETEST));

/** Return the root mean square of a block in dB below full scale. */
export function levelOf(pcm) {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return 10 * Math.log10(sum / pcm.length / 32768 ** 2 + 1e-12);
}
