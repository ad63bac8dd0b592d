// The utterances of a long recording as a list: click to hear one, hover to see it.

import { element } from "./dom.js";
import { capitalized, clock, clockTenths, percent } from "./format.js";

/** The list, with a summary above it. Arrow keys move in it. */
export class Utterances {
  #root;
  #list;
  #labels;
  #actions;

  /** `onPlay(start, end)` plays a part, `onPoint(time)` points at a time, or at none for null. */
  constructor(root, labels, { onPlay, onPoint }) {
    this.#root = root;
    this.#list = root.querySelector("ol");
    this.#labels = new Map(labels.map((each) => [each.name, each]));
    this.#actions = { onPlay, onPoint };
    this.#list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show the segments of an answer. Hide the list for windows, which overlap. */
  load({ segments = [], segmentation, summary }) {
    const shown = segmentation && segmentation !== "windows" ? segments : [];
    this.#root.hidden = shown.length === 0;
    this.#root.querySelector("p").textContent = summary ? summarized(summary) : "";
    this.#list.replaceChildren(...shown.map((each, i) => this.#item(each, i === 0)));
    this.#list.scrollTop = 0;
  }

  #item({ start, end, label, confidence, speech, text }, first) {
    const { onPlay, onPoint } = this.#actions;
    const middle = (start + end) / 2;
    const answer = speech ? `${capitalized(label)} ${percent(confidence, 0)}` : "No speech";
    const button = element(
      "button",
      {
        type: "button", tabindex: first ? 0 : -1,
        click: () => onPlay(start, end),
        pointerenter: () => onPoint(middle),
        pointerleave: () => onPoint(null),
        focus: () => button.matches(":focus-visible") && onPoint(middle),
        blur: () => onPoint(null),
      },
      element("span", { class: "soft" }, `${clockTenths(start)}–${clockTenths(end)}`),
      element("span", {}, element("span", { class: "swatch" }), answer),
      text ? element("span", { class: "said soft" }, text) : null,
    );
    const item = element("li", {}, button);
    item.style.setProperty("--label", this.#labels.get(label)?.color ?? "transparent");
    return item;
  }

  #key(event) {
    const buttons = [...this.#list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: last };
    if (at < 0 || !(event.key in moves)) return;
    event.preventDefault();
    const next = buttons[Math.min(last, Math.max(0, moves[event.key]))];
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/** Return a summary such as "1 min 2 s of speech: 41 % negative, mostly 1:50–3:10; 59 % neutral." */
function summarized({ speech_seconds: seconds, shares, mostly }) {
  const parts = Object.entries(shares)
    .sort(([, one], [, other]) => other - one)
    .map(([name, share]) => {
      const [from, to] = mostly[name] ?? [];
      return `${percent(share, 0)} ${name}${from === undefined ? "" : `, mostly ${clock(from)}–${clock(to)}`}`;
    });
  return parts.length === 0 ? "Nobody speaks." : `${clock(seconds)} of speech: ${parts.join("; ")}.`;
}
