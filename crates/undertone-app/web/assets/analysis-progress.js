// How far the analysis of a recording is, with a button that cancels it.

import { byId } from "./dom.js";
import { clock } from "./format.js";

const QUICK = 700; // milliseconds after which an analysis is worth a progress bar

/** The progress below the input. */
export class AnalysisProgress {
  #root = byId("analysis-progress");
  #bar = this.#root.querySelector("progress");
  #cancel = null;
  #timer = null;

  constructor() {
    byId("analysis-cancel").addEventListener("click", () => this.#cancel?.());
  }

  /** Begin an analysis, which `cancel()` stops. */
  begin(name, cancel) {
    this.end();
    this.#cancel = cancel;
    this.#say(`${name}: analyzing…`, null);
    this.#timer = setTimeout(() => (this.#root.hidden = false), QUICK);
  }

  /** Show how far the model is: it hears the whole recording first, then judges its utterances. */
  told(name, { seconds, total }) {
    if (total) this.#say(`${name}: ${Math.floor((100 * seconds) / total)}\u202f%`, seconds / total);
    else this.#say(`${name}: looking for speech, ${clock(seconds)}`, null);
  }

  end() {
    clearTimeout(this.#timer);
    this.#root.hidden = true;
    this.#cancel = null;
  }

  #say(text, share) {
    byId("analysis-state").textContent = text;
    if (share === null) this.#bar.removeAttribute("value");
    else this.#bar.value = share;
  }
}
