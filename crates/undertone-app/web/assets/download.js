// Saves the session's results as CSV and JSON.

const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

// A spreadsheet would evaluate a file name such as "=1+1.wav".
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/**
 * Return CSV with a line per recording: path, label, confidence, each class, each sum, seconds,
 * warnings, error. The columns are named as those of `undertone predict --format csv`.
 */
export function toCsv(entries, { labels, sums }) {
  const names = [...labels.map(({ name }) => `p_${name}`), ...sums.map(({ name }) => `sum_${name}`)];
  const heads = ["path", "label", "confidence", ...names, "seconds", "warnings", "error"];
  const lines = entries.map(({ name, result, problem }) => {
    const shares = [...labels.map((each) => result?.probabilities?.[each.name]), ...sums.map((each) => result?.sums?.[each.name])];
    const values = shares.map((share) => share ?? "");
    const warnings = result?.warnings.join(" ") ?? "";
    return [name, result?.label ?? "", result?.confidence ?? "", ...values, result?.seconds ?? "", warnings, problem ?? ""];
  });
  return csvOf([heads, ...lines]);
}

/** Return lines of values as CSV. */
export function csvOf(lines) {
  const text = (value) => quoted(typeof value === "string" ? harmless(value) : String(value));
  return lines.map((line) => line.map(text).join(",")).join("\r\n") + "\r\n";
}

/** Return an answer without what the server adds for the page. */
export function answerOnly({ picture, milliseconds, voice, ...answer }) {
  return answer;
}

/** Return JSON with an object per recording: the server's answer or an error. */
export function toJson(entries) {
  const objects = entries.map(({ name, result, problem }) => {
    if (!result) return { path: name, error: problem };
    return { ...answerOnly(result), path: name };
  });
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** Set the contents of a download link. */
export function offer(link, contents, type) {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([contents], { type }));
}
