// Live mode: sends the microphone's sound to the server and shows the results as they arrive.

import { Bars } from "./bars.js";
import { announce, byId, setIcon } from "./dom.js";
import { LIVE_ENDED, openLiveSocket, whyNoLive } from "./engine.js";
import { capitalized, inOrder, minus } from "./format.js";
import { History } from "./history.js";
import { Latency } from "./latency.js";
import { setUpLiveVoice } from "./live-voice.js";
import { levelOf, loudness, openMicrophone } from "./microphone.js";
import { Problem, problemFrom } from "./problem.js";
import { warningSentences } from "./warnings.js";

const ANNOUNCEMENT_PAUSE = 3000; // milliseconds between two announcements to a screen reader
const LATE = 3000; // milliseconds without a result until the page says so
const LOST = 15_000; // milliseconds without a result until the connection counts as lost
const SAID_BY_LABEL = ["silent", "no-speech", "short"]; // warnings that need no sentence
const LONGEST_QUEUE = 2; // seconds of unsent sound; newer sound is dropped

/** Set up live mode. Return `{ stop }`. */
export function setUpLive(model, { onProblem, onStart }) {
  const root = byId("live");
  const button = byId("live-toggle");
  const sums = new Bars(byId("live-sums"), model.sums);
  const bars = new Bars(byId("live-bars"), model.labels);
  const history = new History(byId("live-history").querySelector("canvas"), model.labels);
  let session = null;
  const voice = setUpLiveVoice(model, (message) => {
    if (session?.socket?.readyState === WebSocket.OPEN) session.socket.send(JSON.stringify(message));
  });

  byId("live-sums").hidden = model.sums.length === 0;
  byId("live-hint").textContent = `The model analyzes the last ${model.window_seconds} seconds several times per second.`;

  function showState() {
    const active = session !== null;
    root.classList.toggle("active", active);
    root.classList.remove("silent");
    setIcon(button, active ? "stop" : "microphone");
    button.querySelector(".hidden").textContent = active ? "Stop listening" : "Listen";
    byId("live-label").textContent = active ? "Listening…" : "Speak and watch the result";
    byId("live-warning").hidden = true;
    voice.show({});
  }

  async function start() {
    const mine = { microphone: null, socket: null, latency: new Latency(), announced: 0, waitingSince: null, busyAt: 0 };
    session = mine;
    onStart();
    showState();
    history.clear();
    try {
      mine.microphone = await openMicrophone(
        (block) => send(mine, block),
        () => fail(mine, new Problem("microphone-lost")),
      );
      mine.socket = await connected();
      if (session !== mine) return close(mine); // stopped while opening
      mine.socket.onmessage = ({ data }) => receive(mine, JSON.parse(data));
      mine.socket.onclose = () => fail(mine, new Problem(LIVE_ENDED));
      mine.socket.send(JSON.stringify({ sample_rate: mine.microphone.sampleRate, ...voice.hello() }));
      byId("live-driver").textContent = driverWords(mine.microphone.driverLatency);
      for (const id of ["live-history", "live-facts", "live-note"]) byId(id).hidden = false;
      announce("Listening.");
    } catch (error) {
      fail(mine, error);
    }
  }

  function send(mine, { pcm, time }) {
    root.style.setProperty("--loudness", loudness(levelOf(pcm)));
    if (mine.socket?.readyState !== WebSocket.OPEN) return;
    if (!isResponding(mine)) return fail(mine, new Problem(LIVE_ENDED));
    if (mine.socket.bufferedAmount > LONGEST_QUEUE * 2 * mine.microphone.sampleRate) return;
    mine.socket.send(pcm);
    mine.latency.sent(pcm.length, time);
  }

  // Returns whether results still arrive. A server or network that hangs does not close the socket.
  // Without a server, the socket is busy while the model analyzes a file.
  function isResponding(mine) {
    const now = performance.now();
    mine.waitingSince ??= now;
    if (mine.socket.busy) mine.busyAt = now;
    if (now - mine.waitingSince > LATE) {
      root.classList.add("silent");
      byId("live-label").textContent = mine.socket.busy ? "Waiting for the file…" : "No answer…";
    }
    return now - Math.max(mine.waitingSince, mine.busyAt) < LOST;
  }

  function receive(mine, result) {
    if (session !== mine) return;
    mine.waitingSince = null;
    if (result.error) return fail(mine, problemFrom(result.error));
    requestAnimationFrame(() => {
      if (session === mine) show(mine, result);
    });
  }

  function show(mine, result) {
    const { received, label, probabilities, speech, speaking, warnings, level_db: level, silent, milliseconds } = result;
    sums.show(result.sums ?? null);
    bars.show(probabilities);
    history.push(silent || !speaking ? null : inOrder(probabilities, model.labels));
    voice.show(result);
    root.classList.toggle("silent", silent || !speech);
    byId("live-label").textContent = silent ? "Silence" : speech ? capitalized(label) : "No speech";
    if (speech) root.style.setProperty("--label", model.labels.find((each) => each.name === label).color);
    const sentences = warningSentences(warnings.filter((each) => !SAID_BY_LABEL.includes(each)));
    byId("live-warning").hidden = sentences.length === 0;
    byId("live-warning").textContent = sentences.join(" ");
    const { median, rate } = mine.latency.drawn(received);
    byId("live-latency").textContent = `${Math.round(median)}\u202fms`;
    byId("live-rate").textContent = rate.toFixed(1);
    byId("live-model").textContent = `${milliseconds.toFixed(1)}\u202fms`;
    byId("live-level").textContent = `${minus(level)}\u202fdB`;
    const now = performance.now();
    if (!silent && speech && label !== mine.said && now - mine.announced > ANNOUNCEMENT_PAUSE) {
      Object.assign(mine, { said: label, announced: now });
      announce(capitalized(label));
    }
  }

  function close(mine) {
    mine.microphone?.close();
    if (mine.socket) {
      mine.socket.onclose = null;
      mine.socket.close();
    }
  }

  function stop() {
    if (!session) return;
    close(session);
    session = null;
    showState();
    announce("Stopped listening.");
  }

  function fail(mine, error) {
    if (session !== mine) return close(mine);
    stop();
    onProblem(error);
  }

  button.addEventListener("click", () => (session ? stop() : start()));
  return { stop };
}

function connected() {
  return new Promise((resolve, reject) => {
    const socket = openLiveSocket();
    socket.onopen = () => resolve(socket);
    // Browsers do not say why a socket was refused.
    socket.onclose = async () => reject(new Problem(await whyNoLive()));
  });
}

const driverWords = (seconds) =>
  seconds === null
    ? "The delay of the microphone itself is not included; this browser does not report it."
    : `The delay of the microphone itself, ${Math.round(1000 * seconds)}\u202fms according to the browser, is not included.`;
