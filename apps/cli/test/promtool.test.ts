import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot, tools } from "@scoreline/stack";
import { expect, test } from "vitest";

const folder = join(repositoryRoot, "monitoring", "prometheus");
const { promtool } = tools();

function promtoolSays(args: string[], cwd = folder): { status: number | null; said: string } {
  if (promtool === null) throw new Error("promtool is missing: install Prometheus 2.42 or newer, then npm run setup");
  const run = spawnSync(promtool, args, { cwd, encoding: "utf8" });
  return { status: run.status, said: run.stdout + run.stderr };
}

test("Prometheus' configuration and its rules are sound", () => {
  const { status, said } = promtoolSays(["check", "config", "prometheus.yml"]);
  expect(said).toMatch(/\d+ rules found/);
  expect(said).not.toMatch(/FAILED|error/);
  expect(status).toBe(0);
});

const tests = readdirSync(join(folder, "tests"));

test.each(tests)("%s: every alert is silent and fires as it should", { timeout: 120_000 }, (file) => {
  const { status, said } = promtoolSays(["test", "rules", join("tests", file)]);
  expect(said).toContain("SUCCESS");
  expect(status).toBe(0);
});

test("a rule with another bound is found out", () => {
  const copy = mkdtempSync(join(tmpdir(), "scoreline-rules-"));
  try {
    for (const dir of ["rules", "tests"]) mkdirSync(join(copy, dir));
    const rules = readFileSync(join(folder, "rules", "scoreline.yml"), "utf8");
    const changed = rules.replace(
      "(scoreline:records_invalid:ratio) > 0.05",
      "(scoreline:records_invalid:ratio) > 0.09",
    );
    expect(changed).not.toBe(rules);
    writeFileSync(join(copy, "rules", "scoreline.yml"), changed);
    writeFileSync(join(copy, "tests", "quality.test.yml"), readFileSync(join(folder, "tests", "quality.test.yml")));
    const { status, said } = promtoolSays(["test", "rules", join("tests", "quality.test.yml")], copy);
    expect(said).toMatch(/alertname: InvalidRecords/);
    expect(status).not.toBe(0);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
