// Describes a probability in words, on a scale that the page also shows.

import { element } from "./dom.js";
import { percent } from "./format.js";

const SCALE = [
  { from: 0.9, word: "Very sure" },
  { from: 0.7, word: "Fairly sure" },
  { from: 0.5, word: "Somewhat sure" },
  { from: 0, word: "Unsure" },
];

const wordFor = (confidence) => SCALE.find(({ from }) => confidence >= from).word;

/** Return a sentence such as "Fairly sure, 78.1 %. Next is neutral with 15.0 %." */
export function confidenceSentence(probabilities, label) {
  const sorted = [...probabilities].sort((a, b) => b.probability - a.probability);
  const confidence = sorted.find((each) => each.label === label).probability;
  const next = sorted.find((each) => each.label !== label);
  const rest = next ? ` Next is ${next.label} with ${percent(next.probability)}.` : "";
  return `${wordFor(confidence)}, ${percent(confidence)}.${rest}`;
}

/** Return elements that explain the scale. */
export function scaleExplained() {
  const rows = SCALE.map(({ from, word }, i) => {
    const range =
      i === 0 ? `${percent(from, 0)} or more` : from > 0 ? `${percent(from, 0)} to ${percent(SCALE[i - 1].from, 0)}` : `below ${percent(SCALE[i - 1].from, 0)}`;
    return element("tr", {}, element("th", { scope: "row" }, word), element("td", {}, range));
  });
  return [
    element("table", {}, element("tbody", {}, ...rows)),
    element(
      "p",
      {},
      "The number is the model's own probability for the class. It says how sure the model is, not how often it is right. The model card says how often it is right on voices that it has never heard.",
    ),
  ];
}
