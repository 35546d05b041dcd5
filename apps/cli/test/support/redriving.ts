import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { down, repositoryRoot, type StackEnv, up } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll } from "vitest";
import { settledCounts } from "../../src/counts.ts";
import { initialise } from "../../src/init.ts";
import { defaultPolicyFile } from "../../src/policies/firstPolicy.ts";
import { nodeArguments } from "../../src/services.ts";
import { produce, type record } from "./deadLetters.ts";
import { temporaryHome } from "./homes.ts";
import { runProgram } from "./program.ts";

/** What `scoreline redrive --json` prints. */
export type Summary = {
  selected: number;
  put_back: number;
  put_back_before: number;
  unreadable: number;
  refused: string[];
  unfinished: string[];
  missing: string[];
  groups: { source_topic: string; reason: string; count: number }[];
  examples: string[];
};

const scorerSettings = { SCORER_METRICS_PORT: "0", SCORELINE_COMMIT: "abc1234" };

/** A stack and a scorer under the velocity policy, of a test file's own, there while its tests run. */
export function redriveStack() {
  const home = temporaryHome("redrive");
  let env: StackEnv;
  let sql: Database;
  let scorer: ChildProcess | undefined;

  beforeAll(async () => {
    env = await up(home);
    await initialise(env, { policyFile: join(dirname(defaultPolicyFile), "velocity.yaml") });
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
    scorer = spawn(process.execPath, nodeArguments("scorer"), {
      cwd: repositoryRoot,
      env: { ...process.env, ...scorerSettings, KAFKA_BROKERS, CREDITDB_URL, MONGO_URL },
      stdio: "ignore",
    });
  });

  afterAll(async () => {
    scorer?.kill("SIGKILL");
    await sql?.end({ timeout: 1 });
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  });

  const settled = () => settledCounts(env, 30_000);
  return {
    home,
    stores: () => ({ env, sql }),
    /** Waits until all that was sent is decided and projected. */
    settled,
    /** Appends records and waits until they are decided and projected. */
    async sent(...records: ReturnType<typeof record>[]) {
      const placed = await produce(env.KAFKA_BROKERS, records);
      await settled();
      return placed;
    },
    /** Runs `scoreline redrive --json`, and waits until what it put back is decided and projected. */
    async redriven(...args: string[]): Promise<Summary> {
      const { error, stdout } = await runProgram(env, "redrive", "--json", ...args);
      if (error !== undefined) throw new Error(error);
      await settled();
      return JSON.parse(stdout) as Summary;
    },
    /** `--since` a moment after all that was written before, by this machine's clock, which is the broker's. */
    async fromNowOn(): Promise<string[]> {
      await sql`select pg_sleep(0.005)`;
      return ["--since", new Date().toISOString()];
    },
  };
}
