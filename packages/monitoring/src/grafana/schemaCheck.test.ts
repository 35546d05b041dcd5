import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monitoringFolder } from "../folders.ts";

const program = fileURLToPath(new URL("../../schema-check", import.meta.url));
const grafanaFolder = join(monitoringFolder, "grafana");
const scratch = mkdtempSync(join(tmpdir(), "scoreline-grafana-"));
const binary = join(scratch, "schema-check");

// Built once; the build cache makes a repeat quick. The toolchain is the machine's: none is fetched.
beforeAll(() => {
  const built = spawnSync("go", ["build", "-o", binary, "."], {
    cwd: program,
    encoding: "utf8",
    env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", CGO_ENABLED: "0" },
  });
  if (built.error !== undefined)
    throw new Error("go is missing: install Go 1.24 or newer (Debian 13: apt-get install golang-go)");
  if (built.status !== 0) throw new Error(built.stderr);
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true }));

function check(folder: string): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(binary, [folder], { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

/** What the check says of the files when one of them has `text` written as `changed`. */
function checkWith(file: string, text: string | RegExp, changed: string): { status: number | null; said: string } {
  const folder = mkdtempSync(join(scratch, "changed-"));
  cpSync(grafanaFolder, folder, { recursive: true });
  const path = join(folder, file);
  const written = readFileSync(path, "utf8");
  const rewritten = written.replace(text, changed);
  expect(rewritten).not.toBe(written);
  writeFileSync(path, rewritten);
  return check(folder);
}

test("dashboards, rules, contact points, policies and templates fit Grafana's own types", () => {
  expect(check(grafanaFolder)).toEqual({ status: 0, said: "9 files fit\n" });
});

const dashboard = "dashboards/scoreline-pipeline.json";
const rules = "provisioning/alerting/rules.yml";
const refused: [what: string, file: string, text: string | RegExp, changed: string, says: RegExp][] = [
  [
    "a field that a dashboard has not",
    dashboard,
    '"schemaVersion":',
    '"schema":',
    /pipeline\.json: Dashboard: unexpected field 'schema'/,
  ],
  [
    "a value of a wrong type",
    dashboard,
    /"graphTooltip": \d/,
    '"graphTooltip": "crosshair"',
    /pipeline\.json: graphTooltip: .*string/,
  ],
  [
    "an option that a panel's kind has not",
    dashboard,
    '"graphMode":',
    '"graphModes":',
    /panels.*options.*unexpected field 'graphModes'/,
  ],
  [
    "a query that Prometheus' type is not",
    dashboard,
    '"legendFormat":',
    '"legend":',
    /targets.*unexpected field 'legend'/,
  ],
  [
    "a query that PostgreSQL's is not",
    "dashboards/scoreline-lending-risk.json",
    '"rawSql":',
    '"sql":',
    /targets.*unknown field "sql"/,
  ],
  [
    "a rule's field in another spelling",
    rules,
    "noDataState:",
    "noDataStates:",
    /rules\.yml: groups\[stream\]\.rules\[0\]\..*noDataState/,
  ],
  ["a uid that is too long", rules, "uid: scoreline-target-down", `uid: ${"x".repeat(41)}`, /uid: must be <= 40/],
  ["a condition of no operator", rules, "type: threshold", "type: thresholds", /rules\[0\]\.data\[2\]/],
  [
    "a policy's field in another spelling",
    "provisioning/alerting/policies.yml",
    "group_wait:",
    "group_waits:",
    /policies\[0\]\..*group_waits/,
  ],
];

test.each(refused)("%s is refused, with file and field", (_what, file, text, changed, says) => {
  const { status, said } = checkWith(file, text, changed);
  expect(said).toMatch(says);
  expect(status).toBe(1);
});

test("a folder without dashboards does not pass", () => {
  const { status, said } = check(join(monitoringFolder, "prometheus"));
  expect(said).toMatch(/holds no dashboards/);
  expect(status).toBe(1);
});
