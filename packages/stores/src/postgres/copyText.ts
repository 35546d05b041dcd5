// The text format of COPY (PostgreSQL manual, COPY, "Text Format"): fields end in a tab, rows in a line feed.

const absent = "\\N";
const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A field of any text; absent is null. */
export function textField(value: string | undefined): string {
  if (value === undefined) return absent;
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (char) => escapes[char] as string) : value;
}

/** A number or a flag as a field; absent is null. */
export function plainField(value: number | bigint | boolean | undefined): string {
  return value === undefined ? absent : String(value);
}

/** A `text[]` field: its literal quotes every element (8.15.6). */
export function arrayField(elements: readonly string[] | undefined): string {
  if (elements === undefined) return absent;
  if (elements.length === 0) return "{}";
  return textField(`{${elements.map(quoted).join(",")}}`);
}

function quoted(element: string): string {
  return /["\\]/.test(element) ? `"${element.replace(/["\\]/g, "\\$&")}"` : `"${element}"`;
}

/** A `json` or `jsonb` field; absent is null. JSON has no tab and no line feed of its own. */
export function jsonField(value: object | undefined): string {
  if (value === undefined) return absent;
  const json = JSON.stringify(value);
  return json.includes("\\") ? json.replaceAll("\\", "\\\\") : json;
}

/** A `bytea` field in its hex form (8.4.1). */
export function byteaField(bytes: Buffer | null): string {
  return bytes === null ? absent : `\\\\x${bytes.toString("hex")}`;
}

const dayMs = 86_400_000;
let day = Number.NaN;
let dayText = "";

/** A `timestamptz` field from epoch milliseconds. */
export function timeField(ms: number): string {
  const inDay = ((ms % dayMs) + dayMs) % dayMs;
  // Formatting a date costs more than the rest of a row does, and times come by the day.
  if (ms - inDay !== day) {
    day = ms - inDay;
    dayText = new Date(day).toISOString().slice(0, -"00:00:00.000Z".length);
  }
  const seconds = Math.floor(inDay / 1_000);
  const clock = `${twoDigits[Math.floor(seconds / 3_600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}`;
  return `${dayText}${clock}.${threeDigits[inDay % 1_000]}Z`;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
const threeDigits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, "0"));
