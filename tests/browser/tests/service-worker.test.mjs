// What the service worker keeps, with a host and caches that stand in for real ones.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { source } from "../support/sources.mjs";

const SCOPE = "https://host/page/";
const SCRIPT = readFileSync(source("crates/undertone-web/page/service-worker.js"), "utf8")
  .replaceAll("@VERSION@", "v1")
  .replaceAll("@SMALL@", '["./","assets/main.js"]')
  .replaceAll("@LARGE@", '["engine.packed","model.packed","threaded-engine.packed"]');

/** Run the service worker. `host` holds what the host answers, by the address within the page. */
async function visited(host) {
  const stored = new Map();
  const listeners = {};
  const asked = [];
  let registered = true;
  const fetch = async (request) => {
    const address = (request.url ?? request).replace(SCOPE, "");
    asked.push(address);
    if (!(address in host)) throw new TypeError("no connection");
    return new Response(host[address], { headers: { "Content-Length": String(host[address].length) } });
  };
  const cache = {
    match: async (address) => stored.get(address)?.clone(),
    put: async (address, response) => void stored.set(address, response),
    addAll: async (requests) => {
      for (const request of requests) stored.set(request.url, await fetch(request));
    },
  };
  const self = { addEventListener: (name, listener) => (listeners[name] = listener), clients: { claim() {} } };
  const caches = { open: async () => cache, keys: async () => [], delete: async () => stored.clear() };
  const registration = { scope: SCOPE, unregister: async () => (registered = false) };
  runInNewContext(SCRIPT, { self, caches, registration, fetch, URL, Request, Response, Headers });
  const run = (name) => new Promise((resolve) => listeners[name]({ waitUntil: resolve }));
  await run("install");
  await run("activate");
  const respond = async (address) => {
    let answer;
    listeners.fetch({ request: { method: "GET", url: SCOPE + address }, respondWith: (given) => (answer = given) });
    return answer;
  };
  const get = async (address) => {
    const response = await respond(address);
    return response && (response.ok ? response.text() : "error");
  };
  return { respond, get, asked, isRegistered: () => registered };
}

const big = (letter) => letter.repeat(5000);
const HOST = { "": "index", "assets/main.js": "main", "service-worker.js": 'VERSION = "v1"', "model.packed?v=v1": big("m") };

test("small files are kept at once, and large ones when they are used", async () => {
  const host = { ...HOST };
  const { get } = await visited(host);
  assert.equal(await get("model.packed?v=v1"), big("m"));
  for (const name of Object.keys(host)) delete host[name];
  assert.equal(await get("model.packed?v=v1"), big("m"));
  assert.equal(await get("assets/main.js"), "main");
  for (const index of ["", "?source=app", "index.html", "#top"]) assert.equal(await get(index), "index", index);
  assert.equal(await get("other.txt"), undefined);
});

test("a large file of another version is not taken for this one", async () => {
  const { get, asked } = await visited({ ...HOST });
  asked.length = 0;
  assert.equal(await get("model.packed?v=v2"), undefined);
  assert.equal(await get("model.packed"), undefined);
  assert.deepEqual(asked, []);
});

test("nothing stays kept once the host has another export", async () => {
  const host = { ...HOST };
  const { get, isRegistered } = await visited(host);
  Object.assign(host, { "service-worker.js": 'VERSION = "v2"', "model.packed?v=v1": big("n") });
  assert.equal(await get("model.packed?v=v1"), "error");
  assert.equal(isRegistered(), false);
});

test("the kept engine is used if the host has another export, and the one with threads is not kept", async () => {
  const host = { ...HOST, "engine.packed?v=v1": big("e") };
  const { get, isRegistered } = await visited(host);
  await get("engine.packed?v=v1");
  await get("model.packed?v=v1");
  Object.assign(host, { "service-worker.js": 'VERSION = "v2"', "threaded-engine.packed?v=v1": big("t") });
  assert.equal(await get("threaded-engine.packed?v=v1"), "error");
  assert.equal(await get("engine.packed?v=v1"), big("e"));
  assert.equal(await get("model.packed?v=v1"), big("m"));
  assert.equal(isRegistered(), true);
});

test("a pointer of Git LFS is not kept", async () => {
  const host = { ...HOST, "model.packed?v=v1": "version https://git-lfs" };
  const { get } = await visited(host);
  assert.equal(await get("model.packed?v=v1"), "version https://git-lfs");
  host["model.packed?v=v1"] = big("m");
  assert.equal(await get("model.packed?v=v1"), big("m"));
});

test("the page is isolated, whatever headers the host sends", async () => {
  const { respond } = await visited({ ...HOST });
  for (const address of ["", "assets/main.js"]) {
    const { status, headers } = await respond(address);
    assert.equal(status, 200);
    assert.equal(headers.get("Cross-Origin-Opener-Policy"), "same-origin");
    assert.equal(headers.get("Cross-Origin-Embedder-Policy"), "require-corp");
    assert.ok(headers.get("Content-Length"));
  }
});
