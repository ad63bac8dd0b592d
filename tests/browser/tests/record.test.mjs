// Recording from the microphone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileWith, pcmOf, tone } from "../support/audio.mjs";
import { READBACK, analyzed, onServer, suite } from "../support/suite.mjs";

// Half of full scale, so that the test notices a change of level.
const HERTZ = 440;
const { visit } = suite({ microphone: fileWith("tone.wav", tone(10, HERTZ, 0.5)) });

/** Keep the file of the last upload, which Playwright does not expose. */
const keepUpload = (page) =>
  page.addInitScript(() => {
    const original = window.fetch;
    window.fetch = (address, options) => {
      if (options?.body instanceof FormData) window.uploaded = options.body.get("file");
      return original(address, options);
    };
  });

async function uploaded(page) {
  const base64 = await page.evaluate(async () => {
    const bytes = new Uint8Array(await window.uploaded.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  return Buffer.from(base64, "base64");
}

test("a recording is the microphone's sound, unprocessed", onServer, () =>
  visit(async (page) => {
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("#record-time").textContent === "0:01");
    assert.match(await page.locator("#record-running").innerText(), /0:01 of \d+:\d\d/);
    await page.getByRole("button", { name: "Stop recording" }).click();
    await analyzed(page, "recording-1.wav");
    const wav = await uploaded(page);
    assert.equal(wav.readUInt16LE(22), 1, "channels");
    assert.equal(wav.readUInt16LE(34), 16, "bits");
    const { rate, samples } = pcmOf(wav.subarray(0, 44 + wav.readUInt32LE(40)));
    assert.ok(samples.length > rate && samples.length < 4 * rate, `${samples.length / rate} s`);
    const middle = samples.subarray(samples.length / 2, samples.length / 2 + rate / 4);
    const crossings = middle.filter((value, i) => i > 0 && value >= 0 && middle[i - 1] < 0).length;
    assert.ok(Math.abs(4 * crossings - HERTZ) < 10, `${4 * crossings} Hz`);
    const peak = middle.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 32768;
    assert.ok(Math.abs(peak - 0.5) < 0.05, `peak ${peak}`);
  }, { prepare: keepUpload }));

test("the level meter moves while recording", () =>
  visit(async (page) => {
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.waitForFunction(() => {
      const canvas = document.querySelector("#record-level");
      if (!canvas.width || canvas.hidden) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 4);
      return data.some((value) => value > 0); // a bar reaches the upper edge
    });
  }, READBACK));

test("a discarded recording is not sent", () =>
  visit(async (page) => {
    const sent = [];
    page.on("request", (request) => /api\/predict/.test(request.url()) && sent.push(request));
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("button", { name: "Record", exact: true }).waitFor();
    assert.deepEqual(sent, []);
    assert.equal(await page.evaluate(() => document.activeElement.id), "record");
  }));

test("recording ends by itself at the limit", onServer, () =>
  visit(
    async (page) => {
      await page.getByRole("button", { name: "Record", exact: true }).click();
      await analyzed(page, "recording-1.wav");
      assert.match(await page.locator("#result-source").innerText(), /1\.[0-4]\d*\ss|· 1\ss/);
    },
    { prepare: (page) => limitTo(page, { max_seconds: 1.2 }) },
  ));

test("a recording is kept when the microphone is disconnected", () =>
  visit(
    async (page) => {
      await page.getByRole("button", { name: "Record", exact: true }).click();
      await page.waitForFunction(() => document.querySelector("#record-time").textContent === "0:01");
      await page.evaluate(() => window.track.dispatchEvent(new Event("ended")));
      await analyzed(page, "recording-1.wav");
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wish) => {
            const stream = await original(wish);
            [window.track] = stream.getAudioTracks();
            return stream;
          };
        }),
    },
  ));

test("a microphone allowed after the user left the tab stays closed", () =>
  visit(
    async (page) => {
      await page.getByRole("button", { name: "Record", exact: true }).click();
      await page.waitForFunction(() => window.allow);
      await page.getByRole("tab", { name: "Live" }).click();
      await page.evaluate(() => window.allow());
      await page.waitForFunction(() => window.track?.readyState === "ended");
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wish) => {
            await new Promise((resolve) => {
              window.allow = resolve;
            });
            const stream = await original(wish);
            [window.track] = stream.getAudioTracks();
            return stream;
          };
        }),
    },
  ));

/** Change limits in the server's description of the model. */
async function limitTo(page, limits) {
  await page.route("**/api/model", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), ...limits } });
  });
}
