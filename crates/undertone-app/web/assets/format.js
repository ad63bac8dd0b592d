// Formats numbers and names for people.

const THIN_SPACE = "\u202f";

/** Format 0.842 as "84.2 %", or as "84 %" with no digits. */
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}${THIN_SPACE}%`;

/** Format 67.4 seconds as "1:07", and 3667 as "1:01:07". */
export function clock(seconds) {
  const whole = Math.floor(seconds + 1e-6);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return whole < 3600 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(whole / 3600)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Format a time as "1:07.4". */
export const clockTenths = (seconds) => `${clock(seconds)}.${Math.floor(((10 * seconds) % 10) + 1e-6)}`;

/** Format a duration as "2.5 s", "1 min 7 s", "5 min" or "6 h". */
export function duration(seconds) {
  if (seconds >= 3600) {
    const minutes = Math.round(seconds / 60);
    const rest = minutes % 60 === 0 ? "" : ` ${minutes % 60}${THIN_SPACE}min`;
    return `${Math.floor(minutes / 60)}${THIN_SPACE}h${rest}`;
  }
  if (seconds < 60) return `${Number(seconds.toFixed(1))}${THIN_SPACE}s`;
  const whole = Math.round(seconds);
  const rest = whole % 60 === 0 ? "" : ` ${whole % 60}${THIN_SPACE}s`;
  return `${Math.floor(whole / 60)}${THIN_SPACE}min${rest}`;
}

/** Format a whole number with a real minus sign. */
export const minus = (number) => String(Math.round(number)).replace("-", "\u2212");

/** Format a size as "25 MB". */
export function megabytes(bytes) {
  return `${Number((bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0))}${THIN_SPACE}MB`;
}

/** Format "positive" as "Positive". */
export const capitalized = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** Format a count as "1 recording" or "3 recordings". */
export const recordings = (count) => `${count} recording${count === 1 ? "" : "s"}`;

/** Return numbers by name in the order of labels; null for null. */
export const inOrder = (byName, labels) => byName && labels.map(({ name }) => byName[name]);

/** Format words as "a", "a or b" or "a, b or c". */
export function alternatives(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
