// Sets up a server and a browser for the tests of one file.

import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { changingVoice, fileWith } from "./audio.mjs";
import { CHROMIUM } from "./environment.mjs";
import { watch } from "./guard.mjs";
import { startServer } from "./server.mjs";
import { exported, serveFolder } from "./static-server.mjs";

const TIMEOUT = 30_000; // milliseconds

/** Whether the page runs the model itself, and a host of static files serves it. */
export const isStatic = process.env.UNDERTONE_PAGE === "static";

/** Options of tests that need `undertone serve`. */
export const onServer = isStatic ? { skip: "there is no server" } : {};

/**
 * Prepare a file's tests of the page of `undertone serve`, or of the page without a server if
 * UNDERTONE_PAGE is `static`. `server` holds options of `undertone serve`. `microphone` is the path of
 * a WAV file that Chromium's fake microphone repeats, or null for no microphone.
 */
export function suite({ server: options = [], microphone = fileWith("voice.wav", changingVoice(20)) } = {}) {
  let server;
  let browser;

  before(async () => {
    const sound = microphone ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${microphone}`] : [];
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--autoplay-policy=no-user-gesture-required", ...sound];
    server = isStatic ? await serveFolder(exported("web")) : await startServer(options);
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /**
   * Open the page in a new context, run `act(page)`, and check what guard.mjs watches. Options are
   * those of a Playwright context, and: `path` to open, `expected` console messages,
   * `prepare(page)` to run before the page opens, and the selector `ready` to wait for.
   */
  async function visit(act, { path = "", expected = [], prepare = () => {}, ready = "#input", allowMicrophone = true, ...rest } = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      permissions: allowMicrophone ? ["microphone"] : [],
      ...rest,
    });
    context.setDefaultTimeout(TIMEOUT);
    const page = await context.newPage();
    const check = watch(page, server.url, expected);
    try {
      await prepare(page);
      await page.goto(server.url + path);
      await page.locator(ready).waitFor();
      await act(page);
      check();
    } finally {
      await context.close();
    }
  }

  return { visit, address: () => server.url, stopServer: () => server.stop(), pauseServer: () => server.pause(), resumeServer: () => server.resume() };
}

/** For tests that read the pixels of a canvas, about which Chromium prints a warning. */
export const READBACK = { expected: [/willReadFrequently/] };

/** Drop files on the page. */
export async function drop(page, files) {
  const carried = files.map((path) => ({ name: path.split("/").at(-1), data: readFileSync(path).toString("base64") }));
  const transfer = await page.evaluateHandle((all) => {
    const made = new DataTransfer();
    for (const { name, data } of all) {
      made.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], name));
    }
    return made;
  }, carried);
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("main", type, { dataTransfer: transfer });
}

/** Wait for the result of the recording with this name. */
export async function analyzed(page, name) {
  await page.locator("#result-source", { hasText: name }).waitFor();
}

/** Wait for a notice and return its text. */
export async function notice(page) {
  await page.locator(".notice").waitFor();
  return page.locator(".notice").innerText();
}

/** Return the numbers beside the bars in percent. */
export function shares(page, list = "#result-bars") {
  return page.locator(`${list} .number`).allInnerTexts().then((texts) => texts.map(Number.parseFloat));
}
