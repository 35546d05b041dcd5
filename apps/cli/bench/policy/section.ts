import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@scoreline/stack";
import { z } from "zod";
import { count, table } from "../../src/terminal.ts";
import { ratio } from "../figures.ts";
import type { Section } from "../section.ts";

/** A round of each of these benches is so many decisions. */
const decisionsPerRound = 1_000;

const Report = z.object({
  files: z.array(
    z.object({
      groups: z.array(
        z.object({
          fullName: z.string(),
          benchmarks: z.array(z.object({ name: z.string(), hz: z.number(), rme: z.number() })),
        }),
      ),
    }),
  ),
});

type Row = { group: string; name: string; decisions_per_s: number; error_percent: number };

/** Decisions each second on one core by the policy engine alone, in one run, so that their ratios mean something. */
export const policySection: Section = {
  name: "policy",
  async measure() {
    const rows = rowsOf(await runVitest());
    const labels = rows.map((row): [string, string] => [
      `${row.group}: ${row.name}`,
      `${count(row.decisions_per_s)} decisions/s (±${row.error_percent} %)`,
    ]);
    return { json: { rows }, lines: table(labels) };
  },
};

/** The rows of vitest's report; a group is named by its own words, without its file's path. */
export function rowsOf(report: unknown): Row[] {
  return Report.parse(report).files.flatMap(({ groups }) =>
    groups.flatMap(({ fullName, benchmarks }) =>
      benchmarks.map(({ name, hz, rme }) => ({
        group: fullName.split(" > ").slice(1).join(" > "),
        name,
        decisions_per_s: Math.round(hz * decisionsPerRound),
        error_percent: ratio(rme, 1),
      })),
    ),
  );
}

async function runVitest(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "scoreline-bench-policy-"));
  try {
    const report = join(folder, "report.json");
    const vitest = join(repositoryRoot, "node_modules", "vitest", "vitest.mjs");
    const args = [vitest, "bench", "--run", "--project", "bench", "--outputJson", report];
    const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ["ignore", process.stderr, "inherit"] });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`vitest bench ended with ${code}`);
    return JSON.parse(readFileSync(report, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
