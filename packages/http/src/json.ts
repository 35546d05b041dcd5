import { locateJsonError } from "./jsonError.ts";

/** The result of `JSON.parse`, or where the text stops being JSON. */
export function parseJson(source: string): { ok: true; value: unknown } | { ok: false; detail: string } {
  try {
    return { ok: true, value: JSON.parse(source) };
  } catch {
    const { line, column } = locateJsonError(source);
    return { ok: false, detail: `The text stops being JSON at line ${line}, column ${column}.` };
  }
}
