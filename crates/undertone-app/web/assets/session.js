// All recordings since the page was opened: analyzes, lists, saves and shows them.

import { analyze } from "./analyze.js";
import { AnalysisProgress } from "./analysis-progress.js";
import { announce, byId } from "./dom.js";
import { offer, toCsv, toJson } from "./download.js";
import { clearProblems, showProblem } from "./notices.js";
import { asProblem, explain } from "./problem.js";
import { SessionTable } from "./table.js";
import { Voice } from "./voice.js";

const CONCURRENT_FILES = 3;

/** Analyzes files and shows the results. `panel` is the `ResultPanel`. */
export class Session {
  #model;
  #panel;
  #table;
  #voice;
  #entries = [];
  #ids = 0;
  #current = null; // the AbortController of the analysis that the panel waits for
  #lists = new AbortController(); // of the lists that are being analyzed
  #opened = null;
  #progress = new AnalysisProgress();

  constructor(model, panel) {
    this.#model = model;
    this.#panel = panel;
    this.#voice = new Voice(model);
    this.#table = new SessionTable(byId("session-table"), model.labels, (entry) => this.#open(entry));
    byId("session-clear").addEventListener("click", () => this.#clear());
  }

  /** Analyze files. Show one file in the panel, and list several. */
  async take(files) {
    this.#panel.pause();
    clearProblems();
    if (files.length === 1) await this.#analyzeOne(files[0]);
    else await this.#analyzeAll(files);
  }

  async #analyzeOne(file) {
    const entry = this.#entry(file);
    const done = await this.#detail(entry, () => this.#analyzeOne(file), (options) => this.#heard(entry, options));
    if (!done) return;
    const before = this.#opened;
    this.#entries.push(entry);
    this.#show(entry, { before });
  }

  /** Ask why an entry has its answer, once. */
  async why(entry) {
    if (!entry || entry.result.influences) return;
    const detail = (options) => this.#again(entry, { ...options, detail: false, why: true });
    const asked = { ...entry };
    const answered = await this.#fetch(asked, () => this.why(entry), detail);
    if (!answered) return;
    entry.result.influences = asked.result.influences ?? [];
    if (this.#opened === entry) this.#panel.showWhy();
  }

  #entry(file) {
    return { id: ++this.#ids, name: file.name, file, state: "waiting", result: null, playable: null, problem: null, voice: null };
  }

  // Analyzes a recording for the first time: the voice hears it, if the switch is on.
  #heard(entry, options) {
    return this.#voice.during((voice) => {
      entry.voice = voice;
      return analyze(entry.file, this.#model, { ...options, voice });
    });
  }

  // Analyzes a recording again, as it was analyzed the first time.
  #again(entry, options) {
    return analyze(entry.file, this.#model, { ...options, voice: entry.voice });
  }

  // Fetches the analysis for the panel. What the panel showed does not stand beside a problem.
  async #detail(entry, retry, analyzing) {
    const done = await this.#fetch(entry, retry, analyzing);
    if (!done && !entry.canceled) {
      this.#opened = null;
      this.#panel.hide();
      this.#list();
    }
    return done;
  }

  // Fetches an analysis. Cancels an earlier request that is still running.
  async #fetch(entry, retry, analyzing) {
    this.#current?.abort();
    const current = new AbortController();
    this.#current = current;
    const input = byId("input");
    input.setAttribute("aria-busy", "true");
    announce(`Analyzing ${entry.name}…`);
    entry.canceled = false;
    this.#progress.begin(entry.name, () => current.abort());
    try {
      const options = {
        detail: true,
        signal: current.signal,
        onProgress: (progress) => this.#progress.told(entry.name, progress),
        onWait: (seconds) => announce(`The server is busy. Trying again in ${Math.ceil(seconds)} seconds.`),
      };
      Object.assign(entry, await analyzing(options), { state: "done" });
      clearProblems();
      return true;
    } catch (thrown) {
      if (thrown.kind === "voice") entry.voice = null;
      entry.canceled = thrown.name === "AbortError";
      if (entry.canceled) announce("Canceled.");
      else showProblem(thrown, this.#model, { subject: entry.name, retry });
      return false;
    } finally {
      if (this.#current === current) {
        input.removeAttribute("aria-busy");
        this.#progress.end();
      }
    }
  }

  async #open(entry) {
    clearProblems();
    const fetched = entry.result.picture || (await this.#detail(entry, () => this.#open(entry), (options) => this.#again(entry, options)));
    if (!fetched) return;
    this.#show(entry, { focus: true });
  }

  #show(entry, options) {
    this.#opened = entry;
    this.#panel.show(entry, options);
    this.#list();
  }

  async #analyzeAll(files) {
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
        await this.#analyzeForList(entry, signal);
        this.#list();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_FILES }, work));
    if (signal.aborted) return;
    const failed = added.filter(({ state }) => state === "failed").length;
    announce(`${added.length - failed} recordings analyzed${failed ? `, ${failed} failed` : ""}.`);
  }

  async #analyzeForList(entry, signal) {
    try {
      Object.assign(entry, await this.#heard(entry, { signal }), { state: "done" });
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
    offer(byId("download-csv"), toCsv(entries, this.#model), "text/csv");
    offer(byId("download-json"), toJson(entries), "application/json");
  }

  #clear() {
    this.#current?.abort();
    this.#lists.abort();
    this.#lists = new AbortController();
    this.#entries = [];
    this.#opened = null;
    this.#voice.forget();
    this.#panel.hide();
    this.#list();
    announce("All recordings were removed.");
    byId("record").focus();
  }
}
