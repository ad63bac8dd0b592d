// Emotion over time: one result per window of a longer recording.

import { drawOn } from "./canvas.js";
import { element } from "./dom.js";
import { capitalized, clock, inOrder, percent } from "./format.js";
import { drawStack } from "./stack.js";

/** The timeline's lane: a chart, and a slider over the windows for the keyboard. */
export class Timeline {
  #lane;
  #table;
  #labels;
  #onMove;
  #windows = [];
  #seconds = 1;
  #at = 0;
  #redraw;

  /** `onMove(time)` points at a time, or at none for null. `onJump(time)` plays from there. */
  constructor(lane, table, labels, { onMove, onJump }) {
    this.#lane = lane;
    this.#table = table;
    this.#labels = labels;
    this.#onMove = onMove;
    this.#redraw = drawOn(lane.querySelector("canvas"), (context, width, height) => this.#draw(context, width, height));
    lane.addEventListener("keydown", (event) => this.#key(event, onJump));
    lane.addEventListener("focus", () => lane.matches(":focus-visible") && this.#select(this.#at));
    lane.addEventListener("blur", () => onMove(null));
  }

  /** Show the windows of a recording. Hide the timeline if there are fewer than two, or no speech. */
  load(windows, seconds) {
    const ordered = windows.map((each) => ({ ...each, probabilities: inOrder(each.probabilities, this.#labels) }));
    this.#windows = windows.length > 1 && windows.some(({ speech }) => speech) ? ordered : [];
    this.#seconds = seconds;
    this.#at = 0;
    const empty = this.#windows.length === 0;
    this.#lane.hidden = empty;
    this.#table.hidden = empty;
    if (empty) return;
    const attributes = {
      role: "slider",
      tabindex: 0,
      "aria-label": "Emotion over time. Arrow keys move, Enter plays from there.",
      "aria-valuemin": 1,
      "aria-valuemax": windows.length,
    };
    for (const [name, value] of Object.entries(attributes)) this.#lane.setAttribute(name, value);
    this.#describe();
    this.#fillTable();
    this.#redraw();
  }

  /** Return the window whose middle is nearest to a time, or null without a timeline. */
  windowAt(time) {
    const distance = ({ start, end }) => Math.abs((start + end) / 2 - time);
    return this.#windows.reduce((best, each) => (best && distance(best) <= distance(each) ? best : each), null);
  }

  #select(index) {
    this.#at = index;
    const { start, end } = this.#windows[index];
    this.#describe();
    this.#onMove(Math.min((start + end) / 2, this.#seconds));
  }

  #describe() {
    const { start, end, probabilities } = this.#windows[this.#at];
    const values = probabilities?.map((share, i) => `${this.#labels[i].name} ${percent(share, 0)}`) ?? ["no speech"];
    this.#lane.setAttribute("aria-valuenow", this.#at + 1);
    this.#lane.setAttribute("aria-valuetext", `${start.toFixed(1)} to ${end.toFixed(1)} seconds: ${values.join(", ")}`);
  }

  #key(event, onJump) {
    const last = this.#windows.length - 1;
    const moves = {
      ArrowRight: this.#at + 1, ArrowUp: this.#at + 1, ArrowLeft: this.#at - 1, ArrowDown: this.#at - 1,
      PageUp: this.#at + 10, PageDown: this.#at - 10, Home: 0, End: last,
    };
    if (event.key in moves) this.#select(Math.min(last, Math.max(0, moves[event.key])));
    else if (event.key === "Enter" || event.key === " ") onJump(this.#windows[this.#at].start);
    else return;
    event.preventDefault();
  }

  #draw(context, width, height) {
    if (this.#windows.length === 0) return;
    const x = (time) => (Math.min(time, this.#seconds) / this.#seconds) * width;
    const points = this.#windows.map(({ start, end, probabilities }) => ({ x: x((start + end) / 2), probabilities }));
    const edges = [{ ...points[0], x: 0 }, ...points, { ...points.at(-1), x: width }];
    drawStack(context, height, edges, this.#labels);
  }

  #fillTable() {
    const heads = ["From", "To", "Label", ...this.#labels.map(({ name }) => capitalized(name))];
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    const rows = this.#windows.map(({ start, end, label, probabilities }) => {
      const shares = this.#labels.map((_, i) => (probabilities ? percent(probabilities[i]) : "–"));
      const cells = [clockTenths(start), clockTenths(end), label ?? "no speech", ...shares];
      return element("tr", {}, ...cells.map((text) => element("td", {}, text)));
    });
    this.#table.querySelector("thead").replaceChildren(head);
    this.#table.querySelector("tbody").replaceChildren(...rows);
  }
}

const clockTenths = (seconds) => `${clock(seconds)}.${Math.floor((10 * seconds) % 10 + 1e-6)}`;
