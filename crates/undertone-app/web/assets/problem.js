// What can go wrong, and how a person is told: what happened, and what to do about it.

import { duration, megabytes } from "./format.js";

/** A failure with a kind of this list, or one that only the server knows how to describe. */
export class Problem extends Error {
  constructor(kind, { title = "", detail = "", retryAfter = null } = {}) {
    super(detail || title || kind);
    this.name = "Problem";
    Object.assign(this, { kind, title, detail, retryAfter });
  }
}

/** The problem that a thrown value is; anything unforeseen is a fault of this page. */
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
  "microphone-lost": () => ["The microphone went away", "It was unplugged or switched off. What was heard until then is kept."],
  "insecure-context": () => [
    "The browser keeps the microphone from this page",
    "Browsers give it only to pages from this computer (http://localhost:7860) or over https. Open the page in one of these ways; files and samples work here too.",
  ],
  "nothing-recorded": () => ["Nothing was recorded", "Press the button, speak, and press it again when you are done."],
  "not-audio": () => [
    "This is not a recording that can be read",
    "Neither the server nor this browser could decode it. WAV, FLAC, MP3, M4A, Ogg and WebM work; if it is one of these, it may be damaged.",
  ],
  "too-large": (_, model) => [
    "This file is too large",
    `Up to ${megabytes(model.max_bytes)} are taken. Cut it, or save it as FLAC or MP3.`,
  ],
  "too-long": (_, model) => [
    "This recording is too long",
    `Up to ${duration(model.max_seconds)} are taken. Cut it into pieces and drop them together.`,
  ],
  empty: () => ["This file is empty", "There is nothing in it. It may not have been copied to its end."],
  "too-short": () => ["This recording is too short", "Speak for at least a second."],
  silent: () => [
    "There is only silence in this recording",
    "Check that the right microphone is chosen and not muted, and speak closer to it.",
  ],
  busy: ({ retryAfter }) => [
    "The server is busy",
    retryAfter ? `It asks to come back in ${duration(retryAfter)}. Nothing was lost: try again then.` : "Try again in a moment.",
  ],
  stopping: () => ["The server is stopping", "Start it again with `undertone serve`, then try again."],
  "too-many-requests": (problem) => WORDS.busy(problem),
  timeout: () => ["The server gave up waiting", "The connection may be slow. Try again, or send a shorter recording."],
  unreachable: () => [
    "The server does not answer",
    "It may have been stopped, or the connection is down. Start it again with `undertone serve`, then try again.",
  ],
  unauthorized: () => ["This server wants a token", "Enter the one it was started with."],
  "live-lost": () => ["The live connection was lost", "The server may have been stopped. Press the button to connect again."],
  "live-refused": () => [
    "Live mode was refused",
    "The server is there, but too many live connections may be open already: close other tabs of this page. Or a proxy in between does not pass WebSockets on. Recordings work without it.",
  ],
  "page-fault": ({ detail }) => ["Something went wrong in this page", `Load it again. If that does not help, tell us: ${detail}`],
};

const PASSING = ["busy", "stopping", "too-many-requests", "timeout", "unreachable", "internal", "other"];

/** Whether the same request may have an answer another time. */
export const mayPass = (problem) => PASSING.includes(problem.kind);

/** The problem's title and what to do about it. `model` holds the server's limits. */
export function explain(problem, model) {
  const words = WORDS[problem.kind]?.(problem, model);
  if (words) return { title: words[0], advice: words[1] };
  return { title: problem.title || "The server could not answer", advice: problem.detail || "Try again." };
}
