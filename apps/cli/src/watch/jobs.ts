import { connectPostgres, type Database, jobNames } from "@scoreline/stores/postgres";

/** A row of `metadata_table`: one job and target of a run. */
export type JobRow = {
  run_id: string;
  job: string;
  started_at: Date;
  finished_at: Date | null;
  rows: bigint | null;
  status: string;
  error: string | null;
};

/** A job of a run, over all its targets. */
export type JobRun = {
  job: string;
  startedAt: Date;
  /** Undefined while it is under way. */
  tookMs: number | undefined;
  rows: bigint | undefined;
  status: string;
  error: string | undefined;
};

const runsMax = 5;
/** Rows of a job that are read: the last runs fit in, of a reconciliation with a row for each comparison too. */
const rowsMax = 100;

/** Longer than a frame waits: on a machine that is busy a new connection alone may take that. */
const answerMsMax = 5_000;
const settings = { app: "scoreline-cli", connectionsMax: 1, statementMsMax: answerMsMax, answerMsMax };

/** Folds rows, newest first, to the last runs of jobs. Models of dbt are left to the build that they belong to. */
export function lastRuns(rows: readonly JobRow[], count = runsMax): JobRun[] {
  const runs = new Map<string, JobRow[]>();
  for (const row of rows) {
    if (row.job === "dbt_model") continue;
    const key = `${row.run_id} ${row.job}`;
    runs.set(key, [...(runs.get(key) ?? []), row]);
  }
  return [...runs.values()].slice(0, count).map(runOf);
}

function runOf(targets: JobRow[]): JobRun {
  const startedMs = Math.min(...targets.map(({ started_at }) => started_at.getTime()));
  const finished = targets.map(({ finished_at }) => finished_at?.getTime());
  const endMs = finished.includes(undefined) ? undefined : Math.max(...finished.map((ms) => ms ?? 0));
  const counted = targets.flatMap(({ rows }) => (rows === null ? [] : [rows]));
  const worst = ["failed", "running"].find((state) => targets.some(({ status }) => status === state));
  return {
    job: targets[0]?.job ?? "",
    startedAt: new Date(startedMs),
    tookMs: endMs === undefined ? undefined : endMs - startedMs,
    rows: counted.length === 0 ? undefined : counted.reduce((sum, rows) => sum + rows, 0n),
    status: worst ?? "succeeded",
    error: targets.find(({ error }) => error !== null)?.error ?? undefined,
  };
}

/** Reads the last rows of each job by their index, whatever the table has grown to. */
export function jobsReader() {
  let open: { url: string; sql: Database } | undefined;
  const drop = async (connection: typeof open) => {
    if (open === connection) open = undefined;
    await connection?.sql.end({ timeout: 0 });
  };
  const read = async (url: string): Promise<JobRun[]> => {
    if (open?.url !== url) await drop(open);
    open ??= { url, sql: connectPostgres(url, settings) };
    const connection = open;
    try {
      const rows = await connection.sql<JobRow[]>`
        select recent.* from unnest(${[...jobNames]}::text[]) as name (job) cross join lateral (
          select run_id, job, started_at, finished_at, rows, status, error from metadata_table
          where metadata_table.job = name.job order by started_at desc limit ${rowsMax}
        ) as recent
        order by recent.started_at desc`;
      return lastRuns(rows);
    } catch (error) {
      // A query that was given up may still hold the one connection: the next read makes another.
      await drop(connection);
      throw error;
    }
  };
  return { read, close: () => drop(open) };
}
