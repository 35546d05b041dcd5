import { rmSync } from "node:fs";
import { down, type Home, type StackEnv, up } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll } from "vitest";
import { initialise } from "../../src/init.ts";
import { temporaryHome } from "./homes.ts";

/**
 * A stack of a test file's or block's own: started and initialised before its tests, removed behind them. `onStarted` gets
 * where its servers are and a pool on its creditdb.
 */
export function ownStack(name: string, onStarted: (stack: { env: StackEnv; sql: Database }) => void): Home {
  const home = temporaryHome(name);
  let sql: Database | undefined;
  beforeAll(async () => {
    const env = await up(home);
    await initialise(env);
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    onStarted({ env, sql });
  });
  afterAll(async () => {
    await sql?.end({ timeout: 1 });
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  });
  return home;
}
