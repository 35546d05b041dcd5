/** One series of a scrape, and its value then, which may be `+Inf` or `NaN`. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number };

/** `name{label="value",…} value timestamp?`; within the braces a `}` may stand between quotes only. */
const sampleLine = /^([a-zA-Z_:][\w:]*)\s*(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s*(\S+)(?:\s+-?\d+)?$/;
const labelPair = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/g;

/**
 * Reads Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Comments, types and
 * timestamps are passed over. Throws for a line that is no sample: then another server answers at the address.
 */
export function parseExposition(text: string): Sample[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseSample);
}

function parseSample(line: string): Sample {
  const [, name, pairs = "", number = ""] = sampleLine.exec(line) ?? [];
  const value = numberOf(number);
  if (name === undefined || value === undefined || pairs.replace(labelPair, "").trim() !== "") {
    throw new Error(`this is not Prometheus' text format: ${line.slice(0, 80)}`);
  }
  const labels = [...pairs.matchAll(labelPair)].map(([, label = "", escaped = ""]) => [label, unescaped(escaped)]);
  return { name, labels: Object.fromEntries(labels), value };
}

const escapes: Readonly<Record<string, string>> = { "\\n": "\n", "\\\\": "\\", '\\"': '"' };

/** A backslash before anything else stays, as Prometheus reads it. */
function unescaped(text: string): string {
  return text.replace(/\\./g, (sequence) => escapes[sequence] ?? sequence);
}

/** A float as Go writes it. */
function numberOf(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
