/*
 * A CSV has texts only, so a producer that puts its rows on a topic as they are (Python's csv.DictReader) sends "712" for
 * 712 and "True" for true; a data frame may write 1 for true, and 712.0 for an integer in a column with gaps.
 */

/** What a text stands for in `credit_score`; undefined where `value` is no text or stands for no integer. */
export function creditScoreOfText(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,9}(?:\.0)?$/.test(value) ? Number(value) : undefined;
}

/** What a text, 1 or 0 stands for in `is_fraud`; undefined where `value` is a boolean or stands for none. */
export function flagOfText(value: unknown): boolean | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return flags.get(String(value).toLowerCase());
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ...["true", "1", "1.0"].map((word) => [word, true] as const),
  ...["false", "0", "0.0"].map((word) => [word, false] as const),
]);

/** A transaction's fields as they are meant, an empty text in an optional one as `null`; and those that came as texts. */
export function readTextValues(record: Record<string, unknown>): {
  record: Record<string, unknown>;
  textValues: readonly string[];
} {
  const read = { ...record };
  const meant = { credit_score: creditScoreOfText(record.credit_score), is_fraud: flagOfText(record.is_fraud) };
  const textValues = Object.entries(meant).flatMap(([name, value]) => {
    if (value === undefined) return [];
    read[name] = value;
    return [name];
  });
  for (const name of ["risk_level", "is_fraud"]) if (read[name] === "") read[name] = null;
  return { record: read, textValues };
}
