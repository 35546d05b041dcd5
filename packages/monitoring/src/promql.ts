import { catalogue, type KeyOf } from "@scoreline/telemetry";

/** Label matchers: `=` unless the value begins with an operator of its own, as in `=~a|b` or `!=a`. */
export type Matchers = Record<string, string>;

function selector(name: string, matchers: Matchers): string {
  const terms = Object.entries(matchers).map(([label, value]) => {
    const [, operator = "=", operand = value] = /^(=~|!~|!=|=)(.*)$/.exec(value) ?? [];
    return `${label}${operator}${JSON.stringify(operand)}`;
  });
  return terms.length === 0 ? name : `${name}{${terms.join(",")}}`;
}

/** The series of a counter or a gauge of the catalogue. Throws on a label that it does not have. */
export function series(key: KeyOf<"counter" | "gauge">, matchers: Matchers = {}): string {
  assertLabels(key, matchers);
  return selector(catalogue[key].name, matchers);
}

/** The buckets of a histogram of the catalogue. */
export function buckets(key: KeyOf<"histogram">, matchers: Matchers = {}): string {
  assertLabels(key, matchers, "le");
  return selector(`${catalogue[key].name}_bucket`, matchers);
}

/** How many a histogram of the catalogue has observed. */
export function observations(key: KeyOf<"histogram">, matchers: Matchers = {}): string {
  assertLabels(key, matchers);
  return selector(`${catalogue[key].name}_count`, matchers);
}

/**
 * The bucket of what took `seconds` at most. Prometheus 3 writes the bound of a whole number with a fraction (`le="1.0"`),
 * Prometheus 2 as it was exposed. Throws when the histogram has no such bound.
 */
export function within(key: KeyOf<"histogram">, seconds: number, matchers: Matchers = {}): string {
  const bounds: readonly number[] = catalogue[key].buckets;
  if (!bounds.includes(seconds)) throw new Error(`${catalogue[key].name} has no bucket of ${seconds} s`);
  const le = Number.isInteger(seconds) ? `=~${seconds}|${seconds}\\.0` : String(seconds);
  return buckets(key, { ...matchers, le });
}

/** Every app has these on each of its series; the others are the scrape's. */
const commonLabels = ["app", "job", "instance"];

function assertLabels(key: keyof typeof catalogue, matchers: Matchers, ...more: string[]): void {
  const known: readonly string[] = [...catalogue[key].labels, ...commonLabels, ...more];
  for (const label of Object.keys(matchers))
    if (!known.includes(label)) throw new Error(`${catalogue[key].name} has no label ${label}`);
}

/** `part / whole`, and 0 where there is nothing to share. Both are without labels. */
export function shareOf(part: string, whole: string): string {
  return `(${part}) / (${whole} > 0) or vector(0)`;
}
