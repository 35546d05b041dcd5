import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, migrate } from "@scoreline/stores/postgres";
import { compilePolicy } from "./compilePolicy.ts";
import { readConfig } from "./config.ts";
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
    dbt: {
      dbtPath: config.DBT_PATH,
      warehouseDir: config.WAREHOUSE_DIR ?? fileURLToPath(new URL("../../../warehouse", import.meta.url)),
      stateDir: join(config.SCORELINE_STATE_DIR ?? join(homedir() || tmpdir(), ".cache", "scoreline"), "dbt"),
      reportingTimeZone: config.REPORTING_TIME_ZONE,
      environment,
    },
    compile: compilePolicy,
    onNotice,
  };
  const run = async (options: RunOptions): Promise<RunSummary> => {
    await migrate(config.DW_FINANCE_URL, "dw_finance");
    return runWarehouse(deps, options);
  };
  const close = () => Promise.allSettled([sql.end({ timeout: 5 }), client.close()]);
  return { config, deps, sql, db, run, close };
}
export type Opened = typeof open;
