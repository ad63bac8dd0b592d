// Runs all browser tests: UNDERTONE_BIN=…/undertone node tests/browser/run.mjs [NAME…]
// A NAME is a file of tests/ without `.test.mjs`. The exit code is 0 if all tests passed, 2 if a
// program is missing.

import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { checkPrerequisites } from "./support/environment.mjs";

checkPrerequisites();
const folder = fileURLToPath(new URL("tests/", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => wanted.length === 0 || wanted.includes(name.replace(".test.mjs", "")))
  .map((name) => folder + name);

// Each file has its own browser and server. Two files keep two cores busy.
run({ files, concurrency: 2, timeout: 300_000 })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
