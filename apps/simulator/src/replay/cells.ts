import type { CellType } from "./targets.ts";

/** A piece of JSON whose text is kept as it is: a number's digits never pass through a double. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue = JsonText | string | number | boolean | { [name: string]: JsonValue };

/** The JSON of `value`, with every `JsonText` as it stands. */
export function toJson(value: JsonValue): string {
  if (value instanceof JsonText) return value.text;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}:${toJson(part)}`)
    .join(",")}}`;
}

// RFC 8259, section 6.
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const booleans = new Map([
  // Data frames write a column of booleans with gaps as 1.0 and 0.0.
  ...["true", "t", "yes", "y", "1", "1.0"].map((word) => [word, true] as const),
  ...["false", "f", "no", "n", "0", "0.0"].map((word) => [word, false] as const),
]);

/** A cell's value as `type`, or undefined when its text is none. Times have their own rules: see `timeOf`. */
export function cellValue(text: string, type: Exclude<CellType, "time">): JsonValue | undefined {
  switch (type) {
    case "string":
    case "amount":
      // The contract takes an amount as a string too, and reads that exactly.
      return text;
    case "decimal":
      return jsonNumber.test(text) ? new JsonText(text) : undefined;
    case "boolean":
      return booleans.get(text.toLowerCase());
    case "integer": {
      // Data frames write a column of integers with gaps as 700.0.
      const digits = text.replace(/\.0+$/, "");
      return /^-?(?:0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(Number(digits))
        ? new JsonText(digits)
        : undefined;
    }
  }
}

export type TimeForm = { unit: "seconds" | "milliseconds"; offset: string };

/**
 * A cell's moment in the contract's form: epoch numbers as seconds, ISO 8601 with `offset` where it has none (`naive`).
 * A date alone is its midnight. Other text is given as it is, for the contract to refuse.
 */
export function timeOf(text: string, form: TimeForm): { value: JsonText | string; naive: boolean } {
  if (/^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return { value: new JsonText(secondsOf(text, form.unit)), naive: false };
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(text);
  if (!iso) return { value: text, naive: false };
  return { value: `${iso[1]}T${iso[2] ?? "00:00:00"}${form.offset}`, naive: true };
}

/** `1700000000123` milliseconds -> `1700000000.123`, by moving the point. */
function secondsOf(text: string, unit: TimeForm["unit"]): string {
  if (unit === "seconds") return text;
  const [whole = "", fraction = ""] = text.split(".");
  const digits = whole.padStart(4, "0");
  return `${digits.slice(0, -3)}.${digits.slice(-3)}${fraction}`;
}
