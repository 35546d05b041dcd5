import { expect, test } from "vitest";
import { specProblems } from "../../test/openLineage.ts";
import { readManifest } from "../dbtManifest.ts";
import { readBuild } from "../dbtResults.ts";
import { dbtEvents } from "./dbtEvents.ts";
import { partOf } from "./events.ts";

const runId = "8f14e45f-ceea-467f-a0e6-5b1c1b4a2b11";
const context = {
  ...{ runId, nominalStart: new Date("2026-03-01T10:00:00Z"), commit: "0123abc" },
  ...{ namespace: "postgres://db:5432", database: "dw_finance" },
};
const source = {
  ...{ unique_id: "source.scoreline.creditdb.credit_scores", name: "credit_scores", identifier: "credit_scores" },
  ...{ resource_type: "source", schema: "raw", original_file_path: "models/staging/_staging.yml" },
};
const model = (name: string, from: string, path = `models/marts/${name}.sql`) => ({
  ...{ unique_id: `model.scoreline.${name}`, name, resource_type: "model", schema: "marts", alias: name },
  ...{ original_file_path: path, depends_on: { nodes: [from] } },
  columns: { id: { name: "id", data_type: "text", description: "Its id." } },
});
const fact = model("fact", source.unique_id);
const generated = model("made", fact.unique_id, "models/intermediate/generated/made.sql");
const check = (name: string, rest: object = {}) => ({
  ...{ unique_id: `test.scoreline.${name}`, name, resource_type: "test", schema: "marts", original_file_path: "t.sql" },
  ...{ attached_node: fact.unique_id, config: { severity: "ERROR" }, ...rest },
});
const unique = check("unique_fact_id", { test_metadata: { name: "unique" }, column_name: "id" });
const late = check("late", {
  config: { severity: "warn" },
  attached_node: null,
  depends_on: { nodes: [fact.unique_id] },
});

const result = ({ unique_id }: { unique_id: string }, status: string, rest: object = {}) => ({
  ...{ unique_id, status, adapter_response: {}, compiled_code: "select 1", message: null },
  timing: [{ started_at: "2026-03-01T10:00:01Z", completed_at: "2026-03-01T10:00:02Z" }],
  ...rest,
});

function eventsOfBuild(results: object[]) {
  const nodes = Object.fromEntries([fact, generated, unique, late].map((node) => [node.unique_id, node]));
  const manifest = readManifest({ nodes, sources: { [source.unique_id]: source } });
  const events = dbtEvents({ ...readBuild({ metadata: { dbt_version: "1.11.16" }, results }), manifest }, context);
  expect(specProblems(events)).toEqual([]);
  return events;
}

test("a model is a run of its own within the whole: what it read, what it wrote, its SQL and where its code lies", () => {
  const events = eventsOfBuild([result(fact, "success", { adapter_response: { rows_affected: 7 } })]);
  const datasets = [{ name: "dw_finance.raw.credit_scores" }, { name: "dw_finance.marts.fact" }];
  expect(events).toMatchObject([
    { eventType: "START", eventTime: "2026-03-01T10:00:01.000Z", inputs: [datasets[0]], outputs: [datasets[1]] },
    {
      eventType: "COMPLETE",
      eventTime: "2026-03-01T10:00:02.000Z",
      run: {
        runId: partOf(runId, "warehouse.fact"),
        facets: { parent: { run: { runId }, job: { name: "warehouse" } } },
      },
      job: {
        name: "warehouse.fact",
        facets: {
          sql: { query: "select 1", dialect: "postgres" },
          sourceCodeLocation: { path: "warehouse/models/marts/fact.sql", version: "0123abc" },
        },
      },
      inputs: [datasets[0]],
      outputs: [
        {
          ...datasets[1],
          facets: { schema: { fields: [{ name: "id", type: "text", description: "Its id." }] } },
          outputFacets: { outputStatistics: { rowCount: 7 } },
        },
      ],
    },
  ]);
  expect(events[0]?.run.runId).toBe(events[1]?.run.runId);
});

test("a model that failed says where, and quotes no row", () => {
  const message =
    "Database Error in model fact (models/marts/fact.sql)\n  DETAIL:  Key (user_id)=(u7) is there already.";
  const [, end] = eventsOfBuild([result(fact, "error", { message })]);
  expect(end).toMatchObject({
    eventType: "FAIL",
    run: { facets: { errorMessage: { message: "Database Error in model fact (models/marts/fact.sql)" } } },
  });
});

test("what was skipped is no run, and a generated model has no place in the repository", () => {
  const [, end, ...rest] = eventsOfBuild([result(fact, "skipped"), result(generated, "success")]);
  expect(end).toMatchObject({ job: { name: "warehouse.made" } });
  expect(end?.job.facets).not.toHaveProperty("sourceCodeLocation");
  expect(rest).toEqual([]);
});

test("the tests of a model are assertions on it; a warning does not fail their run", () => {
  const [, passed] = eventsOfBuild([result(unique, "pass"), result(late, "warn")]);
  expect(passed).toMatchObject({
    eventType: "COMPLETE",
    job: { name: "warehouse.marts.fact.tests" },
    inputs: [
      {
        name: "dw_finance.marts.fact",
        inputFacets: {
          dataQualityAssertions: {
            assertions: [
              { assertion: "unique", column: "id", success: true, severity: "error", name: "unique_fact_id" },
              { assertion: "late", success: false, severity: "warn", name: "late" },
            ],
          },
        },
      },
    ],
    outputs: [],
  });
  const [, failed] = eventsOfBuild([result(unique, "fail"), result(late, "pass")]);
  expect(failed).toMatchObject({
    eventType: "FAIL",
    run: { facets: { errorMessage: { message: "tests failed: unique_fact_id" } } },
  });
});
