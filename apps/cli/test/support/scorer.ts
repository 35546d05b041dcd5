import { type ChildProcess, spawn } from "node:child_process";
import { topics } from "@scoreline/contracts";
import { repositoryRoot, type StackEnv } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { onTestFinished } from "vitest";
import { nodeArguments } from "../../src/services.ts";

/** Starts a scorer as a process of the running test's own; it ends with the test at the latest. */
export function startScorer(env: StackEnv, settings: { instanceId?: string; metricsPort?: number } = {}): ChildProcess {
  const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
  const stores = { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL, SCORER_METRICS_PORT: String(settings.metricsPort ?? 0) };
  const instance = settings.instanceId ? { SCORER_INSTANCE_ID: settings.instanceId } : {};
  const scorer = spawn(process.execPath, nodeArguments("scorer"), {
    cwd: repositoryRoot,
    env: { ...process.env, ...stores, ...instance },
    stdio: "ignore",
  });
  onTestFinished(() => void scorer.kill("SIGKILL"));
  return scorer;
}

/** Sends a signal and resolves with the exit code (null when the signal ended it). */
export function endScorer(scorer: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => scorer.once("close", resolve));
  scorer.kill(signal);
  return ended;
}

/** How many records of `credit_applications` are decided, or decided and projected. */
export async function progressOf(sql: Database, column: "next_offset" | "projected_offset"): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select coalesce(sum(${sql(column)} - start_offset), 0)::int as total
    from stream_offsets where topic = ${topics.creditApplications.name}`;
  return row?.total ?? 0;
}
