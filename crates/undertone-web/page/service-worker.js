// Keeps the files of this page, so that it works without a connection. Another export has another
// version here, and its files replace these.

const VERSION = "@VERSION@";
const OWN = `undertone ${registration.scope} `; // other pages of this host have caches too
const CACHE = OWN + VERSION;
const SMALL = @SMALL@; // kept at the first visit
const LARGE = @LARGE@; // kept when they are used first, under an address with the version

// With these headers the browser isolates the page, and gives it threads. Few static hosts send them.
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const absolute = (name) => new URL(name, registration.scope).href;
const small = new Set(SMALL.map(absolute));
const versioned = (name) => absolute(`${name}?v=${VERSION}`);
const large = new Set(LARGE.map(versioned));

self.addEventListener("install", (event) => {
  const fresh = [...small].map((address) => new Request(address, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const removeOthers = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(OWN) && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(removeOthers());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const address = new URL(event.request.url);
  address.hash = "";
  if (large.has(address.href)) return event.respondWith(kept(address.href, fetchLarge));
  address.search = "";
  // Some hosts redirect this name to the folder, and browsers refuse to show a redirected answer.
  address.pathname = address.pathname.replace(/\/index\.html$/, "/");
  if (small.has(address.href)) event.respondWith(kept(address.href, fetchFresh).then(isolated));
});

function isolated(response) {
  if (response.status === 0) return response; // an error
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function kept(address, fetchIt) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetchIt(address, cache);
}

const fetchFresh = (address) => fetch(address, { cache: "no-cache" });

// The host may have another export by now, whose large files do not fit the small ones that are kept
// here. Then nothing is kept any more, and the next visit gets that export. But the page can do without
// the engine with threads: this visit goes on with the other one, if that is kept.
async function fetchLarge(address, cache) {
  const response = await fetchFresh(address);
  if (!response.ok) return response;
  const current = await fetchFresh(absolute("service-worker.js")).catch(() => null);
  if (current?.ok && !(await current.text()).includes(VERSION)) {
    const isSpare = address === versioned("threaded-engine.packed") && (await cache.match(versioned("engine.packed")));
    if (isSpare) return Response.error();
    await caches.delete(CACHE);
    await registration.unregister();
    return Response.error();
  }
  if (!isPointer(response)) await cache.put(address, response.clone()).catch(() => {}); // the disk may be full
  return response;
}

// A pointer of Git LFS, which the host should not serve, is shorter than any large file.
function isPointer(response) {
  const length = response.headers.get("Content-Length");
  return length !== null && Number(length) < 1024;
}
