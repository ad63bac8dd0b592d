// Describes a result's confidence in words, on a scale that the page also shows.

import { element } from "./dom.js";
import { percent } from "./format.js";

const SURE = "Very sure";
const SCALE = [
  { from: 0.7, word: "Fairly sure" },
  { from: 0.5, word: "Somewhat sure" },
  { from: 0, word: "Unsure" },
];

const wordFor = (confidence) => SCALE.find(({ from }) => confidence >= from).word;
const descending = (probabilities) =>
  Object.entries(probabilities)
    .map(([label, probability]) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability);

/**
 * Return a sentence such as "Fairly sure, 78.1 %. Next is neutral with 15.0 %." Only the server
 * decides whether a result is very sure. With sums, that is said of the most probable sum: "Very sure
 * that it is negative, 93.0 %. Of the emotions, angry has 61.2 %, and next is sad with 20.1 %."
 */
export function confidenceSentence({ probabilities, label, sums, sure, speech }) {
  if (!speech) return "Without speech, the model names no emotion.";
  const [first, second] = descending(probabilities);
  if (sure && sums) {
    const [sum] = descending(sums);
    const next = second ? `, and next is ${second.label} with ${percent(second.probability)}` : "";
    return `${SURE} that it is ${sum.label}, ${percent(sum.probability)}. Of the emotions, ${label} has ${percent(first.probability)}${next}.`;
  }
  const next = second ? ` Next is ${second.label} with ${percent(second.probability)}.` : "";
  return `${sure ? SURE : wordFor(first.probability)}, ${percent(first.probability)}.${next}`;
}

/** Return elements that explain the scale of a model. */
export function scaleExplained({ sure, sums }) {
  const rows = SCALE.map(({ from, word }, i) => {
    if (i === 0) return [word, `${percent(from, 0)} or more`];
    const most = percent(SCALE[i - 1].from, 0);
    return [word, from > 0 ? `${percent(from, 0)} to ${most}` : `below ${most}`];
  });
  if (sure !== null) rows.unshift([SURE, `${sums.length > 0 ? `${sums.map(({ name }) => name).join(", ")}: ` : ""}${percent(sure, 0)} or more`]);
  const words = [
    "The number is the model's own probability. It says how sure the model is, not how often it is right. The model card says how often it is right on voices that it has never heard.",
    sure !== null && `“${SURE}” is said only where the model was right at least 9 times in 10 on such voices.`,
    sums.length > 0 && "Each sum adds up the probabilities of its emotions.",
  ];
  return [
    element("table", {}, element("tbody", {}, ...rows.map(([word, range]) => element("tr", {}, element("th", { scope: "row" }, word), element("td", {}, range))))),
    ...words.filter(Boolean).map((text) => element("p", {}, text)),
  ];
}
