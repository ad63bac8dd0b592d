// Emotion over time: one result per window of a longer recording, or per utterance of a long one.

import { drawOn } from "./canvas.js";
import { element } from "./dom.js";
import { capitalized, clockTenths, inOrder, percent } from "./format.js";
import { drawBlock, drawStack } from "./stack.js";

const MANY_ROWS = 300; // of a table that is made only when it is opened

/** The timeline's lane: a chart, and a slider over the windows for the keyboard. */
export class Timeline {
  #lane;
  #table;
  #labels;
  #onMove;
  #windows = [];
  #overlap = true; // the windows do
  #seconds = 1;
  #view;
  #at = 0;
  #redraw;

  /**
   * `onMove(time)` points at a time, or at none for null. `onJump(time)` plays from there. `view` is the
   * part of the recording that is shown.
   */
  constructor(lane, table, labels, { view, onMove, onJump }) {
    this.#view = view;
    this.#lane = lane;
    this.#table = table;
    this.#labels = labels;
    this.#onMove = onMove;
    this.#redraw = drawOn(lane.querySelector("canvas"), (context, width, height) => this.#draw(context, width, height));
    lane.addEventListener("keydown", (event) => this.#key(event, onJump));
    lane.addEventListener("focus", () => lane.matches(":focus-visible") && this.#select(this.#at));
    lane.addEventListener("blur", () => onMove(null));
    table.addEventListener("toggle", () => table.open && this.#fillTable());
  }

  redraw() {
    this.#redraw();
  }

  /**
   * Show the segments of a recording. Hide the timeline if there are fewer than two windows, or no
   * speech.
   */
  load(windows, segmentation, seconds) {
    this.#overlap = segmentation === "windows";
    const ordered = windows.map((each) => ({ ...each, probabilities: inOrder(each.probabilities, this.#labels) }));
    const enough = windows.length > 1 || !this.#overlap;
    this.#windows = enough && windows.some(({ speech }) => speech) ? ordered : [];
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
    this.#table.querySelector("tbody").replaceChildren();
    if (this.#table.open || windows.length <= MANY_ROWS) this.#fillTable();
    this.#redraw();
  }

  /** Return the window whose middle is nearest to a time, or the utterance at it; null for none. */
  windowAt(time) {
    if (!this.#overlap) return this.#windows.find(({ start, end }) => start <= time && time <= end) ?? null;
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
    const x = (time) => this.#view.share(Math.min(time, this.#seconds)) * width;
    if (!this.#overlap) {
      for (const { start, end, probabilities } of this.#windows) {
        if (probabilities && this.#view.shows(start, end)) {
          drawBlock(context, height, x(start), Math.max(x(end), x(start) + 1), probabilities, this.#labels);
        }
      }
      return;
    }
    const points = this.#windows.map(({ start, end, probabilities }) => ({ x: x((start + end) / 2), probabilities }));
    const edges = [{ ...points[0], x: x(0) }, ...points, { ...points.at(-1), x: x(this.#seconds) }];
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
