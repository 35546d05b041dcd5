import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { monitoringFolder } from "./folders.ts";
import { martAlerts } from "./grafana/alerting/martAlerts.ts";
import { alertGroups } from "./rules/alerts/index.ts";
import { recordings } from "./rules/recording.ts";
import { runbookOf } from "./rules/rule.ts";
import { readThresholds } from "./thresholds.ts";

const folder = join(monitoringFolder, "runbooks");
const thresholds = readThresholds();
const pages = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
const program = readFileSync(join(monitoringFolder, "..", "apps", "cli", "src", "program.ts"), "utf8");

test("every alert has its runbook, and every runbook its alert", () => {
  const alerts = alertGroups(thresholds).flatMap((group) => group.alerts.map(runbookOf));
  const names = new Set([...alerts, ...martAlerts(thresholds).map(({ name }) => name)]);
  expect(pages.map(({ file }) => file).toSorted()).toEqual([...names].map((name) => `${name}.md`).toSorted());
});

test.each(pages)("$file says what it means, what it does, where to look and what to do", ({ file, text }) => {
  expect(text.startsWith(`# ${file.replace(".md", "")}\n`)).toBe(true);
  expect(text.match(/^## .*$/gm)).toEqual(["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]);
  // Someone reads it at night.
  expect(text.split("\n").length).toBeLessThan(80);
});

test.each(pages)("$file names metrics, commands and pages that there are", ({ text }) => {
  const suffixes = ["", "_bucket", "_count", "_sum"];
  const metrics = new Set([
    ...recordings(thresholds).map(({ record }) => record),
    ...Object.values(catalogue).flatMap(({ name }) => suffixes.map((suffix) => name + suffix)),
  ]);
  const named = text.match(/\b(?:[a-z_]+:)?(?:scoreline_\w+|scoreline:\w+)(?::\w+)?|\bdata_quality_invalid\w+/g) ?? [];
  expect(named.filter((name) => !metrics.has(name))).toEqual([]);
  const commands = [...text.matchAll(/npx scoreline (\w+)/g)].map(([, command]) => command);
  expect(
    commands.filter((command) => !program.includes(`"${command}`) && !program.includes(`add${capital(command)}`)),
  ).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? "");
  expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
});

test.each(pages)("$file names thresholds by their keys", ({ text }) => {
  if (!text.includes("thresholds.yml")) return;
  const keys = Object.keys(thresholds);
  expect(keys.some((key) => text.includes(`\`${key}`) || text.includes(`${key}\``))).toBe(true);
});

test("the documentation lists every alert with its runbook and what is wrong", () => {
  const documentation = readFileSync(join(monitoringFolder, "..", "DOCUMENTATION.md"), "utf8");
  const alerts = [...alertGroups(thresholds).flatMap((group) => group.alerts), ...martAlerts(thresholds)];
  for (const { name, summary, ...rest } of alerts) {
    const page = "signal" in rest ? runbookOf({ name, summary, ...rest }) : name;
    const row = documentation
      .split("\n")
      .find((line) => line.startsWith(`| [${page}](monitoring/runbooks/${page}.md)`));
    expect(row, name).toContain(`| ${summary} |`);
  }
});

function capital(text = ""): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
