// Several files: the table, its order, and saving it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileWith } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { analyzed, drop, onServer, suite } from "../support/suite.mjs";

const { visit } = suite();
const AWKWARD = fileWith('sad, "very".flac', readFileSync(join(SAMPLES, "sad.flac")));
const FILES = [join(SAMPLES, "neutral.flac"), fileWith("notes.txt", "no recording at all"), AWKWARD, join(SAMPLES, "happy.flac")];
const EXPECTED = { expected: [/415/] };

async function dropAll(page) {
  const answers = new Map();
  page.on("response", async (response) => {
    if (!/api\/predict/.test(response.url()) || !response.ok()) return;
    const answer = await response.json();
    answers.set(answer.path, answer);
  });
  await drop(page, FILES);
  await page.locator("#session-progress").waitFor({ state: "hidden" });
  await page.locator("#session-table tbody tr").nth(3).waitFor();
  return answers;
}

const names = (page) => page.locator("#session-table tbody th").allInnerTexts();

async function saved(page, link) {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

test("several files are listed, including the broken one", onServer, () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    assert.deepEqual(await names(page), ["neutral.flac", "notes.txt", 'sad, "very".flac', "happy.flac"]);
    assert.match(await page.locator("#session-table tbody tr").nth(1).innerText(), /not a readable recording/);
    const row = await page.locator("#session-table tbody tr").first().innerText();
    const { label, probabilities } = answers.get("neutral.flac");
    assert.match(row, new RegExp(label, "i"));
    for (const share of Object.values(probabilities)) assert.ok(row.includes(`${(100 * share).toFixed(1)}\u202f%`), row);
    assert.match(await page.locator("#status").innerText(), /3 recordings analyzed, 1 failed/);
  }, EXPECTED));

test("a row opens its recording", () =>
  visit(async (page) => {
    await dropAll(page);
    await page.getByRole("button", { name: "happy.flac" }).click();
    await analyzed(page, "happy.flac");
    assert.equal(await page.evaluate(() => document.activeElement.id), "result");
    assert.equal(await page.locator("#session-table .opened th").innerText(), "happy.flac");
  }, EXPECTED));

test("each column sorts in both directions", () =>
  visit(async (page) => {
    await dropAll(page);
    const sort = page.getByRole("button", { name: "Seconds" });
    await sort.click();
    assert.deepEqual(await names(page), ['sad, "very".flac', "neutral.flac", "happy.flac", "notes.txt"]);
    assert.equal(await page.locator("#session-table th", { hasText: "Seconds" }).getAttribute("aria-sort"), "descending");
    await sort.click();
    assert.deepEqual(await names(page), ["happy.flac", "neutral.flac", 'sad, "very".flac', "notes.txt"]);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Seconds");
  }, EXPECTED));

test("the CSV holds every recording with all digits", onServer, () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    const { name, text } = await saved(page, "Save CSV");
    assert.equal(name, "undertone.csv");
    const lines = text.split("\r\n");
    const { label, confidence, probabilities, sums = {}, seconds, warnings } = answers.get("neutral.flac");
    const named = [...Object.keys(probabilities).map((each) => `p_${each}`), ...Object.keys(sums).map((each) => `sum_${each}`)];
    assert.equal(lines[0], ["path", "label", "confidence", ...named, "seconds", "warnings", "error"].join(","));
    assert.equal(lines[1], ["neutral.flac", label, confidence, ...Object.values(probabilities), ...Object.values(sums), seconds, warnings.join(" "), ""].join(","));
    assert.match(lines[2], /^notes\.txt,,+This file is not a readable recording$/);
    assert.match(lines[3], /^"sad, ""very""\.flac",/);
    assert.equal(lines.length, 6); // a header, four files, and the end of the last line
  }, EXPECTED));

test("the JSON holds the server's results", onServer, () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    const { name, text } = await saved(page, "Save JSON");
    assert.equal(name, "undertone.json");
    const [neutral, notes, sad] = JSON.parse(text);
    assert.deepEqual(neutral.probabilities, answers.get("neutral.flac").probabilities);
    assert.equal(sad.path, 'sad, "very".flac');
    assert.deepEqual(notes, { path: "notes.txt", error: "This file is not a readable recording" });
  }, EXPECTED));

test("clearing removes everything", () =>
  visit(async (page) => {
    await dropAll(page);
    await page.getByRole("button", { name: "Clear" }).click();
    assert.equal(await page.locator("#session").isVisible(), false);
    assert.equal(await page.locator("#result").isVisible(), false);
  }, EXPECTED));

test("clearing stops the analysis", onServer, () =>
  visit(async (page) => {
    const requests = [];
    page.on("request", (request) => /api\/predict/.test(request.url()) && requests.push(request));
    // Responses are held back until the list has been cleared.
    let release;
    const cleared = new Promise((resolve) => (release = resolve));
    await page.route("**/api/predict**", async (route) => {
      await cleared;
      await route.continue().catch(() => {}); // the page has cancelled the request
    });
    await drop(page, Array.from({ length: 12 }, () => join(SAMPLES, "neutral.flac")));
    await page.locator("#session-table tbody tr").nth(11).waitFor();
    const before = requests.length;
    assert.ok(before <= 3, `${before} at once`);
    await page.getByRole("button", { name: "Clear" }).click();
    release();
    await page.waitForTimeout(500);
    assert.equal(requests.length, before);
    assert.equal(await page.locator("#status").innerText(), "All recordings were removed.");
    assert.equal(await page.locator("#session").isVisible(), false);
  }));

test("clearing removes the recording that is being analyzed", onServer, () =>
  visit(async (page) => {
    await dropAll(page);
    let release;
    const cleared = new Promise((resolve) => (release = resolve));
    await page.route("**/api/predict**", async (route) => {
      await cleared;
      await route.continue().catch(() => {});
    });
    await page.setInputFiles("#file", join(SAMPLES, "neutral.flac"));
    await page.locator("#input[aria-busy]").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    release();
    await page.waitForFunction(() => !document.querySelector("#input").hasAttribute("aria-busy"));
    await page.waitForTimeout(300);
    assert.equal(await page.locator("#result").isVisible(), false);
  }, EXPECTED));

test("a file name in the CSV is not a formula", () =>
  visit(async (page) => {
    const formula = fileWith("=HYPERLINK(1).flac", readFileSync(join(SAMPLES, "neutral.flac")));
    await drop(page, [formula, join(SAMPLES, "sad.flac")]);
    await page.locator("#session-progress").waitFor({ state: "hidden" });
    await page.locator("#session-table .number").first().waitFor();
    const { text } = await saved(page, "Save CSV");
    assert.match(text, /^'=HYPERLINK\(1\)\.flac,/m);
  }));

test("on a phone the list shows labels and numbers beside long names", () =>
  visit(
    async (page) => {
      const long = fileWith(`${"a long name of a recording ".repeat(4)}.flac`, readFileSync(join(SAMPLES, "neutral.flac")));
      await page.setInputFiles("#file", [long, join(SAMPLES, "sad.flac")]);
      await page.locator("#session-progress").waitFor({ state: "hidden" });
      const number = page.locator("#session-table tbody tr").first().locator(".number").first();
      const { x, width } = await number.boundingBox();
      assert.ok(x + width <= 360, `${x + width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    },
    { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  ));
