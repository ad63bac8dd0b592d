// The session's answers as CSV and JSON.

const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

// Files have names such as "=1+1.wav", which spreadsheets would compute.
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** One line per recording: name, label, confidence, a column per class, seconds, error. */
export function toCsv(entries, labels) {
  const heads = ["name", "label", "confidence", ...labels.map(({ name }) => name), "seconds", "error"];
  const lines = entries.map(({ name, result, problem }) => {
    const shares = labels.map((_, i) => result?.probabilities[i].probability ?? "");
    return [harmless(name), result?.label ?? "", result?.confidence ?? "", ...shares, result?.seconds ?? "", problem ?? ""];
  });
  return [heads, ...lines].map((line) => line.map((value) => quoted(String(value))).join(",")).join("\r\n") + "\r\n";
}

/** One object per recording: the server's answer under the file's own name, or its error. */
export function toJson(entries) {
  const objects = entries.map(({ name, result, problem }) => {
    if (!result) return { name, error: problem };
    const { picture, milliseconds, ...answer } = result;
    return { ...answer, name };
  });
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** Points a download link at new contents. */
export function offer(link, contents, type) {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([contents], { type }));
}
