// Runs all browser tests: UNDERTONE_BIN=…/undertone node tests/browser/run.mjs [NAME…]
// A NAME is a file of tests/ without `.test.mjs`. The exit code is 0 if all tests passed, 2 if a
// program is missing. Tests of the page run twice: with a server, and without one. With
// UNDERTONE_PAGE=static they run without one only.

import { readdirSync } from "node:fs";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { checkPrerequisites } from "./support/environment.mjs";

checkPrerequisites();
const folder = fileURLToPath(new URL("tests/", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(folder)
  .map((name) => name.replace(".test.mjs", ""))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
// These see nothing of how the page reaches the model.
const ON_BOTH = ["answer", "formats", "keyboard", "live", "long", "no-microphone", "page", "record", "session"];

// Each file has its own browser and server. Two files keep two cores busy.
async function runAll(chosen) {
  const files = chosen.map((name) => `${folder}${name}.test.mjs`);
  const results = run({ files, concurrency: 2, timeout: 300_000 }).on("test:fail", () => {
    process.exitCode = 1;
  });
  const report = results.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report, { writable: false });
}

if (process.env.UNDERTONE_PAGE !== "static") await runAll(names);
process.env.UNDERTONE_PAGE = "static";
const onBoth = names.filter((name) => ON_BOTH.includes(name));
if (onBoth.length > 0) await runAll(onBoth);
