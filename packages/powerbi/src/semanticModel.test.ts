import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isMart, martProblems, martsOf, queryProblems } from "./check/martProblems.ts";
import { modelOf } from "./check/model.ts";
import { modelProblems } from "./check/modelProblems.ts";
import { textsUnder } from "./check/project.ts";
import { modelFolder, warehouseFolder } from "./folders.ts";

const documents = textsUnder(modelFolder, ".tmdl");
const model = modelOf(documents);
const yaml = textsUnder(join(warehouseFolder, "models", "marts"), ".yml");
const marts = martsOf([...yaml.values()].map((text) => parse(text) as unknown));

/** The model with one text replaced in one document; the text must be there. */
function changed(path: string, from: string, to: string) {
  const text = documents.get(path) ?? "";
  expect(text).toContain(from);
  return modelOf(new Map(documents).set(path, text.replace(from, to)));
}

describe("the semantic model", () => {
  test("holds together: names, sorts, relationships, DAX, roles", () => {
    expect(modelProblems(model)).toEqual([]);
  });

  test("has only columns of the marts, with a type that fits", () => {
    expect(martProblems(model, marts)).toEqual([]);
  });

  test("reads every table but the analysts' regions from its mart, by the columns and types that it has", () => {
    expect(model.tables.filter((table) => !isMart(table)).map(({ name }) => name)).toEqual(["region_access"]);
    expect(model.tables.filter(isMart).flatMap(queryProblems)).toEqual([]);
  });

  test("asks for server and database, and holds no address but the default's", () => {
    expect(model.expressions.map(({ name }) => name)).toEqual(["Server", "Database", "AsText", "ZoneFree"]);
    const addresses = [...documents.values()].flatMap((text) => text.match(/\d+\.\d+\.\d+\.\d+|https?:\/\/\S+/g) ?? []);
    expect(addresses).toEqual([]);
  });

  test("has one date table, by its date, and makes none of its own", () => {
    const dates = model.tables.filter(({ dataCategory }) => dataCategory === "Time");
    expect(dates.map(({ name }) => name)).toEqual(["dim_time"]);
    expect(dates[0]?.columns.filter(({ isKey }) => isKey)).toMatchObject([{ name: "date", dataType: "dateTime" }]);
    expect(model.annotations.__PBI_TimeIntelligenceEnabled).toBe("0");
  });

  test("gives every second date of a fact a measure that takes it", () => {
    const inactive = model.relationships.filter(({ isActive }) => !isActive).map(({ from }) => from);
    expect(inactive.length).toBeGreaterThan(0);
    const expressions = model.tables.flatMap(({ measures }) => measures.map(({ expression }) => expression)).join("\n");
    for (const { table, column } of inactive) {
      expect(expressions).toContain(`USERELATIONSHIP(${table}[${column}], dim_time[time_id])`);
    }
  });

  test("hides the technical columns", () => {
    const technical = ["partition", "record_offset", "load_id"];
    const columns = model.tables.flatMap((table) => table.columns);
    const found = columns.filter(({ name }) => technical.includes(name));
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ isHidden }) => !isHidden)).toEqual([]);
  });

  test("hides every name, age and gender from all but the reader", () => {
    const personal = ["dim_user", "dim_user_history"].flatMap((table) =>
      ["name", "age", "gender"].map((column) => ({ table, column })),
    );
    const seen = model.roles.map(({ name, hidden, filters }) => {
      const unseen = filters.filter(({ expression }) => expression === "FALSE()").map(({ table }) => table);
      const left = personal.filter(
        ({ table, column }) =>
          !unseen.includes(table) && !hidden.some((place) => place.table === table && place.column === column),
      );
      return [name, left.length];
    });
    expect(Object.fromEntries(seen)).toEqual({ Reader: 6, "No personal data": 0, "Regional analyst": 0 });
  });
});

describe("a broken model is seen", () => {
  const fact = "tables/fact_loan_application.tmdl";
  const time = "tables/dim_time.tmdl";

  test.each([
    ["a measure that is not there", fact, "COALESCE([Approved", "COALESCE([Aproved", "names [Aproved applications]"],
    [
      "a column that is not there",
      fact,
      "SUM(fact_loan_application[loan_amount])",
      "SUM(fact_loan_application[x])",
      "[x], which is not there",
    ],
    [
      "a table that is not there",
      fact,
      "COUNTROWS(fact_loan_application)",
      "COUNTROWS(fact_loan)",
      "has fact_loan, which means nothing",
    ],
    ["a function that is not there", fact, "COUNTROWS(", "COUNTROW(", "has COUNTROW, which means nothing"],
    [
      "a bracket that does not close",
      fact,
      "COUNTROWS(fact_loan_application)",
      "COUNTROWS(fact_loan_application",
      "brackets too many opened",
    ],
    [
      "a division by /",
      fact,
      "DIVIDE(COALESCE([Rejected applications], 0), [Applications])",
      "[Rejected applications] / [Applications]",
      "without DIVIDE",
    ],
    ["a sort by a column that is not there", time, "sortByColumn: month", "sortByColumn: mont", "sorted by mont,"],
    ["a sum of keys", fact, "summarizeBy: none", "summarizeBy: sum", "is summarised by sum"],
    ["a level that is not there", time, "column: quarter_name", "column: quarter_nam", "names quarter_nam"],
    [
      "a join to a column that is not there",
      "relationships.tmdl",
      "toColumn: dim_time.time_id",
      "toColumn: dim_time.id",
      "not there",
    ],
    [
      "a join of two types",
      "relationships.tmdl",
      "toColumn: dim_time.time_id",
      "toColumn: dim_time.month_name",
      "joins int64 with string",
    ],
    [
      "a second way between two tables",
      "relationships.tmdl",
      "\tisActive: false\n",
      "",
      "reaches dim_time in two ways",
    ],
    [
      "a hidden column that measures need",
      "roles/No personal data.tmdl",
      "columnPermission name",
      "columnPermission user_id",
      "which the model needs",
    ],
    ["a table that the model does not list", "model.tmdl", "ref table dim_risk\n", "", "does not list dim_risk"],
    [
      "a foreign key in sight",
      fact,
      "\t\tdataType: int64\n\t\tisHidden",
      "\t\tdataType: int64",
      "foreign key and not hidden",
    ],
  ])("%s", (_, path, from, to, problem) => {
    expect(modelProblems(changed(path, from, to)).join("\n")).toContain(problem);
  });

  test("a column that its mart has not, or has as another type", () => {
    const renamed = changed("tables/dim_risk.tmdl", "sourceColumn: description", "sourceColumn: described");
    expect(martProblems(renamed, marts)).toContain("dim_risk[description] is not in its mart");
    const retyped = changed("tables/dim_risk.tmdl", "dataType: int64", "dataType: string");
    expect(martProblems(retyped, marts)).toContain("dim_risk[sort_order] is string, its mart has integer");
  });

  test("a query that reads another mart, leaves a column out or types it otherwise", () => {
    const problems = (from: string, to: string) =>
      changed("tables/dim_risk.tmdl", from, to).tables.filter(isMart).flatMap(queryProblems);
    expect(problems('Item = "dim_risk"', 'Item = "dim_status"')).toEqual(["dim_risk reads dim_status"]);
    expect(problems('"description", "sort_order"', '"sort_order"')).toEqual([
      "dim_risk selects other columns than it has",
    ]);
    expect(problems('{"sort_order", Int64.Type}', '{"sort_order", type text}')).toEqual([
      "dim_risk[sort_order] is int64, its query says type text",
    ]);
  });
});
