import { fileURLToPath } from "node:url";
import Postgrator from "postgrator";
import { connectPostgres } from "./connect.ts";

const migrations = {
  creditdb: fileURLToPath(new URL("../../migrations/creditdb", import.meta.url)),
  dw_finance: fileURLToPath(new URL("../../migrations/dw_finance", import.meta.url)),
};

// Any number that nothing else on the server locks: "scoreline" in letters' positions, cut to fit.
const migrationLock = 19_315_181_512;

/**
 * Brings a database to its newest schema, forward only; gives the names of the migrations that ran. All of them and
 * their entries in `schema_version` are one transaction, so a process that dies leaves nothing half done. Two processes
 * may call it at once: one waits for the other. Throws when an applied file was changed afterwards (its checksum differs).
 */
export async function migrate(url: string, database: keyof typeof migrations): Promise<string[]> {
  const pool = connectPostgres(url, { app: "scoreline-migrate", connectionsMax: 1 });
  try {
    return await pool.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${migrationLock})`;
      const postgrator = new Postgrator({
        migrationPattern: `${migrations[database]}/*.sql`,
        driver: "pg",
        schemaTable: "schema_version",
        validateChecksums: true,
        execQuery: async (query) => ({ rows: await tx.unsafe(query) }),
        execSqlScript: async (script) => {
          await tx.unsafe(script).simple();
        },
      });
      return (await postgrator.migrate()).map((step) => step.filename.split("/").at(-1) ?? step.filename);
    });
  } finally {
    await pool.end();
  }
}
