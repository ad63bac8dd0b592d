// A model of seven emotions with sums, which hears whether somebody speaks and adapts to voices.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changingVoice, fileWith } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { replaceModel } from "../support/fake-model.mjs";
import { analyzed, notice, READBACK, shares, suite } from "../support/suite.mjs";

const { visit } = suite();
const speech = (name) => fileWith(name, readFileSync(join(SAMPLES, "neutral.flac")));
const meet = (act, options = {}) => visit(act, { ...options, prepare: replaceModel });

async function open(page, path) {
  await page.setInputFiles("#file", path);
  await analyzed(page, path.split("/").at(-1));
}

const asked = (page) => page.evaluate(() => window.asked);
const heard = (page) => page.locator("#voice-heard").innerText();

test("sums stand above the emotions", () =>
  meet(async (page) => {
    await open(page, speech("plain.flac"));
    assert.equal(await page.locator("#result-label").innerText(), "Angry");
    assert.deepEqual(await page.locator("#result-sums .name").allInnerTexts(), ["Negative", "Neutral", "Positive"]);
    assert.equal((await shares(page)).length, 7);
    const sums = await shares(page, "#result-sums");
    assert.ok(Math.abs(sums.reduce((sum, each) => sum + each) - 100) < 0.3, `${sums}`);
    const above = (await page.locator("#result-sums").boundingBox()).y < (await page.locator("#result-bars").boundingBox()).y;
    assert.ok(above);
  }));

test("“very sure” is said of the sum, and only if the model is", () =>
  meet(async (page) => {
    await open(page, speech("plain.flac"));
    assert.match(await page.locator("#result-confidence").innerText(), /^Somewhat sure, 60\.0\s%\. Next is \w+ with/);
    await open(page, speech("sure.flac"));
    const words = await page.locator("#result-confidence").innerText();
    assert.match(words, /^Very sure that it is negative, 92\.4\s%\. Of the emotions, angry has 94\.0\s%, and next is \w+ with 1\.0\s%\.$/);
    await page.getByText("What do these words mean?").click();
    const scale = await page.locator("#confidence-words").innerText();
    assert.match(scale, /Very sure\s+negative, neutral, positive: 80\s% or more/);
    assert.match(scale, /right at least 9 times in 10/);
  }));

test("without speech, no emotion is shown", () =>
  meet(async (page) => {
    await open(page, speech("none.flac"));
    assert.equal(await page.locator("#result-label").innerText(), "No speech heard");
    assert.match(await page.locator("#result-confidence").innerText(), /names no emotion/);
    assert.match(await page.locator("#result-warnings").innerText(), /laughter and screams are not speech/);
    for (const list of ["#result-sums", "#result-bars"]) assert.equal(await page.locator(list).isVisible(), false);
    assert.match(await page.locator("#status").innerText(), /none\.flac: No speech heard/);
    assert.equal(await page.locator("#wave").isVisible(), true);

    await page.setInputFiles("#file", [speech("plain.flac"), speech("none-2.flac")]);
    await page.locator("#session-table tbody tr").nth(2).locator("td.number").first().waitFor();
    const row = await page.locator("#session-table tbody tr").nth(2).innerText();
    assert.match(row, /none-2\.flac\s+No speech\s+–/);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save CSV" }).click();
    const [head, first, second] = readFileSync(await (await download).path(), "utf8").split("\r\n");
    assert.match(head, /^path,label,confidence,p_angry,.*,p_surprised,sum_negative,sum_neutral,sum_positive,seconds,warnings,error$/);
    assert.match(first, /^none\.flac,,,,,,,,,,,,,[\d.]+,no-speech,$/);
    assert.match(second, /^plain\.flac,angry,0\.6,/);
  }));

test("where nobody speaks, the timeline has gaps", () =>
  meet(async (page) => {
    const answer = page.waitForResponse(/api\/predict/);
    await page.setInputFiles("#file", fileWith("gaps.wav", changingVoice(12)));
    const { segments: windows, seconds } = await (await answer).json();
    await analyzed(page, "gaps.wav");
    const alpha = (index) =>
      page.locator("#timeline canvas").evaluate((canvas, share) => {
        return canvas.getContext("2d").getImageData(share * canvas.width, canvas.height / 2, 1, 1).data[3];
      }, (windows[index].start + windows[index].end) / 2 / seconds);
    assert.deepEqual([await alpha(2), await alpha(3), await alpha(4)], [255, 0, 255]);
    assert.match(await page.locator("#legend").innerText(), /with gaps where nobody speaks/);
    await page.getByRole("slider", { name: /Emotion over time/ }).focus();
    await page.keyboard.press("ArrowRight");
    const slider = page.getByRole("slider", { name: /Emotion over time/ });
    assert.match(await slider.getAttribute("aria-valuetext"), /seconds: no speech$/);
    assert.match(await page.locator(".tip").innerText(), /No speech/);
    await page.getByText("The timeline as a table").click();
    assert.match(await page.locator("#timeline-table tbody tr").nth(1).innerText(), /no speech\s+–/);
  }, READBACK));

