import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { denoEnvironment, repositoryRoot, type StackEnv, tools } from "@scoreline/stack";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    env: StackEnv;
  }
}

export const runtimes = ["node", "deno"] as const;
export type RuntimeName = (typeof runtimes)[number];

/** A running ingest. */
export interface Worker {
  url: string;
  process: ChildProcess;
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
}

export const apiKey = "stack-test-key-0123456789";
const startMsMax = 60_000;

/** Starts ingest on a free port and resolves when it listens; `env` overrides its variables. */
export async function startWorker(runtime: RuntimeName, env: Record<string, string> = {}): Promise<Worker> {
  const { KAFKA_BROKERS } = inject("env");
  const { deno, denoDir } = tools();
  const [program, args] = runtime === "node" ? [process.execPath, nodeArgs] : [deno, denoArgs];
  const child = spawn(program, args, {
    cwd: repositoryRoot,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...denoEnvironment(denoDir),
      KAFKA_BROKERS,
      SCORELINE_API_KEY: apiKey,
      INGEST_PORT: "0",
      ...env,
    },
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const port = await portOf(child, exited, runtime);
  return { url: `http://127.0.0.1:${port}`, process: child, exited };
}

const nodeArgs = ["--import", "tsx", "apps/ingest/src/main.node.ts"];
const denoArgs = [
  "run",
  "--config=apps/ingest/deno.json",
  "--frozen",
  "--cached-only",
  "--no-prompt",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-sys=hostname",
  "apps/ingest/src/main.deno.ts",
];

/** Reads the log until it says which port was taken. */
function portOf(child: ChildProcess, exited: Promise<number | null>, runtime: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Ingest on ${runtime} did not listen.`)), startMsMax);
    void exited.then((code) => reject(new Error(`Ingest on ${runtime} ended with ${code}.`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg?: string; port?: number };
      if (entry.msg !== "ingest started") return;
      clearTimeout(timer);
      resolve(entry.port as number);
    });
  });
}

/** Asks `/readyz` until it is 200. */
export async function untilReady({ url }: Worker): Promise<void> {
  const deadlineMs = performance.now() + startMsMax;
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (performance.now() > deadlineMs) throw new Error(`${url} did not become ready.`);
  }
}

/** Ends a worker, whatever state it is in. */
export async function endWorker(worker: Worker): Promise<void> {
  worker.process.kill("SIGKILL");
  await worker.exited;
}
