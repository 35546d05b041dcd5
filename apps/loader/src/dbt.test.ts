import { expect, test } from "vitest";
import { connectionVariables } from "./dbt.ts";
import { readBuild, readFreshness, wordsOfDbt } from "./dbtResults.ts";

test("a connection string becomes the profile's variables, decoded", () => {
  expect(connectionVariables("postgres://o%40k:p%2Fw@[::1]/dw?sslmode=require")).toEqual({
    DBT_HOST: "::1",
    DBT_PORT: "5432",
    DBT_USER: "o@k",
    DBT_ENV_SECRET_PASSWORD: "p/w",
    DBT_DATABASE: "dw",
    DBT_SSLMODE: "require",
  });
});

const timing = [{ name: "execute", started_at: "2026-03-01T10:00:00Z", completed_at: "2026-03-01T10:00:02.5Z" }];
const result = (unique_id: string, status: string, rest: object = {}) => ({
  unique_id,
  status,
  message: null,
  relation_name: null,
  adapter_response: {},
  timing,
  ...rest,
});

test("results are counted by kind and outcome, and what is red or warns is told in dbt's words", () => {
  const { summary, built } = readBuild({
    metadata: { dbt_version: "1.11.16" },
    results: [
      result("model.scoreline.dim_user", "success", {
        relation_name: '"dw"."marts"."dim_user"',
        adapter_response: { rows_affected: 3 },
      }),
      result("model.scoreline.stg", "success", { adapter_response: { rows_affected: -1 } }),
      result("model.scoreline.fact", "error", { message: " boom \n", timing: [] }),
      result("model.scoreline.after", "skipped"),
      result("test.scoreline.good.1", "pass"),
      result("test.scoreline.late.2", "warn", { message: "Got 1 result" }),
      result("test.scoreline.bad.3", "fail"),
      result("test.scoreline.broken.4", "error"),
      result("test.scoreline.behind.5", "skipped"),
      result("exposure.scoreline.report", "no-op", { message: "NO-OP" }),
    ],
  });
  expect(summary).toEqual({
    models: 2,
    models_failed: 1,
    models_skipped: 1,
    tests_passed: 1,
    tests_warned: 1,
    tests_failed: 2,
    tests_skipped: 1,
    failures: [
      { name: "fact", status: "error", message: "boom" },
      { name: "late", status: "warn", message: "Got 1 result" },
      { name: "bad", status: "fail", message: "" },
      { name: "broken", status: "error", message: "" },
    ],
  });
  expect(built.map(({ name, relation, rows, error }) => ({ name, relation, rows, error }))).toEqual([
    { name: "dim_user", relation: "marts.dim_user", rows: 3, error: null },
    { name: "stg", relation: "stg", rows: null, error: null },
    { name: "fact", relation: "fact", rows: null, error: "boom" },
  ]);
  expect(built[0]?.finishedAt).toEqual(new Date("2026-03-01T10:00:02.5Z"));
});

test("sources are named with how fresh they are", () => {
  expect(
    readFreshness({ results: [{ unique_id: "source.scoreline.creditdb.credit_scores", status: "warn" }] }),
  ).toEqual({
    "creditdb.credit_scores": "warn",
  });
});

test("of what dbt says of a failure the rows that PostgreSQL quotes are left out", () => {
  const said = `Database Error in model fact_loan_application (models/marts/fact_loan_application.sql)
  duplicate key value violates unique constraint "fact_loan_application_pkey"
  DETAIL:  Key (application_id)=(A-1) already exists.
  invalid input syntax for type numeric: "Jane Doe"
  compiled code at target/run/fact_loan_application.sql`;
  expect(wordsOfDbt(said)).toBe(`Database Error in model fact_loan_application (models/marts/fact_loan_application.sql)
  duplicate key value violates unique constraint "fact_loan_application_pkey"
  invalid input syntax for type numeric
  compiled code at target/run/fact_loan_application.sql`);
});
