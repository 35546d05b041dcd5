import { execFileSync } from "node:child_process";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, migrate } from "@scoreline/stores/postgres";
import { compilePolicy } from "./compilePolicy.ts";
import { type Config, readConfig } from "./config.ts";
import { fileTransport, httpTransport } from "./lineage/transport.ts";
import { type RunOptions, type RunSummary, runWarehouse, type WarehouseDeps } from "./warehouse.ts";

/** Everything that a command needs, from the environment. `close` lets go of the stores. Throws `EnvironmentError`. */
export function open(onNotice: (notice: string) => void) {
  const config = readConfig(process.env);
  const sql = connectPostgres(config.CREDITDB_URL, { app: "scoreline-loader", connectionsMax: 2 });
  const { client, db } = connectMongo(config.MONGO_URL, { app: "scoreline-loader" });
  const inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV"];
  const environment = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const deps: WarehouseDeps = {
    creditdbUrl: config.CREDITDB_URL,
    warehouseUrl: config.DW_FINANCE_URL,
    jobs: sql,
    mongo: db,
    mongoUrl: config.MONGO_URL,
    dbt: {
      dbtPath: config.DBT_PATH,
      warehouseDir: config.WAREHOUSE_DIR ?? fileURLToPath(new URL("../../../warehouse", import.meta.url)),
      stateDir: join(config.SCORELINE_STATE_DIR ?? join(homedir() || tmpdir(), ".cache", "scoreline"), "dbt"),
      reportingTimeZone: config.REPORTING_TIME_ZONE,
      environment,
    },
    compile: compilePolicy,
    commit: config.SCORELINE_COMMIT ?? headCommit(),
    lineage: lineageTransport(config),
    onNotice,
  };
  const run = async (options: RunOptions): Promise<RunSummary> => {
    await migrate(config.DW_FINANCE_URL, "dw_finance");
    return runWarehouse(deps, options);
  };
  const close = () => Promise.allSettled([sql.end({ timeout: 5 }), client.close()]);
  return { config, deps, sql, db, run, close };
}

/** The commit that this code was checked out at; null where it is no checkout, or git is not there. */
function headCommit(): string | null {
  try {
    const answer = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: import.meta.dirname,
      timeout: 5_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return answer.toString().trim();
  } catch {
    return null;
  }
}

function lineageTransport(config: Config) {
  if (config.OPENLINEAGE_URL !== undefined) return httpTransport(config.OPENLINEAGE_URL, config.OPENLINEAGE_API_KEY);
  return config.OPENLINEAGE_FILE === undefined ? null : fileTransport(config.OPENLINEAGE_FILE);
}

export type Opened = typeof open;
