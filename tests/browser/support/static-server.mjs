// Exports the page that needs no server, and serves it as a host of static files does.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UNDERTONE } from "./environment.mjs";

/** Export the built-in model, and return the folder. The process removes it when it ends. */
export function exported(target) {
  const scratch = mkdtempSync(join(tmpdir(), `undertone-${target}-`));
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const folder = join(scratch, "out");
  const made = spawnSync(UNDERTONE, ["export", "--to", target, "--out", folder]);
  if (made.status !== 0 || !existsSync(folder)) throw new Error(`undertone export: ${made.stderr}`);
  return folder;
}

// As `python3 -m http.server`, with the headers of a host that isolates the page.
const ISOLATING = `
from http.server import SimpleHTTPRequestHandler, test

class Handler(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

test(Handler, port=0, bind="127.0.0.1")
`;

/**
 * Serve a folder with Python's server, below a path. If it is `isolating`, it sends the headers for that.
 * Return `{ url, sent, stop }`; `sent` are the names of the files whose content was sent.
 */
export async function serveFolder(folder, { isolating = false } = {}) {
  const options = isolating ? ["-u", "-c", ISOLATING] : ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"];
  const server = spawn("python3", options, { cwd: join(folder, ".."), stdio: ["ignore", "pipe", "pipe"] });
  const sent = [];
  // A line of the log is: 127.0.0.1 - - [date] "GET /out/assets/base.css HTTP/1.1" 200 -
  createInterface({ input: server.stderr }).on("line", (line) => {
    const name = /"GET \/out\/(\S*) HTTP\/1\.1" 200 /.exec(line)?.[1];
    if (name !== undefined) sent.push(name.replace(/\?.*/, "") || "index.html");
  });
  const ended = once(server, "exit");
  const stop = async () => {
    server.kill("SIGKILL");
    await ended;
  };
  const [said] = await once(server.stdout, "data");
  const port = /port (\d+)/.exec(String(said))?.[1];
  if (port) return { url: `http://127.0.0.1:${port}/out/`, sent, stop, pause() {}, resume() {} };
  await stop();
  throw new Error(`no server: ${said}`);
}
