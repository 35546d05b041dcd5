import { randomUUID } from "node:crypto";
import { type Database, recordFinishedJobs } from "@scoreline/stores/postgres";
import type { Db } from "mongodb";
import pg, { type Client } from "pg";
import { type DbtSettings, dbtBuild, dbtFreshness, type Selection } from "./dbt.ts";
import type { BuildSummary, BuiltModel, Freshness } from "./dbtResults.ts";
import { closeAbandonedJobs, describeError, type Job, recordJobs, recordOrigin } from "./jobs.ts";
import { Lineage } from "./lineage/lineage.ts";
import type { Transport } from "./lineage/transport.ts";
import { extractLoad, type Loaded, type LoadedTable, loadedTables } from "./load.ts";
import { takeWarehouse } from "./lock.ts";
import { type Parity, parityOf, readParity } from "./parity.ts";
import { type CompilePolicy, compiledVersions } from "./policyModels.ts";
import { makeProject } from "./project.ts";
import { failedTests, keepTestFailures } from "./testFailures.ts";
import { loadThresholds } from "./thresholds.ts";

/** Where dbt is, the project as it was written, and the folder for a copy of it and for dbt's own files. */
export type DbtPlace = Omit<DbtSettings, "databaseUrl" | "projectDir" | "policyModels"> & { warehouseDir: string };

/** What a run needs. `jobs` is creditdb, where each job is recorded. */
export type WarehouseDeps = {
  creditdbUrl: string;
  warehouseUrl: string;
  jobs: Database;
  mongo: Db;
  mongoUrl: string;
  dbt: DbtPlace;
  compile: CompilePolicy;
  /** The git commit of this code; null where it is not known. */
  commit: string | null;
  /** Where lineage events go; null: nowhere. */
  lineage: Transport | null;
  /** What is worth saying while it goes on: it waits, it closed rows of a dead process, alerts are out of reach. */
  onNotice: (notice: string) => void;
};

/** What a command of the loader works with, from the environment; `close` lets go of the stores. */
export type OpenLoader = (onNotice: (notice: string) => void) => { deps: WarehouseDeps; close: () => Promise<unknown> };

export type RunOptions = {
  /** Load first, unless false: then what is there is built. */
  withLoad?: boolean;
  withDbt: boolean;
  /** Ask dbt how fresh the sources are, beside the build. */
  withFreshness: boolean;
  fullRefresh: boolean;
  /** Build and test the parity of decisions and what it rests on, and nothing else. */
  parityOnly?: boolean;
};

/** A run's outcome, also as `run --json` prints it. A step that was not reached is null. */
export type RunSummary = {
  run_id: string;
  status: "succeeded" | "failed";
  error: string | null;
  loaded: Loaded["rows"] | null;
  facts: number | null;
  dbt: (BuildSummary & { freshness: Freshness | null }) | null;
  /** Null when this run compared nothing. */
  parity: Parity | null;
  transaction_parity: Parity | null;
  seconds: { load: number; dbt: number };
};

/** A test or a model of the warehouse failed; the rows that were good before are still there. */
class RedBuildError extends Error {
  override name = "RedBuildError";
}

/**
 * One run: extract, load, `dbt build` and source freshness, each recorded in `metadata_table`. Runs at once queue up.
 * Never throws for a job that failed: the summary says so. `fullRefresh` computes every row anew, in place, and looks
 * at every alert again.
 */
export async function runWarehouse(deps: WarehouseDeps, options: RunOptions): Promise<RunSummary> {
  const summary: RunSummary = {
    run_id: randomUUID(),
    status: "failed",
    error: null,
    loaded: null,
    facts: null,
    dbt: null,
    parity: null,
    transaction_parity: null,
    seconds: { load: 0, dbt: 0 },
  };
  const lineage = new Lineage(summary.run_id, deps, { transport: deps.lineage, onNotice: deps.onNotice });
  const warehouse = connection(deps.warehouseUrl, "scoreline-loader");
  const creditdb = connection(deps.creditdbUrl, "scoreline-loader");
  try {
    await lineage.begin();
    await Promise.all([warehouse.connect(), creditdb.connect()]);
    await takeWarehouse(warehouse, () => deps.onNotice("another run is under way; waiting for it to end"));
    const abandoned = await closeAbandonedJobs(deps.jobs);
    if (abandoned > 0) deps.onNotice(`closed ${abandoned} jobs that an earlier process left running`);
    if (options.withLoad ?? true) {
      const loadStart = performance.now();
      const sweepAlerts = options.fullRefresh && !options.parityOnly;
      summary.loaded = await load(deps, { creditdb, warehouse, lineage }, summary.run_id, sweepAlerts);
      summary.seconds.load = secondsSince(loadStart);
    }
    if (options.withDbt) {
      const dbtStart = performance.now();
      await build(deps, { warehouse, lineage }, summary, options).finally(() => {
        summary.seconds.dbt = secondsSince(dbtStart);
      });
    }
    summary.status = "succeeded";
  } catch (error) {
    summary.error = describeError(error);
  }
  await lineage.end(summary.status === "succeeded");
  // When this fails the run stays without its origin: what it did is recorded already.
  await recordOrigin(deps.jobs, warehouse, { runId: summary.run_id, commit: deps.commit }).catch(() => undefined);
  summary.facts = await countFacts(warehouse).catch(() => null);
  await Promise.allSettled([warehouse.end(), creditdb.end()]);
  return summary;
}

