// Call a running `undertone serve` as a program for a Gradio app does.
//
//     node check.mjs URL RECORDING NOT_A_RECORDING [TOKEN]
//
// Print the result as one JSON object. Fail where Gradio's own server would behave differently.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { Client, handle_file } from "@gradio/client";

const [url, recording, other, token] = process.argv.slice(2);

if (token) await assert.rejects(Client.connect(url), "a client without a token is refused");
const client = await Client.connect(url, { token, events: ["data", "status"] });

/** Check that two results agree. Recordings that are analyzed together differ in the last bits. */
function assertSame([one], [other]) {
  const shares = ({ confidences }) => new Map(confidences.map(({ label, confidence }) => [label, confidence]));
  const [first, second] = [shares(one), shares(other)];
  assert.equal(one.label, other.label);
  assert.deepEqual([...first.keys()].sort(), [...second.keys()].sort());
  for (const [label, share] of first) assert.ok(Math.abs(share - second.get(label)) < 1e-4, label);
}

const { data } = await client.predict("/predict", [handle_file(recording)]);
const [predicted] = data;
assert.deepEqual(Object.keys(predicted).sort(), ["confidences", "label"]);
assert.equal(predicted.confidences[0].label, predicted.label);
const confidences = predicted.confidences.map(({ confidence }) => confidence);
assert.deepEqual(confidences, confidences.toSorted((one, two) => two - one));

const blob = new Blob([await readFile(recording)], { type: "audio/flac" });
assertSame((await client.predict("/predict", { audio: blob })).data, data);
assertSame((await client.predict(0, [blob])).data, data);

const stages = [];
for await (const message of client.submit("/predict", [blob])) {
  if (message.type === "data") assertSame(message.data, data);
  else stages.push(message.stage);
}
assert.equal(stages[0], "pending");
assert.equal(stages.at(-1), "complete");

const many = await Promise.all(Array.from({ length: 100 }, () => client.predict("/predict", [blob])));
for (const each of many) assertSame(each.data, data);

await assert.rejects(client.predict("/predict", [handle_file(other)]), /not an audio file/);
await assert.rejects(client.predict("/predict", [handle_file("http://192.0.2.1/a.wav")]), /not fetched/);
const sample = await client.predict("/predict", [handle_file(`${url}/samples/neutral.flac`)]);
assert.ok(sample.data[0].label);

const api = await client.view_api();
assert.equal(api.named_endpoints["/predict"].parameters[0].parameter_name, "audio");
assert.equal(api.named_endpoints["/predict"].returns[0].component, "Label");
console.log(JSON.stringify(predicted));
