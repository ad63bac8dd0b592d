// Every state of the page on a phone and a desktop, in light and dark. axe must find no fault, and
// each test saves a screenshot for people to look at.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { changingVoice, fileWith } from "../support/audio.mjs";
import { OUTPUT, SAMPLES } from "../support/environment.mjs";
import { replaceModel } from "../support/fake-model.mjs";
import { analyzed, suite } from "../support/suite.mjs";

const { visit } = suite();
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
mkdirSync(OUTPUT, { recursive: true });

const sample = (name) => join(SAMPLES, name);

async function show(page, path) {
  await page.setInputFiles("#file", path);
  await analyzed(page, path.split("/").at(-1));
}

const STATES = {
  start: async () => {},
  recording: async (page) => {
    await page.locator("#record").click();
    await page.waitForFunction(() => document.querySelector("#record-time").textContent === "0:01");
  },
  answer: (page) => show(page, sample("neutral.flac")),
  timeline: async (page) => {
    await show(page, fileWith("long.wav", changingVoice(24)));
    await page.locator("details").evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));
    await page.locator("#timeline").focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
  },
  utterances: async (page) => {
    await show(page, fileWith("talk.wav", changingVoice(40)));
    await page.locator("#zoom-in").click();
    await page.locator("#utterances button").first().focus();
    await page.keyboard.press("ArrowDown");
  },
  "compared-with-why": async (page) => {
    await show(page, sample("neutral.flac"));
    await show(page, sample("happy.flac"));
    await page.locator("#ask-why").click();
    await page.locator("#why").waitFor();
  },
  several: async (page) => {
    await show(page, sample("happy.flac"));
    await page.setInputFiles("#file", [sample("neutral.flac"), fileWith("notes.txt", "no recording"), sample("sad.flac")]);
    await page.locator(".failed").waitFor();
    await page.locator("#session-progress").waitFor({ state: "hidden" });
  },
  live: async (page) => {
    await page.locator("#tab-live").click();
    await page.locator("#live-toggle").click();
    await page.locator("#live-facts").waitFor();
    await page.waitForTimeout(2500);
  },
  problem: async (page) => {
    await page.setInputFiles("#file", fileWith("notes.txt", "no recording"));
    await page.locator(".notice").waitFor();
  },
  card: async (page) => {
    await page.locator("#open-card").click();
    await page.locator("#card-text details").first().waitFor();
  },
  "card-open": async (page) => {
    await page.locator("#open-card").click();
    await page.locator("#card-text details").evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));
  },
};

// States of a model with sums, which hears whether somebody speaks and adapts to voices.
const SEVEN_EMOTIONS = {
  sure: async (page) => {
    await page.locator("#voice-on").check();
    await show(page, fileWith("first.flac", readFileSync(sample("neutral.flac"))));
    await page.locator("#voice-on").uncheck();
    await show(page, fileWith("sure.flac", readFileSync(sample("neutral.flac"))));
    await page.getByText("What do these words mean?").click();
  },
  "no-speech": (page) => show(page, fileWith("none.flac", readFileSync(sample("neutral.flac")))),
  gaps: async (page) => {
    await page.locator("#voice-on").check();
    await show(page, fileWith("first.flac", readFileSync(sample("neutral.flac"))));
    await show(page, fileWith("gaps.wav", changingVoice(24)));
  },
  "live-adapted": async (page) => {
    await page.locator("#tab-live").click();
    await page.locator("#live-toggle").click();
    await page.waitForTimeout(1000);
    await page.evaluate(() => (window.speaks = false));
    await page.waitForTimeout(800);
    await page.evaluate(() => (window.speaks = true));
    await page.locator("#live-voice-heard", { hasText: "Adapted to your voice" }).waitFor();
  },
  "live-no-speech": async (page) => {
    await page.evaluate(() => (window.speaks = false));
    await page.locator("#tab-live").click();
    await page.locator("#live-toggle").click();
    await page.locator("#live-label", { hasText: "No speech" }).waitFor();
  },
};

async function faults(page) {
  // Evaluated instead of added as a script, so that the page's policy stays in force.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** Check the page in its current state on every screen, and save screenshots. */
async function look(page, state, { fullPage = true } = {}) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
      await page.screenshot({ path: join(OUTPUT, `${state}-${screen}-${colorScheme}.png`), fullPage });
      assert.deepEqual(await faults(page), [], `${screen}, ${colorScheme}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, viewport.width, `${screen}: wider than the screen`);
    }
  }
}

for (const [state, reach] of Object.entries(STATES)) {
  test(`${state}: accessible, with screenshots`, () =>
    visit(
      async (page) => {
        await reach(page);
        await look(page, state, { fullPage: !state.startsWith("card") });
      },
      { expected: [/415/], reducedMotion: "reduce" },
    ));
}

for (const [state, reach] of Object.entries(SEVEN_EMOTIONS)) {
  test(`${state}: accessible, with screenshots`, () =>
    visit(
      async (page) => {
        await reach(page);
        await look(page, state);
      },
      { prepare: replaceModel, reducedMotion: "reduce" },
    ));
}

test("the API's page: accessible, with screenshots", () =>
  visit(
    async (page) => {
      await page.locator(".operation").first().waitFor();
      await page.locator("details").evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));
      await look(page, "docs");
    },
    { path: "api/docs", ready: "#operations", reducedMotion: "reduce" },
  ));

test("forced colors: the chosen tab and the record button are visible", () =>
  visit(
    async (page) => {
      await show(page, sample("neutral.flac"));
      await page.screenshot({ path: join(OUTPUT, "answer-forced-colors.png"), fullPage: true });
      const edges = page.locator("[role=tab]").evaluateAll((tabs) => tabs.map((tab) => getComputedStyle(tab).borderBottomColor));
      const [chosen, other] = await edges;
      assert.notEqual(chosen, other, "the chosen tab looks different");
      const edge = await page.locator("#record").evaluate((button) => getComputedStyle(button).borderTopWidth);
      assert.equal(edge, "2px");
    },
    { forcedColors: "active" },
  ));
