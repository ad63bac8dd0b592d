// Emotion over time, for recordings longer than the model's window.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { changingVoice, fileWith } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { READBACK, analyzed, suite } from "../support/suite.mjs";

const { visit } = suite();
const LONG = fileWith("long.wav", changingVoice(24));

async function openLong(page) {
  const response = page.waitForResponse(/api\/predict/);
  await page.setInputFiles("#file", LONG);
  const result = await (await response).json();
  await analyzed(page, "long.wav");
  return result;
}

const percentOf = (share) => `${(100 * share).toFixed(1)}\u202f%`;

test("a short recording has no timeline", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", join(SAMPLES, "happy.flac"));
    await analyzed(page, "happy.flac");
    assert.equal(await page.locator("#timeline").isVisible(), false);
  }));

test("pointing shows the values of the window under the pointer", () =>
  visit(async (page) => {
    const { segments: windows, seconds } = await openLong(page);
    assert.ok(windows.length > 5);
    const { width } = await page.locator("#timeline").boundingBox();
    for (const each of [windows[2], windows.at(-3)]) {
      const middle = (each.start + each.end) / 2;
      await page.locator("#timeline").hover({ position: { x: (middle / seconds) * width, y: 40 } });
      const tip = await page.locator(".tip").innerText();
      assert.ok(tip.includes(`${each.start.toFixed(1)}–${each.end.toFixed(1)} s`), tip);
      for (const share of Object.values(each.probabilities ?? {})) assert.ok(tip.includes(percentOf(share)), `${tip} lacks ${percentOf(share)}`);
    }
    await page.mouse.move(5, 5);
    assert.equal(await page.locator(".tip").isVisible(), false);
  }));

test("a click jumps there", () =>
  visit(async (page) => {
    const { seconds } = await openLong(page);
    const { width } = await page.locator("#timeline").boundingBox();
    await page.locator("#timeline").click({ position: { x: width * 0.75, y: 40 } });
    const at = Number(await page.locator("#seek").inputValue());
    assert.ok(Math.abs(at - 0.75 * seconds) < 0.1, `${at} of ${seconds} s`);
  }));

test("the keyboard moves from window to window and plays from one", () =>
  visit(async (page) => {
    const { segments: windows } = await openLong(page);
    const slider = page.getByRole("slider", { name: /Emotion over time/ });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const said = await slider.getAttribute("aria-valuetext");
    assert.ok(said.startsWith(`${windows[2].start.toFixed(1)} to ${windows[2].end.toFixed(1)} seconds: `), said);
    assert.match(said, windows[2].speech ? /\w+ \d+\s%, \w+ \d+\s%/ : /no speech$/);
    assert.equal(await page.locator(".tip").isVisible(), true);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const at = Number(await page.locator("#seek").inputValue());
    assert.ok(at >= windows[2].start - 0.05 && at < windows[2].start + 1, `${at}`);
  }));

test("the chart shows each window's most probable label in its color", () =>
  visit(async (page) => {
    const { segments: windows, seconds } = await openLong(page);
    const { labels } = await page.evaluate(async () => (await fetch("api/model")).json());
    for (const { start, end, label } of [windows[0], windows[4], windows.at(-1)].filter(({ speech }) => speech)) {
      const shown = await page.locator("#timeline canvas").evaluate((canvas, share) => {
        const [r, g, b] = canvas.getContext("2d").getImageData(Math.min(canvas.width - 1, share * canvas.width), 2, 1, 1).data;
        return `#${[r, g, b].map((each) => each.toString(16).padStart(2, "0")).join("")}`;
      }, (start + end) / 2 / seconds);
      assert.equal(shown, labels.find(({ name }) => name === label).colour);
    }
  }, READBACK));

test("the timeline is available as a table", () =>
  visit(async (page) => {
    const { segments: windows } = await openLong(page);
    await page.getByText("The timeline as a table").click();
    assert.equal(await page.locator("#timeline-table tbody tr").count(), windows.length);
    const row = await page.locator("#timeline-table tbody tr").nth(1).innerText();
    const { label, probabilities } = windows[1];
    const words = label ? [label, percentOf(Object.values(probabilities)[0])] : ["no speech"];
    for (const each of words) assert.ok(row.includes(each), `${row} lacks ${each}`);
  }));
