// The part of a recording that is shown, for zooming.

const CLOSEST = 0.5; // seconds that are shown at least

/** The seconds from `from` to `to` of a recording. */
export class View {
  #seconds = 1;
  #from = 0;
  #to = 1;

  /** Show the whole of a recording. */
  reset(seconds) {
    this.#seconds = seconds;
    [this.#from, this.#to] = [0, seconds];
  }

  get from() {
    return this.#from;
  }

  get to() {
    return this.#to;
  }

  get seconds() {
    return this.#to - this.#from;
  }

  get isWhole() {
    return this.seconds > this.#seconds - 1e-6;
  }

  /** Return where a time is shown: 0 at the left edge, 1 at the right one. */
  share(time) {
    return (time - this.#from) / this.seconds;
  }

  /** Return the time at a share of the width. */
  time(share) {
    return this.#from + share * this.seconds;
  }

  /** Return whether a part of the recording is in view. */
  shows(start, end) {
    return end > this.#from && start < this.#to;
  }

  /** Show `factor` times as many seconds, with `time` where it is. */
  zoom(factor, time) {
    const seconds = Math.min(this.#seconds, Math.max(Math.min(CLOSEST, this.#seconds), factor * this.seconds));
    const share = Math.min(1, Math.max(0, this.share(time)));
    this.#moveTo(time - share * seconds, seconds);
  }

  /** Move along by a share of what is shown. */
  pan(share) {
    this.#moveTo(this.#from + share * this.seconds, this.seconds);
  }

  /** Move so that a time is in view. Return whether that was needed. */
  follow(time) {
    if (time >= this.#from && time <= this.#to) return false;
    this.#moveTo(time - 0.05 * this.seconds, this.seconds);
    return true;
  }

  #moveTo(from, seconds) {
    this.#from = Math.min(Math.max(0, from), this.#seconds - seconds);
    this.#to = this.#from + seconds;
  }
}
