// The formats that browsers record, and who decodes them: the server if it can, else the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { converted, fileWith } from "../support/audio.mjs";
import { analyzed, isStatic, suite } from "../support/suite.mjs";

const { visit } = suite();
const REFUSED = /415/;

const FORMATS = [
  { name: "safari.mp4", by: "server", options: ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"] },
  { name: "phone.m4a", by: "server", options: ["-c:a", "aac"] },
  { name: "old.mp3", by: "server", options: ["-c:a", "libmp3lame"] },
  { name: "vorbis.ogg", by: "server", options: ["-c:a", "libvorbis"] },
  { name: "firefox.ogg", by: "server", options: ["-c:a", "libopus"] },
  { name: "chromium.webm", by: "server", options: ["-c:a", "libopus"] },
  { name: "surround.webm", by: "page", options: ["-ac", "6", "-c:a", "libopus"] },
];

/** Analyze a file and return who decoded it; null where that cannot be seen. */
async function answeredBy(page, path) {
  const asked = [];
  page.on("response", (response) => /api\/predict/.test(response.url()) && asked.push(response.status()));
  await page.setInputFiles("#file", path);
  await analyzed(page, path.split("/").at(-1));
  if (isStatic) return null;
  assert.equal(asked.at(-1), 200);
  return asked[0] === 415 ? "page" : "server";
}

for (const { name, by, options } of FORMATS) {
  test(`${name} is decoded by the ${by}`, () =>
    visit(
      async (page) => {
        assert.ok([by, null].includes(await answeredBy(page, converted(name, options))));
        assert.match(await page.locator("#result-source").innerText(), /2\.[12]\d*\ss/);
        await page.getByRole("button", { name: "Play" }).click();
        await page.waitForFunction(() => Number(document.querySelector("#seek").value) > 0.1);
      },
      { expected: [REFUSED] },
    ));
}

test("a recording by this browser's MediaRecorder is analyzed", () =>
  visit(
    async (page) => {
      const recorded = await page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        const recorder = new MediaRecorder(stream);
        const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
        const data = new Promise((resolve) => recorder.addEventListener("dataavailable", ({ data }) => resolve(data)));
        recorder.start();
        await new Promise((resolve) => setTimeout(resolve, 1500));
        recorder.stop();
        await stopped;
        stream.getTracks().forEach((track) => track.stop());
        const bytes = new Uint8Array(await (await data).arrayBuffer());
        return { type: recorder.mimeType, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
      });
      assert.match(recorded.type, /^audio\/webm/);
      const path = fileWith("recorder.webm", Buffer.from(recorded.base64, "base64"));
      assert.ok(["server", null].includes(await answeredBy(page, path)));
    },
    { expected: [REFUSED] },
  ));
