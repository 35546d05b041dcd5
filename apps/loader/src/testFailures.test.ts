import { expect, test } from "vitest";
import { readManifest } from "./dbtManifest.ts";
import { describeFailure, type FailedTest, failedTests } from "./testFailures.ts";

const node = (unique_id: string, rest: object = {}) => {
  const [resource_type = "", , name = ""] = unique_id.split(".");
  return { unique_id, resource_type, name, schema: "marts", original_file_path: "models/a.sql", ...rest };
};
const fact = node("model.scoreline.fact", {
  relation_name: '"dw"."marts"."fact"',
  columns: { region: { name: "region" }, id: { name: "id", constraints: [{ type: "primary_key" }] } },
});
const nodes = [
  fact,
  node("test.scoreline.not_null_fact_region.1", {
    test_metadata: { name: "not_null" },
    column_name: "region",
    attached_node: fact.unique_id,
  }),
  node("test.scoreline.all_is_well", { depends_on: { nodes: ["model.scoreline.gone", fact.unique_id] } }),
];
const manifest = readManifest({ nodes: Object.fromEntries(nodes.map((each) => [each.unique_id, each])), sources: {} });
const result = (unique_id: string, status: string) => ({
  ...{ unique_id, status, failures: 3, message: "Got 3 results", compiled_code: "select region from fact" },
  ...{ adapter_response: {}, timing: [] },
});

test("failing and warning tests are taken with the model, the key and the SQL that finds their rows", () => {
  const failed = failedTests(
    [
      result("test.scoreline.not_null_fact_region.1", "warn"),
      result("test.scoreline.all_is_well", "fail"),
      result("test.scoreline.all_is_well", "pass"),
      result("model.scoreline.fact", "error"),
    ],
    manifest,
  );
  expect(failed).toMatchObject([
    {
      ...{
        test: "not_null_fact_region",
        check_type: "not_null",
        severity: "warn",
        model: "marts.fact",
        field: "region",
      },
      ...{ key: ["id"], failures: 3, sql: 'select * from "dw"."marts"."fact" where region is null' },
    },
    { check_type: "all_is_well", severity: "error", field: "", key: ["id"], sql: "select region from fact" },
  ]);
  expect(failedTests([result("test.scoreline.all_is_well", "error")], manifest)).toMatchObject([{ sql: null }]);
});

const failed: FailedTest = {
  ...{ test: "t", check_type: "in_range", severity: "error", model: "marts.fact", field: "score", failures: 1 },
  ...{ message: "Got 1 result", key: ["id"], sql: "" },
};

test.each([
  [
    "a row of the model, by its key and the column alone",
    failed,
    { id: "a", score: 200, name: "Ann" },
    "a",
    "score is 200",
  ],
  ["a null", failed, { id: "a", score: null }, "a", "score is none"],
  ["a value that is no key", failed, { from_field: "u7" }, "u7", "score u7 breaks in_range"],
  ["a row with its own words", { ...failed, field: "" }, { record_id: "t/0/7", reason: "is lost" }, "t/0/7", "is lost"],
  ["a selected row", { ...failed, field: "" }, { id: "a", before: 1, after: [2] }, "a", "before 1, after [2]"],
  ["nothing but an id", { ...failed, field: "" }, { id: "a" }, "a", "Got 1 result"],
])("what a test found is named: %s", (_, of, row, record_id, reason) => {
  expect(describeFailure(of, row)).toEqual({ record_id, reason });
});
