import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, repositoryRoot, type StackEnv } from "@scoreline/stack";
import { nodeArguments } from "../../../src/services.ts";

/** How soon a scorer that is silent loses its partitions: the least that the broker allows. */
export const sessionMs = 6_000;

const endMsMax = 30_000;
const startPollMs = 50;

export type ScorerSettings = {
  /** Static membership, where it is given. */
  instanceId?: string;
  groupId?: string;
  /** Another checkout, whose scorer is to run. */
  root?: string;
  sessionTimeoutMs?: number;
};

/** A scorer process under test, and what it says, in a file of the home. */
export type TestScorer = {
  name: string;
  child: ChildProcess;
  logFile: string;
  /** Where in the file its own lines begin, in characters. */
  logFrom: number;
  signal(signal: NodeJS.Signals): void;
};

/** Starts a scorer. It is the caller's to end. */
export function startTestScorer(
  home: Home,
  env: StackEnv,
  name: string,
  { instanceId, groupId, root = repositoryRoot, sessionTimeoutMs = sessionMs }: ScorerSettings = {},
): TestScorer {
  mkdirSync(home.logsDir, { recursive: true });
  const logFile = join(home.logsDir, `${name}.log`);
  const log = openSync(logFile, "a");
  const logFrom = readFileSync(logFile, "utf8").length;
  const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
  const child = spawn(process.execPath, nodeArguments("scorer", root), {
    cwd: root,
    env: {
      ...process.env,
      ...{ KAFKA_BROKERS, CREDITDB_URL, MONGO_URL, SCORER_METRICS_PORT: "0" },
      SCORER_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      ...(instanceId ? { SCORER_INSTANCE_ID: instanceId } : {}),
      ...(groupId ? { SCORER_GROUP_ID: groupId } : {}),
    },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return { name, child, logFile, logFrom, signal: (signal) => void child.kill(signal) };
}

/** Whether the process has not ended. */
export function isRunning({ child }: TestScorer): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Resolves once the process heeds signals, or has ended. */
export async function untilStarted(scorer: TestScorer): Promise<void> {
  while (isRunning(scorer) && !readFileSync(scorer.logFile, "utf8").slice(scorer.logFrom).includes("scorer started")) {
    await new Promise((resolve) => setTimeout(resolve, startPollMs));
  }
}

/** Ends a scorer; gives its exit code, or the signal that ended it. Throws when it does not end within a bound. */
export async function endTestScorer(scorer: TestScorer, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  const { child, name } = scorer;
  if (isRunning(scorer)) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_, reject) => {
      const failure = () => reject(new Error(`${name} has not ended ${endMsMax} ms after ${signal}`));
      timer = setTimeout(failure, endMsMax);
    });
    child.kill(signal);
    await Promise.race([ended, late]).finally(() => clearTimeout(timer));
  }
  return child.signalCode ?? child.exitCode ?? -1;
}

const tailLines = 30;
const awayLines = 3;

/** The end of a log; of what it says again and again while a sink is away only the last, behind the rest. */
export function tail(logFile: string): string {
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  const isAway = (line: string) => line.includes("does not answer");
  const [telling, away] = [lines.filter((line) => !isAway(line)), lines.filter(isAway)];
  return [...telling.slice(-tailLines), ...away.slice(-awayLines)].join("\n");
}
