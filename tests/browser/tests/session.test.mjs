// Several files: the table, its order, what can be saved.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileWith } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { answered, drop, suite } from "../support/suite.mjs";

const { visit } = suite();
const AWKWARD = fileWith('sad, "very".flac', readFileSync(join(SAMPLES, "sad.flac")));
const FILES = [join(SAMPLES, "calm.wav"), fileWith("notes.txt", "no recording at all"), AWKWARD, join(SAMPLES, "excited.wav")];
const EXPECTED = { expected: [/415/] };

async function dropAll(page) {
  const answers = new Map();
  page.on("response", async (response) => {
    if (!/api\/predict/.test(response.url()) || !response.ok()) return;
    const answer = await response.json();
    answers.set(answer.name, answer);
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

test("several files are listed, the broken one among them", () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    assert.deepEqual(await names(page), ["calm.wav", "notes.txt", 'sad, "very".flac', "excited.wav"]);
    assert.match(await page.locator("#session-table tbody tr").nth(1).innerText(), /not a recording that can be read/);
    const row = await page.locator("#session-table tbody tr").first().innerText();
    const { label, probabilities } = answers.get("calm.wav");
    assert.match(row, new RegExp(label, "i"));
    for (const { probability } of probabilities) assert.ok(row.includes(`${(100 * probability).toFixed(1)}\u202f%`), row);
    assert.match(await page.locator("#status").innerText(), /3 recordings answered, 1 not/);
  }, EXPECTED));

test("a row opens its recording", () =>
  visit(async (page) => {
    await dropAll(page);
    await page.getByRole("button", { name: "excited.wav" }).click();
    await answered(page, "excited.wav");
    assert.equal(await page.evaluate(() => document.activeElement.id), "result");
    assert.equal(await page.locator("#session-table .opened th").innerText(), "excited.wav");
  }, EXPECTED));

test("any column sorts, there and back", () =>
  visit(async (page) => {
    await dropAll(page);
    const sort = page.getByRole("button", { name: "Seconds" });
    await sort.click();
    assert.deepEqual(await names(page), ['sad, "very".flac', "calm.wav", "excited.wav", "notes.txt"]);
    assert.equal(await page.locator("#session-table th", { hasText: "Seconds" }).getAttribute("aria-sort"), "descending");
    await sort.click();
    assert.deepEqual(await names(page), ["excited.wav", "calm.wav", 'sad, "very".flac', "notes.txt"]);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Seconds");
  }, EXPECTED));

test("the CSV holds every recording with all digits", () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    const { name, text } = await saved(page, "Save CSV");
    assert.equal(name, "undertone.csv");
    const lines = text.split("\r\n");
    const { label, confidence, probabilities, seconds } = answers.get("calm.wav");
    const labels = probabilities.map((each) => each.label);
    assert.equal(lines[0], ["name", "label", "confidence", ...labels, "seconds", "error"].join(","));
    assert.equal(lines[1], ["calm.wav", label, confidence, ...probabilities.map((each) => each.probability), seconds, ""].join(","));
    assert.match(lines[2], /^notes\.txt,,+This is not a recording that can be read$/);
    assert.match(lines[3], /^"sad, ""very""\.flac",/);
    assert.equal(lines.length, 6); // a head, four files, and the last line's end
  }, EXPECTED));

test("the JSON holds the server's answers", () =>
  visit(async (page) => {
    const answers = await dropAll(page);
    const { name, text } = await saved(page, "Save JSON");
    assert.equal(name, "undertone.json");
    const [calm, notes, sad] = JSON.parse(text);
    assert.deepEqual(calm.probabilities, answers.get("calm.wav").probabilities);
    assert.equal(sad.name, 'sad, "very".flac');
    assert.deepEqual(notes, { name: "notes.txt", error: "This is not a recording that can be read" });
  }, EXPECTED));

test("clearing forgets everything", () =>
  visit(async (page) => {
    await dropAll(page);
    await page.getByRole("button", { name: "Clear" }).click();
    assert.equal(await page.locator("#session").isVisible(), false);
    assert.equal(await page.locator("#result").isVisible(), false);
  }, EXPECTED));
