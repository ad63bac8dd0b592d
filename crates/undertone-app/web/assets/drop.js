// Accepts files and folders dropped anywhere on the page, pasted files, and chosen files.

import { byId } from "./dom.js";

async function filesOfEntry(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  // One call reads only some of a folder's entries. An empty list ends the loop.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const each of entries) files.push(...(await filesOfEntry(each)));
  }
}

async function filesOfTransfer({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...files];
  return (await Promise.all(entries.filter(Boolean).map(filesOfEntry))).flat();
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Set up all ways to choose files. Call `onFiles` with at least one file. */
export function setUpFiles(onFiles) {
  const veil = byId("drop-veil");
  const input = byId("file");
  const pass = (files) => files.length > 0 && onFiles(files);

  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) veil.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  addEventListener("drop", async (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    pass(await filesOfTransfer(event.dataTransfer));
  });
  addEventListener("paste", (event) => pass([...(event.clipboardData?.files ?? [])]));
  input.addEventListener("change", () => {
    pass([...input.files]);
    input.value = ""; // allows choosing the same file again
  });
}
