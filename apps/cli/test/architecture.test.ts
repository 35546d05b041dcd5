import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// Each line breaks one rule of the house; a lint that lets it pass guards nothing.
const violations: [rule: string, file: string, source: string][] = [
  ["an app never imports another app", "apps/scorer/src/x.ts", 'import { createApp } from "../../ingest/src/app.ts";'],
  ["an app never imports another app by name", "apps/cli/src/x.ts", 'import { createApp } from "@scoreline/ingest";'],
  ["contracts import nothing of ours", "packages/contracts/src/x.ts", 'import { decide } from "@scoreline/policy";'],
  ["policy imports contracts only", "packages/policy/src/x.ts", 'import type { Producer } from "@scoreline/kafka";'],
  ["policy touches no runtime", "packages/policy/src/x.ts", 'import { readFileSync } from "node:fs";'],
  [
    "telemetry imports nothing of ours",
    "packages/telemetry/src/x.ts",
    'import { topics } from "@scoreline/contracts";',
  ],
  ["stores do not know the policy", "packages/stores/src/x.ts", 'import { decide } from "@scoreline/policy";'],
  [
    "kafka does not know the stores",
    "packages/kafka/src/x.ts",
    'import { migrate } from "@scoreline/stores/postgres";',
  ],
  ["monitoring knows metrics only", "packages/monitoring/src/x.ts", 'import { topics } from "@scoreline/contracts";'],
  ["powerbi imports nothing of ours", "packages/powerbi/src/x.ts", 'import { reasons } from "@scoreline/contracts";'],
  ["http knows no broker", "packages/http/src/x.ts", 'import type { Producer } from "@scoreline/kafka";'],
  [
    "http touches no runtime outside its adapters",
    "packages/http/src/x.ts",
    'import { createHash } from "node:crypto";',
  ],
  [
    "the HTTP workers do not import each other",
    "apps/fraud-check/src/x.ts",
    'import { createApp } from "@scoreline/ingest";',
  ],
  ["the environment is read in main only", "apps/scorer/src/x.ts", "export const home = process.env.HOME;"],
  ["Deno's globals are read in main only", "apps/ingest/src/x.ts", "export const args = Deno.args;"],
];

/** Lints one file as if it lay in this repository; gives what the linter printed. */
function lint(file: string, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "scoreline-lint-"));
  try {
    copyFileSync(join(root, "biome.json"), join(folder, "biome.json"));
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
    const run = spawnSync(join(root, "node_modules/.bin/biome"), ["lint", "--vcs-enabled=false", file], {
      cwd: folder,
      encoding: "utf8",
    });
    return run.stdout + run.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const direction = /lint\/\w+\/(noRestrictedImports|noNodejsModules|noProcessEnv|noRestrictedGlobals)/;

describe("lint holds the directions of imports", () => {
  test.each(violations)("%s", (_, file, source) => {
    expect(lint(file, `${source}\n`)).toMatch(direction);
  });

  test("what the directions allow passes", () => {
    const allowed = 'import type { Decision } from "@scoreline/policy";\n\nexport type Used = Decision;\n';
    expect(lint("apps/scorer/src/x.ts", allowed)).not.toMatch(direction);
  });
});
