// Loads scripts of the page and of the npm package without a browser.

import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { scratch } from "./audio.mjs";

/** Return the path of a file of this repository. */
export const source = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Put files of this repository into a folder, with others by name, and import one of them. A folder is
 * new, and so are its modules.
 */
export function imported(name, { paths, others = {} }) {
  const folder = mkdtempSync(join(scratch, "modules-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const path of paths) copyFileSync(source(path), join(folder, basename(path)));
  for (const [other, content] of Object.entries(others)) writeFileSync(join(folder, other), content);
  return import(pathToFileURL(join(folder, name)).href);
}
