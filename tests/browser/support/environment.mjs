// Paths of the programs and files that the tests need.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The program under test. */
export const UNDERTONE = process.env.UNDERTONE_BIN ?? fileURLToPath(new URL("../../../target/release/undertone", import.meta.url));

/** The path of Chromium. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The folder for screenshots. */
export const OUTPUT = process.env.UNDERTONE_SCREENSHOTS ?? fileURLToPath(new URL("../output", import.meta.url));

/** The folder of the sample recordings. */
export const SAMPLES = fileURLToPath(new URL("../../../samples/", import.meta.url));

/** End the process with exit code 2 and a message if a program is missing. */
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
