import type { Database, JobName } from "@scoreline/stores/postgres";
import { messageOf } from "@scoreline/telemetry";
import type { Client } from "pg";

/** What one row of `metadata_table` is about. */
export type Job = { job: JobName; source: string; target: string };

const errorLengthMax = 2_000;

/** An error in one line, without what it may quote of a row, causes included, cut to what a table cell should hold. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let cause: unknown = error; cause !== undefined && parts.length < 4; ) {
    parts.push(cause instanceof Error ? messageOf(cause) : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join(": ").slice(0, errorLengthMax);
}

/** Closes what a process that is gone left running. Call it only under the run lock. Gives how many rows it closed. */
export async function closeAbandonedJobs(sql: Database): Promise<number> {
  const closed = await sql`
    update metadata_table
    set status = 'failed', finished_at = now(), error = 'the process ended before the job did'
    where status = 'running' and job in ('load', 'dbt_build', 'dbt_parity')`;
  return closed.count;
}

/**
 * Does the work of `jobs`, which succeed or fail together, and records them: running at first, then succeeded with the
 * rows that `work` gives for each, or failed with its error, which is thrown on.
 */
export async function recordJobs<Result>(
  sql: Database,
  runId: string,
  jobs: readonly Job[],
  work: () => Promise<{ rows: (number | null)[]; result: Result }>,
): Promise<Result> {
  await sql`insert into metadata_table ${sql(jobs.map((job) => ({ ...job, run_id: runId, started_at: new Date(), status: "running" })))}`;
  try {
    const { rows, result } = await work();
    await Promise.all(
      jobs.map(
        ({ job, target }, index) => sql`
          update metadata_table set status = 'succeeded', finished_at = now(), rows = ${rows[index] ?? null}
          where run_id = ${runId} and job = ${job} and target = ${target}`,
      ),
    );
    return result;
  } catch (error) {
    // When this fails too the rows stay running and the next run closes them: the first error is the one to report.
    await sql`
      update metadata_table set status = 'failed', finished_at = now(), error = ${describeError(error)}
      where run_id = ${runId} and status = 'running'
        and (job, target) in (select * from unnest(${jobs.map(({ job }) => job)}::text[], ${jobs.map(({ target }) => target)}::text[]))`.catch(
      () => undefined,
    );
    throw error;
  }
}

/**
 * Writes to all jobs of a run what it was made by: the commit, null where it is not known, and the newest version in
 * `raw.policies`, null where there is none.
 */
export async function recordOrigin(
  sql: Database,
  warehouse: Client,
  { runId, commit }: { runId: string; commit: string | null },
): Promise<void> {
  const { rows } = await warehouse.query<{ version: string }>(
    "select version from raw.policies order by effective_from_ms desc limit 1",
  );
  await sql`
    update metadata_table set commit = ${commit}, policy_version = ${rows[0]?.version ?? null} where run_id = ${runId}`;
}
