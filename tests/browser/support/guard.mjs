// Checks that hold in every test: no errors in the console, which include violations of the content
// security policy, and no requests to other servers.

import assert from "node:assert/strict";

/** Watch a page. `expected` holds patterns of console messages that the test causes. */
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
