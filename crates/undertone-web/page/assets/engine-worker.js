// Runs the engine in a worker, so that the page stays responsive. browser-engine.js talks to it.

import { loadEngine } from "./load-engine.js";

let engine = null;
let begin = null; // makes the engine, once its threads wait
let due = false; // whether the newest sound is still to be judged

const JOBS = {
  // Returns what threads need, if there are to be some. The job `begin` follows when they wait for work.
  async load({ program, model, threads }) {
    if (threads > 1) {
      const { loadThreadedEngine } = await import("./threaded-engine.js");
      const loaded = await loadThreadedEngine(program, model);
      begin = loaded.begin;
      return loaded.shared;
    }
    engine = await loadEngine(program, model);
    return null;
  },
  begin(threads) {
    engine = begin(threads);
    return null;
  },
  predict({ file, name, detail, why, voice }, id) {
    const progress = (seconds, total) => postMessage({ id, progress: { seconds, total } });
    return engine.predict(file, name, detail, why, voice, progress);
  },
  timeline: ({ format, answer }) => engine.timeline(format, answer),
};

// Messages of live mode, which may come before the engine is loaded again. Each sound is acknowledged,
// so that the page knows how much waits here.
const LIVE = {
  listen: (hello) => engine?.listen(hello),
  control: (message) => engine?.control(message),
  stop: () => engine?.stop(),
  hear(pcm) {
    engine?.hear(new Uint8Array(pcm));
    postMessage({ acknowledged: pcm.byteLength });
    // Sound that has arrived meanwhile comes first, so that the newest is judged.
    if (!due) setTimeout(judge);
    due = true;
  },
};

function judge() {
  due = false;
  attempt(() => {
    const heard = engine?.heard();
    if (heard !== undefined) postMessage({ heard });
  });
}

// The engine throws texts, which are problems. Anything else means that it has stopped working.
function attempt(act) {
  try {
    act();
  } catch (thrown) {
    if (typeof thrown === "string") postMessage({ heard: JSON.stringify({ error: JSON.parse(thrown) }) });
    else postMessage({ crashed: String(thrown) });
  }
}

addEventListener("message", async ({ data: { id, job, live, content } }) => {
  if (live) return attempt(() => LIVE[live](content));
  try {
    postMessage({ id, done: await JOBS[job](content, id) });
  } catch (thrown) {
    if (typeof thrown === "string") postMessage({ id, refused: thrown });
    else postMessage({ id, crashed: String(thrown) });
  }
});
