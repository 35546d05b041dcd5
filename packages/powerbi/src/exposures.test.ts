import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { tokensOf } from "./check/dax.ts";
import { isMart } from "./check/martProblems.ts";
import { modelOf } from "./check/model.ts";
import { textsUnder } from "./check/project.ts";
import { type Json, referencesIn } from "./check/reportProblems.ts";
import { modelFolder, reportFolder, warehouseFolder } from "./folders.ts";

type Exposure = { name: string; depends_on: string[] };

const model = modelOf(textsUnder(modelFolder, ".tmdl"));
const marts = new Set(model.tables.filter(isMart).map(({ name }) => name));
const measures = new Map(
  model.tables.flatMap((table) =>
    table.measures.map((measure) => [`${table.name}[${measure.name}]`, measure] as const),
  ),
);
const byName = new Map(
  model.tables.flatMap((table) => table.measures.map((measure) => [measure.name, { table: table.name }] as const)),
);

/** The marts that a field is computed from: a column's own, and all that a measure names, itself or by other measures. */
function martsBehind(table: string, name: string): string[] {
  const measure = measures.get(`${table}[${name}]`);
  if (measure === undefined) return [table];
  const { references, words } = tokensOf(measure.expression);
  const named = references.flatMap((one) => martsBehind(one.table ?? byName.get(one.name)?.table ?? table, one.name));
  return [...named, ...words].filter((word) => marts.has(word));
}

/** The marts that each page of the report shows. */
function martsByPage(): Map<string, Set<string>> {
  const pages = new Map<string, Set<string>>();
  for (const [path, text] of textsUnder(reportFolder, ".json")) {
    const page = /pages\/([\w-]+)\/visuals\//.exec(path)?.[1];
    if (page === undefined) continue;
    const shown = pages.get(page) ?? new Set();
    for (const { table, name } of referencesIn(JSON.parse(text) as Json)) {
      for (const mart of martsBehind(table, name)) shown.add(mart);
    }
    pages.set(page, shown);
  }
  return pages;
}

test("dbt's exposure of a page names the marts that the page shows, no other", () => {
  const yaml = readFileSync(join(warehouseFolder, "models", "exposures.yml"), "utf8");
  const { exposures } = parse(yaml) as { exposures: Exposure[] };
  const declared = exposures.flatMap(({ name, depends_on }) => {
    const page = /^power_bi_(\w+)$/.exec(name)?.[1];
    return page === undefined ? [] : [[page, depends_on.map((ref) => ref.replace(/^ref\('(.*)'\)$/, "$1"))] as const];
  });
  const shown = [...martsByPage()].map(([page, names]) => [page, [...names].toSorted()] as const);
  expect(Object.fromEntries(declared.map(([page, names]) => [page, names.toSorted()]))).toEqual(
    Object.fromEntries(shown),
  );
});
