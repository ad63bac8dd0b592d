// The microphone as blocks of PCM. Every browser can do this alike, whatever its recorder encodes.

import { Problem } from "./problem.js";

const PROBLEMS = {
  NotAllowedError: "microphone-denied",
  SecurityError: "microphone-denied",
  NotFoundError: "microphone-missing",
  OverconstrainedError: "microphone-missing",
  NotReadableError: "microphone-busy",
  AbortError: "microphone-busy",
};

// The model hears how loud and how clear a voice is: it gets what the microphone gave.
const UNPROCESSED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/**
 * Opens the microphone and calls `onBlock({ pcm, time })` for every block of mono 16-bit samples;
 * `time` is the wall clock in milliseconds when its last sample arrived. `onLost` is called if the
 * microphone goes away. Gives `{ sampleRate, driverLatency, close }`; `driverLatency` in seconds
 * where the browser knows it.
 */
export async function openMicrophone(onBlock, onLost) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Problem("insecure-context");
  // Made before anything is waited for: some browsers let only a person's click start a context.
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
  // A node that leads nowhere is not run by every browser; this one's output is silence.
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
    throw new Problem("unreachable"); // the module is a file of the server's
  });
}

const QUIETEST = -60; // dB

/** A level in dB between 0 (as good as silent) and 1 (full scale). */
export const loudness = (level) => Math.min(1, Math.max(0, 1 - level / QUIETEST));

/** Root mean square of a block in dB below full scale. */
export function levelOf(pcm) {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return 10 * Math.log10(sum / pcm.length / 32768 ** 2 + 1e-12);
}
