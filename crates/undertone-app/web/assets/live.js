// Live mode: the microphone goes to the server as it comes, and the bars follow the answers.

import { isReady, openLiveSocket, problemFrom } from "./api.js";
import { Bars } from "./bars.js";
import { announce, byId, setIcon } from "./dom.js";
import { capitalized, minus } from "./format.js";
import { History } from "./history.js";
import { Latency } from "./latency.js";
import { levelOf, loudness, openMicrophone } from "./microphone.js";
import { Problem } from "./problem.js";

const CALM = 3000; // milliseconds between two announcements to a screen reader
const LATE = 3000; // milliseconds without an answer after which that is said
const LOST = 15_000; // and after which the connection is taken for lost
const LONGEST_QUEUE = 2; // seconds of sound in the socket, after which newer sound is let fall

/** Wires live mode. Gives `{ stop }`. */
export function setUpLive(model, { onProblem, onStart }) {
  const root = byId("live");
  const button = byId("live-toggle");
  const bars = new Bars(byId("live-bars"), model.labels);
  const history = new History(byId("live-history").querySelector("canvas"), model.labels);
  let session = null;

  byId("live-hint").textContent = `The last ${model.window_seconds} seconds are judged several times a second.`;

  function showState() {
    const active = session !== null;
    root.classList.toggle("active", active);
    root.classList.remove("silent");
    setIcon(button, active ? "stop" : "microphone");
    button.querySelector(".hidden").textContent = active ? "Stop listening" : "Listen";
    byId("live-label").textContent = active ? "Listening…" : "Speak, and watch";
  }

  async function start() {
    const mine = { microphone: null, socket: null, latency: new Latency(), announced: 0, unanswered: null };
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
      mine.socket.onclose = () => fail(mine, new Problem("live-lost"));
      mine.socket.send(JSON.stringify({ sample_rate: mine.microphone.sampleRate }));
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
    if (!isAnswered(mine)) return fail(mine, new Problem("live-lost"));
    if (mine.socket.bufferedAmount > LONGEST_QUEUE * 2 * mine.microphone.sampleRate) return;
    mine.socket.send(pcm);
    mine.latency.sent(pcm.length, time);
  }

  // A server or a network that hangs closes nothing.
  function isAnswered(mine) {
    const now = performance.now();
    mine.unanswered ??= now;
    if (now - mine.unanswered > LATE) {
      root.classList.add("silent");
      byId("live-label").textContent = "No answer…";
    }
    return now - mine.unanswered < LOST;
  }

  function receive(mine, answer) {
    if (session !== mine) return;
    mine.unanswered = null;
    if (answer.error) return fail(mine, problemFrom(answer.error));
    requestAnimationFrame(() => {
      if (session === mine) show(mine, answer);
    });
  }

  function show(mine, { received, label, probabilities, level_db: level, silent, milliseconds }) {
    bars.show(probabilities);
    history.push(probabilities);
    root.classList.toggle("silent", silent === true);
    byId("live-label").textContent = silent ? "Silence" : capitalized(label);
    root.style.setProperty("--label", model.labels.find((each) => each.name === label).colour);
    const { median, rate } = mine.latency.answered(received);
    byId("live-latency").textContent = `${Math.round(median)}\u202fms`;
    byId("live-rate").textContent = rate.toFixed(1);
    byId("live-model").textContent = `${milliseconds.toFixed(1)}\u202fms`;
    byId("live-level").textContent = `${minus(level)}\u202fdB`;
    const now = performance.now();
    if (!silent && label !== mine.said && now - mine.announced > CALM) {
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
    // Browsers do not tell why a socket was refused.
    socket.onclose = async () => reject(new Problem((await isReady()) ? "live-refused" : "unreachable"));
  });
}

const driverWords = (seconds) =>
  seconds === null
    ? "The microphone's own delay comes on top; this browser does not tell it."
    : `The microphone's own delay, ${Math.round(1000 * seconds)}\u202fms by the browser's account, comes on top.`;
