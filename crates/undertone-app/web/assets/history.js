// The last half minute of live answers.

import { drawOn } from "./canvas.js";
import { drawStack } from "./stack.js";

const SECONDS = 30;

/** Stacked probabilities that wander to the left, on a canvas. */
export class History {
  #answers = [];
  #redraw;

  constructor(canvas, labels) {
    this.#redraw = drawOn(canvas, (context, width, height) => {
      const now = this.#answers.at(-1)?.time ?? 0;
      const points = this.#answers.map(({ time, probabilities }) => ({
        x: width * (1 - (now - time) / (1000 * SECONDS)),
        probabilities,
      }));
      if (points.length > 1) drawStack(context, height, points, labels);
    });
  }

  clear() {
    this.#answers = [];
    this.#redraw();
  }

  push(probabilities) {
    const time = performance.now();
    this.#answers.push({ time, probabilities });
    this.#answers = this.#answers.filter((answer) => time - answer.time < 1000 * (SECONDS + 1));
    this.#redraw();
  }
}
