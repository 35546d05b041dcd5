import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pidOf, repositoryRoot } from "@scoreline/stack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

const home = temporaryHome("watch");
const poll = { timeout: 90_000, interval: 200 };

/** `scoreline status --watch` in a process of its own, as long as a test needs it. */
class Watching {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = "";

  constructor(...args: string[]) {
    const command = join(repositoryRoot, "node_modules", ".bin", "scoreline");
    const env = { ...process.env, SCORELINE_HOME: home.dir };
    this.#child = spawn(command, ["status", "--watch", ...args], { cwd: repositoryRoot, env });
    this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#output += chunk;
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Frames that are whole. */
  get frames(): string[] {
    return this.#output.split("\n\n").slice(0, -1);
  }

  interrupt(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return this.#ended;
  }
}

/** The figures of a topic's row in one of a frame's tables. */
function figures(frame: string | undefined, table: string, topic: string): string[] {
  const lines = frame?.split("\n") ?? [];
  const from = lines.findIndex((line) => line.startsWith(table));
  const row = lines.slice(from + 1).find((line) => line.startsWith(`  ${topic} `)) ?? "";
  return row
    .trim()
    .split(/\s{2,}/)
    .slice(1);
}

describe("scoreline status --watch", () => {
  beforeAll(async () => {
    const result = await scoreline(home, "up", "--detach", "--scorers", "2");
    expect(result.code, result.stderr).toBe(0);
  });

  afterAll(async () => {
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("ends by itself after as many frames as asked for", async () => {
    const { code, stdout, stderr } = await scoreline(home, "status", "--watch", "--interval", "0.5", "--frames", "2");
    expect(code, stderr).toBe(0);
    const frames = stdout.trimEnd().split("\n\n");
    expect(frames).toHaveLength(2);
    expect(frames[0]).toContain("rates from the next frame on");
    expect(frames[1]).toMatch(/rates over \d+\.\d s/);
    for (const frame of frames) expect(frame).toContain("start it: scoreline up --monitoring");
  });

  test("shows what moves, and goes on when Postgres is killed", { timeout: 300_000 }, async () => {
    const watching = new Watching("--interval", "1");
    await expect
      .poll(() => watching.frames.at(-1), poll)
      .toMatch(/ healthy .*kafka, postgres.*scorer, scorer-2, loader\n/);
    await expect.poll(() => watching.frames.at(-1), poll).toContain("none has run");
    const sent = await scoreline(home, "simulate", "--count", "3000", "--seed", "77", "--rate", "300");
    expect(sent.code, sent.stderr).toBe(0);
    const moving = (column: number) => () =>
      watching.frames.filter((frame) => {
        return Number(figures(frame, "Records a second", "credit_applications")[column]?.replace(",", "")) > 0;
      }).length;
    for (const column of [0, 1, 2, 3]) await expect.poll(moving(column), poll).toBeGreaterThan(0);
    const latencies = watching.frames.map((frame) => figures(frame, "Not decided yet", "credit_applications")[4]);
    expect(latencies).toContainEqual(expect.stringMatching(/ m?s$/));
    await expect.poll(() => watching.frames.at(-1), poll).toMatch(/at the door +invalid|at the door +missing/);

    process.kill(pidOf(home, "postgres") ?? 0, "SIGKILL");
    await expect.poll(() => watching.frames.at(-1), poll).toMatch(/crashed {4}postgres/);
    await expect.poll(() => watching.frames.at(-1), poll).toMatch(/away: creditdb: /);
    const { length } = watching.frames;
    await expect.poll(() => watching.frames.length, poll).toBeGreaterThan(length + 1);
    expect(figures(watching.frames.at(-1), "Records a second", "credit_applications")[2]).toMatch(/^\d/);
    expect(await watching.interrupt()).toBe(0);
  });
});
