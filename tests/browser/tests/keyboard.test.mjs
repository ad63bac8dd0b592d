// Using the page with the keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { suite } from "../support/suite.mjs";

const { visit } = suite();

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: active } = document;
    return active.getAttribute("aria-label") ?? active.id ?? active.tagName;
  });

/** Press Tab until the focus is on an element that matches `selector`. Fail if it never is. */
async function tabTo(page, selector) {
  const way = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    way.push(await focused(page));
  }
  assert.fail(`Tab never reaches ${selector}: ${way}`);
}

test("skip link, sample, answer, play, seek", () =>
  visit(async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    assert.ok((await page.locator(".skip").boundingBox()).y >= 0, "the skip link shows when it has the focus");
    await page.keyboard.press("Enter");
    await tabTo(page, "#samples button");
    await page.keyboard.press("Enter");
    await page.locator("#result").waitFor();
    await tabTo(page, "#play");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("End");
    assert.match(await page.locator("#seek").getAttribute("aria-valuetext"), /^2\.2 of 2\.2 seconds$/);
  }));

test("record and stop, tabs by arrow", () =>
  visit(async (page) => {
    await tabTo(page, "#tab-recording");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(page), "tab-live");
    assert.equal(await page.locator("#panel-live").isVisible(), true);
    await page.keyboard.press("ArrowLeft");
    await tabTo(page, "#record");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#record-time").textContent === "0:01");
    assert.equal(await focused(page), "record");
    await page.keyboard.press("Enter");
    await page.locator("#result").waitFor();
  }));

test("the model card traps the focus and returns it", () =>
  visit(async (page) => {
    await tabTo(page, "#open-card");
    await page.keyboard.press("Enter");
    const inside = () => page.evaluate(() => document.querySelector("#card").contains(document.activeElement) || document.activeElement === document.body);
    for (let i = 0; i < 12; i++) {
      assert.ok(await inside(), `after ${i} tabs`);
      await page.keyboard.press("Tab");
    }
    assert.match(await page.locator("#card-text").innerText(), /speaker/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#card").isVisible(), false);
    assert.equal(await focused(page), "open-card");
  }));

test("every focused element has a visible outline", () =>
  visit(async (page) => {
    await page.locator("#samples button").first().click();
    await page.locator("#result").waitFor();
    const seen = new Set();
    for (let i = 0; i < 50; i++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const { activeElement: active } = document;
        if (active === document.body) return null;
        const shown = active.id === "file" ? active.closest("label") : active;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        return { name: active.outerHTML.slice(0, 80), outline: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
      });
      if (!stop) continue; // the browser's own controls come between the last and the first element
      assert.ok(stop.outline, `no outline: ${stop.name}`);
      seen.add(stop.name);
    }
    assert.ok(seen.size > 10, `only ${seen.size} stops`);
  }));
