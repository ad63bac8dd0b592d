// A server that requires a token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { suite } from "../support/suite.mjs";

const TOKEN = "s3cret-token._~";
const { visit } = suite({ server: ["--token", TOKEN] });
const UNAUTHORIZED = { expected: [/401/] };

async function everythingWorks(page) {
  await page.locator("#samples button").first().click();
  await page.locator("#result").waitFor();
  await page.getByRole("tab", { name: "Live" }).click();
  await page.getByRole("button", { name: "Listen", exact: true }).click();
  await page.waitForFunction(() => /\d/.test(document.querySelector("#live-latency").textContent));
}

test("a token in the address unlocks the page and is removed from the address", () =>
  visit(
    async (page) => {
      assert.equal(new URL(page.url()).search, "");
      await everythingWorks(page);
      await page.reload();
      await page.locator("#input").waitFor(); // this tab remembers it
    },
    { path: `?token=${TOKEN}` },
  ));

test("without a token the page asks for it", () =>
  visit(
    async (page) => {
      assert.equal(await page.locator("#input").isVisible(), false);
      assert.equal(await page.evaluate(() => document.activeElement.id), "token");
      await page.keyboard.type("wrong, ünsendable");
      await page.keyboard.press("Enter");
      await page.getByText("This is not the right token.").waitFor();
      await page.keyboard.type(TOKEN);
      await page.keyboard.press("Enter");
      await page.locator("#input").waitFor();
      assert.equal(await page.locator("#token-form").isVisible(), false);
      await everythingWorks(page);
    },
    { ...UNAUTHORIZED, ready: "#token-form" },
  ));

test("the API's page shows how a program sends the token", () =>
  visit(
    async (page) => {
      await page.locator("#token").fill(TOKEN);
      await page.keyboard.press("Enter");
      await page.locator(".operation").first().waitFor();
      const programs = await page.locator("pre", { hasText: "handle_file" }).allInnerTexts();
      assert.match(programs[0], /Client\(".*", token="TOKEN"\)/);
      assert.match(programs[1], /connect\(".*", \{ token: "TOKEN" \}\)/);
    },
    { ...UNAUTHORIZED, path: "api/docs", ready: "#token-form" },
  ));
