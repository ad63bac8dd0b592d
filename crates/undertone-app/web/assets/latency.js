// Measures the time from a sound to its result on the page.

const REMEMBERED = 25; // results

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Matches each result with the time at which its newest sound reached the page. */
export class Latency {
  #samples = 0;
  #blocks = []; // sent, without a result yet: { upTo, time }
  #latencies = [];
  #results = [];

  /** Record a block sent to the server. Its last sample was captured at `time` (Date.now). */
  sent(samples, time) {
    this.#samples += samples;
    this.#blocks.push({ upTo: this.#samples, time });
  }

  /**
   * Record that the result for the first `received` samples is drawn now. Return the median latency
   * in milliseconds and the results per second.
   */
  drawn(received) {
    const now = Date.now();
    let newest = null;
    while (this.#blocks.length > 0 && this.#blocks[0].upTo <= received) newest = this.#blocks.shift();
    // Without a newer block, this result is for the same sound as the last one.
    if (newest) this.#latencies = [...this.#latencies, now - newest.time].slice(-REMEMBERED);
    this.#results = [...this.#results, now].slice(-REMEMBERED);
    const span = (now - this.#results[0]) / 1000;
    return {
      median: this.#latencies.length ? median(this.#latencies) : 0,
      rate: span > 0 ? (this.#results.length - 1) / span : 0,
    };
  }
}
