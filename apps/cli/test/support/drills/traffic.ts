import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Home, repositoryRoot, type StackEnv } from "@scoreline/stack";

/** Ends traffic; resolves when none of it is under way. */
export type Stop = () => Promise<void>;

/** As many as may be sent from the usual start without one in the future: for hours, at the rates of a drill. */
const countMax = "200000";

/** `scoreline simulate` with these arguments, until it is stopped. */
export function simulating(home: Home, ...args: string[]): Stop {
  const command = join(repositoryRoot, "node_modules", ".bin", "scoreline");
  const child = spawn(command, ["simulate", "--count", countMax, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, SCORELINE_HOME: home.dir },
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return async () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error("the traffic ended before it was stopped");
    // The command's own child sends: the whole group is told.
    process.kill(-child.pid, "SIGTERM");
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
