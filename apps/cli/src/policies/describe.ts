import {
  type Bin,
  type Characteristic,
  type CheckedPolicy,
  type Feature,
  formatScaled,
  type Input,
  type ReasonRule,
  type Scalar,
  unparse,
  type ValueType,
} from "@scoreline/policy";

/** One thing that a policy says, in one line. `id` is its name within its section. */
export type Item = { id: string; text: string };

/** A part of a policy. In an ordered one the place of an item matters: the first that holds decides. */
export type Section = { name: string; ordered: boolean; items: Item[] };

/** What a policy says, in words that two policies can be compared by. */
export function describePolicy(policy: CheckedPolicy): Section[] {
  const { scorecard, transactions } = policy;
  const unordered = (name: string, items: Item[]): Section => ({ name, ordered: false, items });
  const ordered = (name: string, items: Item[]): Section => ({ name, ordered: true, items });
  return [
    unordered("inputs", policy.inputs.map(inputItem)),
    unordered(
      "features",
      policy.features.map((feature) => featureItem(feature, policy.inputs)),
    ),
    unordered("scorecard", scorecard ? scorecardItems(scorecard) : []),
    unordered("reasons", Object.entries(policy.reasons).map(reasonItem)),
    ordered("fraud", policy.fraud.map(fraudItem)),
    ordered(
      "risk",
      policy.risk.map(({ id, level, when }) => ({ id, text: `${level}${condition(when)}` })),
    ),
    ordered(
      "approval",
      policy.approval.map(({ id, status, when, reason }) => ({
        id,
        text: `${status}${condition(when)}${because(reason)}`,
      })),
    ),
    unordered("transactions: inputs", transactions.inputs.map(inputItem)),
    unordered(
      "transactions: features",
      transactions.features.map((feature) => featureItem(feature, transactions.inputs)),
    ),
    ordered("transactions: fraud", transactions.fraud.map(fraudItem)),
  ];
}

const condition = (when: Parameters<typeof unparse>[0] | undefined) => (when ? ` when ${unparse(when)}` : " otherwise");
const because = (reason: string | undefined) => (reason ? ` (${reason})` : "");

function fraudItem({ id, when, reason }: CheckedPolicy["fraud"][number]): Item {
  return { id, text: `${unparse(when)} (${reason})` };
}

function inputItem({ name, type, optional, default: standIn, values }: Input): Item {
  const parts = [
    typeText(type),
    ...(values ? [`one of ${values.join(", ")}`] : []),
    ...(optional ? ["optional"] : []),
    ...(standIn === undefined ? [] : [`default ${scalarText(standIn, type)}`]),
  ];
  return { id: name, text: parts.join(", ") };
}

function typeText(type: ValueType): string {
  if (type.kind !== "number") return type.kind;
  const { scale, min, max } = type;
  return `${scale === 0 ? "integer" : `decimal(${scale})`} ${formatScaled(min, scale)} to ${formatScaled(max, scale)}`;
}

/** A value of a policy in major units. */
export function scalarText(value: Scalar, type: ValueType): string {
  return typeof value === "number" && type.kind === "number" ? formatScaled(value, type.scale) : String(value);
}

function featureItem({ name, aggregate, input, windowMs, cap }: Feature, inputs: readonly Input[]): Item {
  const type = inputs.find((candidate) => candidate.name === input)?.type;
  const clamp = cap === undefined ? "" : `, cap ${type ? scalarText(cap, type) : cap}`;
  return { id: name, text: `${aggregate}${input ? ` of ${input}` : ""} over ${durationText(windowMs)}${clamp}` };
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `86_400_000` -> `1d`: in the largest unit that divides it. */
export function durationText(ms: number): string {
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? (["ms", 1] as const);
  return `${ms / size}${unit}`;
}

function scorecardItems({ name, base, type, characteristics }: NonNullable<CheckedPolicy["scorecard"]>): Item[] {
  const points = (scaled: number) => formatScaled(scaled, type.scale);
  return [{ id: name, text: `base ${points(base)}` }, ...characteristics.map((one) => characteristicItem(one, points))];
}

function characteristicItem({ id, source, bins, reason }: Characteristic, points: (scaled: number) => string): Item {
  const parts = bins.map((bin) => `${binText(bin, source.type)}: ${points(bin.points)}`);
  return { id, text: `${source.name}: ${parts.join("; ")}${because(reason)}` };
}

function binText(bin: Bin, type: ValueType): string {
  if (bin.kind === "values") return bin.values.map((value) => scalarText(value, type)).join(", ");
  if (bin.kind !== "range") return bin.kind;
  const { from, to } = bin;
  return `[${from === undefined ? "" : scalarText(from, type)}, ${to === undefined ? "" : scalarText(to, type)})`;
}

function reasonItem([name, { code, weight }]: [string, ReasonRule]): Item {
  return { id: name, text: `${code ? `${code}, ` : ""}weight ${weight}` };
}
