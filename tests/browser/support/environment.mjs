// What the tests need of the machine, and where it is.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The program under test. */
export const UNDERTONE = process.env.UNDERTONE_BIN ?? fileURLToPath(new URL("../../../target/release/undertone", import.meta.url));

/** The browser. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Where screenshots go. */
export const OUTPUT = process.env.UNDERTONE_SCREENSHOTS ?? fileURLToPath(new URL("../output", import.meta.url));

/** The shipped samples. */
export const SAMPLES = fileURLToPath(new URL("../../../samples/", import.meta.url));

/** Ends the process with a word on what is missing. */
export function checkPrerequisites() {
  const missing = [
    !existsSync(UNDERTONE) && `${UNDERTONE} (set UNDERTONE_BIN)`,
    !existsSync(CHROMIUM) && `${CHROMIUM} (install chromium, or set CHROMIUM)`,
    spawnSync("ffmpeg", ["-version"]).status !== 0 && "ffmpeg",
    !existsSync(fileURLToPath(new URL("../node_modules", import.meta.url))) && "node_modules (npm ci --prefix tests/browser)",
  ].filter(Boolean);
  if (missing.length === 0) return;
  console.error(`The browser tests need: ${missing.join("; ")}`);
  process.exit(2);
}
