// Creates recordings for the tests.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAMPLES } from "./environment.mjs";

/** A folder that is removed when the process ends. */
export const scratch = mkdtempSync(join(tmpdir(), "undertone-browser-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Write a file to the scratch folder and return its path. */
export function fileWith(name, content) {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

/** Return the mono 16-bit PCM of a WAV file with a 44-byte header. */
export function pcmOf(wav) {
  const rate = wav.readUInt32LE(24);
  const data = wav.subarray(44);
  return { rate, samples: new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1))) };
}

/** Return a mono 16-bit WAV file. */
export function wav(samples, rate) {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + 2 * samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(2 * rate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(2 * samples.length, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

const SAMPLE_RATE = 16_000;

/** Return the output of ffmpeg for a sample at SAMPLE_RATE. */
function ffmpeg(name, options) {
  const source = ["-y", "-v", "error", "-i", join(SAMPLES, name), "-ar", SAMPLE_RATE];
  const made = spawnSync("ffmpeg", [...source, ...options]);
  if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
  return made.stdout;
}

/** Return the 16-bit samples of a sample recording, as loud as possible. */
function loudest(name) {
  const bytes = ffmpeg(name, ["-f", "s16le", "-"]);
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const peak = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  return samples.map((each) => Math.round((32767 / peak) * each));
}

/**
 * Return a voice that changes: two samples in turn at different levels, repeated to this length. It
 * makes the timeline and the live bars change.
 */
export function changingVoice(seconds) {
  const neutral = loudest("neutral.flac");
  const happy = loudest("happy.flac");
  const samples = new Int16Array(Math.round(seconds * SAMPLE_RATE));
  let at = 0;
  for (let turn = 0; at < samples.length; turn++) {
    const part = turn % 2 ? happy : neutral;
    const gain = [1, 0.08, 0.4][turn % 3];
    for (let i = 0; i < part.length && at < samples.length; i++) samples[at++] = Math.round(gain * part[i]);
  }
  return wav(samples, SAMPLE_RATE);
}

/** Return a recording of zeros. */
export const silence = (seconds, rate = 8000) => wav(new Int16Array(Math.round(seconds * rate)), rate);

/** Return a sine wave with an amplitude between 0 and 1. */
export function tone(seconds, hertz, amplitude, rate = 48_000) {
  const samples = Int16Array.from({ length: Math.round(seconds * rate) }, (_, i) =>
    Math.round(32767 * amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
  return wav(samples, rate);
}

/** Convert a sample with ffmpeg and return the file's path. */
export function converted(name, options) {
  const path = join(scratch, name);
  ffmpeg("neutral.flac", [...options, path]);
  return path;
}
