import type { Database } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";

/**
 * `metrics` with what `metadata_table` says of the jobs, read at each exposition, so that a run of another process shows
 * too. Of a job with several targets, the last finished run counts from its first start to its last end.
 */
export function withJobMetrics(metrics: Metrics, sql: Database): Metrics {
  return {
    ...metrics,
    expose: async () => {
      await readJobs(metrics, sql);
      return metrics.expose();
    },
  };
}

async function readJobs(metrics: Metrics, sql: Database): Promise<void> {
  const [runs, targets] = await Promise.all([
    sql<{ job: string; duration_s: number | null; last_success_s: number | null; failures: number }[]>`
      with runs as (
        select job, run_id, min(started_at) as started_at, max(finished_at) as finished_at,
          bool_and(status = 'succeeded') as succeeded, count(*) filter (where status = 'failed') as failed
        from metadata_table
        group by job, run_id
        having bool_and(finished_at is not null)
      )
      select
        job,
        extract(epoch from (array_agg(finished_at - started_at order by finished_at desc))[1])::float8 as duration_s,
        extract(epoch from max(finished_at) filter (where succeeded))::float8 as last_success_s,
        sum(failed)::integer as failures
      from runs
      group by job`,
    sql<{ job: string; target: string; rows: number }[]>`
      select distinct on (job, target) job, target, rows::float8 as rows
      from metadata_table
      where status = 'succeeded' and rows is not null
      order by job, target, finished_at desc`,
  ]);
  for (const { job, duration_s, last_success_s, failures } of runs) {
    if (duration_s !== null) metrics.gauge("jobDuration").set({ job }, duration_s);
    if (last_success_s !== null) metrics.gauge("jobLastSuccess").set({ job }, last_success_s);
    metrics.gauge("jobFailures").set({ job }, failures);
  }
  for (const { job, target, rows } of targets) metrics.gauge("jobRows").set({ job, target }, rows);
}
