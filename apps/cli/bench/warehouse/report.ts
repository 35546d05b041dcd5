import { count, table } from "../../src/terminal.ts";
import type { BuildFigures } from "./build.ts";
import type { PandasFigures } from "./pandas.node.ts";
import type { WarehouseFigures } from "./section.ts";

/** The section's figures as lines for people. */
export function linesOf(figures: WarehouseFigures): string {
  const { records, later_records, first, incremental, pandas, pandas_again } = figures;
  return table([
    ["records", `${count(records)}, then ${count(later_records)} on top`],
    ["first run", buildLine(first)],
    ["  slowest", slowestLine(first)],
    ["incremental run", buildLine(incremental)],
    ["  slowest", slowestLine(incremental)],
    ["pandas", pandasLine(pandas)],
    ["pandas again", pandasLine(pandas_again)],
    ["times as fast as pandas", `whole run ${figures.first_ratio}, incremental ${figures.incremental_ratio}`],
    ["  load and fact alone", String(figures.load_and_fact_ratio)],
  ]);
}

type Rated<Kind> = Kind & { rows_per_s: number };

function buildLine({
  total_s,
  load_s,
  dbt_s,
  models_s,
  tests_s,
  tests_passed,
  rows_per_s,
}: Rated<BuildFigures>): string {
  return (
    `${total_s} s, ${count(rows_per_s)} rows/s: load ${load_s} s, dbt ${dbt_s} s ` +
    `(models ${models_s} s, ${tests_passed} tests ${tests_s} s over its threads)`
  );
}

function slowestLine({ slowest }: BuildFigures): string {
  return slowest.map(({ name, s }) => `${name} ${s} s`).join(", ");
}

function pandasLine({ total_s, rows_per_s, read_s, merge_s, write_s }: Rated<PandasFigures>): string {
  return `${total_s} s, ${count(rows_per_s)} rows/s: read ${read_s} s, merge ${merge_s} s, write ${write_s} s`;
}
