import type { ReasonCode } from "@scoreline/contracts";
import type { Bin, Characteristic, CheckedPolicy, NumberType, Scalar } from "../ir.ts";
import type { Amount, Frame, Layout } from "./frame.ts";

/** One characteristic, compiled: the points it gives, and what is needed where it is a reason. */
export type CompiledCharacteristic = {
  readonly characteristic: Characteristic;
  readonly points: Amount;
  readonly pointsMax: number;
  readonly code: ReasonCode;
};

/** A scorecard, compiled: its characteristics in order, and the total's slot in a frame. */
export type CompiledScorecard = {
  readonly characteristics: readonly CompiledCharacteristic[];
  readonly total: Amount;
  readonly slot: number;
};

/** The points scorecard of a policy as closures; undefined where it has none. Points are scaled by the total's scale. */
export function compileScorecard(policy: CheckedPolicy, layout: Layout): CompiledScorecard | undefined {
  const { scorecard, reasons } = policy;
  if (!scorecard) return undefined;
  const characteristics = scorecard.characteristics.map((characteristic) => {
    const { source, bins, reason } = characteristic;
    const rule = Object.hasOwn(reasons, source.name) ? reasons[source.name] : undefined;
    return {
      characteristic,
      points: pointsOf(characteristic, layout),
      pointsMax: Math.max(...bins.map((bin) => bin.points)),
      code: reason ?? rule?.code ?? ("SCORECARD_POINTS_TOO_LOW" as const),
    };
  });
  const total = (frame: Frame) => {
    let sum = scorecard.base;
    for (const { points } of characteristics) sum += points(frame);
    return sum;
  };
  return { characteristics, total, slot: layout.number("points", scorecard.name) };
}

function pointsOf({ id, source, bins }: Characteristic, layout: Layout): Amount {
  const unfit = (value: unknown) => new Error(`No bin of ${id} takes ${String(value)}; the policy was not checked.`);
  const missing = bins.find((bin) => bin.kind === "missing")?.points;
  if (source.type.kind === "number") {
    return pointsOfNumber(bins, source.type, layout.number(source.kind, source.name), missing, unfit);
  }
  const slot = layout.value(source.name);
  const byValue = new Map<Scalar | undefined, number | undefined>([[undefined, missing]]);
  for (const bin of bins) {
    for (const value of bin.kind === "values" ? bin.values : [])
      if (!byValue.has(value)) byValue.set(value, bin.points);
  }
  const other = bins.find((bin) => bin.kind === "other")?.points;
  return (frame) => {
    const value = frame.values[slot];
    const points = byValue.get(value) ?? (value === undefined ? undefined : other);
    if (points === undefined) throw unfit(value);
    return points;
  };
}

/** Between two edges the bins give the same points to every value: found once, they are looked up by halving. */
function pointsOfNumber(
  bins: readonly Bin[],
  type: NumberType,
  slot: number,
  missing: number | undefined,
  unfit: (value: unknown) => Error,
): Amount {
  const edges = Float64Array.of(type.min, ...binEdges(bins, type));
  const points = Array.from(edges, (edge) => bins.find((bin) => takes(bin, edge))?.points);
  return (frame) => {
    const value = frame.numbers[slot] as number;
    const found = Number.isNaN(value) ? missing : points[lastUpTo(edges, value)];
    if (found === undefined) throw unfit(value);
    return found;
  };
}

/** The place of the last of some ascending numbers that is no larger than `value`; 0 where all are. */
function lastUpTo(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}

function takes(bin: Bin, value: number): boolean {
  if (bin.kind === "values") return bin.values.includes(value);
  if (bin.kind !== "range") return bin.kind === "other";
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = bin;
  return value >= from && value < to;
}

/** The values, but for the least, at which the points of bins can differ from those of the value before. Ascending. */
export function binEdges(bins: readonly Bin[], { min, max }: NumberType): number[] {
  const edges = bins.flatMap((bin): number[] => {
    if (bin.kind === "range") return [bin.from ?? min, bin.to ?? min];
    return bin.kind === "values" ? bin.values.flatMap((value) => [Number(value), Number(value) + 1]) : [];
  });
  return [...new Set(edges)].filter((edge) => edge > min && edge <= max).sort((a, b) => a - b);
}
