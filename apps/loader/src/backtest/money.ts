/** `125050n` -> `"1250.50"`. */
export function decimalOf(minor: bigint): string {
  const digits = String(minor).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A sum of `numeric(12,2)` as Postgres writes it, in minor units. */
export function minorUnitsOf(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
}
