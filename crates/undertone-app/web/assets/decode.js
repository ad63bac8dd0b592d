// Decodes in the browser what the server cannot decode: HE-AAC, surround sound and others.

import { toInt16, wavFile } from "./wav.js";

const SAMPLE_RATE = 48_000; // the rate of Opus

/** Return a recording as a mono WAV file, or null if this browser cannot decode it either. */
export async function decodeToWav(file) {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  let audio;
  try {
    audio = await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    return null;
  }
  const mono = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel++) {
    const samples = audio.getChannelData(channel);
    for (let i = 0; i < mono.length; i++) mono[i] += samples[i] / audio.numberOfChannels;
  }
  return wavFile([toInt16(mono)], SAMPLE_RATE, `${file.name.replace(/\.\w+$/, "")}.wav`);
}
