import type { DataSourceName } from "./query.ts";

/** The time that a dashboard shows. */
export type Range = { from: Date; to: Date };

/** What a test puts in the place of a variable: each of a dashboard by its name. */
export type Choices = Record<string, string>;

/** The window of a rate: four scrapes at least, however short the steps of a chart are. */
const rateWindow = "1m";
const step = "15s";

/**
 * A query as its data source takes it: macros and variables are replaced as Grafana does. Throws on one that is not known, for
 * then the data source would be asked something else.
 */
export function runnable(datasource: DataSourceName, query: string, range: Range, choices: Choices): string {
  const replaced = datasource === "prometheus" ? promql(query, range) : sql(query, range);
  const chosen = replaced.replaceAll(/\$([a-z]\w*)/g, (_, name: string) => {
    const choice = choices[name];
    if (choice === undefined) throw new Error(`there is no variable $${name} in: ${query}`);
    return choice;
  });
  const left = /\$_*\w+/.exec(chosen)?.[0];
  if (left !== undefined) throw new Error(`${left} is replaced by nothing in: ${query}`);
  return chosen;
}

function promql(query: string, { from, to }: Range): string {
  const seconds = Math.max(1, Math.round((to.getTime() - from.getTime()) / 1_000));
  return query
    .replaceAll(/\$__rate_interval\b/g, rateWindow)
    .replaceAll(/\$__interval\b/g, step)
    .replaceAll(/\$__range\b/g, `${seconds}s`);
}

const timeUnits: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** As Grafana's macros for PostgreSQL: pkg/tsdb/grafana-postgresql-datasource/macros.go. An argument has no parenthesis. */
function sql(query: string, { from, to }: Range): string {
  const [first, last] = [`'${from.toISOString()}'`, `'${to.toISOString()}'`];
  const macros: Record<string, (column: string, interval: string) => string> = {
    __time: (column) => `${column} AS "time"`,
    __timeFilter: (column) => `${column} BETWEEN ${first} AND ${last}`,
    __timeFrom: () => first,
    __timeTo: () => last,
    __timeGroup: (column, interval) => grouped(column, interval),
    __timeGroupAlias: (column, interval) => `${grouped(column, interval)} AS "time"`,
  };
  return query.replaceAll(/\$(__\w+)\(([^)]*)\)/g, (_, name: string, text: string) => {
    const macro = macros[name];
    if (macro === undefined) throw new Error(`there is no macro $${name} in: ${query}`);
    const [column = "", interval = ""] = text.split(",").map((argument) => argument.trim());
    return macro(column, interval.replaceAll("'", ""));
  });
}

function grouped(column: string, interval: string): string {
  const [, count, unit = ""] = /^(\d+)([smhdw])$/.exec(interval) ?? [];
  const seconds = Number(count) * (timeUnits[unit] ?? Number.NaN);
  if (Number.isNaN(seconds)) throw new Error(`"${interval}" is no interval`);
  return `floor(extract(epoch from ${column})/${seconds})*${seconds}`;
}
