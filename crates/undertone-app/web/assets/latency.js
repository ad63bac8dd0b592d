// How long it takes from sound to bars.

const REMEMBERED = 25; // answers

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Matches each answer with the moment at which the newest sound in it reached the page. */
export class Latency {
  #samples = 0;
  #blocks = []; // sent, not yet answered: { upTo, time }
  #latencies = [];
  #answers = [];

  /** Says that a block went to the server, whose last sample was captured at `time` (Date.now). */
  sent(samples, time) {
    this.#samples += samples;
    this.#blocks.push({ upTo: this.#samples, time });
  }

  /**
   * Says that the answer to the first `received` samples is drawn now. Gives the median latency in
   * milliseconds and the answers a second.
   */
  answered(received) {
    const now = Date.now();
    let newest = null;
    while (this.#blocks.length > 0 && this.#blocks[0].upTo <= received) newest = this.#blocks.shift();
    // Without a newer block this answer is about the same sound as the last one.
    if (newest) this.#latencies = [...this.#latencies, now - newest.time].slice(-REMEMBERED);
    this.#answers = [...this.#answers, now].slice(-REMEMBERED);
    const span = (now - this.#answers[0]) / 1000;
    return {
      median: this.#latencies.length ? median(this.#latencies) : 0,
      rate: span > 0 ? (this.#answers.length - 1) / span : 0,
    };
  }
}
