// The probability of every class as bars with numbers.

import { element } from "./dom.js";
import { capitalized, percent } from "./format.js";

/** Bars in a list, in the order of the model's labels: they keep their places from answer to answer. */
export class Bars {
  #rows;

  constructor(list, labels) {
    this.#rows = labels.map(({ name, colour: color }) => {
      const number = element("span", { class: "number" }, "–");
      const row = element(
        "li",
        {},
        element("span", { class: "name" }, capitalized(name)),
        element("span", { class: "track", "aria-hidden": "true" }, element("span", { class: "fill" })),
        number,
      );
      row.style.setProperty("--label", color);
      return { row, number };
    });
    list.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  /** Shows one probability per label. */
  show(probabilities) {
    const highest = Math.max(...probabilities);
    this.#rows.forEach(({ row, number }, i) => {
      row.style.setProperty("--share", probabilities[i]);
      row.classList.toggle("highest", probabilities[i] === highest);
      number.textContent = percent(probabilities[i]);
    });
  }
}
