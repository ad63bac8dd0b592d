// The npm package: packed, installed into an empty folder, and used from Node.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratch } from "../support/audio.mjs";
import { SAMPLES, UNDERTONE } from "../support/environment.mjs";
import { exported } from "../support/static-server.mjs";

const PROGRAM = `
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { UndertoneError, classify, predict } from "undertone-emotion";
const refused = (asking) => asking.then(() => "done", (error) => (error instanceof UndertoneError ? error.kind : error.name));
const answer = await predict(readFileSync(process.argv[2]), { name: "happy.flac" });
const sine = Float32Array.from({ length: 32000 }, (_, i) => 0.3 * Math.sin(i / 20));
const heard = await classify(sine, 16000);
const voice = (await predict(readFileSync(process.argv[2]), { voice: null })).voice;
const adapted = await predict(readFileSync(process.argv[2]), { voice });
console.log(JSON.stringify({
  answer, heard, adapted,
  refused: [
    await refused(predict(new Uint8Array([1, 2, 3]))),
    await refused(classify(new Float32Array(0), 16000)),
    await refused(classify(new Float32Array(16000).fill(NaN), 16000)),
    await refused(classify(sine, 3)),
    await refused(classify(sine, 16000.5)),
    await refused(classify([0, 0], 16000)),
  ],
}));
`;

function run(program, options, cwd) {
  const done = spawnSync(program, options, { cwd, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

test("the packed package works in an empty folder", () => {
  const package_ = exported("npm");
  const [tarball] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", scratch, package_], scratch));
  assert.ok(tarball.size < 13_000_000, `${tarball.size} bytes`);
  const folder = join(scratch, "user");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", version: "1.0.0", type: "module" }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(scratch, tarball.filename)], folder);
  writeFileSync(join(folder, "use.js"), PROGRAM);
  const happy = join(SAMPLES, "happy.flac");
  const { answer, heard, adapted, refused } = JSON.parse(run("node", ["use.js", happy], folder));
  const expected = JSON.parse(run(UNDERTONE, ["predict", "--json", happy], scratch));
  assert.equal(answer.label, expected.label);
  for (const [label, value] of Object.entries(expected.probabilities)) {
    assert.ok(Math.abs(answer.probabilities[label] - value) <= 1e-3, `${label}: ${answer.probabilities[label]} instead of ${value}`);
  }
  assert.equal(heard.seconds, 2);
  assert.equal(adapted.adapted.recordings, 1);
  assert.deepEqual(refused, ["not-audio", "too-short", "broken", "broken", "TypeError", "TypeError"]);
});
