import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readThresholds } from "../thresholds.ts";
import { askedQueries } from "./queries.ts";

const models = fileURLToPath(new URL("../../../../warehouse/models", import.meta.url));

/** The columns of each relation that readers have, as the models declare them. */
function declared(): Map<string, Set<string>> {
  const relations = new Map<string, Set<string>>();
  for (const schema of ["marts", "quality"]) {
    const files = readdirSync(join(models, schema), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => name.endsWith(".yml"))) {
      const content = parse(readFileSync(join(models, schema, file), "utf8"));
      for (const { name, columns } of (content.models ?? []) as { name: string; columns: { name: string }[] }[])
        relations.set(`${schema}.${name}`, new Set(columns.map((column) => column.name)));
    }
  }
  return relations;
}

const relations = declared();
const asked = askedQueries(readThresholds()).filter(({ datasource }) => datasource === "warehouse");

test.each(asked)("$where reads what readers may read, and columns that there are", ({ query }) => {
  const sources = [...query.matchAll(/\b(?:from|join)\s+((\w+)\.\w+)(?:\s+as\s+(\w+))?/g)];
  expect(sources.length).toBeGreaterThan(0);
  for (const [, relation = "", schema, alias] of sources) {
    if (schema === "pg_catalog") continue;
    const columns = relations.get(relation);
    if (columns === undefined) throw new Error(`${relation} is in no model`);
    const named = [...query.matchAll(new RegExp(`\\b${alias ?? relation.split(".")[1]}\\.(\\w+)`, "g"))];
    expect(named.map(([, column]) => column).filter((column) => !columns.has(column ?? ""))).toEqual([]);
  }
});

test("each dashboard is an exposure of the warehouse, which names the models that it reads", () => {
  const { exposures } = parse(readFileSync(join(models, "exposures.yml"), "utf8")) as {
    exposures: { label: string; depends_on: string[] }[];
  };
  const read = new Map<string, Set<string>>();
  for (const { where, query } of asked.filter(({ where }) => where.includes(" / "))) {
    const label = `Grafana: ${where.split(" / ")[0]}`;
    const named = [...query.matchAll(/\b(?:marts|quality)\.(\w+)/g)].map(([, model]) => `ref('${model}')`);
    read.set(label, new Set([...(read.get(label) ?? []), ...named]));
  }
  const declaredOf = exposures.filter(({ label }) => label.startsWith("Grafana: "));
  expect(Object.fromEntries(declaredOf.map(({ label, depends_on }) => [label, depends_on.toSorted()]))).toEqual(
    Object.fromEntries([...read].map(([label, named]) => [label, [...named].toSorted()])),
  );
});

test("no query reads a schema that is not for readers, and none writes", () => {
  for (const { query, where } of asked) {
    expect(query, where).not.toMatch(/\b(raw|staging|intermediate)\.\w/);
    expect(query, where).toMatch(/^(select|with)\b/);
    expect(query, where).not.toMatch(/\b(insert|update|delete|drop|alter|grant)\b/i);
  }
});
