/** Of plain values and arrays of them; what is not a number equals nothing, itself included. */
export function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((element, index) => same(element, b[index]));
}

/** Orders the entries of an object. */
export function byName([a]: [string, number], [b]: [string, number]): number {
  return a < b ? -1 : 1;
}
