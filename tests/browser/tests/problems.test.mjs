// The page explains everything that can go wrong, and says what to do.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileWith, silence } from "../support/audio.mjs";
import { SAMPLES } from "../support/environment.mjs";
import { analyzed, notice, suite } from "../support/suite.mjs";

const { visit, address } = suite({ server: ["--max-seconds", "40"] });
const NEUTRAL = join(SAMPLES, "neutral.flac");
const limits = (page) => page.evaluate(async () => (await fetch("api/model")).json());

for (const [tab, button] of [["Recording", "Record"], ["Live", "Listen"]]) {
  test(`the microphone is not allowed (${tab})`, () =>
    visit(
      async (page) => {
        await page.getByRole("tab", { name: tab }).click();
        await page.getByRole("button", { name: button, exact: true }).click();
        assert.match(await notice(page), /microphone is not allowed\s+Allow it for this page/);
        assert.equal(await page.locator(".notice").getAttribute("role"), "alert");
        await page.getByRole("button", { name: button, exact: true }).waitFor(); // it can be tried again
      },
      { allowMicrophone: false },
    ));
}

test("the page is opened over plain HTTP from another machine", () =>
  visit(
    async (page) => {
      // The name is not this machine's, so the browser considers the page insecure.
      await page.context().route("http://undertone.test/**", async (route) => {
        const { pathname, search } = new URL(route.request().url());
        const response = await fetch(new URL(pathname + search, address()));
        await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) });
      });
      const other = await page.context().newPage();
      await other.goto("http://undertone.test/");
      await other.getByRole("button", { name: "Record", exact: true }).click();
      assert.match(await notice(other), /does not allow a microphone on this page\s+Browsers allow it only on pages from this computer/);
    },
  ));

test("a file is not a recording", () =>
  visit(
    async (page) => {
      await page.setInputFiles("#file", fileWith("notes.txt", "no recording at all"));
      assert.match(await notice(page), /notes\.txt: this file is not a readable recording\s+Neither Undertone nor this browser/);
      assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0); // it would not help
      await page.getByRole("button", { name: "Close" }).click();
      assert.equal(await page.locator(".notice").count(), 0);
    },
    { expected: [/415/] },
  ));

test("a recording is too long", () =>
  visit(
    async (page) => {
      const { max_seconds: most } = await limits(page);
      await page.setInputFiles("#file", fileWith("lecture.wav", silence(most + 5, 4000)));
      assert.match(await notice(page), /lecture\.wav: this recording is too long\s+The limit is 40\ss/);
    },
    { expected: [/422/] },
  ));

test("a file is too large, which the page reports before sending it", () =>
  visit(async (page) => {
    const { max_bytes: most } = await limits(page);
    const sent = [];
    page.on("request", (request) => /api\/predict/.test(request.url()) && sent.push(request));
    await page.setInputFiles("#file", fileWith("film.mp4", Buffer.alloc(most + 1)));
    assert.match(await notice(page), /film\.mp4: this file is too large\s+The limit is \d+\sMB/);
    assert.deepEqual(sent, []);
  }));

test("a file is empty", () =>
  visit(async (page) => {
    await page.setInputFiles("#file", fileWith("empty.wav", ""));
    assert.match(await notice(page), /empty\.wav: this file is empty/);
  }));

test("a busy server is asked again after the time that it names", () =>
  visit(
    async (page) => {
      let refusals = 2;
      await page.route("**/api/predict**", (route) => (refusals-- > 0 ? route.fulfill(busy(1)) : route.continue()));
      const start = Date.now();
      await page.setInputFiles("#file", NEUTRAL);
      await page.locator("#status", { hasText: "Trying again in 1 second" }).waitFor({ state: "attached" });
      await analyzed(page, "neutral.flac");
      assert.ok(Date.now() - start >= 2000);
      assert.equal(await page.locator(".notice").count(), 0);
    },
    { expected: [/503/] },
  ));

test("a server that stays busy is reported, and the user can try again", () =>
  visit(
    async (page) => {
      await page.route("**/api/predict**", (route) => route.fulfill(busy(30)), { times: 1 });
      await page.setInputFiles("#file", NEUTRAL);
      assert.match(await notice(page), /the server is busy\s+Nothing was lost\. Try again in 30\ss/);
      await page.getByRole("button", { name: "Try again" }).click();
      await analyzed(page, "neutral.flac");
      assert.equal(await page.locator(".notice").count(), 0);
    },
    { expected: [/503/] },
  ));

test("an unknown problem is shown in the server's words", () =>
  visit(
    async (page) => {
      const problem = { type: "urn:undertone:tired", title: "The model is tired", status: 500, detail: "Let it sleep." };
      await page.route("**/api/predict**", (route) => route.fulfill({ status: 500, json: problem, contentType: "application/problem+json" }));
      await page.setInputFiles("#file", NEUTRAL);
      assert.match(await notice(page), /neutral\.flac: the model is tired\s+Let it sleep\./);
    },
    { expected: [/500/] },
  ));

function busy(seconds) {
  return {
    status: 503,
    headers: { "Retry-After": String(seconds), "Content-Type": "application/problem+json" },
    body: JSON.stringify({ type: "urn:undertone:busy", title: "The server is busy", status: 503, detail: "The queue is full." }),
  };
}