async function load(
  { jobs, mongo, onNotice }: WarehouseDeps,
  { lineage, ...connections }: { creditdb: Client; warehouse: Client; lineage: Lineage },
  runId: string,
  sweepAlerts: boolean,
): Promise<Loaded["rows"]> {
  const startedAt = new Date();
  let rows: Loaded["rows"] | undefined;
  const tableOf = (table: LoadedTable) => {
    return { table, documents: isDocuments(table) ? mongo.databaseName : null, rows: rows?.[table] ?? null };
  };
  const recorded: Job[] = loadedTables.map((table) => ({
    job: "load",
    source: `${isDocuments(table) ? "fraud_detection" : "creditdb"}.${table}`,
    target: `dw_finance.raw.${table}`,
  }));
  const loaded = await recordJobs(jobs, runId, recorded, async () => {
    const result = await extractLoad({ ...connections, mongo }, { runId, sweepAlerts });
    rows = result.rows;
    return { rows: loadedTables.map((table) => result.rows[table]), result };
  }).finally(() => lineage.loaded(startedAt, loadedTables.map(tableOf)));
  if (loaded.alertsMissing > 0) {
    onNotice(`${loaded.alertsMissing} documents in fraud_alerts name no known chunk and were not loaded`);
  }
  return loaded.rows;
}

function isDocuments(table: LoadedTable): boolean {
  return ["fraud_alerts", "policies", "policy_exceptions"].includes(table);
}

/** The tests of single columns are the whole build's: they read every row and say nothing of two engines. */
const paritySelection: Selection = { select: "+decision_parity +transaction_parity", exclude: "test_type:generic" };

async function build(
  deps: WarehouseDeps,
  { warehouse, lineage }: { warehouse: Client; lineage: Lineage },
  summary: RunSummary,
  options: RunOptions,
) {
  const { jobs, dbt, warehouseUrl } = deps;
  // Two jobs: a good build of parity alone says nothing of the marts.
  const name = options.parityOnly ? "dbt_parity" : "dbt_build";
  const job: Job = { job: name, source: "dw_finance.raw", target: "dw_finance" };
  let built: BuiltModel[] = [];
  await recordJobs(jobs, summary.run_id, [job], async () => {
    const versions = await compiledVersions(warehouse, deps.compile);
    await loadThresholds(warehouse, versions);
    const models = versions.flatMap((version) => version.models);
    const projectDir = await makeProject(dbt.warehouseDir, dbt.stateDir, models);
    const settings = { ...dbt, databaseUrl: warehouseUrl, projectDir, policyModels: models };
    const [outcome, freshness] = await Promise.all([
      dbtBuild(settings, { fullRefresh: options.fullRefresh, ...(options.parityOnly && paritySelection) }),
      options.withFreshness ? dbtFreshness(settings) : null,
    ]);
    built = outcome.built;
    await lineage.built(outcome);
    const unread = await keepTestFailures(warehouse, summary.run_id, failedTests(outcome.results, outcome.manifest));
    if (unread.length > 0) deps.onNotice(`what these tests found could not be read: ${unread.join(", ")}`);
    summary.dbt = { ...outcome.summary, freshness };
    const compared = (model: string) => built.some(({ name, error }) => name === model && error === null);
    if (compared("decision_parity")) summary.parity = await readParity(warehouse, parityOf.applications);
    if (compared("transaction_parity")) summary.transaction_parity = await readParity(warehouse, parityOf.transactions);
    const problems = problemsOf(summary.dbt);
    if (problems.length > 0) throw new RedBuildError(problems.join("; "));
    return { rows: [built.reduce((sum, { rows }) => sum + (rows ?? 0), 0)], result: undefined };
  }).finally(() => recordFinishedJobs(jobs, summary.run_id, built.map(asJob)));
}

function asJob({ name, relation, rows, startedAt, finishedAt, error }: BuiltModel) {
  const job = { job: "dbt_model", source: `warehouse.${name}`, target: `dw_finance.${relation}` } as const;
  return { ...job, startedAt, finishedAt, rows, error };
}

function problemsOf({ failures, freshness }: NonNullable<RunSummary["dbt"]>): string[] {
  const red = failures.filter(({ status }) => status !== "warn").map(({ name, message }) => `${name}: ${message}`);
  const stale = Object.entries(freshness ?? {}).filter(([, status]) => status !== "pass" && status !== "warn");
  return [...red, ...stale.map(([source, status]) => `${source} is not fresh (${status})`)];
}

async function countFacts(warehouse: Client): Promise<number> {
  const { rows } = await warehouse.query<{ facts: number }>(
    "select count(*)::integer as facts from marts.fact_loan_application",
  );
  return rows[0]?.facts ?? 0;
}

/** A connection of one's own to a Postgres; it is made by `connect`. */
export function connection(connectionString: string, app: string): Client {
  const client = new pg.Client({ connectionString, application_name: app, connectionTimeoutMillis: 10_000 });
  // The query in hand is rejected as well; without a listener a lost connection would end the process.
  client.on("error", () => undefined);
  return client;
}

function secondsSince(startMs: number): number {
  return Math.round(performance.now() - startMs) / 1000;
}
