// One recording, dropped or chosen or a sample: its result, its drawings and its sound.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileWith, silence, tone } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { analyzed, drop, onServer, shares, suite } from "../support/suite.mjs";

const { visit } = suite();
const NEUTRAL = join(SAMPLES, "neutral.flac");

/** Return how many different colors a canvas shows. An empty canvas shows one. */
const colors = (page, selector) =>
  page.locator(selector).evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

const played = (page) => page.locator("#seek").inputValue().then(Number);

test("a dropped recording is analyzed at once", () =>
  visit(async (page) => {
    await drop(page, [NEUTRAL]);
    await analyzed(page, "neutral.flac");
    const numbers = await shares(page);
    assert.ok(Math.abs(numbers.reduce((sum, each) => sum + each) - 100) < 0.3, `${numbers}`);
    const highest = await page.locator("#result-bars .highest").innerText();
    const label = await page.locator("#result-label").innerText();
    assert.ok(highest.startsWith(label), `${label}, but the highest bar is ${highest}`);
    const widths = await page.locator("#result-bars .fill").evaluateAll(async (fills) => {
      await Promise.all(document.getAnimations().map((animation) => animation.finished));
      return fills.map((fill) => (100 * fill.offsetWidth) / fill.parentElement.offsetWidth);
    });
    widths.forEach((width, i) => assert.ok(Math.abs(width - numbers[i]) < 2, `a bar of ${width} % for ${numbers[i]} %`));
    assert.equal(await page.locator("#drop-veil").isVisible(), false);
    assert.match(await page.locator("#status").innerText(), new RegExp(`neutral.flac: ${label}`, "i"));
  }));

test("a chosen recording shows its confidence in words", onServer, () =>
  visit(async (page) => {
    const response = page.waitForResponse(/api\/predict/);
    await page.setInputFiles("#file", NEUTRAL);
    await analyzed(page, "neutral.flac");
    const { sure } = await (await response).json();
    const sentence = await page.locator("#result-confidence").innerText();
    if (sure) {
      assert.match(sentence, /^Very sure/);
    } else {
      const [, word, number] = sentence.match(/^(.+), ([\d.]+)\s%\. Next is \w+ with [\d.]+\s%\.$/);
      const scale = { "Fairly sure": 70, "Somewhat sure": 50, Unsure: 0 };
      const expected = Object.keys(scale).find((each) => Number(number) >= scale[each]);
      assert.equal(word, expected, sentence);
    }
    await page.getByText("What do these words mean?").click();
    assert.match(await page.locator("#confidence-words").innerText(), /Fairly sure\s+70\s% or more/);
  }));

test("a silent recording has no emotion", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", fileWith("silence.wav", silence(2)));
    await analyzed(page, "silence.wav");
    assert.equal(await page.locator("#result-label").innerText(), "No speech heard");
    assert.match(await page.locator("#result-warnings").innerText(), /only silence\. Check that the right microphone/);
    assert.equal(await page.locator("#result-bars").isVisible(), false);
    assert.equal(await page.locator(".notice").count(), 0);
  }));

test("every sample is analyzed", onServer, () =>
  visit(async (page) => {
    const samples = page.locator("#samples button");
    const count = await samples.count();
    assert.ok(count >= 7);
    for (let i = 0; i < count; i++) {
      const answer = page.waitForResponse(/api\/predict/);
      await samples.nth(i).click();
      const { name } = await (await answer).json();
      await analyzed(page, name);
    }
  }));

test("waveform and spectrogram are drawn and follow the theme", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", NEUTRAL);
    await analyzed(page, "neutral.flac");
    assert.ok((await colors(page, "#wave")) > 1, "no waveform");
    assert.ok((await colors(page, "#mel")) > 50, "no spectrogram");
    assert.match(await page.locator("#wave").getAttribute("aria-label"), /^Waveform, 2\.1\ss\./);
    const image = () => page.locator("#wave").evaluate((canvas) => canvas.toDataURL());
    const light = await image();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction((before) => document.querySelector("#wave").toDataURL() !== before, light);
  }));

test("waveform, spectrogram and time axis are aligned", () =>
  visit(async (page) => {
    for (const name of ["happy.flac", "conversation.flac"]) { // without a timeline, and with one
      await page.setInputFiles("#file", join(SAMPLES, name));
      await analyzed(page, name);
      const boxes = await page.locator("#wave, #mel, #time-axis, #timeline:not([hidden])").all();
      const spans = await Promise.all(boxes.map(async (each) => {
        const { x, width } = await each.boundingBox();
        return `${x} ${width}`;
      }));
      assert.equal(new Set(spans).size, 1, spans.join(", "));
    }
  }));

test("a tone is drawn at its frequency on the axis", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", fileWith("tone.wav", tone(2, 2000, 0.5)));
    await analyzed(page, "tone.wav");
    const { brightest, tick } = await page.evaluate(() => {
      const canvas = document.querySelector("#mel");
      const column = canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, canvas.height).data;
      const light = Array.from({ length: canvas.height }, (_, y) => column[4 * y] + column[4 * y + 1] + column[4 * y + 2]);
      const label = [...document.querySelectorAll("#mel-axis span")].find((each) => each.textContent === "2k");
      const { top, height } = label.getBoundingClientRect();
      const lane = canvas.getBoundingClientRect();
      return { brightest: light.indexOf(Math.max(...light)) / canvas.height, tick: (top + height / 2 - lane.top) / lane.height };
    });
    assert.ok(Math.abs(brightest - tick) < 0.04, `tone at ${brightest}, axis says ${tick}`);
  }));

test("playing moves the playhead, and a click or the slider seeks", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", NEUTRAL);
    await analyzed(page, "neutral.flac");
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction(() => Number(document.querySelector("#seek").value) > 0.3);
    const left = await page.locator(".playhead").evaluate((head) => parseFloat(getComputedStyle(head).left));
    assert.ok(left > 20, `the playhead is at ${left} px`);
    await page.getByRole("button", { name: "Pause" }).click();
    const { width, height } = await page.locator("#mel").boundingBox();
    await page.locator("#mel").click({ position: { x: width / 2, y: height / 2 } });
    assert.ok(Math.abs((await played(page)) - 1.05) < 0.05, `clicked on the middle, got ${await played(page)}`);
    await page.locator("#seek").focus();
    await page.keyboard.press("Home");
    assert.equal(await played(page), 0);
    await page.keyboard.press("End");
    assert.match(await page.locator("#position").innerText(), /0:02 \/ 0:02/);
  }));

test("the server's warnings are explained", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", fileWith("loud.wav", tone(2, 300, 3)));
    await analyzed(page, "loud.wav");
    assert.match(await page.locator("#result-warnings").innerText(), /peaks are cut off/);
    await page.setInputFiles("#file", fileWith("far.wav", tone(2, 300, 0.001)));
    await analyzed(page, "far.wav");
    assert.match(await page.locator("#result-warnings").innerText(), /hardly louder than a quiet room/);
    await page.setInputFiles("#file", NEUTRAL);
    await analyzed(page, "neutral.flac");
    assert.equal(await page.locator("#result-warnings li").count(), 0);
  }));
