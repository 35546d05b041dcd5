import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { repositoryRoot, type StackEnv } from "@scoreline/stack";
import { nodeArguments } from "../../src/services.ts";
import { endScorer } from "./scorer.ts";

type Line = { level: string; msg: string; [name: string]: unknown };

/** A scorer process that is seen from outside: what it logs, what it measures, and whether it lives. End it yourself. */
export class WatchedScorer {
  readonly lines: Line[] = [];
  readonly #process: ChildProcess;
  #port: number | undefined;

  constructor(env: Pick<StackEnv, "KAFKA_BROKERS" | "CREDITDB_URL" | "MONGO_URL">) {
    const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
    this.#process = spawn(process.execPath, nodeArguments("scorer"), {
      cwd: repositoryRoot,
      env: { ...process.env, KAFKA_BROKERS, CREDITDB_URL, MONGO_URL, SCORER_METRICS_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (!this.#process.stdout) throw new Error("The scorer has no output.");
    createInterface(this.#process.stdout).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      this.lines.push(line);
      if (typeof line.port === "number") this.#port = line.port;
    });
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What it has logged at a level with these words in the message or in its `error`. */
  told(level: string, words: RegExp): Line[] {
    return this.lines.filter((line) => line.level === level && words.test(`${line.msg} ${line.error ?? ""}`));
  }

  /** The signal that ended it; null while it lives, and when it ended by itself. */
  get endedBy(): NodeJS.Signals | null {
    return this.#process.signalCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal and resolves with the exit code; null when a signal ended it. */
  end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    return this.alive ? endScorer(this.#process, signal) : Promise.resolve(this.#process.exitCode);
  }

  /** A path of its health server; undefined while that does not answer. */
  async ask(path: "/livez" | "/readyz" | "/metrics"): Promise<{ status: number; body: string } | undefined> {
    if (this.#port === undefined) return undefined;
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`).catch(() => undefined);
    return answer && { status: answer.status, body: await answer.text() };
  }

  /** The sum of a metric's series that have all of these labels. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const { body = "" } = (await this.ask("/metrics")) ?? {};
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return body
      .split("\n")
      .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  /** The most memory that the process has held, in MiB (Linux, proc(5): VmHWM). */
  peakMib(): number {
    const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.#process.pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kib) / 1024);
  }
}