test("files are adapted to the voice if the switch is on", () =>
  meet(async (page) => {
    await open(page, speech("1.flac"));
    assert.match(await heard(page), /if all recordings are of one person/);
    await page.getByRole("switch", { name: "Adapt to this voice" }).check();
    await open(page, speech("none.flac"));
    assert.match(await heard(page), /The next recording is the first/);
    assert.equal(await page.locator("#voice-forget").isVisible(), false);
    await open(page, speech("2.flac"));
    assert.match(await heard(page), /^1 recording of it heard, 2\ss$/);
    assert.equal(await page.locator("#result-label").innerText(), "Angry");
    await open(page, speech("3.flac"));
    assert.equal(await page.locator("#result-label").innerText(), "Happy");
    assert.match(await page.locator("#result-source").innerText(), /adapted to 1 recording of this voice/);
    assert.match(await heard(page), /^2 recordings of it heard, 4\ss$/);
    assert.deepEqual(await asked(page), [null, "new", "new", 1]);
    await page.getByRole("switch", { name: "Adapt to this voice" }).uncheck();
    assert.match(await heard(page), /\(not used\)$/);
    await open(page, speech("4.flac"));
    assert.deepEqual((await asked(page)).at(-1), null);
    await page.getByRole("switch", { name: "Adapt to this voice" }).check();
    await page.getByRole("button", { name: "Forget" }).click();
    assert.equal(await page.locator("#voice-forget").isVisible(), false);
    await open(page, speech("5.flac"));
    assert.deepEqual((await asked(page)).at(-1), "new");
    const kept = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)]);
    assert.deepEqual(kept, [[], []]);
  }));

test("several files of a voice are heard one after the other, and each once", () =>
  meet(async (page) => {
    await page.getByRole("switch", { name: "Adapt to this voice" }).check();
    await page.setInputFiles("#file", ["1.flac", "2.flac", "none.flac", "3.flac"].map(speech));
    await page.locator("#session-progress").waitFor({ state: "hidden" });
    await page.locator("#session-table tbody tr").nth(3).waitFor();
    assert.deepEqual(await asked(page), ["new", 1, 2, 2]);
    assert.match(await heard(page), /^3 recordings/);
    await page.getByRole("button", { name: "2.flac" }).click();
    await analyzed(page, "2.flac");
    assert.deepEqual((await asked(page)).at(-1), 1, "as it was analyzed the first time");
    assert.match(await heard(page), /^3 recordings/);
    await page.getByRole("button", { name: "Clear" }).click();
    assert.match(await heard(page), /The next recording is the first/);
  }));

test("a voice that the server refuses is forgotten", () =>
  meet(async (page) => {
    await page.getByRole("switch", { name: "Adapt to this voice" }).check();
    await open(page, speech("1.flac"));
    await page.setInputFiles("#file", speech("refused.flac"));
    assert.match(await notice(page), /voice that was heard cannot be used any more/);
    assert.match(await heard(page), /The next recording is the first/);
    await page.getByRole("button", { name: "Try again" }).click();
    await analyzed(page, "refused.flac");
    assert.deepEqual(await asked(page), ["new", 1, "new"]);
  }));

async function listen(page) {
  await page.getByRole("tab", { name: "Live" }).click();
  await page.getByRole("button", { name: "Listen", exact: true }).click();
}

const liveVoice = (page, words) => page.locator("#live-voice-heard", { hasText: words }).waitFor();

test("live mode adapts to the voice, and forgets it", () =>
  meet(async (page) => {
    await listen(page);
    await liveVoice(page, /Getting to know your voice: \d+\ss of 10\ss heard/);
    await liveVoice(page, /Adapted to your voice: \d+\ss heard/);
    await page.locator("#live-label", { hasText: "Happy" }).waitFor();
    assert.deepEqual(await page.locator("#live-sums .name").allInnerTexts(), ["Negative", "Neutral", "Positive"]);
    assert.match(await page.locator("#live-warning").innerText(), /hardly louder than a quiet room/);
    await page.locator("#live-voice-forget").click();
    await page.locator("#live-label", { hasText: "Angry" }).waitFor();
    await page.getByRole("switch", { name: "Adapt to my voice" }).uncheck();
    await liveVoice(page, /^Off\.$/);
    const said = await page.evaluate(() => window.said);
    assert.equal(said[0].adapt, true);
    assert.deepEqual(said.slice(1), [{ reset: true }, { adapt: false }]);
    await page.getByRole("button", { name: "Stop listening" }).click();
    await page.getByRole("button", { name: "Listen", exact: true }).click();
    await page.waitForFunction(() => window.said.length === 4);
    assert.equal(await page.evaluate(() => window.said[3].adapt), false);
  }));

test("live mode shows no emotion and a gap where nobody speaks", () =>
  meet(async (page) => {
    await listen(page);
    await page.locator("#live-label", { hasText: /Angry|Happy/ }).waitFor();
    await page.waitForTimeout(800);
    await page.evaluate(() => (window.speaks = false));
    await page.locator("#live-label", { hasText: "No speech" }).waitFor();
    await page.waitForTimeout(800);
    assert.deepEqual(new Set(await page.locator("#live-bars .number").allInnerTexts()), new Set(["–"]));
    const column = await page.locator("#live-history canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, canvas.height / 2, canvas.width, 1);
      return Array.from({ length: canvas.width }, (_, x) => data[4 * x + 3] > 0);
    });
    assert.equal(column.at(-2), false, "a gap now");
    assert.ok(column.includes(true), "speech before");
  }, READBACK));
