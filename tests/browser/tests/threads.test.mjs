// The page without a server, where the browser isolates it: the engine has threads.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { changingVoice, fileWith } from "../support/audio.mjs";
import { CHROMIUM, SAMPLES, UNDERTONE } from "../support/environment.mjs";
import { watch } from "../support/guard.mjs";
import { exported, serveFolder } from "../support/static-server.mjs";
import { analyzed } from "../support/suite.mjs";

const MOST_BYTES = 12_000_000; // over the wire at the first visit
const CLOSE = 1e-3; // between a probability here and one of the program
// How much quicker the engine with two threads has to be. Other tests use the cores meanwhile.
const QUICKER = Number(process.env.UNDERTONE_QUICKER ?? 0.5);
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--use-fake-device-for-media-stream",
  `--use-file-for-fake-audio-capture=${fileWith("voice.wav", changingVoice(20))}`,
];
const WORKERS = ["engine-thread.js", "engine-thread.js", "engine-worker.js"];

let folder;
let isolating;
let plain;
let browser;

before(async () => {
  folder = exported("web");
  isolating = await serveFolder(folder, { isolating: true });
  plain = await serveFolder(folder);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
after(async () => {
  await browser?.close();
  await isolating?.stop();
  await plain?.stop();
});

/** Open the page of a host in a browser with two processors. `check()` is that of guard.mjs. */
async function visit(server, act, { prepare = () => {}, ...options } = {}) {
  const context = await browser.newContext({ permissions: ["microphone"], ...options });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 }));
  const page = await context.newPage();
  const check = watch(page, server.url);
  try {
    await prepare(page);
    await open(page, server);
    await act(page, check);
  } finally {
    await context.close();
  }
}

async function open(page, server) {
  await page.goto(server.url);
  await page.locator("#input").waitFor();
}

const workers = (page) => page.workers().map((worker) => worker.url().split("/").at(-1)).filter((name) => /engine/.test(name)).sort();

/** Wait until the page has these workers. The browser ends one that waits or computes after 2 s. */
async function settled(page, expected) {
  for (let i = 0; i < 100 && workers(page).length !== expected.length; i++) await page.waitForTimeout(100);
  assert.deepEqual(workers(page), expected);
}

const isolated = (page) => page.evaluate(() => crossOriginIsolated);

async function analyze(page, name) {
  await page.setInputFiles("#file", join(SAMPLES, name));
  await analyzed(page, name);
}

/** Analyze a file in the page. Return the answer and the milliseconds that it took. */
function predict(page, bytes, name = "clip.wav") {
  return page.evaluate(
    async ([bytes, name]) => {
      const { predict } = await import("./assets/engine.js");
      const file = new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name);
      const started = performance.now();
      const answer = await predict(file, { detail: true });
      return { answer, milliseconds: performance.now() - started };
    },
    [bytes.toString("base64"), name],
  );
}

test("a page that its host isolates loads the engine with threads, and only that", () => {
  const before = isolating.sent.length;
  return visit(isolating, async (page, check) => {
    await analyze(page, "neutral.flac");
    assert.equal(await isolated(page), true);
    assert.deepEqual(workers(page), WORKERS);
    await page.evaluate(() => navigator.serviceWorker.ready); // has kept the small files
    const sent = isolating.sent.slice(before).filter((name) => existsSync(join(folder, name)));
    assert.ok(sent.includes("threaded-engine.packed") && !sent.includes("engine.packed"), sent.join());
    const total = sent.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    console.log(`${sent.length} files, ${total} bytes`);
    assert.ok(total > 10_000_000 && total <= MOST_BYTES, `${total} bytes`);
    check();
  });
});

test("the folder tells Spaces, Netlify and Cloudflare Pages which headers isolate it", () => {
  const read = (name) => readFileSync(join(folder, name), "utf8");
  for (const header of ["Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Embedder-Policy: require-corp"]) {
    assert.ok(read("_headers").split("\n").includes(`  ${header}`));
    assert.ok(read("README.md").split("---")[1].includes(`\n  ${header.toLowerCase()}\n`));
  }
});

test("the probabilities with threads are those of the program", () =>
  visit(isolating, async (page, check) => {
    const names = readdirSync(SAMPLES).filter((name) => name.endsWith(".flac"));
    const printed = spawnSync(UNDERTONE, ["predict", "--json", ...names.map((name) => join(SAMPLES, name))], { encoding: "utf8" });
    const expected = printed.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(expected.length, names.length, printed.stderr);
    let furthest = 0;
    for (const [index, name] of names.entries()) {
      const { answer } = await predict(page, readFileSync(join(SAMPLES, name)), name);
      assert.equal(answer.label, expected[index].label);
      for (const [label, value] of Object.entries(expected[index].probabilities ?? {})) {
        furthest = Math.max(furthest, Math.abs(answer.probabilities[label] - value));
      }
    }
    console.log(`largest difference ${furthest}`);
    assert.ok(furthest <= CLOSE, `${furthest}`);
    assert.deepEqual(workers(page), WORKERS);
    check();
  }));

