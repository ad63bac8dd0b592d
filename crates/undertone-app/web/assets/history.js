// The last half minute of live results.

import { drawOn } from "./canvas.js";
import { drawStack } from "./stack.js";

const SECONDS = 30;

/** Stacked probabilities that move to the left, on a canvas. */
export class History {
  #results = [];
  #redraw;

  constructor(canvas, labels) {
    this.#redraw = drawOn(canvas, (context, width, height) => {
      const now = this.#results.at(-1)?.time ?? 0;
      const points = this.#results.map(({ time, probabilities }) => ({
        x: width * (1 - (now - time) / (1000 * SECONDS)),
        probabilities,
      }));
      if (points.length > 1) drawStack(context, height, points, labels);
    });
  }

  clear() {
    this.#results = [];
    this.#redraw();
  }

  /** Add a result; null is a gap. */
  push(probabilities) {
    const time = performance.now();
    this.#results.push({ time, probabilities });
    this.#results = this.#results.filter((result) => time - result.time < 1000 * (SECONDS + 1));
    this.#redraw();
  }
}
