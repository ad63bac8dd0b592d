// Runs on the audio thread. Sends the microphone's sound as mono 16-bit PCM, 1024 samples at a time.

const BLOCK = 1024; // samples

class Capture extends AudioWorkletProcessor {
  #block = new Int16Array(BLOCK);
  #filled = 0;

  process([channels]) {
    const frames = channels[0]?.length ?? 0; // there is no channel until the source runs
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      const value = Math.min(1, Math.max(-1, sum / channels.length));
      this.#block[this.#filled++] = Math.round(32767 * value);
      if (this.#filled === BLOCK) this.#send();
    }
    return true;
  }

  #send() {
    // The time is taken here, so that latency includes the way from this thread to the page.
    this.port.postMessage({ pcm: this.#block, time: Date.now() }, [this.#block.buffer]);
    this.#block = new Int16Array(BLOCK);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
