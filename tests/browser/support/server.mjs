// Starts `undertone serve` on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { UNDERTONE } from "./environment.mjs";

const START_TIMEOUT = 20_000; // milliseconds

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** Start a server with these options. Return `{ url, stop, pause, resume }` once it is ready. */
export async function startServer(options = []) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const server = spawn(UNDERTONE, ["serve", "--port", String(port), ...options], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  server.stderr.on("data", (data) => {
    log += data;
  });
  const ended = once(server, "exit");
  const stop = async () => {
    server.kill("SIGKILL");
    await ended;
  };
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    const ready = await fetch(`${url}readyz`).catch(() => null);
    if (ready?.ok) return { url, stop, pause: () => server.kill("SIGSTOP"), resume: () => server.kill("SIGCONT") };
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the server is not ready: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
