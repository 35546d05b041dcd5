import type { z } from "zod";
import type { NumberType, Scalar, ValueType } from "../ir.ts";
import { Decimal, formatScaled } from "./decimal.ts";
import { offsetOf, type Tree } from "./document.ts";
import { domainOf, type Fit } from "./domain.ts";
import { boundOf } from "./inputs.ts";
import type { Tell } from "./problems.ts";
import { always, itemsOf, listOf, number, read, scalar, strict } from "./shape.ts";
import { nearest } from "./suggest.ts";

/** Bins of a characteristic, and values of a bin, at most. */
const binsMax = 200;
const binValuesMax = 1000;

/** Decimals of points at most. */
const pointsScaleMax = 2;

/** Points as they are written. */
export const points = number("write points such as 35 or 20.5").refine((value) => value.scale <= pointsScaleMax, {
  error: `has more than ${pointsScaleMax} decimals; round it`,
});

const Shape = strict({
  from: number().optional(),
  to: number().optional(),
  in: listOf(scalar, binValuesMax).optional(),
  missing: always.optional(),
  other: always.optional(),
  points,
});

/** What the bins of a characteristic sort: the values of an input or a feature. */
export type Sorted = { readonly type: ValueType; readonly optional: boolean; readonly values?: readonly string[] };

/** A bin whose points are not scaled yet. */
export type Draft = { readonly fit: Fit; readonly points: Decimal };

/** The bins of a characteristic; undefined, with the problem told, unless exactly one is the first to fit every value. */
export function readBins(tree: Tree, sorted: Sorted, tell: Tell): Draft[] | undefined {
  const domain = domainOf(sorted.type, sorted.values);
  const drafts: Draft[] = [];
  const items = itemsOf(tree, "bins", binsMax, tell);
  let hasMissing = false;
  for (const item of items) {
    const shape = read(item, Shape, tell);
    const fit = shape && fitOf(shape, sorted, item, tell);
    if (!shape || !fit) continue;
    const isTaken = fit.kind === "missing" ? sorted.optional && !hasMissing : domain.take(fit);
    if (fit.kind === "missing") hasMissing = true;
    if (isTaken) drafts.push({ fit, points: shape.points });
    else {
      const fix = "remove it, or put it before the bins that take its values";
      tell(item.offset, "no value ever comes to this bin", fix);
    }
  }
  // What a bin with a problem of its own takes is not known.
  if (drafts.length < items.length || tree.kind !== "list") return undefined;
  if (domain.rest !== undefined) {
    tell(tree.offset, `no bin fits ${domain.rest}`, "add a bin for it, or { other: true, points: 0 } at the end");
  }
  if (sorted.optional && !hasMissing) {
    tell(tree.offset, "no bin fits a missing value", "add { missing: true, points: 0 }");
    return undefined;
  }
  return domain.rest === undefined ? drafts : undefined;
}

function fitOf(shape: z.output<typeof Shape>, sorted: Sorted, tree: Tree, tell: Tell): Fit | undefined {
  const { from, to, in: listed, missing, other } = shape;
  const isRange = from !== undefined || to !== undefined;
  if ([isRange, listed, missing, other].filter(Boolean).length !== 1) {
    tell(
      tree.offset,
      "a bin is a range, a list, `missing` or `other`",
      "write from and to, or in, or one of the others",
    );
    return undefined;
  }
  if (missing) return { kind: "missing" };
  if (other) return { kind: "other" };
  if (listed) return valuesOf(listed, sorted, offsetOf(tree, "in"), tell);
  const { type } = sorted;
  if (type.kind !== "number") {
    tell(tree.offset, `a ${type.kind} has no range`, "list its values: in: [...]");
    return undefined;
  }
  const least = from && boundOf(from, type.scale, offsetOf(tree, "from"), tell);
  const most = to && boundOf(to, type.scale, offsetOf(tree, "to"), tell);
  if ((from && least === undefined) || (to && most === undefined)) return undefined;
  if (least !== undefined && most !== undefined && least >= most) {
    tell(tree.offset, `the range from ${from} to ${to} is empty`, "make `to` larger than `from`");
    return undefined;
  }
  return { kind: "range", ...(least !== undefined && { from: least }), ...(most !== undefined && { to: most }) };
}

function valuesOf(
  listed: readonly (string | Decimal | boolean)[],
  { type, values }: Sorted,
  offset: number,
  tell: Tell,
): Fit | undefined {
  const taken: Scalar[] = [];
  for (const value of listed) {
    const scaled = value instanceof Decimal && type.kind === "number" ? numberOf(value, type, offset, tell) : value;
    if (scaled === undefined) return undefined;
    if (scaled instanceof Decimal || typeof scaled !== type.kind) {
      tell(
        offset,
        `${String(value)} is not a ${type.kind}`,
        `list ${type.kind}s, strings in quotes where they look like numbers`,
      );
      return undefined;
    }
    if (values && !values.includes(scaled as string)) {
      const near = nearest(scaled as string, values);
      const fix = near === undefined ? "list values that the input declares" : `write ${near}`;
      tell(offset, `${JSON.stringify(scaled)} is none of the values of the input`, fix);
      return undefined;
    }
    taken.push(scaled);
  }
  return { kind: "values", values: taken };
}

function numberOf(value: Decimal, type: NumberType, offset: number, tell: Tell): number | undefined {
  const scaled = boundOf(value, type.scale, offset, tell);
  if (scaled === undefined || (scaled >= type.min && scaled <= type.max)) return scaled;
  const bounds = `${formatScaled(type.min, type.scale)} to ${formatScaled(type.max, type.scale)}`;
  tell(offset, `${value} is not within ${bounds}`, "list values within the bounds");
  return undefined;
}
