// Two recordings side by side: the last one and the one before.

import { Bars } from "./bars.js";
import { byId, element, setIcon } from "./dom.js";
import { capitalized, percent } from "./format.js";

/** The comparison below a result. Each side has its bars, and a button that plays it. */
export class Comparison {
  #root = byId("compare");
  #labels;
  #audio = new Audio();

  constructor(labels) {
    this.#labels = labels;
    this.#audio.addEventListener("error", () => this.pause());
  }

  /** Show two entries, or nothing without an earlier one. */
  show(before, now) {
    this.pause();
    this.#root.hidden = !before;
    if (!before) return;
    byId("compare-words").textContent = this.#change(before, now);
    this.#root.querySelector(".sides").replaceChildren(this.#side("Before", before), this.#side("Now", now));
  }

  pause() {
    this.#audio.pause();
  }

  #side(title, { name, result, playable }) {
    const list = element("ul", { class: "bars", role: "list", "aria-label": `Probability of every class in ${name}` });
    new Bars(list, this.#labels).show(result.speech ? result.probabilities : null);
    const icon = byId("play").querySelector("svg").cloneNode(true);
    const play = element("button", { type: "button", class: "plain icon-only", "aria-label": `Play ${name}` }, icon);
    setIcon(play, "play");
    play.addEventListener("click", () => this.#play(playable, play));
    const label = result.speech ? capitalized(result.label) : "No speech heard";
    return element(
      "div",
      {},
      element("p", { class: "row" }, play, element("span", {}, element("span", { class: "soft" }, `${title}: `), element("b", {}, label))),
      element("p", { class: "soft source" }, name),
      list,
    );
  }

  #play(playable, button) {
    if (!this.#audio.paused) return this.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio.src = URL.createObjectURL(playable);
    setIcon(button, "pause");
    this.#audio.onpause = () => setIcon(button, "play");
    this.#audio.play().catch(() => setIcon(button, "play"));
  }

  // Says which class gained most, such as "Happy gained 22 points."
  #change(before, now) {
    if (!before.result.speech || !now.result.speech) return "";
    const changes = this.#labels.map(({ name }) => ({ name, change: now.result.probabilities[name] - before.result.probabilities[name] }));
    const most = changes.reduce((best, each) => (each.change > best.change ? each : best));
    if (most.change < 0.005) return "Both sound alike to the model.";
    return `${capitalized(most.name)} gained ${percent(most.change, 0).replace("%", "points")}.`;
  }
}
