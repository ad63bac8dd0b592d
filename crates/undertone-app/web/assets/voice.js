// What was heard of a voice in this tab. The server computes it; only this page's memory keeps it.

import { byId } from "./dom.js";
import { duration, recordings } from "./format.js";

/** The voice to which the results of files are adapted, with its switch. */
export class Voice {
  #switch = byId("voice-on");
  #profile = null;
  #turn = Promise.resolve(); // the end of the last analysis of this voice
  #times = 0; // how often the voice was forgotten

  constructor(model) {
    byId("voice").hidden = !model.adapts;
    this.#switch.addEventListener("change", () => this.#show());
    byId("voice-forget").addEventListener("click", () => {
      this.forget();
      this.#switch.focus(); // the button is gone
    });
    this.#show();
  }

  /**
   * Run `analyze(voice)`, where `voice` is for `predict`: null if the switch is off. Recordings of the
   * voice take turns, and each is heard after its analysis.
   */
  async during(analyze) {
    if (!this.#switch.checked) return analyze(null);
    const before = this.#turn;
    let done;
    this.#turn = new Promise((resolve) => (done = resolve));
    await before;
    const times = this.#times;
    try {
      const analyzed = await analyze({ profile: this.#profile });
      if (times === this.#times) this.#hear(analyzed.result.voice ?? null);
      return analyzed;
    } catch (problem) {
      if (problem.kind === "voice") this.forget();
      throw problem;
    } finally {
      done();
    }
  }

  forget() {
    this.#times++;
    this.#hear(null);
  }

  #hear(profile) {
    this.#profile = profile;
    this.#show();
  }

  #show() {
    const heard = this.#profile;
    byId("voice-forget").hidden = heard === null;
    byId("voice-heard").textContent = heard
      ? `${recordings(heard.recordings)} of it heard, ${duration(heard.seconds)}${this.#switch.checked ? "" : " (not used)"}`
      : this.#switch.checked
        ? "The next recording is the first of it."
        : "Turn this on if all recordings are of one person.";
  }
}
