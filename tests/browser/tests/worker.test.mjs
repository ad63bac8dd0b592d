// How the page talks to the worker of the engine, with a worker that only notes what it is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "../support/sources.mjs";

const PATHS = [
  ...["worker-client", "thread-pool"].map((name) => `crates/undertone-web/page/assets/${name}.js`),
  ...["problem", "format"].map((name) => `crates/undertone-app/web/assets/${name}.js`),
];
const soon = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Return `{ engine, workers, told, downloads }`: an `EngineWorker`, its workers, what the last one was
 * told, and for each download whether it was one of the engine with threads.
 */
async function started({ threads = 1 } = {}) {
  const workers = [];
  const downloads = [];
  globalThis.crossOriginIsolated = threads > 1;
  Object.defineProperty(globalThis, "navigator", { value: { hardwareConcurrency: threads }, configurable: true });
  globalThis.WebSocket = { CONNECTING: 0, OPEN: 1, CLOSED: 3 };
  globalThis.Worker = class {
    told = [];
    ended = false;
    constructor(address) {
      this.name = address.href.split("/").at(-1);
      workers.push(this);
    }
    postMessage(message, moved = []) {
      this.told.push(structuredClone(message, { transfer: moved }));
    }
    terminate() {
      this.ended = true;
    }
    answer(job, answer) {
      const { id } = this.told.findLast((each) => each.job === job);
      this.onmessage({ data: { id, ...answer } });
    }
  };
  const { EngineWorker } = await imported("worker-client.js", { paths: PATHS });
  const engine = new EngineWorker(async (threaded) => {
    downloads.push(threaded);
    return { program: null, model: null };
  });
  engine.start();
  await soon();
  const told = () => workers.at(-1).told.map(({ job, live }) => job ?? live);
  return { engine, workers, told, downloads };
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
  assert.deepEqual(downloads, [false, false]);
});

/** Let three threads start, and the engine begin. */
async function begun() {
  const all = await started({ threads: 3 });
  const [main] = all.workers;
  main.answer("load", { done: { memory: "shared" } });
  const threads = all.workers.slice(1);
  for (const thread of threads) thread.onmessage({ data: { ready: true } });
  main.answer("begin", { done: null });
  return { ...all, main, threads };
}

test("an isolated page has an engine with threads, which begins when all of them wait", async () => {
  const { engine, workers, downloads } = await started({ threads: 3 });
  assert.deepEqual(downloads, [true]);
  assert.equal(workers[0].told[0].content.threads, 3);
  workers[0].answer("load", { done: { memory: "shared" } });
  assert.deepEqual(workers.map(({ name }) => name), ["engine-worker.js", ...Array(3).fill("engine-thread.js")]);
  const answer = engine.run("timeline", {});
  for (const thread of workers.slice(1)) {
    assert.deepEqual(thread.told, [{ memory: "shared" }]);
    assert.equal(workers[0].told.length, 1);
    thread.onmessage({ data: { ready: true } });
  }
  workers[0].answer("begin", { done: null });
  workers[0].answer("timeline", { done: "text" });
  assert.equal(await answer, "text");
  assert.deepEqual(workers[0].told.map(({ job }) => job), ["load", "begin", "timeline"]);
});

test("there are at most eight threads", async () => {
  const { workers } = await started({ threads: 64 });
  assert.equal(workers[0].told[0].content.threads, 8);
});

test("threads end with the engine", async () => {
  const { engine, workers, main, threads } = await begun();
  const controller = new AbortController();
  const canceled = engine.run("timeline", {}, { signal: controller.signal });
  controller.abort();
  await assert.rejects(canceled, { name: "AbortError" });
  assert.ok([main, ...threads].every(({ ended }) => ended));
  await soon();
  assert.equal(workers.length, 5);
  assert.equal(workers[4].told[0].content.threads, 3);
});

test("a thread that fails ends the engine, and the next job has another one", async (t) => {
  t.mock.method(console, "error", () => {});
  const { engine, workers, main, threads } = await begun();
  const lost = engine.run("timeline", {});
  const next = engine.run("timeline", {});
  threads[1].onmessage({ data: { failed: "unreachable" } });
  await assert.rejects(lost, { kind: "engine-lost" });
  assert.ok([main, ...threads].every(({ ended }) => ended));
  await soon();
  workers[4].answer("load", { done: { memory: "shared" } });
  for (const thread of workers.slice(5)) thread.onmessage({ data: { ready: true } });
  workers[4].answer("begin", { done: null });
  workers[4].answer("timeline", { done: "text" });
  assert.equal(await next, "text");
});

const FAILURES = {
  "the engine has no memory": ({ workers }) => workers[0].answer("load", { crashed: "RangeError" }),
  "the program is damaged": ({ workers }) => workers[0].answer("load", { refused: "damaged" }),
  "a thread does not load": ({ workers }) => workers[2].onerror({ preventDefault() {} }),
  "a thread fails": ({ workers }) => workers[2].onmessage({ data: { failed: "unreachable" } }),
  "the threads come late": (_, t) => t.mock.timers.tick(10_000),
};
for (const [name, fail] of Object.entries(FAILURES)) {
  test(`the engine without threads is used if ${name}`, async (t) => {
    const all = await started({ threads: 2 });
    const { engine, workers, downloads } = all;
    const answer = engine.run("timeline", {});
    t.mock.timers.enable({ apis: ["setTimeout"] });
    if (/thread/.test(name)) workers[0].answer("load", { done: { memory: "shared" } });
    const before = [...workers];
    fail(all, t);
    t.mock.timers.reset();
    await soon();
    assert.ok(before.every(({ ended }) => ended));
    assert.deepEqual(downloads, [true, false]);
    assert.equal(workers.at(-1).told[0].content.threads, 1);
    workers.at(-1).answer("load", { done: null });
    workers.at(-1).answer("timeline", { done: "text" });
    assert.equal(await answer, "text");
  });
}
