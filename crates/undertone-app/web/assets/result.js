// Shows the result for one recording: label, confidence, bars, warnings and player.

import { Bars } from "./bars.js";
import { confidenceSentence, scaleExplained } from "./confidence.js";
import { announce, byId, element, reveal } from "./dom.js";
import { capitalized, duration } from "./format.js";
import { Player } from "./player.js";

const WARNINGS = {
  quiet: "It is hardly louder than a quiet room, so the result is unreliable. Move closer to the microphone.",
  short: "It has less than half a second of speech, so the result is unreliable.",
  clipped: "It is too loud: its peaks are cut off. Move further from the microphone.",
};

/** The panel with the result. */
export class ResultPanel {
  #root = byId("result");
  #model;
  #bars;
  #player;

  constructor(model) {
    this.#model = model;
    this.#bars = new Bars(byId("result-bars"), model.labels);
    this.#player = new Player(byId("player"), model.labels);
    byId("confidence-words").replaceChildren(...scaleExplained());
  }

  /** Show `{ name, result, playable }`. `focus` moves the keyboard focus to the panel. */
  show({ name, result, playable }, { focus = false } = {}) {
    const sentence = confidenceSentence(result.probabilities, result.label);
    byId("result-source").textContent = [name, duration(result.seconds), timing(result.milliseconds)].join(" · ");
    byId("result-label").textContent = capitalized(result.label);
    byId("result-confidence").textContent = sentence;
    this.#root.style.setProperty("--label", this.#model.labels.find((each) => each.name === result.label).color);
    this.#root.hidden = false;
    document.body.classList.add("has-result");
    this.#bars.show(result.probabilities.map((each) => each.probability));
    const warnings = (result.warnings ?? []).map((kind) => element("li", {}, WARNINGS[kind] ?? capitalized(kind)));
    byId("result-warnings").replaceChildren(...warnings);
    this.#player.load(result, playable);
    const spoken = warnings.map((each) => each.textContent).join(" ");
    announce(`${name}: ${result.label}. ${sentence} ${spoken}`);
    reveal(this.#root, { focus });
  }

  hide() {
    this.#player.pause();
    this.#root.hidden = true;
    document.body.classList.remove("has-result");
  }

  pause() {
    this.#player.pause();
  }
}

function timing(milliseconds) {
  const total = Object.values(milliseconds).reduce((sum, each) => sum + each, 0);
  return `analyzed in ${Number(total.toPrecision(2))}\u202fms`;
}
