// Runs a thread of the engine, in the memory of engine-worker.js. thread-pool.js starts it.

import initialize, { runThread } from "./threaded-undertone.js";

addEventListener("message", async ({ data }) => {
  try {
    await initialize(data);
    postMessage({ ready: true });
    runThread(); // returns when the worker ends
  } catch (thrown) {
    postMessage({ failed: String(thrown) });
  }
});
