// Draws a recording (waveform, mel spectrogram and timeline on one time axis) and plays it.

import { drawOn } from "./canvas.js";
import { element, setIcon } from "./dom.js";
import { capitalized, clock, clockTenths, duration, minus, percent } from "./format.js";
import { frequencyTicks, spectrogramImage } from "./spectrogram.js";
import { Timeline } from "./timeline.js";
import { View } from "./view.js";
import { drawWaveform } from "./waveform.js";
import { Why } from "./why.js";

const VISIBLE = 0.005; // share of a recording from which a hatched part is wide enough to see
const TICK_WIDTH = 48; // pixels for a tick and the gap beside it
const TICK_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]; // seconds

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
  #why;
  #view = new View();
  #until = null; // where a part that is played ends

  constructor(root, labels) {
    this.#root = root;
    this.#labels = labels;
    this.#redraws = [
      drawOn(this.#find("#wave"), (context, width, height, color) => {
        const shares = [this.#view.from / this.#seconds, this.#view.to / this.#seconds];
        if (this.#picture) drawWaveform(context, width, height, color, this.#picture.peaks, shares);
      }),
      drawOn(this.#find("#mel"), (context, width, height) => {
        const { from, seconds } = this.#view;
        const scale = (this.#image?.width ?? 0) / this.#seconds;
        if (this.#image) context.drawImage(this.#image, from * scale, 0, seconds * scale, this.#image.height, 0, 0, width, height);
      }),
    ];
    this.#timeline = new Timeline(this.#find("#timeline"), this.#find("#timeline-table"), labels, {
      view: this.#view,
      onMove: (time) => this.point(time),
      onJump: (time) => {
        this.seek(time);
        this.#play();
      },
    });
    this.#why = new Why(this.#find("#why"), this.#find("#why-words"), this.#view);
    this.#listenToControls();
    this.#listenToZoom();
    this.#listenToAudio();
  }

  /** Show a recording and load its sound. Stop the sound that was playing. */
  load({ seconds, picture, segments, segmentation }, playable) {
    this.#hasGaps = segments?.some(({ speech }) => !speech) ?? false;
    this.#audio.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio.src = URL.createObjectURL(playable);
    this.#seconds = seconds;
    this.#until = null;
    this.#view.reset(seconds);
    this.#find("#play").disabled = false;
    this.#find("#seek").max = seconds;
    this.#timeline.load(segments ?? [], segmentation, seconds);
    this.#draw(picture);
    this.point(null);
    this.#showPosition(0);
  }

  // The server sends no picture for a recording at an unusual rate. It can still be played.
  #draw(picture) {
    this.#find("#lanes").hidden = !picture;
    this.#find("#legend").hidden = !picture;
    if (!picture) return;
    this.#picture = picture;
    // A long recording has no spectrogram.
    this.#image = picture.mel ? spectrogramImage(picture.mel) : null;
    this.#find(".mel-lane").hidden = !picture.mel;
    this.#find("#mel-axis").hidden = !picture.mel;
    if (picture.mel) this.#drawFrequencies(picture.mel.fmax);
    this.#describe(picture);
    this.#redraw();
  }

  // Draws what depends on the part that is shown.
  #redraw() {
    this.#shadeTrimmed(this.#picture.speech);
    this.#drawTimes();
    this.#redraws.forEach((redraw) => redraw());
    this.#timeline.redraw();
    this.#why.redraw();
    this.#showPosition(this.#audio.currentTime);
    this.#find("#zoom-out").disabled = this.#view.isWhole;
    this.#find("#zoom-whole").disabled = this.#view.isWhole;
  }

  /** Show what the half seconds do to the answer, or nothing for null. */
  showWhy(parts, label) {
    this.#why.show(parts, label);
  }

  /** Play a part of the recording. */
  playPart(start, end) {
    this.seek(start);
    this.#until = end;
    this.#play();
  }

  pause() {
    this.#audio.pause();
  }

  seek(time) {
    this.#until = null;
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
        return this.#view.time(Math.min(Math.max(0, event.clientX - left), width) / width);
      };
      lane.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        lane.setPointerCapture(event.pointerId);
        this.seek(timeOf(event));
      });
      lane.addEventListener("pointermove", (event) => {
        if (lane.hasPointerCapture(event.pointerId)) this.seek(timeOf(event));
        this.point(timeOf(event));
      });
      lane.addEventListener("pointerleave", () => this.point(null));
    }
  }

  #listenToZoom() {
    const zoom = (factor, time) => {
      this.#view.zoom(factor, time);
      this.#redraw();
    };
    const here = () => this.#audio.currentTime;
    this.#find("#zoom-in").addEventListener("click", () => zoom(0.5, here()));
    this.#find("#zoom-out").addEventListener("click", () => zoom(2, here()));
    this.#find("#zoom-whole").addEventListener("click", () => zoom(Infinity, 0));
    this.#find("#lanes").addEventListener(
      "wheel",
      (event) => {
        const { left, width } = this.#find("#wave").getBoundingClientRect();
        if (event.ctrlKey) zoom(2 ** (event.deltaY / 100), this.#view.time((event.clientX - left) / width));
        else if (event.deltaX !== 0 && !this.#view.isWhole) {
          this.#view.pan(event.deltaX / width);
          this.#redraw();
        } else return;
        event.preventDefault();
      },
      { passive: false },
    );
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
    if (this.#until !== null && this.#audio.currentTime >= this.#until) {
      this.#until = null;
      return this.#audio.pause();
    }
    if (this.#picture && this.#view.follow(this.#audio.currentTime)) this.#redraw();
    this.#showPosition(this.#audio.currentTime);
    requestAnimationFrame(() => this.#follow());
  }

  #showPosition(time) {
    const share = this.#view.share(time);
    this.#find("#overlay").style.setProperty("--played", share);
    this.#find(".playhead").hidden = share < 0 || share > 1;
    this.#find("#seek").value = time;
    this.#find("#seek").setAttribute("aria-valuetext", `${time.toFixed(1)} of ${this.#seconds.toFixed(1)} seconds`);
    this.#find("#position").textContent = `${clock(time)} / ${clock(this.#seconds)}`;
  }

  /** Show the cursor at a time, with the values of the timeline there; null for none. */
  point(time) {
    const cursor = this.#find(".cursor");
    const tip = this.#find(".tip");
    const overlay = this.#find("#overlay");
    const window = time === null ? null : this.#timeline.windowAt(time);
    cursor.hidden = time === null;
    tip.hidden = window === null;
    if (time === null) return;
    const share = this.#view.share(time);
    cursor.hidden = share < 0 || share > 1;
    overlay.style.setProperty("--pointed", Math.min(1, Math.max(0, share)));
    tip.classList.toggle("left", share > 0.5);
    if (!window) return;
    const rows = (window.probabilities ?? []).map((share, i) => {
      const row = element("li", {}, element("span", { class: "swatch" }), `${capitalized(this.#labels[i].name)} `, element("b", {}, percent(share)));
      row.style.setProperty("--label", this.#labels[i].color);
      return row;
    });
    const span = this.#seconds < 60 ? `${window.start.toFixed(1)}–${window.end.toFixed(1)} s` : `${clockTenths(window.start)}–${clockTenths(window.end)}`;
    tip.replaceChildren(element("p", {}, span), rows.length > 0 ? element("ul", {}, ...rows) : element("p", {}, "No speech"));
  }

  #shadeTrimmed({ start, end }) {
    const overlay = this.#find("#overlay");
    const [from, to] = [this.#view.share(start), this.#view.share(end)].map((share) => Math.min(1, Math.max(0, share)));
    overlay.querySelector(".before").hidden = from <= 0;
    overlay.querySelector(".after").hidden = to >= 1;
    overlay.style.setProperty("--speech-start", from);
    overlay.style.setProperty("--speech-end", to);
  }

  #drawFrequencies(fmax) {
    const frequencies = frequencyTicks(fmax).map(({ text, height }) => {
      const tick = element("span", {}, text);
      tick.style.setProperty("--height", height);
      return tick;
    });
    this.#find("#mel-axis").replaceChildren(...frequencies);
  }

  #drawTimes() {
    const axis = this.#find("#time-axis");
    const { from, to, seconds } = this.#view;
    const most = Math.min(7, Math.floor(axis.clientWidth / TICK_WIDTH));
    const step = TICK_STEPS.find((each) => seconds / each <= most) ?? 7200;
    const first = Math.ceil(from / step - 1e-6);
    const times = Array.from({ length: Math.floor(to / step + 1e-6) - first + 1 }, (_, i) => {
      const time = (first + i) * step;
      const share = this.#view.share(time);
      const tick = element("span", {}, step < 1 ? time.toFixed(1) : this.#seconds < 60 ? `${time}` : clock(time));
      tick.style.setProperty("--at", share);
      tick.classList.toggle("first", share < 0.03);
      tick.classList.toggle("last", share > 0.97);
      return tick;
    });
    axis.replaceChildren(...times);
    this.#find("#time-unit").textContent = this.#seconds < 60 ? "s" : this.#seconds < 3600 ? "min" : "h";
  }

  #describe({ speech, mel }) {
    const trimmed = this.#seconds - (speech.end - speech.start) > 0.05;
    const kept = trimmed ? ` Speech from ${speech.start.toFixed(1)} to ${speech.end.toFixed(1)} seconds.` : "";
    this.#find("#wave").setAttribute("aria-label", `Waveform, ${duration(this.#seconds)}.${kept}`);
    if (mel) this.#find("#mel").setAttribute("aria-label", `Mel spectrogram from 0 to ${mel.fmax / 1000} kHz.`);
    const words = [mel ? `Waveform, and mel spectrogram in Hz, ${minus(mel.min_db)} to ${minus(mel.max_db)} dB.` : "Waveform."];
    const hatched = Math.max(speech.start, this.#seconds - speech.end) / this.#seconds;
    if (hatched > VISIBLE) words.push("Hatched: silence, which the model ignores.");
    if (!this.#find("#timeline").hidden) words.push(`Below: emotion over time${this.#hasGaps ? ", with gaps where nobody speaks" : ""}. Point at it to see values, click to jump.`);
    this.#find("#legend").textContent = words.join(" ");
  }
}
