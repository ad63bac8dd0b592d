// Explains what can go wrong: what happened, and what to do about it.

import { duration, megabytes } from "./format.js";

/** A failure of a kind listed here, or one that only the server can describe. */
export class Problem extends Error {
  constructor(kind, { title = "", detail = "", retryAfter = null } = {}) {
    super(detail || title || kind);
    this.name = "Problem";
    Object.assign(this, { kind, title, detail, retryAfter });
  }
}

const KIND_OF_STATUS = {
  401: "unauthorized", 408: "timeout", 413: "too-large", 415: "not-audio", 429: "too-many-requests",
  502: "unreachable", 503: "busy", 504: "timeout",
};

/** Return a `Problem` for the problem object of the interface. */
export function problemFrom({ type = "", title, status, detail }, retryAfter = null) {
  const kind = type.startsWith("urn:undertone:") ? type.split(":").at(-1) : KIND_OF_STATUS[status];
  return new Problem(kind ?? "other", { title, detail, retryAfter });
}

/** Return the problem for a thrown value. Anything unexpected is a fault of this page. */
export function asProblem(thrown) {
  if (thrown instanceof Problem) return thrown;
  console.error(thrown);
  return new Problem("page-fault", { detail: String(thrown?.message ?? thrown) });
}

const WORDS = {
  "microphone-denied": () => [
    "The microphone is not allowed",
    "Allow it for this page: the icon beside the address opens the page's permissions. Then press the button again. Files and samples work without it.",
  ],
  "microphone-missing": () => [
    "No microphone was found",
    "Plug one in, or choose one in the system's sound settings, and press the button again. Files and samples work without it.",
  ],
  "microphone-busy": () => [
    "The microphone cannot be opened",
    "Another program may be using it. Close that program and press the button again.",
  ],
  "microphone-lost": () => ["The microphone was disconnected", "It was unplugged or switched off. The recording until then is kept."],
  "insecure-context": () => [
    "The browser does not allow a microphone on this page",
    "Browsers allow it only on pages from this computer (http://localhost:7860) or over HTTPS. Open the page in one of these ways. Files and samples work here too.",
  ],
  "nothing-recorded": () => ["Nothing was recorded", "Press the button, speak, and press it again when you are done."],
  "not-audio": () => [
    "This file is not a readable recording",
    "Neither Undertone nor this browser could decode it. WAV, FLAC, MP3, M4A, Ogg and WebM work. If it is one of these, it may be damaged.",
  ],
  "too-large": (_, model) => [
    "This file is too large",
    `The limit is ${megabytes(model.max_bytes)}. Shorten it, or save it as FLAC or MP3.`,
  ],
  "too-long": (_, model) => [
    "This recording is too long",
    `The limit is ${duration(model.max_seconds)}. Cut it into parts and drop them together.`,
  ],
  empty: () => ["This file is empty", "It has no content. It may not have been copied completely."],
  "too-short": () => ["This recording is too short", "Speak for at least a second."],
  voice: () => [
    "The voice that was heard cannot be used any more",
    "The server may have another model now. The voice is forgotten: try again, and it is heard anew.",
  ],
  busy: ({ retryAfter }) => [
    "The server is busy",
    retryAfter ? `Nothing was lost. Try again in ${duration(retryAfter)}.` : "Try again in a moment.",
  ],
  stopping: () => ["The server is stopping", "Start it again with `undertone serve`, then try again."],
  "too-many-requests": (problem) => WORDS.busy(problem),
  timeout: () => ["The request took too long", "The connection may be slow. Try again, or send a shorter recording."],
  unreachable: () => [
    "The server does not answer",
    "It may have been stopped, or the connection is down. Start it again with `undertone serve`, then try again.",
  ],
  unauthorized: () => ["This server requires a token", "Enter the token that the server was started with."],
  "live-lost": () => ["The live connection was lost", "The server may have been stopped. Press the button to connect again."],
  "live-refused": () => [
    "Live mode was refused",
    "The server is running, but too many live connections may be open: close other tabs of this page. A proxy may also block WebSockets. Recordings work without live mode.",
  ],
  "engine-missing": () => [
    "The model could not be loaded",
    "The connection may be down. Reload the page. After the first visit, it works without a connection.",
  ],
  "engine-lost": () => ["The model stopped working", "The memory of this device may be full. Try again, or take a shorter recording."],
  "page-fault": ({ detail }) => ["Something went wrong on this page", `Reload it. If that does not help, report this error: ${detail}`],
};

const PASSING = ["voice", "busy", "stopping", "too-many-requests", "timeout", "unreachable", "engine-missing", "engine-lost", "internal", "other"];

/** Return whether the same request may succeed later. */
export const mayPass = (problem) => PASSING.includes(problem.kind);

/** Return the problem's title and advice. `model` holds the server's limits. */
export function explain(problem, model) {
  const words = WORDS[problem.kind]?.(problem, model);
  if (words) return { title: words[0], advice: words[1] };
  return { title: problem.title || "The server could not answer", advice: problem.detail || "Try again." };
}
