// Writes mono 16-bit PCM as a WAV file.

const HEADER_BYTES = 44;

function header(samples, sampleRate) {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + 2 * samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // length of the format chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true); // bytes per second
  view.setUint16(32, 2, true); // bytes per frame
  view.setUint16(34, 16, true); // bits per sample
  text(36, "data");
  view.setUint32(40, 2 * samples, true);
  return view;
}

/** Return a WAV file of consecutive blocks (`Int16Array`s) of one channel. */
export function wavFile(blocks, sampleRate, name) {
  const samples = blocks.reduce((sum, block) => sum + block.length, 0);
  return new File([header(samples, sampleRate), ...blocks], name, { type: "audio/wav" });
}

/** Return how many seconds of mono 16-bit PCM fit into a WAV file of `bytes`. */
export const wavSeconds = (bytes, sampleRate) => (bytes - HEADER_BYTES) / (2 * sampleRate);

/** Convert samples between -1 and 1 to 16-bit integers. Louder samples are clipped. */
export function toInt16(samples) {
  return Int16Array.from(samples, (value) => Math.round(32767 * Math.min(1, Math.max(-1, value))));
}
