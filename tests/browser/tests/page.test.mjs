// The page itself: its size, its policy, what it stores, its theme.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onServer, suite } from "../support/suite.mjs";

const { visit } = suite();
const MOST_BYTES = 150_000;

test("everything that the page loads is under 150 KB", onServer, () => {
  const sizes = new Map();
  const taken = [];
  return visit(
    async (page) => {
      await page.getByRole("button", { name: "Record", exact: true }).click(); // loads the worklet too
      await page.locator("#record-running").waitFor();
      await Promise.all(taken);
      const total = [...sizes.values()].reduce((sum, each) => sum + each, 0);
      console.log(`${sizes.size} files, ${total} bytes`);
      assert.ok(sizes.size > 10 && total < MOST_BYTES, `${total} bytes`);
    },
    {
      prepare(page) {
        page.context().on("response", (response) => {
          if (/api|^blob:/.test(response.url())) return;
          taken.push(response.body().then((body) => sizes.set(response.url(), body.length)));
        });
      },
    },
  );
});

test("the policy forbids inline code and other servers, and the browser enforces it", onServer, () =>
  visit(
    async (page) => {
      const policy = await page.evaluate(async () => (await fetch("./")).headers.get("Content-Security-Policy"));
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self'(;|$)/);
      assert.match(policy, /style-src 'self'(;|$)/);
      assert.match(policy, /connect-src 'self'/);
      const ran = await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "window.inlineRan = true";
        document.head.append(script);
        return window.inlineRan === true;
      });
      assert.equal(ran, false);
    },
    { expected: [/Content Security Policy/] },
  ));

test("there are no cookies, and nothing about a recording is stored", onServer, () =>
  visit(async (page) => {
    await page.locator("#samples button").first().click();
    await page.locator("#result").waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    const kept = await page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));
    assert.deepEqual(kept, { local: [], session: [], databases: 0, caches: 0 });
    assert.match(await page.locator("footer").innerText(), /in memory .* never writes them to disk/);
  }));

test("the theme follows the system until one is chosen, and is remembered", () =>
  visit(
    async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await ground();
      const button = page.locator("#theme-button");
      assert.equal(await button.getAttribute("aria-label"), "Theme: system");
      await button.click();
      assert.equal(await button.getAttribute("aria-label"), "Theme: light");
      const light = await ground();
      assert.notEqual(light, dark);
      await page.reload();
      assert.equal(await ground(), light);
      await page.emulateMedia({ colorScheme: "light" });
      await button.click();
      assert.equal(await ground(), dark);
    },
    { colorScheme: "dark" },
  ));

test("a phone does not scroll sideways", () =>
  visit(
    async (page) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await overflow()) <= 0);
      await page.locator("#samples button").first().click();
      await page.locator("#result").waitFor();
      await page.locator("#samples button").nth(1).click();
      await page.locator("#session").waitFor();
      assert.ok((await overflow()) <= 0);
    },
    { viewport: { width: 320, height: 640 } },
  ));

test("the model card begins in words, and nothing of it is cut off on a phone", () =>
  visit(
    async (page) => {
      await page.locator("#open-card").click();
      const card = page.locator("#card-text");
      assert.equal(await card.locator(":scope > p").first().isVisible(), true);
      const folded = card.locator("details");
      assert.ok((await folded.count()) > 0);
      assert.equal(await card.locator("table:visible, pre:visible").count(), 0);
      await folded.first().locator("summary").click();
      assert.ok((await card.locator("table:visible, pre:visible").count()) > 0);
      await folded.evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));
      const cut = await card.evaluate((root) =>
        [root, ...root.querySelectorAll("*")].filter((each) => each.scrollWidth > each.clientWidth && each.clientWidth > 0).map((each) => each.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(cut, []);
    },
    { viewport: { width: 390, height: 844 } },
  ));

test("nothing moves if the user prefers reduced motion", () =>
  visit(
    async (page) => {
      await page.locator("#samples button").first().click();
      await page.locator("#result").waitFor();
      const moving = await page.evaluate(() => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 1).length);
      assert.equal(moving, 0);
    },
    { reducedMotion: "reduce" },
  ));
