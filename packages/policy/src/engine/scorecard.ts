import type { ReasonCode } from "@scoreline/contracts";
import type { Bin, Characteristic, CheckedPolicy, Scalar } from "../ir.ts";
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
  const { base } = scorecard;
  const total = (frame: Frame) => characteristics.reduce((sum, { points }) => sum + points(frame), base);
  return { characteristics, total, slot: layout.number("points", scorecard.name) };
}

function pointsOf({ id, source, bins }: Characteristic, layout: Layout): Amount {
  const value = source.type.kind === "number" ? numberReader(source, layout) : valueReader(source.name, layout);
  const tests = bins.map((bin) => ({ fits: fitting(bin), points: bin.points }));
  return (frame) => {
    const read = value(frame);
    for (const { fits, points } of tests) if (fits(read)) return points;
    throw new Error(`No bin of ${id} takes ${String(read)}; the policy was not checked.`);
  };
}

function numberReader({ kind, name }: Characteristic["source"], layout: Layout) {
  const slot = layout.number(kind, name);
  return (frame: Frame): Scalar | undefined => {
    const value = frame.numbers[slot] as number;
    return Number.isNaN(value) ? undefined : value;
  };
}

function valueReader(name: string, layout: Layout) {
  const slot = layout.value(name);
  return (frame: Frame): Scalar | undefined => frame.values[slot];
}

/** Which values fall into a bin. A missing one falls into `missing` only. */
function fitting(bin: Bin): (value: Scalar | undefined) => boolean {
  switch (bin.kind) {
    case "missing":
      return (value) => value === undefined;
    case "other":
      return (value) => value !== undefined;
    case "values": {
      const values = new Set<unknown>(bin.values);
      return (value) => values.has(value);
    }
    case "range": {
      const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = bin;
      return (value) => value !== undefined && (value as number) >= from && (value as number) < to;
    }
  }
}
