import type { Input, NumberType, Scalar } from "../ir.ts";
import type { Random } from "./random.ts";

/** What an application may hold for an input: a scaled number, a string or a boolean; undefined leaves it out. */
export type Fitting = Scalar | undefined;

/** Texts that collations, escapes and encodings each give a meaning of their own. */
export const trickyTexts = [
  "a",
  "A",
  "it's",
  'say "so"',
  "back\\slash",
  "\\N",
  "é",
  "e\u0301",
  "😀",
  "\u{10ffff}",
  "ß",
  " a",
  "a ",
  "{{ a }}",
  "null",
  "0",
  "%s $1 :a ?",
  "tab\there",
  "line\nfeed",
  "\u2028\u200b\u202e",
  "İ",
  "ﬁ",
] as const;

/** The values of an input that a policy tells apart, those beside them, the bounds, and missing where it can be. */
export function fittingValues(input: Input, thresholds: Iterable<Scalar>): Fitting[] {
  const { type, values, default: standIn } = input;
  const missing = input.optional || standIn !== undefined ? [undefined] : [];
  const known = [...thresholds, ...(standIn === undefined ? [] : [standIn])];
  if (type.kind === "boolean") return [true, false, ...missing];
  if (type.kind === "string") {
    const texts = new Set([...(known as string[]), ...(values ?? trickyTexts)]);
    const allowed = [...texts].filter((text) => text.length > 0 && text.length <= textMax(input));
    return [...allowed, ...missing];
  }
  const near = (known as number[]).flatMap((value) => [value - 1, value, value + 1]);
  const numbers = new Set([...near, type.min, type.min + 1, type.max - 1, type.max]);
  return [...[...numbers].filter((value) => value >= type.min && value <= type.max), ...missing];
}

/** Characters of a text at most, as the contracts have it. */
function textMax({ name, origin }: Input): number {
  if (origin === "attribute") return 256;
  return name === "applicant_region" || name === "score_model" ? 64 : 128;
}

/** A number anywhere in the bounds, small ones and large ones as likely. */
export function anyNumber({ min, max }: NumberType, random: Random): number {
  const span = max - min;
  return random.chance(0.5) ? random.integer(min, max) : min + Math.floor(span ** random.next() - 1 + random.next());
}

/** JSON values of an attribute that do not fit its declaration, or only just do. */
export function unfitValues({ type, values }: Input): unknown[] {
  switch (type.kind) {
    case "boolean":
      return [0, 1, "true", "a"];
    case "string":
      return [0, 1.5, true, ...(values ? [`${values[0]} `, "\u{1f600}"] : [])];
    case "number": {
      const factor = 10 ** type.scale;
      const middle = Math.round(type.min / 2 + type.max / 2);
      const beyond = [type.max + 1, type.min - 1].map((scaled) => scaled / factor);
      // The doubles next to a decimal are none, though most roundings would take them for it.
      const beside = [type.max, middle].flatMap((scaled) =>
        [1 + 2 ** -52, 1 - 2 ** -53].map((by) => (scaled / factor) * by),
      );
      const odd = [1e300, -1e300, 1.7e308, 5e-324, -0, 0.1 + 0.2, 1 / 3];
      return [...beyond, (middle + 0.5) / factor, ...beside, ...odd, String(middle), true];
    }
  }
}
