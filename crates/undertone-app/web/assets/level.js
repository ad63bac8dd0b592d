// The level meter: the microphone's level as bars that move to the left.

import { drawOn } from "./canvas.js";
import { loudness } from "./microphone.js";

const FAINTEST = 0.04; // height of a bar for silence
const BLOCKS_PER_BAR = 3;
const BAR_WIDTH = 4; // CSS pixels from bar to bar

/** A meter on a canvas. `push` takes the level of one block in dB. */
export class LevelMeter {
  #bars = [];
  #pending = [];
  #redraw;

  constructor(canvas) {
    this.#redraw = drawOn(canvas, (context, width, height, color) => this.#draw(context, width, height, color));
  }

  clear() {
    this.#bars = [];
    this.#pending = [];
    this.#redraw();
  }

  push(level) {
    this.#pending.push(level);
    if (this.#pending.length < BLOCKS_PER_BAR) return;
    this.#bars.push(Math.max(...this.#pending));
    this.#pending = [];
    this.#redraw();
  }

  #draw(context, width, height, color) {
    const room = Math.floor(width / BAR_WIDTH);
    this.#bars = this.#bars.slice(-room);
    context.fillStyle = color;
    for (let i = 0; i < room; i++) {
      const level = this.#bars[this.#bars.length - room + i] ?? -Infinity;
      const share = Math.max(FAINTEST, loudness(level));
      context.globalAlpha = share > FAINTEST ? 1 : 0.3;
      context.beginPath();
      context.roundRect(i * BAR_WIDTH, ((1 - share) * height) / 2, BAR_WIDTH - 2, share * height, 1);
      context.fill();
    }
  }
}
