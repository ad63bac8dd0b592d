// Shows the result for one recording: label, confidence, sums, bars, warnings and player.

import { Bars } from "./bars.js";
import { confidenceSentence, scaleExplained } from "./confidence.js";
import { announce, byId, element, reveal } from "./dom.js";
import { capitalized, duration, recordings } from "./format.js";
import { Comparison } from "./compare.js";
import { TimelineExport } from "./export.js";
import { Player } from "./player.js";
import { Utterances } from "./utterances.js";
import { warningSentences } from "./warnings.js";

/** The panel with the result. */
export class ResultPanel {
  #root = byId("result");
  #model;
  #sums;
  #bars;
  #player;
  #utterances;
  #export;
  #comparison;
  #shown = null;

  /** `onWhy(entry)` asks why an entry has its answer, and `onProblem` hears of failures. */
  constructor(model, { onWhy, onProblem }) {
    this.#model = model;
    this.#sums = new Bars(byId("result-sums"), model.sums);
    this.#bars = new Bars(byId("result-bars"), model.labels);
    this.#player = new Player(byId("player"), model.labels);
    this.#utterances = new Utterances(byId("utterances"), model.labels, {
      onPlay: (start, end) => this.#player.playPart(start, end),
      onPoint: (time) => this.#player.point(time),
    });
    this.#export = new TimelineExport(byId("export"), model.labels, onProblem);
    this.#comparison = new Comparison(model.labels);
    byId("ask-why").addEventListener("click", () => onWhy(this.#shown));
    byId("confidence-words").replaceChildren(...scaleExplained(model));
  }

  /**
   * Show an entry, `{ name, result, playable }`, and beside it the entry `before` if there is one.
   * `focus` moves the keyboard focus to the panel.
   */
  show(entry, { before = null, focus = false } = {}) {
    const { name, result, playable } = entry;
    this.#shown = entry;
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
    this.#utterances.load(result);
    this.#export.load(name, result);
    this.#comparison.show(before, entry);
    this.showWhy();
    announce(`${name}: ${label}. ${sentence} ${warnings.join(" ")}`);
    reveal(this.#root, { focus });
  }

  /** Show why the entry has its answer, if that is known. */
  showWhy() {
    const { result } = this.#shown;
    byId("ask-why").hidden = !result.speech || Boolean(result.influences) || (result.segmentation ?? "windows") !== "windows";
    this.#player.showWhy(result.influences ?? null, result.label);
  }

  hide() {
    this.pause();
    this.#shown = null;
    this.#root.hidden = true;
    document.body.classList.remove("has-result");
  }

  pause() {
    this.#player.pause();
    this.#comparison.pause();
  }
}

function timing(milliseconds) {
  const total = Object.values(milliseconds).reduce((sum, each) => sum + each, 0);
  return `analyzed in ${Number(total.toPrecision(2))}\u202fms`;
}

const adaptation = ({ adapted }) => (adapted?.recordings > 0 ? [`adapted to ${recordings(adapted.recordings)} of this voice`] : []);
