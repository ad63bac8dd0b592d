// Shows the result for one recording: label, confidence, sums, bars, warnings and player.

import { Bars } from "./bars.js";
import { confidenceSentence, scaleExplained } from "./confidence.js";
import { announce, byId, element, reveal } from "./dom.js";
import { capitalized, duration, recordings } from "./format.js";
import { Player } from "./player.js";
import { warningSentences } from "./warnings.js";

/** The panel with the result. */
export class ResultPanel {
  #root = byId("result");
  #model;
  #sums;
  #bars;
  #player;

  constructor(model) {
    this.#model = model;
    this.#sums = new Bars(byId("result-sums"), model.sums);
    this.#bars = new Bars(byId("result-bars"), model.labels);
    this.#player = new Player(byId("player"), model.labels);
    byId("confidence-words").replaceChildren(...scaleExplained(model));
  }

  /** Show `{ name, result, playable }`. `focus` moves the keyboard focus to the panel. */
  show({ name, result, playable }, { focus = false } = {}) {
    const sentence = confidenceSentence(result);
    const label = result.speech ? capitalized(result.label) : "No speech heard";
    byId("result-source").textContent = [name, duration(result.seconds), timing(result.milliseconds), ...adaptation(result)].join(" · ");
    byId("result-label").textContent = label;
    byId("result-confidence").textContent = sentence;
    this.#root.style.setProperty("--label", this.#model.labels.find((each) => each.name === result.label)?.color ?? "transparent");
    this.#root.hidden = false;
    document.body.classList.add("has-result");
    this.#root.classList.toggle("no-speech", !result.speech);
    byId("result-sums").hidden = !result.sums;
    byId("result-bars").hidden = !result.speech;
    if (result.sums) this.#sums.show(result.sums);
    if (result.speech) this.#bars.show(result.probabilities);
    const warnings = warningSentences(result.warnings);
    byId("result-warnings").replaceChildren(...warnings.map((text) => element("li", {}, text)));
    this.#player.load(result, playable);
    announce(`${name}: ${label}. ${sentence} ${warnings.join(" ")}`);
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

const adaptation = ({ adapted }) => (adapted?.recordings > 0 ? [`adapted to ${recordings(adapted.recordings)} of this voice`] : []);
