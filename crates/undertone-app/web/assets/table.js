// The session's recordings as a table that can be sorted by each column.

import { element } from "./dom.js";
import { capitalized, percent } from "./format.js";

/** A table of entries. It calls `onOpen(entry)` when a row's name is clicked. */
export class SessionTable {
  #root;
  #labels;
  #onOpen;
  #sorting = { column: null, descending: false };
  #entries = [];
  #columns;

  constructor(root, labels, onOpen) {
    this.#root = root;
    this.#labels = labels;
    this.#onOpen = onOpen;
    this.#columns = [
      { title: "Recording", value: ({ name }) => name },
      { title: "Label", value: ({ result }) => result?.label ?? undefined },
      ...labels.map(({ name }) => ({
        title: capitalized(name),
        number: true,
        value: ({ result }) => result?.probabilities?.[name],
      })),
      { title: "Seconds", number: true, value: ({ result }) => result?.seconds },
    ];
  }

  /** Show entries in the chosen order. */
  show(entries, opened) {
    this.#entries = entries;
    const head = element("tr", {}, ...this.#columns.map((column) => this.#head(column)));
    const focused = document.activeElement?.dataset?.key;
    this.#root.querySelector("thead").replaceChildren(head);
    this.#root.querySelector("tbody").replaceChildren(...this.#sorted().map((entry) => this.#row(entry, opened)));
    if (focused) this.#root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #head(column) {
    const { column: sorted, descending } = this.#sorting;
    const order = column === sorted ? (descending ? "descending" : "ascending") : "none";
    const sort = () => {
      // Numbers start with the highest.
      const turned = column === sorted ? !descending : Boolean(column.number);
      this.#sorting = { column, descending: turned };
      this.show(this.#entries);
    };
    const button = element("button", { type: "button", "data-key": `head-${column.title}`, click: sort }, column.title);
    return element("th", { scope: "col", "aria-sort": order, class: column.number ? "number" : null }, button);
  }

  #sorted() {
    const { column, descending } = this.#sorting;
    if (!column) return this.#entries;
    const compare = (a, b) => {
      const [left, right] = [column.value(a), column.value(b)];
      if (left === undefined || right === undefined) return (left === undefined) - (right === undefined); // failed recordings come last
      const order = column.number ? left - right : left.localeCompare(right, undefined, { numeric: true });
      return descending ? -order : order;
    };
    return [...this.#entries].sort(compare);
  }

  #row(entry, opened) {
    const { name, state, result, problem } = entry;
    const open = () => this.#onOpen(entry);
    const title = result ? element("button", { type: "button", class: "link", "data-key": `row-${entry.id}`, click: open }, name) : name;
    const head = element("th", { scope: "row" }, title);
    if (!result) {
      const words = { waiting: "waiting", running: "analyzing…", failed: problem }[state];
      return element("tr", { class: state }, head, element("td", { colspan: this.#columns.length - 1, class: "state" }, words));
    }
    const label = result.speech
      ? element("td", {}, element("span", { class: "swatch" }), capitalized(result.label))
      : element("td", { class: "soft" }, "No speech");
    const shares = this.#labels.map(({ name: each }) =>
      element("td", { class: each === result.label ? "number highest" : "number" }, result.speech ? percent(result.probabilities[each]) : "–"),
    );
    const row = element("tr", { class: entry === opened ? "opened" : null }, head, label, ...shares, element("td", { class: "number" }, result.seconds.toFixed(2)));
    row.style.setProperty("--label", this.#labels.find((each) => each.name === result.label)?.color ?? "transparent");
    return row;
  }
}
