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

/** A `json` or `jsonb` field; absent is null. */
export function jsonField(value: object | undefined): string {
  return value === undefined ? absent : jsonTextField(JSON.stringify(value));
}

/** A `json` or `jsonb` field of a JSON text. JSON has no tab and no line feed of its own. */
export function jsonTextField(json: string): string {
  return json.includes("\\") ? json.replaceAll("\\", "\\\\") : json;
}

/** A `bytea` field in its hex form (8.4.1). */
export function byteaField(bytes: Buffer | null): string {
  return bytes === null ? absent : `\\\\x${bytes.toString("hex")}`;
}
