// A server and a browser for the tests of one file.

import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { changingVoice, fileWith } from "./audio.mjs";
import { CHROMIUM } from "./environment.mjs";
import { watch } from "./guard.mjs";
import { startServer } from "./server.mjs";

const PATIENCE = 30_000; // milliseconds

/**
 * Prepares a file's tests. `server` are options of `undertone serve`; `microphone` is what
 * Chromium's fake microphone hears in a loop, a WAV file's path, or null for no microphone at all.
 */
export function suite({ server: options = [], microphone = fileWith("voice.wav", changingVoice(20)) } = {}) {
  let server;
  let browser;

  before(async () => {
    const sound = microphone ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${microphone}`] : [];
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--autoplay-policy=no-user-gesture-required", ...sound];
    server = await startServer(options);
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /**
   * Opens the page in a fresh context, lets `act(page)` do what a person does, and makes sure that
   * nothing happened that never may. Options: those of a Playwright context; `path`, with which to
   * open; `expected`, console messages; `prepare(page)` before it opens; `ready`, what to wait for.
   */
  async function visit(act, { path = "", expected = [], prepare = () => {}, ready = "#input", allowMicrophone = true, ...rest } = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      permissions: allowMicrophone ? ["microphone"] : [],
      ...rest,
    });
    context.setDefaultTimeout(PATIENCE);
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

/** For tests that read a canvas's pixels, of which Chromium thinks that it should be told. */
export const READBACK = { expected: [/willReadFrequently/] };

/** Drops files on the page, as a hand would. */
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

/** Waits for the answer to a recording of this name. */
export async function answered(page, name) {
  await page.locator("#result-source", { hasText: name }).waitFor();
}

/** The text of the notice, once there is one. */
export async function notice(page) {
  await page.locator(".notice").waitFor();
  return page.locator(".notice").innerText();
}

/** The numbers beside the bars, in percent. */
export function shares(page, list = "#result-bars") {
  return page.locator(`${list} .number`).allInnerTexts().then((texts) => texts.map(Number.parseFloat));
}
