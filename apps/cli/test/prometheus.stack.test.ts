import { rmSync } from "node:fs";
import { pidOf, readEnv } from "@scoreline/stack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";
import { Prometheus } from "./support/prometheus.ts";

const home = temporaryHome("prometheus");
const poll = { timeout: 60_000, interval: 500 };
const up = async (...args: string[]) => {
  const result = await scoreline(home, "up", "--detach", ...args);
  expect(result.code, result.stderr).toBe(0);
  return result.stderr;
};
const pid = () => pidOf(home, "prometheus");

/** Each target's job and health. */
async function targets(): Promise<string[]> {
  const found = await new Prometheus(readEnv(home).PROMETHEUS_URL ?? "").targets();
  return found.map(({ labels, health }) => `${labels.job} ${health}`).sort();
}

describe("scoreline up --monitoring", () => {
  beforeAll(async () => {
    expect(await up("--monitoring")).toContain("Prometheus watches it: http://127.0.0.1:");
  });

  afterAll(async () => {
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("is watched by a Prometheus that reaches every process, and is healthy", async () => {
    await expect
      .poll(targets, poll)
      .toEqual(["fraud-check up", "ingest up", "loader up", "prometheus up", "scorer up"]);
    const status = await scoreline(home, "status");
    expect(status.code, status.stdout).toBe(0);
    expect(status.stdout).toMatch(/ prometheus +healthy/);
  });

  test("keeps its Prometheus by a plain up, as it runs", async () => {
    const before = pid();
    await up();
    expect(pid()).toBe(before);
  });

  test("has it read anew when there are more scorers, or other intervals", async () => {
    const before = pid();
    await up("--scorers", "2");
    await expect
      .poll(targets, poll)
      .toEqual(["fraud-check up", "ingest up", "loader up", "prometheus up", "scorer up", "scorer up"]);
    const between = pid();
    expect(between).not.toBe(before);
    process.env.SCORELINE_PROMETHEUS_INTERVAL = "1s";
    await up();
    delete process.env.SCORELINE_PROMETHEUS_INTERVAL;
    expect(pid()).not.toBe(between);
  });

  test("serves its pages' scripts and styles", async () => {
    const page = new URL("/", readEnv(home).PROMETHEUS_URL);
    const answer = await fetch(page);
    const files = [...(await answer.text()).matchAll(/(?:src|href)="([^"]+\.(?:js|css)[^"]*)"/g)].map(
      ([, file]) => file,
    );
    const answers = await Promise.all(files.map((file) => fetch(new URL(file ?? "", answer.url))));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 200).map(({ url }) => url)).toEqual([]);
  });

  test("is stopped by down, and declined by --no-monitoring", async () => {
    const [before] = [pid()];
    expect(before).toBeDefined();
    expect(await up("--no-monitoring")).not.toContain("Prometheus watches it");
    expect(pid()).toBeUndefined();
    expect(readEnv(home).PROMETHEUS_URL).toBeUndefined();
    await up("--monitoring");
    expect(pid()).toBeDefined();
    await scoreline(home, "down");
    expect(pid()).toBeUndefined();
  });
});
