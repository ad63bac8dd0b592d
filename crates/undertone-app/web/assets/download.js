// Saves the session's results as CSV and JSON.

const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

// A spreadsheet would evaluate a file name such as "=1+1.wav".
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/**
 * Return CSV with a line per recording: name, label, confidence, each class, each sum, seconds,
 * warnings, error.
 */
export function toCsv(entries, { labels, sums }) {
  const names = [...labels.map(({ name }) => name), ...sums.map(({ name }) => `sum_${name}`)];
  const heads = ["name", "label", "confidence", ...names, "seconds", "warnings", "error"];
  const lines = entries.map(({ name, result, problem }) => {
    const shares = [...labels.map((_, i) => result?.probabilities?.[i]), ...sums.map((_, i) => result?.sums?.[i])];
    const values = shares.map((share) => share?.probability ?? "");
    const warnings = result?.warnings.join(" ") ?? "";
    return [harmless(name), result?.label ?? "", result?.confidence ?? "", ...values, result?.seconds ?? "", warnings, problem ?? ""];
  });
  return [heads, ...lines].map((line) => line.map((value) => quoted(String(value))).join(",")).join("\r\n") + "\r\n";
}

/** Return JSON with an object per recording: its name with the server's analysis or an error. */
export function toJson(entries) {
  const objects = entries.map(({ name, result, problem }) => {
    if (!result) return { name, error: problem };
    const { picture, milliseconds, voice, ...analysis } = result;
    return { ...analysis, name };
  });
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** Set the contents of a download link. */
export function offer(link, contents, type) {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([contents], { type }));
}
