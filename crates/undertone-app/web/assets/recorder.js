// Records the microphone into a WAV file: the button, the level, the time and the limit.

import { announce, byId, setIcon } from "./dom.js";
import { clock, duration } from "./format.js";
import { LevelMeter } from "./level.js";
import { levelOf, loudness, openMicrophone } from "./microphone.js";
import { Problem } from "./problem.js";
import { wavFile, wavSeconds } from "./wav.js";

const INAUDIBLE = -60; // dB
const SILENCE_LIMIT = 2; // seconds of silence until the page says so
const UPLOAD_MARGIN = 4096; // bytes of a multipart body around the file
const USUAL_RATE = 48_000; // Hz, of a microphone that is not open yet

// Returns the seconds of the longest recording that the server takes.
const longest = ({ max_seconds, max_bytes }, rate) => Math.min(max_seconds, wavSeconds(max_bytes - UPLOAD_MARGIN, rate));
const wholeMinutes = (seconds) => (seconds < 60 ? seconds : 60 * Math.floor(seconds / 60));

/**
 * Set up the recorder. Pass each finished recording to `onFile` and each failure to `onProblem`,
 * and call `onStart` when the microphone opens. Return `{ stop }`, which keeps the recording.
 */
export function setUpRecorder(model, { onFile, onProblem, onStart }) {
  const root = byId("recorder");
  const button = byId("record");
  const meter = new LevelMeter(byId("record-level"));
  let recording = null;
  let opening = null; // identifies the current wait for the microphone
  let made = 0;

  const idleHint = `Up to ${duration(wholeMinutes(longest(model, USUAL_RATE)))}.`;
  byId("record-hint").textContent = idleHint;

  function showState() {
    const active = recording !== null;
    root.classList.toggle("active", active);
    setIcon(button, active ? "stop" : "microphone");
    button.querySelector(".hidden").textContent = active ? "Stop recording" : "Record";
    byId("record-state").textContent = active ? "Recording" : "Record your voice";
    byId("record-hint").textContent = active ? "Press again when you are done." : idleHint;
    byId("record-level").hidden = !active;
    byId("record-running").hidden = !active;
  }

  function take({ pcm }) {
    if (!recording) return;
    recording.blocks.push(pcm);
    recording.samples += pcm.length;
    const level = levelOf(pcm);
    recording.loudest = Math.max(recording.loudest, level);
    meter.push(level);
    root.style.setProperty("--loudness", loudness(level));
    const seconds = recording.samples / recording.microphone.sampleRate;
    byId("record-time").textContent = clock(seconds);
    if (seconds > SILENCE_LIMIT && recording.loudest < INAUDIBLE && !recording.warned) {
      recording.warned = true;
      byId("record-hint").textContent = "No sound yet. Check that the right microphone is chosen and not muted.";
      announce("No sound yet. Check that the right microphone is chosen and not muted.");
    }
    if (seconds >= recording.limit) stop();
  }

  async function start() {
    const mine = {};
    opening = mine;
    onStart();
    try {
      const microphone = await openMicrophone(take, () => {
        stop();
        onProblem(new Problem("microphone-lost"));
      });
      if (opening !== mine) return microphone.close(); // the user left the tab meanwhile
      const limit = longest(model, microphone.sampleRate) - 0.1; // one more block may arrive
      recording = { microphone, blocks: [], samples: 0, loudest: -Infinity, limit, warned: false };
      byId("record-limit").textContent = clock(limit + 0.1);
      byId("record-time").textContent = clock(0);
      showState();
      meter.clear();
      announce("Recording.");
    } catch (error) {
      if (opening === mine) onProblem(error);
    } finally {
      if (opening === mine) opening = null;
    }
  }

  function end() {
    const ended = recording;
    recording = null;
    ended.microphone.close();
    showState();
    return ended;
  }

  function stop() {
    opening = null;
    if (!recording) return;
    const { blocks, samples, microphone } = end();
    if (samples === 0) onProblem(new Problem("nothing-recorded"));
    else onFile(wavFile(blocks, microphone.sampleRate, `recording-${++made}.wav`));
  }

  button.addEventListener("click", () => {
    if (recording) stop();
    else if (!opening) start();
  });
  byId("record-discard").addEventListener("click", () => {
    end();
    announce("Recording discarded.");
    button.focus();
  });
  return { stop };
}
