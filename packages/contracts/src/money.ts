import { z } from "zod";
import { nameOf } from "./text.ts";

/** The largest amount that `numeric(12,2)` holds, in minor units (cents). */
export const amountMinorMax = 999_999_999_999;

const decimalForm = /^(\d{1,10})(?:\.(\d{1,2}))?$/;

/**
 * A positive amount of money: a JSON number or string with at most two decimals. Gives integer minor units (cents).
 * A number is judged after parsing to the nearest double, so `0.1 + 0.2` is refused and `0.30` is not; a string is exact.
 * Nothing is rounded.
 */
export const Money = z
  .unknown()
  .meta({
    type: ["number", "string"],
    exclusiveMinimum: 0,
    maximum: amountMinorMax / 100,
    pattern: decimalForm.source,
    description: "Amount greater than 0 with at most two decimals, as a number or a string.",
  })
  .transform((value, context): number => {
    const minor = minorUnitsOf(value);
    if (typeof minor === "number" && minor > 0) return minor;
    context.addIssue({ code: "custom", message: minor === 0 ? "is 0; it must be greater than 0" : String(minor) });
    return z.NEVER;
  });

/** Minor units of a JSON value, or the sentence that says why it is not an amount. */
export function minorUnitsOf(value: unknown): number | string {
  if (typeof value === "string") return minorUnitsOfText(value);
  if (typeof value !== "number") return `is ${nameOf(value)}; send a number or a string such as "1250.00"`;
  if (value < 0) return `is ${value}; it must be greater than 0`;
  const minor = Math.round(value * 100);
  if (minor > amountMinorMax) return `is ${value}; the largest amount is ${amountMinorMax / 100}`;
  if (minor / 100 !== value) return `is ${value}; it must have at most two decimals (it is not rounded)`;
  return minor;
}

function minorUnitsOfText(value: string): number | string {
  const match = decimalForm.exec(value);
  if (match) return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  if (/^-\d+(\.\d+)?$/.test(value)) return `is ${nameOf(value)}; it must be greater than 0`;
  if (/^\d+\.\d{3,}$/.test(value)) return `is ${nameOf(value)}; it must have at most two decimals (it is not rounded)`;
  return `is ${nameOf(value)}; send an amount such as "1250.00", at most ${amountMinorMax / 100}`;
}

/** `125000` -> `"1250.00"`: an amount in minor units as an exact decimal, for JSON and for Postgres `numeric`. */
export function formatMinorUnits(minor: number): string {
  const digits = String(minor).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
