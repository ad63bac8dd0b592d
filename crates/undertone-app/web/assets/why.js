// Which half seconds moved the answer, drawn under the waveform.

import { drawOn } from "./canvas.js";

/** A lane of bars: up where a part speaks for the answer, down where it speaks against it. */
export class Why {
  #lane;
  #words;
  #parts = [];
  #redraw;

  constructor(lane, words, view) {
    this.#lane = lane;
    this.#words = words;
    this.#redraw = drawOn(lane.querySelector("canvas"), (context, width, height, color) => {
      const most = Math.max(...this.#parts.map(({ change }) => Math.abs(change)), 1e-9);
      const middle = height / 2;
      context.fillStyle = color;
      context.globalAlpha = 0.35;
      context.fillRect(0, middle - 0.5, width, 1);
      for (const { start, end, change } of this.#parts) {
        const [left, right] = [view.share(start) * width, view.share(end) * width];
        const length = (Math.abs(change) / most) * (middle - 1);
        context.globalAlpha = change < 0 ? 1 : 0.45;
        context.fillRect(left + 0.5, change < 0 ? middle - length : middle, Math.max(1, right - left - 1), length);
      }
      context.globalAlpha = 1;
    });
  }

  redraw() {
    this.#redraw();
  }

  /** Show what the parts of a recording do to the answer, or nothing for null. */
  show(parts, label) {
    this.#parts = parts ?? [];
    const empty = this.#parts.length === 0;
    this.#lane.hidden = empty;
    this.#words.hidden = empty;
    if (empty) return;
    const described = this.#describe(label);
    this.#lane.querySelector("canvas").setAttribute("aria-label", described);
    this.#words.textContent = `${described} Bars above the line speak for it, bars below speak against it: each half second was replaced by silence, and the model heard the rest.`;
    this.#redraw();
  }

  #describe(label) {
    const strongest = this.#parts.reduce((most, each) => (each.change < most.change ? each : most));
    if (strongest.change >= 0) return `No half second speaks for ${label} on its own.`;
    return `${strongest.start.toFixed(1)} to ${strongest.end.toFixed(1)} s speaks most for ${label}.`;
  }
}
