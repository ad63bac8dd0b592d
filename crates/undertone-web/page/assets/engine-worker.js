// Runs the engine in a worker, so that the page stays responsive. browser-engine.js talks to it.

import { loadEngine } from "./load-engine.js";

let engine = null;
let due = false; // whether the newest sound is still to be judged

const JOBS = {
  async load({ program, model }) {
    engine = await loadEngine(program, model);
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
