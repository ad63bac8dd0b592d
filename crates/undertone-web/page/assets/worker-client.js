// Hands work to the worker of the engine, one job at a time, and starts it anew when it is stuck.

import { Problem, problemFrom } from "./problem.js";
import { ThreadPool, threadsHere } from "./thread-pool.js";

/**
 * The worker. `download(threaded)` returns the engine's files, `{ program, model }`: those of the engine
 * with threads, or of the one without.
 */
export class EngineWorker {
  #download;
  #threads = threadsHere(); // 1 once they have not started
  #pool = new ThreadPool((words) => this.#crash(words));
  #parts = null; // the files, or their download
  #worker = null;
  #waiting = []; // jobs
  #running = null; // the job that the worker has
  #ready = false;
  #ids = 0;
  #live = null; // the open connection of live mode

  constructor(download) {
    this.#download = download;
  }

  /** Start the worker and load the engine, unless that was done. */
  start() {
    if (this.#worker) return;
    const worker = new Worker(new URL("engine-worker.js", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#stop(new Problem("engine-missing"));
    };
    this.#parts ??= this.#download(this.#threads > 1);
    this.#parts.then(
      (parts) => this.#worker === worker && this.#load({ ...parts, threads: this.#threads }),
      (problem) => {
        this.#parts = null;
        if (this.#worker === worker) this.#stop(problem);
      },
    );
  }

  /**
   * Run a job and return its text. `onProgress` hears how far it is. If `signal` aborts a job that
   * runs, the worker ends and another one starts, since nothing else stops it.
   */
  run(job, content, { signal, onProgress = () => {} } = {}) {
    return new Promise((resolve, reject) => {
      const entry = { id: ++this.#ids, job, content, resolve, reject, onProgress };
      signal?.throwIfAborted();
      signal?.addEventListener("abort", () => this.#abort(entry, signal.reason));
      this.#waiting.push(entry);
      this.start();
      this.#next();
    });
  }

  /** Begin live mode. */
  listen() {
    this.#live?.close();
    this.start();
    this.#live = new LiveConnection(
      (live, content) => this.#worker?.postMessage({ live, content }),
      () => this.#running !== null,
    );
    const live = this.#live;
    if (this.#ready) queueMicrotask(() => live.open());
    return live;
  }

  #load(content) {
    const { threads } = content;
    this.#ask("load", content, (shared) => {
      if (!shared) return this.#begin();
      this.#pool.start(threads, shared, () => this.#ask("begin", threads, () => this.#begin()));
    });
  }

  #ask(job, content, resolve) {
    this.#running = { id: ++this.#ids, resolve, reject: (problem) => this.#stop(problem), onProgress: () => {} };
    this.#worker.postMessage({ id: this.#running.id, job, content });
  }

  #begin() {
    this.#pool.started();
    this.#ready = true;
    this.#live?.open();
  }

  #next() {
    if (!this.#ready || this.#running || this.#waiting.length === 0) return;
    const { id, job, content } = (this.#running = this.#waiting.shift());
    const moved = content.file ? [content.file.buffer] : []; // only the worker needs it from now on
    this.#worker.postMessage({ id, job, content }, moved);
  }

  #receive({ id, done, refused, crashed, progress, heard, acknowledged }) {
    if (crashed !== undefined) return this.#crash(crashed);
    if (heard !== undefined) return this.#live?.receive(heard);
    if (acknowledged !== undefined) return this.#live?.acknowledge(acknowledged);
    const running = this.#running;
    if (running?.id !== id) return;
    if (progress) return running.onProgress(progress);
    this.#running = null;
    if (refused === undefined) running.resolve(done);
    else running.reject(problemOf(refused));
    this.#next();
  }

  #abort(entry, reason) {
    entry.reject(reason);
    this.#waiting = this.#waiting.filter((each) => each !== entry);
    if (this.#running === entry) this.#restart();
  }

  // The job that made the engine stop fails. Those behind it get a new engine.
  #crash(words) {
    if (this.#doWithoutThreads()) return;
    console.error(words);
    const running = this.#running;
    this.#end();
    this.#loseLive();
    running?.reject(new Problem("engine-lost"));
    if (this.#waiting.length > 0) this.start();
  }

  // Threads that do not start are no problem: the other engine has none. Return whether it is used now.
  #doWithoutThreads() {
    if (this.#ready || this.#threads === 1) return false;
    this.#threads = 1;
    this.#parts = null;
    this.#restart();
    return true;
  }

  // Live mode goes on with the next engine.
  #restart() {
    this.#end();
    this.start();
  }

  // Without an engine, all jobs fail. The next one tries again.
  #stop(problem) {
    if (this.#doWithoutThreads()) return;
    const failed = this.#waiting;
    this.#waiting = [];
    this.#parts = null; // the files may be at fault
    this.#end();
    this.#loseLive();
    for (const { reject } of failed) reject(problem);
  }

  #end() {
    this.#worker?.terminate();
    this.#pool.end();
    this.#worker = null;
    this.#running = null;
    this.#ready = false;
  }

  #loseLive() {
    this.#live?.lose();
    this.#live = null;
  }
}

// Words that are no JSON come from loading the engine.
function problemOf(text) {
  try {
    return problemFrom(JSON.parse(text));
  } catch {
    return new Problem("page-fault", { detail: text });
  }
}

// A connection of live mode with the interface of a WebSocket.
class LiveConnection {
  readyState = WebSocket.CONNECTING;
  bufferedAmount = 0; // bytes of sound that the worker has not heard yet
  onopen = null;
  onmessage = null;
  onclose = null;
  #post;
  #isBusy;
  #said = []; // the texts that were sent: the hello, then controls
  #samples = 0; // of the sound that was sent
  #earlier = 0; // those of them that another engine heard

  constructor(post, isBusy) {
    this.#post = post;
    this.#isBusy = isBusy;
  }

  /** Whether the worker does something else meanwhile. A WebSocket has no such property. */
  get busy() {
    return this.#isBusy();
  }

  /** Begin to listen with an engine that is loaded. One that replaces another hears the texts again. */
  open() {
    if (this.readyState === WebSocket.OPEN) {
      this.bufferedAmount = 0;
      this.#earlier = this.#samples;
      this.#said.forEach((text, index) => this.#say(text, index));
    } else if (this.readyState === WebSocket.CONNECTING) {
      this.readyState = WebSocket.OPEN;
      this.onopen?.();
    }
  }

  #say(text, index) {
    this.#post(index === 0 ? "listen" : "control", text);
  }

  send(message) {
    if (typeof message === "string") return this.#say(message, this.#said.push(message) - 1);
    const sound = message.slice().buffer;
    this.bufferedAmount += sound.byteLength;
    this.#samples += sound.byteLength / 2;
    this.#post("hear", sound);
  }

  receive(data) {
    if (this.readyState !== WebSocket.OPEN) return;
    const result = JSON.parse(data);
    if (result.received !== undefined) result.received += this.#earlier;
    this.onmessage?.({ data: JSON.stringify(result) });
  }

  acknowledge(bytes) {
    this.bufferedAmount = Math.max(0, this.bufferedAmount - bytes);
  }

  close() {
    const wasOpen = this.readyState === WebSocket.OPEN;
    this.readyState = WebSocket.CLOSED;
    if (wasOpen) this.#post("stop");
  }

  lose() {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
}
