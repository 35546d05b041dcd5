import { z } from "zod";

// https://docs.getdbt.com/reference/artifacts/run-results-json
const Result = z.object({
  unique_id: z.string(),
  status: z.string(),
  message: z.string().nullish(),
  relation_name: z.string().nullish(),
  /** Of a test: what its failing rows came to. */
  failures: z.number().nullish(),
  compiled_code: z.string().nullish(),
  adapter_response: z.object({ rows_affected: z.number().optional() }).loose(),
  timing: z.array(z.object({ started_at: z.iso.datetime().nullish(), completed_at: z.iso.datetime().nullish() })),
});
export const RunResults = z.object({
  metadata: z.object({ dbt_version: z.string() }),
  results: z.array(Result),
});
export type NodeResult = z.infer<typeof Result>;

// https://docs.getdbt.com/reference/artifacts/sources-json
export const SourceResults = z.object({ results: z.array(z.object({ unique_id: z.string(), status: z.string() })) });

/** A model that dbt built, or could not: `error` says why. */
export type BuiltModel = {
  name: string;
  /** schema.table */
  relation: string;
  /** Rows written; null for a view. */
  rows: number | null;
  startedAt: Date;
  finishedAt: Date;
  error: string | null;
};

/** What a `dbt build` came to. Skipped models and tests stand behind one that failed. */
export type BuildSummary = {
  models: number;
  models_failed: number;
  models_skipped: number;
  tests_passed: number;
  tests_warned: number;
  tests_failed: number;
  tests_skipped: number;
  /** Each failed model and test with dbt's words, each warning too. */
  failures: { name: string; status: string; message: string }[];
};

/** Reads `run_results.json`, already parsed. Throws a zod error when dbt changed its form. */
export function readBuild(artefact: unknown): {
  summary: BuildSummary;
  built: BuiltModel[];
  results: NodeResult[];
  dbtVersion: string;
} {
  const { results, metadata } = RunResults.parse(artefact);
  const models = results.filter(({ unique_id }) => unique_id.startsWith("model."));
  const tests = results.filter(({ unique_id }) => unique_id.startsWith("test."));
  const count = (of: typeof results, ...statuses: string[]) =>
    of.filter(({ status }) => statuses.includes(status)).length;
  const summary: BuildSummary = {
    models: count(models, "success"),
    models_failed: count(models, "error", "partial success"),
    models_skipped: count(models, "skipped"),
    tests_passed: count(tests, "pass"),
    tests_warned: count(tests, "warn"),
    tests_failed: count(tests, "fail", "error"),
    tests_skipped: count(tests, "skipped"),
    failures: results
      // dbt passes an exposure by, and says no-op of it.
      .filter(({ status }) => !["success", "pass", "skipped", "no-op"].includes(status))
      .map(({ unique_id, status, message }) => ({
        name: nameOf(unique_id),
        status,
        message: wordsOfDbt(message ?? ""),
      })),
  };
  const built = models.filter(({ status }) => status !== "skipped").map(readModel);
  return { summary, built, results, dbtVersion: metadata.dbt_version };
}

/**
 * dbt's words on a node that failed, without what PostgreSQL quotes of rows in them: its lines of detail and context, and a value
 * that a message ends with. They go to the log and to `metadata_table`.
 */
export function wordsOfDbt(message: string): string {
  const lines = message.split("\n").filter((line) => !/^\s*(DETAIL|CONTEXT|QUERY):/.test(line));
  return lines
    .map((line) => line.replace(/(\binvalid [\w ]+|out of range[\w ]*): ".*"$/, "$1"))
    .join("\n")
    .trim();
}

function readModel(result: NodeResult): BuiltModel {
  const { unique_id, status, message, relation_name, adapter_response } = result;
  return {
    name: nameOf(unique_id),
    relation: relation_name?.replaceAll('"', "").split(".").slice(-2).join(".") ?? nameOf(unique_id),
    rows: rowsWritten(adapter_response.rows_affected),
    ...readTimes(result),
    error: status === "success" ? null : wordsOfDbt(message ?? status),
  };
}

/** When a node's work began and ended; now, where dbt says nothing since it never began. */
export function readTimes({ timing }: NodeResult): { startedAt: Date; finishedAt: Date } {
  const startedAt = timing.find(({ started_at }) => started_at)?.started_at;
  const finishedAt = timing.findLast(({ completed_at }) => completed_at)?.completed_at ?? startedAt;
  const now = new Date();
  return { startedAt: startedAt ? new Date(startedAt) : now, finishedAt: finishedAt ? new Date(finishedAt) : now };
}

/** The Postgres adapter says -1 of a statement that writes no rows, such as one that makes a view. */
export function rowsWritten(affected: number | undefined): number | null {
  return affected === undefined || affected < 0 ? null : affected;
}

/** The name in dbt's `test.project.name.hash` or `model.project.name`. */
function nameOf(uniqueId: string): string {
  return uniqueId.split(".")[2] ?? uniqueId;
}

/** Sources by how fresh they are: pass, warn, error or runtime error. */
export type Freshness = Record<string, string>;

/** Reads `sources.json`, already parsed: `{"creditdb.credit_scores": "pass"}`. */
export function readFreshness(artefact: unknown): Freshness {
  const { results } = SourceResults.parse(artefact);
  return Object.fromEntries(results.map(({ unique_id, status }) => [unique_id.split(".").slice(2).join("."), status]));
}
