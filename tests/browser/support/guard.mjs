// What must never happen on the page, whatever the test: errors in the console (a breach of the
// content security policy is one), and requests to anybody else.

import assert from "node:assert/strict";

/** Watches a page. `expected` are patterns of console messages that the test provokes. */
export function watch(page, url, expected = []) {
  const faults = [];
  const { host } = new URL(url);
  page.on("console", (message) => {
    const text = `${message.text()} (${message.location().url})`;
    const serious = ["error", "warning"].includes(message.type());
    if (serious && !expected.some((pattern) => pattern.test(text))) faults.push(`console: ${text}`);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack || error}`));
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (!["blob:", "data:"].includes(address.protocol) && address.host !== host) faults.push(`request to ${address}`);
  });
  return () => assert.deepEqual(faults, []);
}
