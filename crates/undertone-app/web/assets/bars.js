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
      return { row, number };
    });
    list.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  /** Show one probability per label, or none for null. */
  show(probabilities) {
    const highest = probabilities && Math.max(...probabilities);
    this.#rows.forEach(({ row, number }, i) => {
      row.style.setProperty("--share", probabilities?.[i] ?? 0);
      row.classList.toggle("highest", probabilities?.[i] === highest);
      number.textContent = probabilities ? percent(probabilities[i]) : "–";
    });
  }
}