test("two threads answer sooner than one", () =>
  visit(isolating, (threaded) =>
    visit(plain, async (single) => {
      assert.deepEqual(workers(single), ["engine-worker.js"]);
      assert.equal(await isolated(single), false);
      for (const [what, recording, turns] of [["a clip of 2 s", changingVoice(2), 12], ["a recording of 5 min", changingVoice(300), 3]]) {
        await predict(threaded, changingVoice(2));
        await predict(single, changingVoice(2));
        const times = [[], []];
        const answers = [];
        for (let turn = 0; turn < turns; turn++) {
          for (const [index, page] of [single, threaded].entries()) {
            const { answer, milliseconds } = await predict(page, recording);
            times[index].push(milliseconds);
            answers.push(answer.label);
          }
        }
        assert.equal(new Set(answers).size, 1);
        const [one, two] = times.map((each) => each.sort((a, b) => a - b));
        const middle = Math.floor(turns / 2);
        const words = `at best ${one[0].toFixed(0)} and ${two[0].toFixed(0)} ms, median ${one[middle].toFixed(0)} and ${two[middle].toFixed(0)} ms`;
        console.log(`${what} with one thread and with two: ${words}, ratio ${(one[0] / two[0]).toFixed(2)}`);
        if (turns === 3) assert.ok(one[0] / two[0] >= QUICKER, words);
      }
    })));

test("threads end with an analysis that is canceled, and others take their place", () =>
  visit(isolating, async (page, check) => {
    await predict(page, changingVoice(2));
    const outcome = await page.evaluate(async (bytes) => {
      const { predict } = await import("./assets/engine.js");
      const file = new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "clip.wav");
      return predict(file, { signal: AbortSignal.timeout(300) }).then(() => "done", (reason) => reason.name);
    }, changingVoice(1200).toString("base64"));
    assert.equal(outcome, "TimeoutError");
    const { answer } = await predict(page, changingVoice(2));
    assert.equal(answer.seconds, 2);
    await settled(page, WORKERS);
    check();
  }));

test("live mode works with threads", () =>
  visit(isolating, async (page, check) => {
    await page.getByRole("tab", { name: "Live" }).click();
    await page.getByRole("button", { name: "Listen", exact: true }).click();
    await page.waitForFunction(() => /\d/.test(document.querySelector("#live-bars").innerText));
    assert.deepEqual(workers(page), WORKERS);
    check();
  }));

const BROKEN = {
  "do not load": "throw new Error('no thread');",
  "never compute": "addEventListener('message', () => postMessage({ ready: true }));",
};
for (const [what, script] of Object.entries(BROKEN)) {
  test(`the page does without threads that ${what}`, () =>
    visit(
      isolating,
      async (page) => {
        await analyze(page, "happy.flac");
        await settled(page, ["engine-worker.js"]);
      },
      {
        serviceWorkers: "block", // the route does not see its requests
        prepare: (page) =>
          page.route("**/engine-thread.js", (route) =>
            route.fulfill({ body: script, contentType: "text/javascript", headers: { "Cross-Origin-Embedder-Policy": "require-corp" } })),
      },
    ));
}

test("the service worker isolates the page of any host from the second visit on, also without the host", async () => {
  const host = await serveFolder(folder);
  try {
    await visit(host, async (page) => {
      await analyze(page, "happy.flac");
      assert.equal(await isolated(page), false);
      assert.deepEqual(workers(page), ["engine-worker.js"]);
      await open(page, host);
      await analyze(page, "angry.flac");
      assert.equal(await isolated(page), true);
      assert.deepEqual(workers(page), WORKERS);
      await host.stop();
      await open(page, host);
      await analyze(page, "sad.flac");
      assert.equal(await isolated(page), true);
      assert.deepEqual(workers(page), WORKERS);
    });
  } finally {
    await host.stop();
  }
});

test("a host that goes away before the second visit leaves the engine without threads", async () => {
  const host = await serveFolder(folder);
  try {
    await visit(host, async (page) => {
      await analyze(page, "happy.flac");
      await host.stop();
      await open(page, host);
      await analyze(page, "angry.flac");
      assert.equal(await isolated(page), true);
      assert.deepEqual(workers(page), ["engine-worker.js"]);
    });
  } finally {
    await host.stop();
  }
});
