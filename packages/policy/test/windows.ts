import { inputReader } from "../src/inputs.ts";
import type { CheckedPolicy, Feature, Input, NumberType, Scalar } from "../src/ir.ts";
import type { WindowEvent } from "../src/windows/partitionWindows.ts";

const count: NumberType = { kind: "number", scale: 0, min: 0, max: 1_000_000_000 };
const amount: NumberType = { kind: "number", scale: 2, min: 1, max: 999_999_999_999 };
const rate: NumberType = { kind: "number", scale: 1, min: -1_000, max: 1_000 };

export const inputs: Record<string, Input> = {
  loan_amount: { name: "loan_amount", origin: "field", type: amount, optional: false },
  credit_score: { name: "credit_score", origin: "field", type: { ...count, min: 300, max: 850 }, optional: false },
  device_id: { name: "device_id", origin: "field", type: { kind: "string" }, optional: true },
  rate: { name: "rate", origin: "attribute", type: rate, optional: false, default: -50 },
  purpose: { name: "purpose", origin: "attribute", type: { kind: "string" }, optional: true, values: ["car", "house"] },
};

/** A feature as the checker gives it. */
export function feature(aggregate: Feature["aggregate"], windowMs: number, input?: string, cap?: number): Feature {
  return {
    name: `${aggregate}_${input ?? "all"}_${windowMs}`,
    aggregate,
    windowMs,
    ...(input === undefined ? {} : { input }),
    ...(cap === undefined ? {} : { cap }),
    type: count,
  };
}

/** A checked policy of which only the windows matter. */
export function policyOf(features: Feature[], declared: Input[] = Object.values(inputs)): CheckedPolicy {
  return {
    name: "windows",
    inputs: declared,
    features,
    reasons: {},
    fraud: [],
    risk: [],
    approval: [],
    transactions: { inputs: [], features: [], fraud: [] },
  };
}

export type TimedEvent = WindowEvent & { readonly tMs: number };

/** What a feature is for the last of these events, by its definition: every event is looked at. */
export function bruteForce(policy: CheckedPolicy, events: readonly TimedEvent[]): number[] {
  const last = events.at(-1) as TimedEvent;
  return policy.features.map(({ aggregate, windowMs, input, cap }) => {
    const inside = events.filter((event) => event.user_id === last.user_id && event.tMs > last.tMs - windowMs);
    if (input === undefined) return inside.length;
    const declaration = policy.inputs.find((candidate) => candidate.name === input);
    const read = inputReader(declaration as Input);
    const values = inside.map((event) => read(event)).filter((value) => value !== undefined);
    if (aggregate === "distinct") return new Set<Scalar>(values).size;
    const numbers = values as number[];
    if (aggregate === "min") return Math.min(...numbers);
    if (aggregate === "max") return Math.max(...numbers);
    const sum = numbers.reduce((total, value) => total + BigInt(value), 0n);
    return Number(sum > BigInt(cap ?? 0) ? (cap as number) : sum);
  });
}
