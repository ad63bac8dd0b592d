// The threads of the engine: workers that compute in its memory. The page starts and ends them: the
// engine's own worker waits while they compute, and would not hear of one that fails.

const MOST = 8; // more take memory and gain little
const PATIENCE = 10_000; // milliseconds until all compute

/** Return how many threads an engine may have here. It is one unless the browser isolates the page. */
export function threadsHere() {
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST) : 1;
}

/** The threads of an engine. `onFailure(words)` hears of one that fails, and of those that come late. */
export class ThreadPool {
  #workers = [];
  #deadline = null;
  #onFailure;

  constructor(onFailure) {
    this.#onFailure = onFailure;
  }

  /** Start so many threads with what threaded-engine.js says, and call `onReady` when all wait for work. */
  start(count, shared, onReady) {
    let ready = 0;
    this.#deadline = setTimeout(() => this.#onFailure("the threads do not start"), PATIENCE);
    for (let i = 0; i < count; i++) {
      const worker = new Worker(new URL("engine-thread.js", import.meta.url), { type: "module" });
      this.#workers.push(worker);
      worker.onmessage = ({ data: { failed } }) => {
        if (failed !== undefined) this.#onFailure(failed);
        else if (++ready === count) onReady();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        this.#onFailure(event.message ?? "a thread does not start");
      };
      worker.postMessage(shared);
    }
  }

  /** Note that they compute. */
  started() {
    clearTimeout(this.#deadline);
  }

  /** End them. */
  end() {
    clearTimeout(this.#deadline);
    for (const worker of this.#workers) {
      worker.terminate();
      worker.onmessage = worker.onerror = null; // what it said before comes too late
    }
    this.#workers = [];
  }
}
