// Draws a recording (waveform, mel spectrogram and timeline on one time axis) and plays it.

import { drawOn } from "./canvas.js";
import { element, setIcon } from "./dom.js";
import { capitalized, clock, duration, minus, percent } from "./format.js";
import { frequencyTicks, spectrogramImage } from "./spectrogram.js";
import { Timeline } from "./timeline.js";
import { drawWaveform } from "./waveform.js";

const VISIBLE = 0.005; // share of a recording from which a hatched part is wide enough to see
const TICK_WIDTH = 48; // pixels for a tick and the gap beside it
const TICK_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800]; // seconds

export class Player {
  #root;
  #labels;
  #audio = new Audio();
  #seconds = 1;
  #picture = null;
  #image = null;
  #hasGaps = false; // in the timeline
  #redraws;
  #timeline;

  constructor(root, labels) {
    this.#root = root;
    this.#labels = labels;
    this.#redraws = [
      drawOn(this.#find("#wave"), (context, width, height, color) => {
        if (this.#picture) drawWaveform(context, width, height, color, this.#picture.peaks);
      }),
      drawOn(this.#find("#mel"), (context, width, height) => {
        if (this.#image) context.drawImage(this.#image, 0, 0, width, height);
      }),
    ];
    this.#timeline = new Timeline(this.#find("#timeline"), this.#find("#timeline-table"), labels, {
      onMove: (time) => this.#point(time),
      onJump: (time) => {
        this.seek(time);
        this.#play();
      },
    });
    this.#listenToControls();
    this.#listenToAudio();
  }

  /** Show a recording and load its sound. Stop the sound that was playing. */
  load({ seconds, picture, segments }, playable) {
    this.#hasGaps = segments?.some(({ speech }) => !speech) ?? false;
    this.#audio.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio.src = URL.createObjectURL(playable);
    this.#seconds = seconds;
    this.#find("#play").disabled = false;
    this.#find("#seek").max = seconds;
    this.#timeline.load(segments ?? [], seconds);
    this.#draw(picture);
    this.#point(null);
    this.#showPosition(0);
  }

  // The server sends no picture for a recording at an unusual rate. It can still be played.
  #draw(picture) {
    this.#find("#lanes").hidden = !picture;
    this.#find("#legend").hidden = !picture;
    if (!picture) return;
    this.#picture = picture;
    this.#image = spectrogramImage(picture.mel);
    this.#shadeTrimmed(picture.speech);
    this.#drawAxes(picture.mel.fmax);
    this.#describe(picture);
    this.#redraws.forEach((redraw) => redraw());
  }

  pause() {
    this.#audio.pause();
  }

  seek(time) {
    const moment = Math.min(Math.max(0, time), this.#seconds);
    this.#audio.currentTime = moment;
    this.#showPosition(moment);
  }

  #play() {
    // Fails if another recording replaces this one, and emits "error" if it cannot be played.
    this.#audio.play().catch(() => {});
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #listenToControls() {
    this.#find("#play").addEventListener("click", () => (this.#audio.paused ? this.#play() : this.#audio.pause()));
    this.#find("#seek").addEventListener("input", ({ target }) => this.seek(Number(target.value)));
    for (const lane of this.#root.querySelectorAll(".lane")) {
      const timeOf = (event) => {
        const { left, width } = lane.getBoundingClientRect();
        return (Math.min(Math.max(0, event.clientX - left), width) / width) * this.#seconds;
      };
      lane.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        lane.setPointerCapture(event.pointerId);
        this.seek(timeOf(event));
      });
      lane.addEventListener("pointermove", (event) => {
        if (lane.hasPointerCapture(event.pointerId)) this.seek(timeOf(event));
        this.#point(timeOf(event));
      });
      lane.addEventListener("pointerleave", () => this.#point(null));
    }
  }

  #listenToAudio() {
    const button = this.#find("#play");
    const showState = () => {
      const playing = !this.#audio.paused;
      setIcon(button, playing ? "pause" : "play");
      button.querySelector(".hidden").textContent = playing ? "Pause" : "Play";
      if (playing) this.#follow();
    };
    for (const name of ["play", "pause", "ended"]) this.#audio.addEventListener(name, showState);
    this.#audio.addEventListener("ended", () => this.seek(0));
    this.#audio.addEventListener("error", () => {
      button.disabled = true;
      this.#find("#position").textContent = "This browser cannot play this format.";
    });
  }

  #follow() {
    if (this.#audio.paused) return;
    this.#showPosition(this.#audio.currentTime);
    requestAnimationFrame(() => this.#follow());
  }

  #showPosition(time) {
    this.#find("#overlay").style.setProperty("--played", time / this.#seconds);
    this.#find("#seek").value = time;
    this.#find("#seek").setAttribute("aria-valuetext", `${time.toFixed(1)} of ${this.#seconds.toFixed(1)} seconds`);
    this.#find("#position").textContent = `${clock(time)} / ${clock(this.#seconds)}`;
  }

  // Shows the cursor at a time, with the values of the timeline there.
  #point(time) {
    const cursor = this.#find(".cursor");
    const tip = this.#find(".tip");
    const overlay = this.#find("#overlay");
    const window = time === null ? null : this.#timeline.windowAt(time);
    cursor.hidden = time === null;
    tip.hidden = window === null;
    if (time === null) return;
    overlay.style.setProperty("--pointed", time / this.#seconds);
    tip.classList.toggle("left", time > this.#seconds / 2);
    if (!window) return;
    const rows = (window.probabilities ?? []).map((share, i) => {
      const row = element("li", {}, element("span", { class: "swatch" }), `${capitalized(this.#labels[i].name)} `, element("b", {}, percent(share)));
      row.style.setProperty("--label", this.#labels[i].color);
      return row;
    });
    const span = `${window.start.toFixed(1)}–${window.end.toFixed(1)} s`;
    tip.replaceChildren(element("p", {}, span), rows.length > 0 ? element("ul", {}, ...rows) : element("p", {}, "No speech"));
  }

  #shadeTrimmed({ start, end }) {
    const overlay = this.#find("#overlay");
    overlay.querySelector(".before").hidden = start <= 0;
    overlay.querySelector(".after").hidden = end >= this.#seconds;
    overlay.style.setProperty("--speech-start", start / this.#seconds);
    overlay.style.setProperty("--speech-end", end / this.#seconds);
  }

  #drawAxes(fmax) {
    const frequencies = frequencyTicks(fmax).map(({ text, height }) => {
      const tick = element("span", {}, text);
      tick.style.setProperty("--height", height);
      return tick;
    });
    this.#find("#mel-axis").replaceChildren(...frequencies);

    const axis = this.#find("#time-axis");
    const most = Math.min(7, Math.floor(axis.clientWidth / TICK_WIDTH));
    const step = TICK_STEPS.find((each) => this.#seconds / each <= most) ?? 3600;
    const times = Array.from({ length: Math.floor(this.#seconds / step) + 1 }, (_, i) => {
      const time = i * step;
      const tick = element("span", {}, step < 1 ? time.toFixed(1) : this.#seconds < 60 ? `${time}` : clock(time));
      tick.style.setProperty("--at", time / this.#seconds);
      tick.classList.toggle("last", time / this.#seconds > 0.97);
      return tick;
    });
    axis.replaceChildren(...times);
    this.#find("#time-unit").textContent = this.#seconds < 60 ? "s" : "min";
  }

  #describe({ speech, mel }) {
    const trimmed = this.#seconds - (speech.end - speech.start) > 0.05;
    const kept = trimmed ? ` Speech from ${speech.start.toFixed(1)} to ${speech.end.toFixed(1)} seconds.` : "";
    this.#find("#wave").setAttribute("aria-label", `Waveform, ${duration(this.#seconds)}.${kept}`);
    this.#find("#mel").setAttribute("aria-label", `Mel spectrogram from 0 to ${mel.fmax / 1000} kHz.`);
    const words = [`Waveform, and mel spectrogram in Hz, ${minus(mel.min_db)} to ${minus(mel.max_db)} dB.`];
    const hatched = Math.max(speech.start, this.#seconds - speech.end) / this.#seconds;
    if (hatched > VISIBLE) words.push("Hatched: silence, which the model ignores.");
    if (!this.#find("#timeline").hidden) words.push(`Below: emotion over time${this.#hasGaps ? ", with gaps where nobody speaks" : ""}. Point at it to see values, click to jump.`);
    this.#find("#legend").textContent = words.join(" ");
  }
}
