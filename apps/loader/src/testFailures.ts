import type { Client } from "pg";
import { keyOf, type Manifest, type ManifestNode, relationOf, testedNode } from "./dbtManifest.ts";
import type { NodeResult } from "./dbtResults.ts";

/** Records of one test that are kept at most. */
const recordsPerTestMax = 100;
/** A test's SQL is run once more to read what it found; longer than this, in milliseconds, and only its words are kept. */
const readMsMax = 60_000;
const reasonLengthMax = 500;
/** What no later run found again goes after so many days. */
const keptDaysMax = 90;

/** A test that failed or warned, as its rows are kept. */
export type FailedTest = {
  test: string;
  check_type: string;
  severity: "warn" | "error";
  model: string;
  /** The column that it looks at; empty where it looks at whole rows. */
  field: string;
  failures: number;
  message: string;
  /** The columns that name a row of the model. */
  key: readonly string[];
  /** Gives the failing rows; null where the test did not run. */
  sql: string | null;
};

/** The failing and warning tests of a build. */
export function failedTests(results: readonly NodeResult[], manifest: Manifest): FailedTest[] {
  return results.flatMap((result) => {
    const test = manifest.get(result.unique_id);
    if (test?.resource_type !== "test" || !["fail", "warn", "error"].includes(result.status)) return [];
    const tested = testedNode(manifest, test);
    const failed: FailedTest = {
      test: test.name,
      check_type: test.test_metadata?.name ?? test.name,
      severity: result.status === "warn" ? "warn" : "error",
      model: tested ? relationOf(tested) : "",
      field: test.column_name ?? "",
      failures: result.failures ?? 0,
      message: result.message?.trim() ?? result.status,
      key: tested ? keyOf(tested) : [],
      sql: result.status === "error" ? null : failingRows(test, tested, result),
    };
    return [failed];
  });
}

/** A not_null test selects its column alone, which names nothing: the rows are read whole. */
function failingRows(test: ManifestNode, tested: ManifestNode | undefined, result: NodeResult): string | null {
  if (test.test_metadata?.name !== "not_null" || !tested?.relation_name) return result.compiled_code ?? null;
  return `select * from ${tested.relation_name} where ${test.column_name} is null`;
}

/**
 * Keeps up to a hundred records of each test in `raw.test_failures`, and drops what was not found for long. Gives the tests
 * whose rows could not be read: dbt's words are kept in their place.
 */
export async function keepTestFailures(
  warehouse: Client,
  runId: string,
  tests: readonly FailedTest[],
): Promise<string[]> {
  const unread: string[] = [];
  for (const test of tests) {
    const rows = await readRows(warehouse, test).catch(() => {
      unread.push(test.test);
      return undefined;
    });
    const found = rows?.map((row) => describeFailure(test, row)) ?? [{ record_id: test.test, reason: test.message }];
    await upsert(warehouse, runId, test, found);
  }
  await warehouse.query(
    `delete from raw.test_failures where found_at < now() - interval '${keptDaysMax} days' and run_id <> $1`,
    [runId],
  );
  return unread;
}

type Row = Record<string, unknown>;
type Found = { record_id: string; reason: string };

async function readRows(warehouse: Client, { sql }: FailedTest): Promise<Row[] | undefined> {
  if (sql === null) return undefined;
  await warehouse.query("begin read only");
  try {
    await warehouse.query(`set local statement_timeout = ${readMsMax}`);
    const { rows } = await warehouse.query<{ row: Row }>(
      `select to_jsonb(failing) as row from (\n${sql}\n) as failing limit ${recordsPerTestMax}`,
    );
    return rows.map(({ row }) => row);
  } finally {
    await warehouse.query("rollback");
  }
}

/** Columns by which dbt's generic tests, and those of this project, name what they found. */
const namingColumns = ["record_id", "application_id", "unique_field", "from_field", "value_field"];

/** Which record it is, and why: the tested column's value, or what a test of whole rows selected. */
export function describeFailure({ check_type, field, key, message }: FailedTest, row: Row): Found {
  const named =
    key.length > 0 && key.every((column) => column in row)
      ? key
      : namingColumns.filter((name) => name in row).slice(0, 1);
  const naming = named.length > 0 ? named : Object.keys(row).slice(0, 1);
  const record_id = naming.map((column) => shown(row[column])).join("/");
  if (typeof row.reason === "string") return { record_id, reason: row.reason.slice(0, reasonLengthMax) };
  if (field in row) return { record_id, reason: `${field} is ${shown(row[field])}`.slice(0, reasonLengthMax) };
  if (field !== "")
    return { record_id, reason: `${field} ${record_id} breaks ${check_type}`.slice(0, reasonLengthMax) };
  const rest = Object.entries(row).filter(([column]) => !naming.includes(column));
  const words = rest.map(([column, value]) => `${column} ${shown(value)}`).join(", ");
  return { record_id, reason: (words || message).slice(0, reasonLengthMax) };
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function upsert(warehouse: Client, runId: string, failed: FailedTest, found: readonly Found[]) {
  const { test, check_type, severity, model, field, failures } = failed;
  await warehouse.query(
    `insert into raw.test_failures (
       test, check_type, severity, model, field, failures, run_id, found_at, record_id, reason)
     select $1, $2, $3, $4, $5, $6, $7, now(), found.*
     from (select distinct * from unnest($8::text[], $9::text[])) as found
     on conflict (test, record_id, reason) do update
     set run_id = excluded.run_id, failures = excluded.failures, severity = excluded.severity`,
    [
      ...[test, check_type, severity, model, field, failures, runId],
      found.map(({ record_id }) => record_id),
      found.map(({ reason }) => reason),
    ],
  );
}
