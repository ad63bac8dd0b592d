// The mel spectrogram as an image, and its frequency axis.

import { MAGMA } from "./magma.js";

const TICKS = [0, 500, 1000, 2000, 4000, 8000, 16000]; // Hz

/** The server's mel picture as a canvas of one pixel per frame and band, low bands below. */
export function spectrogramImage({ bands, frames, data }) {
  const levels = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = frames;
  canvas.height = bands;
  const context = canvas.getContext("2d");
  const image = context.createImageData(frames, bands);
  for (let band = 0; band < bands; band++) {
    for (let frame = 0; frame < frames; frame++) {
      const color = 3 * levels[band * frames + frame];
      const pixel = 4 * ((bands - 1 - band) * frames + frame);
      image.data.set(MAGMA.subarray(color, color + 3), pixel);
      image.data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// Slaney's mel scale, librosa's default: linear to 1 kHz, logarithmic above.
const mel = (hz) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4));

/** Labels of the frequency axis with their heights between 0 and 1. */
export function frequencyTicks(fmax) {
  return TICKS.filter((hz) => hz <= fmax).map((hz) => ({
    text: hz < 1000 ? `${hz}` : `${hz / 1000}k`,
    height: mel(hz) / mel(fmax),
  }));
}
