// Recordings longer than half a minute: utterances, zoom, export, progress and cancelling. And what
// stands beside a result: the recording before, and why.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changingVoice, fileWith, pcmOf, silence, wav } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { analyzed, notice, onServer, suite } from "../support/suite.mjs";

const { visit } = suite();
const LONG = fileWith("talk.wav", withPauses(75));
const sample = (name) => join(SAMPLES, name);

/** Return speech with a pause of two seconds after every six. */
function withPauses(seconds) {
  const { rate, samples } = pcmOf(changingVoice(seconds));
  for (let from = 6 * rate; from < samples.length; from += 8 * rate) samples.fill(0, from, from + 2 * rate);
  return wav(samples, rate);
}

async function show(page, path) {
  await page.setInputFiles("#file", path);
  await analyzed(page, path.split("/").at(-1));
}

test("a long recording is a list of utterances, and a click plays one", () =>
  visit(async (page) => {
    await show(page, LONG);
    const buttons = page.locator("#utterances button");
    assert.ok((await buttons.count()) > 5);
    assert.match(await page.locator("#utterances p").innerText(), /of speech: \d+\s% /);
    assert.equal(await page.locator(".mel-lane").isVisible(), false, "it has no spectrogram");
    assert.equal(await page.locator("#ask-why").isVisible(), false);
    const said = await buttons.nth(3).innerText();
    const [, minutes, start] = said.match(/^(\d+):([\d.]+)–/);
    await buttons.nth(3).click();
    const at = Number(await page.locator("#seek").inputValue());
    assert.ok(at >= 60 * minutes + Number(start) - 0.1 && at < 60 * minutes + Number(start) + 2, `${at}: ${said}`);
    await page.locator("#play", { hasText: "Play" }).waitFor(); // it stops at the end of the utterance
    await buttons.nth(1).hover();
    assert.ok((await page.locator(".tip").innerText()).includes("–"));
  }));

test("arrow keys move in the list of utterances", () =>
  visit(async (page) => {
    await show(page, LONG);
    const buttons = page.locator("#utterances button");
    await buttons.first().focus();
    for (const [key, index] of [["ArrowDown", 1], ["ArrowDown", 2], ["ArrowUp", 1], ["End", (await buttons.count()) - 1], ["Home", 0]]) {
      await page.keyboard.press(key);
      const focused = await buttons.nth(index).evaluate((button) => button === document.activeElement && button.tabIndex === 0);
      assert.ok(focused, `${key}: ${index}`);
    }
    assert.equal(await page.locator("#utterances button[tabindex='0']").count(), 1);
  }));

test("the player zooms in and out", () =>
  visit(async (page) => {
    await show(page, LONG);
    const last = () => page.locator("#time-axis span").last().innerText();
    const whole = await last();
    assert.ok(await page.locator("#zoom-out").isDisabled());
    for (let i = 0; i < 3; i++) await page.locator("#zoom-in").click();
    const near = await last();
    assert.notEqual(near, whole);
    await page.locator("#zoom-whole").click();
    assert.equal(await last(), whole);
    assert.ok(await page.locator("#zoom-out").isDisabled());
  }));

test("the timeline is saved in the formats of other tools", () =>
  visit(async (page) => {
    await show(page, LONG);
    for (const [title, name, begins] of [
      ["JSON", "talk.json", "{"],
      ["CSV", "talk.csv", "path,start,end,label,confidence,p_"],
      ["SRT", "talk.srt", "1\n00:00:"],
      ["TextGrid", "talk.TextGrid", "File type = \"ooTextFile\""],
      ["Audacity", "talk.txt", "0."],
    ]) {
      const waiting = page.waitForEvent("download");
      await page.locator("#export").getByRole("button", { name: title }).click();
      const saved = await waiting;
      assert.equal(saved.suggestedFilename(), name);
      const text = readFileSync(await saved.path(), "utf8");
      assert.ok(text.startsWith(begins), `${title}: ${text.slice(0, 80)}`);
    }
  }));

test("an analysis can be cancelled", onServer, () =>
  visit(async (page) => {
    await show(page, sample("happy.flac"));
    await page.route("**/api/predict*", () => {}); // never answers
    await page.setInputFiles("#file", LONG);
    await page.locator("#analysis-progress").waitFor();
    assert.ok((await page.locator("#analysis-state").innerText()).startsWith("talk.wav"));
    await page.locator("#analysis-cancel").click();
    await page.locator("#analysis-progress").waitFor({ state: "hidden" });
    assert.equal(await page.locator(".notice").count(), 0);
    assert.ok((await page.locator("#result-source").innerText()).includes("happy.flac"), "the earlier result stays");
  }));

test("an unreadable or silent file does not leave the result before it standing", () =>
  visit(
    async (page) => {
      await show(page, sample("happy.flac"));
      await page.setInputFiles("#file", fileWith("notes.txt", "no recording"));
      await notice(page);
      assert.equal(await page.locator("#result").isVisible(), false);
      await show(page, sample("happy.flac"));
      await show(page, fileWith("silence.wav", silence(2)));
      assert.equal(await page.locator("#result-label").innerText(), "No speech heard");
    },
    { expected: [/415/] },
  ));

test("a recording stands beside the one before", () =>
  visit(async (page) => {
    await show(page, sample("neutral.flac"));
    assert.equal(await page.locator("#compare").isVisible(), false);
    await show(page, sample("happy.flac"));
    const sides = page.locator("#compare .sides > div");
    assert.equal(await sides.count(), 2);
    assert.match(await sides.nth(0).innerText(), /Before: [\s\S]*neutral\.flac/);
    assert.match(await sides.nth(1).innerText(), /Now: [\s\S]*happy\.flac/);
    assert.match(await page.locator("#compare-words").innerText(), /gained \d+\s?points|alike/);
  }));

test("the page shows why", () =>
  visit(async (page) => {
    await show(page, sample("happy.flac"));
    assert.equal(await page.locator("#why").isVisible(), false);
    await page.locator("#ask-why").click();
    await page.locator("#why").waitFor();
    assert.match(await page.locator("#why-words").innerText(), /speaks? .*for /);
    assert.equal(await page.locator("#ask-why").isVisible(), false, "it is computed once");
  }));
