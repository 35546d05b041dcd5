import type { Scalar, ValueType } from "../ir.ts";

/**
 * A string as a constant of SQL. Where it is not plain ASCII it is written by code points (PostgreSQL manual, 4.1.2.3), so
 * that no template, file or client encoding on the way to the server can change it; braces would speak to Jinja.
 */
export function quoteText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/[\\{}]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escaped = [...text].map((character) =>
    /^[A-Za-z0-9 _.,:;-]$/.test(character) ? character : `\\+${hexadecimal(character)}`,
  );
  return `U&'${escaped.join("")}'`;
}

function hexadecimal(character: string): string {
  return (character.codePointAt(0) as number).toString(16).padStart(6, "0");
}

/** A name as an identifier of SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A scaled integer as an exact decimal in major units: `decimalText(-1250, 2)` is `-12.50`. */
export function decimalText(scaled: number, scale: number): string {
  const digits = String(Math.abs(scaled)).padStart(scale + 1, "0");
  const sign = scaled < 0 ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A value of a type as a constant of SQL; a negative number in parentheses, so that it can stand after an operator. */
export function constantSql(value: Scalar, type: ValueType): string {
  if (type.kind === "string") return quoteText(value as string);
  if (type.kind === "boolean") return String(value);
  const text = decimalText(value as number, type.scale);
  return text.startsWith("-") ? `(${text})` : text;
}

/** A common table expression: each step reads the one before it. */
export type Step = { readonly name: string; readonly sql: string };

/** All columns of the step `from`, and `columns` besides. */
export function extended(from: string, columns: readonly string[], rest = ""): string {
  return `select ${["*", ...columns].join(",\n    ")}\n  from ${from}${rest}`;
}

/** The values whose condition is true, in order, as an array. A condition that is null is not true. */
export function heldArray(values: readonly { when: string; value: string }[], type: string): string {
  if (values.length === 0) return `array[]::${type}[]`;
  const elements = values.map(({ when, value }) => `case when ${when} then ${value} end`);
  return `array_remove(array[${elements.join(", ")}]::${type}[], null)`;
}
