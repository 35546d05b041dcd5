/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object without its fields that are `null`, which many senders write for "no value"; itself where it has none. */
export function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  for (const name in object) {
    // fromEntries defines own properties, so a field named __proto__ stays a field (and is refused as unknown).
    if (object[name] === null) return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  }
  return object;
}
