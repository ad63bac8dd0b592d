// How the page talks to the worker of the engine, with a worker that only notes what it is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "../support/sources.mjs";

const PATHS = ["crates/undertone-web/page/assets/worker-client.js", ...["problem", "format"].map((name) => `crates/undertone-app/web/assets/${name}.js`)];
const soon = () => new Promise((resolve) => setTimeout(resolve));

/** Return `{ engine, workers, told, downloads }`: an `EngineWorker`, and what its workers were told. */
async function started() {
  const workers = [];
  let downloads = 0;
  globalThis.WebSocket = { CONNECTING: 0, OPEN: 1, CLOSED: 3 };
  globalThis.Worker = class {
    told = [];
    constructor() {
      workers.push(this);
    }
    postMessage(message, moved = []) {
      this.told.push(structuredClone(message, { transfer: moved }));
    }
    terminate() {}
    answer(job, answer) {
      const { id } = this.told.findLast((each) => each.job === job);
      this.onmessage({ data: { id, ...answer } });
    }
  };
  const { EngineWorker } = await imported("worker-client.js", { paths: PATHS });
  const engine = new EngineWorker(async () => {
    downloads++;
    return { program: null, model: null };
  });
  engine.start();
  await soon();
  const told = () => workers.at(-1).told.map(({ job, live }) => job ?? live);
  return { engine, workers, told, downloads: () => downloads };
}

test("live mode may stop and start before the model is loaded", async () => {
  const { engine, workers, told } = await started();
  const states = [];
  const first = engine.listen();
  first.onopen = () => states.push("first");
  first.close();
  const second = engine.listen();
  second.onopen = () => states.push("second");
  second.onclose = () => states.push("lost");
  assert.deepEqual(told(), ["load"]);
  workers[0].answer("load", { done: null });
  second.send("{}");
  second.close();
  assert.deepEqual(told(), ["load", "listen", "stop"]);
  assert.deepEqual(states, ["second"]);
});

test("live mode says that the worker is busy, and goes on after an analysis was canceled", async () => {
  const { engine, workers, told } = await started();
  workers[0].answer("load", { done: null });
  const live = engine.listen();
  const heard = [];
  live.onmessage = ({ data }) => heard.push(JSON.parse(data).received);
  live.onclose = () => heard.push("lost");
  await soon();
  live.send('{"sample_rate":16000}');
  live.send('{"adapt":false}');
  live.send(new Int16Array(500));
  assert.equal(live.bufferedAmount, 1000);
  assert.equal(live.busy, false);
  const controller = new AbortController();
  const canceled = engine.run("predict", { file: new Uint8Array(9) }, { signal: controller.signal });
  assert.equal(live.busy, true);
  controller.abort();
  await assert.rejects(canceled, { name: "AbortError" });
  await soon();
  workers[1].answer("load", { done: null });
  assert.equal(live.busy, false);
  assert.equal(live.bufferedAmount, 0);
  assert.deepEqual(told(), ["load", "listen", "control"]);
  workers[1].onmessage({ data: { heard: '{"received":20}' } });
  assert.deepEqual(heard, [520]);
});

test("a file moves to the worker, and is not copied", async () => {
  const { engine, workers } = await started();
  workers[0].answer("load", { done: null });
  const file = new Uint8Array([1, 2, 3]);
  const answer = engine.run("predict", { file });
  assert.equal(file.length, 0);
  assert.deepEqual([...workers[0].told.at(-1).content.file], [1, 2, 3]);
  workers[0].answer("predict", { done: "{}" });
  assert.equal(await answer, "{}");
});

test("files that cannot be used are fetched again for the next job", async () => {
  const { engine, workers, told, downloads } = await started();
  const job = engine.run("timeline", {});
  workers[0].answer("load", { refused: "model.packed is a Git LFS pointer" });
  await assert.rejects(job, { kind: "page-fault", detail: "model.packed is a Git LFS pointer" });
  const next = engine.run("timeline", {});
  await soon();
  workers[1].answer("load", { done: null });
  assert.deepEqual(told(), ["load", "timeline"]);
  workers[1].answer("timeline", { done: "text" });
  assert.equal(await next, "text");
  assert.equal(downloads(), 2);
});
