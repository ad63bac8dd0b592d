// Live mode: the bars follow the voice, and the page shows the latency.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isStatic, notice, onServer, shares, suite } from "../support/suite.mjs";

// Without a server, one core of a slow machine may compute the results.
const EXPECTED = isStatic ? { rate: 0.5, latency: 6000 } : { rate: 3, latency: 1500 };

const { visit, stopServer, pauseServer, resumeServer } = suite();

async function listen(page) {
  await page.getByRole("tab", { name: "Live" }).click();
  await page.getByRole("button", { name: "Listen", exact: true }).click();
  await page.locator("#live-facts").waitFor();
  await page.waitForFunction(() => /\d/.test(document.querySelector("#live-latency").textContent));
}

test("the bars move several times per second, and the latency is shown", () =>
  visit(async (page) => {
    await listen(page);
    const seen = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const texts = new Set();
          const bars = document.querySelector("#live-bars");
          const observer = new MutationObserver(() => texts.add(bars.innerText));
          observer.observe(bars, { subtree: true, childList: true, characterData: true });
          setTimeout(() => resolve(texts.size), 3000);
        }),
    );
    assert.ok(seen >= 2 * EXPECTED.rate, `${seen} different results in 3 s`);
    const rate = Number(await page.locator("#live-rate").innerText());
    assert.ok(rate > EXPECTED.rate && rate < 8, `${rate} results per second`);
    const latency = Number.parseFloat(await page.locator("#live-latency").innerText());
    assert.ok(latency > 0 && latency < EXPECTED.latency, `${latency} ms`);
    assert.match(await page.locator("#live-note").innerText(), /until the bars showed the result.*is not included/s);
    await page.waitForFunction(() => /\d/.test(document.querySelector("#live-bars").innerText)); // somebody speaks
    const numbers = await shares(page, "#live-bars");
    assert.ok(Math.abs(numbers.reduce((sum, each) => sum + each) - 100) < 0.3, `${numbers}`);
  }));

test("the latency includes the time that a result spends on its way", onServer, () =>
  visit(
    async (page) => {
      await listen(page);
      await page.waitForTimeout(2500);
      const latency = Number.parseFloat(await page.locator("#live-latency").innerText());
      assert.ok(latency >= 400 && latency < 1500, `${latency} ms with results held back for 400 ms`);
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          window.WebSocket = class extends WebSocket {
            set onmessage(listen) {
              super.onmessage = (message) => setTimeout(() => listen(message), 400);
            }
          };
        }),
    },
  ));

test("stopping and leaving the tab release the microphone", () =>
  visit(
    async (page) => {
      const state = () => page.evaluate(() => window.tracks.map((track) => track.readyState));
      await listen(page);
      await page.getByRole("button", { name: "Stop listening" }).click();
      assert.deepEqual(await state(), ["ended"]);
      await page.getByRole("button", { name: "Listen", exact: true }).click();
      await page.waitForFunction(() => window.tracks.length === 2);
      await page.getByRole("tab", { name: "Recording" }).click();
      await page.waitForFunction(() => window.tracks.every((track) => track.readyState === "ended"));
      assert.equal(await page.locator(".notice").count(), 0);
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          window.tracks = [];
          const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wish) => {
            const stream = await original(wish);
            window.tracks.push(...stream.getAudioTracks());
            return stream;
          };
        }),
    },
  ));

test("a refused live connection is explained", onServer, () =>
  visit(
    async (page) => {
      await page.evaluate(() => {
        window.others = Array.from({ length: 8 }, () => new WebSocket(`ws://${location.host}/api/live`));
        return Promise.all(window.others.map((socket) => new Promise((resolve) => (socket.onopen = resolve))));
      });
      await page.getByRole("tab", { name: "Live" }).click();
      await page.getByRole("button", { name: "Listen", exact: true }).click();
      assert.match(await notice(page), /Live mode was refused\s+The server is running/);
      const ended = await page.evaluate(() => {
        const [socket] = window.others;
        const closed = new Promise((resolve) => (socket.onclose = ({ code, wasClean }) => resolve([code, wasClean])));
        socket.close(1000);
        return closed;
      });
      assert.deepEqual(ended, [1000, true]);
    },
    { expected: [/429/] },
  ));

test("a server that hangs is reported and may recover", onServer, () =>
  visit(async (page) => {
    await listen(page);
    pauseServer();
    await page.locator("#live-label", { hasText: "No answer" }).waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
    resumeServer();
    await page.waitForFunction(() => !/No answer/.test(document.querySelector("#live-label").textContent));
    pauseServer();
    assert.match(await notice(page), /live connection was lost/);
    resumeServer();
  }));

test("a server that stops is reported, in live mode and after", onServer, () =>
  visit(
    async (page) => {
      await listen(page);
      await stopServer();
      assert.match(await notice(page), /live connection was lost/);
      await page.getByRole("button", { name: "Listen", exact: true }).click();
      await page.locator(".notice", { hasText: "The server does not answer" }).waitFor();
      await page.getByRole("tab", { name: "Recording" }).click();
      await page.locator("#samples button").first().click();
      assert.match(await notice(page), /The server does not answer\s+It may have been stopped/);
    },
    { expected: [/ERR_CONNECTION_REFUSED/] },
  ));
