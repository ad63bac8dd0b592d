// Saves the timeline of a recording as JSON, CSV, subtitles, a TextGrid or Audacity's labels.

import { element } from "./dom.js";
import { answerOnly, csvOf } from "./download.js";
import { segmentsAs } from "./engine.js";

const FORMATS = [
  { title: "JSON", ending: "json", make: (answer) => `${JSON.stringify(answer, null, 2)}\n` },
  { title: "CSV", ending: "csv", make: toCsv },
  { title: "SRT", ending: "srt", make: (answer) => segmentsAs("srt", answer) },
  { title: "TextGrid", ending: "TextGrid", make: (answer) => segmentsAs("textgrid", answer) },
  { title: "Audacity", ending: "txt", make: (answer) => segmentsAs("audacity", answer) },
];

/** Fill a row with a button per format. `onProblem` hears of failures. */
export class TimelineExport {
  #root;
  #answer = null;
  #labels;

  constructor(root, labels, onProblem) {
    this.#root = root;
    this.#labels = labels;
    const buttons = FORMATS.map((format) => {
      const save = () => this.#save(format).catch(onProblem);
      return element("button", { type: "button", class: "plain", click: save }, format.title);
    });
    root.append(...buttons);
  }

  /** Offer the timeline of an answer, if it has one. */
  load(name, result) {
    this.#root.hidden = !(result.segments?.length > 0);
    this.#answer = { ...answerOnly(result), path: name };
  }

  async #save({ ending, make }) {
    const answer = this.#answer;
    const text = await make(answer, this.#labels);
    const name = `${answer.path.replace(/\.[^.]*$/, "")}.${ending}`;
    const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    element("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}

/** Return CSV with a line per segment. */
function toCsv({ path, segments }, labels) {
  const heads = ["path", "start", "end", "label", "confidence", ...labels.map(({ name }) => `p_${name}`), "speech"];
  const lines = segments.map((each) => {
    const shares = labels.map(({ name }) => each.probabilities?.[name] ?? "");
    return [path, each.start, each.end, each.label ?? "", each.confidence ?? "", ...shares, each.speech];
  });
  return csvOf([heads, ...lines]);
}
