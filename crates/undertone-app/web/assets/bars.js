// The probability of each class as a bar with a number.

import { element } from "./dom.js";
import { capitalized, percent } from "./format.js";

/** A list of bars in the order of the model's labels, which is the same for every result. */
export class Bars {
  #rows;

  constructor(list, labels) {
    this.#rows = labels.map(({ name, color }) => {
      const number = element("span", { class: "number" }, "–");
      const row = element(
        "li",
        {},
        element("span", { class: "name" }, capitalized(name)),
        element("span", { class: "track", "aria-hidden": "true" }, element("span", { class: "fill" })),
        number,
      );
      row.style.setProperty("--label", color);
      return { name, row, number };
    });
    list.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  /** Show the probabilities of the labels by name, or none for null. */
  show(probabilities) {
    const highest = probabilities && Math.max(...this.#rows.map(({ name }) => probabilities[name]));
    for (const { name, row, number } of this.#rows) {
      row.style.setProperty("--share", probabilities?.[name] ?? 0);
      row.classList.toggle("highest", probabilities?.[name] === highest);
      number.textContent = probabilities ? percent(probabilities[name]) : "–";
    }
  }
}
