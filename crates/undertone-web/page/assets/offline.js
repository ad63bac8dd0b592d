// Starts the service worker, which keeps the page for visits without a connection.

const PATIENCE = 3000; // milliseconds to wait for it

async function controlled() {
  if (!navigator.serviceWorker) return; // not over HTTPS, or switched off
  const { active } = await navigator.serviceWorker.register("service-worker.js");
  // After a forced reload, an active one does not see the requests.
  if (navigator.serviceWorker.controller || active) return;
  await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}

const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));

/** Fulfilled once the service worker sees the page's requests, or it is clear that none will. */
export const offlineReady = Promise.race([controlled().catch(() => {}), late]);
