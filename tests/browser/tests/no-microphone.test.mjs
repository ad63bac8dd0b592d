// A machine without a microphone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { notice, suite } from "../support/suite.mjs";

const { visit } = suite({ microphone: null });

test("a missing microphone is reported, and files work", () =>
  visit(async (page) => {
    await page.getByRole("button", { name: "Record", exact: true }).click();
    assert.match(await notice(page), /No microphone was found\s+Plug one in/);
    await page.locator("#samples button").first().click();
    await page.locator("#result").waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
  }));
