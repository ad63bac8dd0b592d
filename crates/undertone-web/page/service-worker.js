// Keeps the files of this page, so that it works without a connection. Another export has another
// version here, and its files replace these.

const VERSION = "@VERSION@";
const OWN = `undertone ${registration.scope} `; // other pages of this host have caches too
const CACHE = OWN + VERSION;
const SMALL = @SMALL@; // kept at the first visit
const LARGE = @LARGE@; // kept when they are used first

const addresses = (names) => new Set(names.map((name) => new URL(name, registration.scope).href));
const kept = addresses([...SMALL, ...LARGE]);

self.addEventListener("install", (event) => {
  const fresh = SMALL.map((name) => new Request(new URL(name, registration.scope), { cache: "no-cache" }));
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
  const address = new URL(event.request.url);
  address.search = "";
  address.hash = "";
  if (event.request.method === "GET" && kept.has(address.href)) event.respondWith(answer(address.href));
});

async function answer(address) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(address);
  if (known) return known;
  const response = await fetch(address, { cache: "no-cache" });
  if (response.ok) await cache.put(address, response.clone()).catch(() => {}); // the disk may be full
  return response;
}
