// All recordings of this visit: answered a few at a time, listed, saved, opened again.

import { analyze } from "./analyze.js";
import { announce, byId } from "./dom.js";
import { offer, toCsv, toJson } from "./download.js";
import { clearProblems, showProblem } from "./notices.js";
import { asProblem, explain } from "./problem.js";
import { SessionTable } from "./table.js";

const AT_ONCE = 3;

/** Takes files, shows answers. `panel` is the `ResultPanel`. */
export class Session {
  #model;
  #panel;
  #table;
  #entries = [];
  #ids = 0;
  #current = null; // the AbortController of the answer that is being waited for
  #lists = new AbortController(); // of the lists that are being worked through
  #opened = null;

  constructor(model, panel) {
    this.#model = model;
    this.#panel = panel;
    this.#table = new SessionTable(byId("session-table"), model.labels, (entry) => this.#open(entry));
    byId("session-clear").addEventListener("click", () => this.#clear());
  }

  /** One file is answered and shown; several are listed. */
  async take(files) {
    this.#panel.pause();
    clearProblems();
    if (files.length === 1) await this.#answerOne(files[0]);
    else await this.#answerAll(files);
  }

  async #answerOne(file) {
    const entry = this.#entry(file);
    const done = await this.#detail(entry, () => this.#answerOne(file));
    if (!done) return;
    this.#entries.push(entry);
    this.#show(entry);
  }

  #entry(file) {
    return { id: ++this.#ids, name: file.name, file, state: "waiting", result: null, playable: null, problem: null };
  }

  // Fetches what the panel shows. An earlier one that is still under way is no longer wanted.
  async #detail(entry, retry) {
    this.#current?.abort();
    const current = new AbortController();
    this.#current = current;
    const input = byId("input");
    input.setAttribute("aria-busy", "true");
    announce(`Listening to ${entry.name}…`);
    try {
      const options = {
        detail: true,
        signal: current.signal,
        onWait: (seconds) => announce(`The server is busy. Trying again in ${Math.ceil(seconds)} seconds.`),
      };
      Object.assign(entry, await analyze(entry.file, this.#model, options), { state: "done" });
      clearProblems();
      return true;
    } catch (thrown) {
      if (thrown.name !== "AbortError") showProblem(thrown, this.#model, { subject: entry.name, retry });
      return false;
    } finally {
      if (this.#current === current) input.removeAttribute("aria-busy");
    }
  }

  async #open(entry) {
    clearProblems();
    if (!entry.result.picture && !(await this.#detail(entry, () => this.#open(entry)))) return;
    this.#show(entry, { focus: true });
  }

  #show(entry, options) {
    this.#opened = entry;
    this.#panel.show(entry, options);
    this.#list();
  }

  async #answerAll(files) {
    const added = files.map((file) => this.#entry(file));
    this.#entries.push(...added);
    this.#list();
    byId("session").scrollIntoView({ block: "nearest" });
    const { signal } = this.#lists;
    const waiting = [...added];
    const work = async () => {
      for (let entry = waiting.shift(); entry && !signal.aborted; entry = waiting.shift()) {
        entry.state = "running";
        this.#list();
        await this.#answerQuietly(entry, signal);
        this.#list();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (signal.aborted) return;
    const failed = added.filter(({ state }) => state === "failed").length;
    announce(`${added.length - failed} recordings answered${failed ? `, ${failed} not` : ""}.`);
  }

  async #answerQuietly(entry, signal) {
    try {
      Object.assign(entry, await analyze(entry.file, this.#model, { signal }), { state: "done" });
    } catch (thrown) {
      if (signal.aborted) return;
      const { title } = explain(asProblem(thrown), this.#model);
      Object.assign(entry, { state: "failed", problem: title });
    }
  }

  #list() {
    const entries = this.#entries;
    byId("session").hidden = entries.length < 2;
    if (entries.length < 2) return;
    const done = entries.filter(({ state }) => state === "done" || state === "failed").length;
    const progress = byId("session-progress");
    progress.hidden = done === entries.length;
    progress.querySelector("progress").value = done / entries.length;
    byId("session-count").textContent = `${done} of ${entries.length}`;
    this.#table.show(entries, this.#opened);
    if (done < entries.length) return;
    offer(byId("download-csv"), toCsv(entries, this.#model.labels), "text/csv");
    offer(byId("download-json"), toJson(entries), "application/json");
  }

  #clear() {
    this.#current?.abort();
    this.#lists.abort();
    this.#lists = new AbortController();
    this.#entries = [];
    this.#opened = null;
    this.#panel.hide();
    this.#list();
    announce("All recordings are forgotten.");
    byId("record").focus();
  }
}
