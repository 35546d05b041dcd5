import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Home, repositoryRoot, type StackEnv } from "@scoreline/stack";

/** Ends traffic; resolves when none of it is under way. */
export type Stop = () => Promise<void>;

/** `scoreline simulate` with these arguments, until it is stopped. */
export function simulating(home: Home, ...args: string[]): Stop {
  const command = join(repositoryRoot, "node_modules", ".bin", "scoreline");
  const child = spawn(command, ["simulate", "--count", "10000000", ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, SCORELINE_HOME: home.dir },
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return async () => {
    // The command's own child sends: the whole group is told.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
}

const everyMs = 250;

/** So many fraudulent applications a second over HTTP, each of a user of its own, until it is stopped. */
export function fraudulent({ INGEST_URL, SCORELINE_API_KEY }: StackEnv, perSecond: number, prefix: string): Stop {
  let sent = 0;
  const send = async () => {
    const items = Array.from({ length: Math.round((perSecond * everyMs) / 1_000) }, () => {
      sent += 1;
      const id = `${prefix}-${sent}`;
      return { application_id: id, user_id: id, credit_score: 400, loan_amount: 20_000, timestamp: Date.now() / 1_000 };
    });
    await fetch(`${INGEST_URL}/v1/applications`, {
      method: "POST",
      headers: { authorization: `Bearer ${SCORELINE_API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(items),
    });
  };
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(send);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await last;
  };
}
