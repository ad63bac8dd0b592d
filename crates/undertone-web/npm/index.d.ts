/** A part of a recording. Times are in seconds. */
export interface Segment {
  start: number;
  end: number;
  speech: boolean;
  label: string | null;
  confidence: number | null;
  probabilities: Record<string, number> | null;
}

/** The answer for a recording: docs/answer.md of Undertone lists all members. */
export interface Answer {
  /** The most probable class; null without speech. */
  label: string | null;
  /** Its probability, 0 to 1. */
  confidence: number | null;
  /** The probability of each class. The sum is 1. */
  probabilities: Record<string, number> | null;
  /** Whether the recording holds speech. */
  speech: boolean;
  seconds: number;
  warnings: string[];
  segments?: Segment[];
  model: { name: string; version: string | null };
  [member: string]: unknown;
}

/** A recording that cannot be used. */
export class UndertoneError extends Error {
  /** The kind of problem, such as `not-audio`, `too-short` or `broken`. */
  kind: string;
}

/** Load the model. Other functions do this too; call it early to keep the first answer quick. */
export function load(): Promise<void>;

/** Classify mono samples between -1 and 1. The rate is in Hz, 4000 to 192000. */
export function classify(samples: Float32Array, sampleRate: number): Promise<Answer>;

/**
 * Analyze the bytes of a file: WAV, FLAC, MP3, Ogg, WebM, M4A and others, of any length. With `voice`
 * (the `voice` of an earlier answer, or null for a new one), the answer is adapted to the voice.
 */
export function predict(recording: Uint8Array, options?: { name?: string; voice?: unknown }): Promise<Answer>;
