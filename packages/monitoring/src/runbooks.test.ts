import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "@scoreline/telemetry";
import { describe, expect, test } from "vitest";
import { monitoringFolder } from "./folders.ts";
import { martAlerts } from "./grafana/alerting/martAlerts.ts";
import { panelsOf } from "./grafana/dashboard.ts";
import { dashboards } from "./grafana/dashboards/index.ts";
import { alertGroups } from "./rules/alerts/index.ts";
import { recordings } from "./rules/recording.ts";
import { exprOf, runbookOf } from "./rules/rule.ts";
import { readThresholds, Thresholds } from "./thresholds.ts";

const root = join(monitoringFolder, "..");
const folder = join(monitoringFolder, "runbooks");
const thresholds = readThresholds();
const pages = readdirSync(folder).map((file) => {
  return { page: file.replace(/\.md$/, ""), text: readFileSync(join(folder, file), "utf8") };
});
const documentation = readFileSync(join(root, "DOCUMENTATION.md"), "utf8");
/** Packages import no app, so what the apps say and take is read as text. */
const code = ["apps", "packages"]
  .flatMap((kind) => readdirSync(join(root, kind)).map((name) => join(root, kind, name, "src")))
  .filter((source) => existsSync(source))
  .flatMap((source) => readdirSync(source, { recursive: true, encoding: "utf8" }).map((path) => join(source, path)))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");
const panels = new Set(dashboards(thresholds).flatMap((board) => panelsOf(board).map(({ panel }) => panel.title)));

type PageAlert = { page: string; severity: string; summary: string; condition: unknown };

/** Every alert with its page, and what it goes by: its condition, with what is recorded for that, and its wait. */
function alertsOf(from: Thresholds): PageAlert[] {
  const recorded = recordings(from);
  const askedBy = (expr: string) => [expr, ...recorded.filter(({ record }) => expr.includes(record))];
  const asked = alertGroups(from).flatMap((group) => group.alerts);
  return [
    ...asked.map((alert) => ({ ...alert, page: runbookOf(alert), condition: [askedBy(exprOf(alert)), alert.for] })),
    ...martAlerts(from).map((alert) => ({
      ...alert,
      page: alert.name,
      condition: [alert.sql, alert.above, alert.for],
    })),
  ];
}

const alerts = alertsOf(thresholds);

/** For each threshold the pages whose alerts it makes others. */
const changes = paths(thresholds).map((path) => {
  const changed = alertsOf(Thresholds.parse(withAnother(thresholds, path.split("."))));
  const differs = ({ condition, severity }: PageAlert, index: number) =>
    JSON.stringify([condition, severity]) !== JSON.stringify([changed[index]?.condition, changed[index]?.severity]);
  return { path, pages: new Set(alerts.filter(differs).map(({ page }) => page)) };
});

test("every alert has its runbook, and every runbook its alert", () => {
  const named = new Set(alerts.map(({ page }) => page));
  expect(pages.map(({ page }) => page).toSorted()).toEqual([...named].toSorted());
});

test("the documentation lists every alert with its runbook, its severity and what is wrong", () => {
  for (const { page, severity, summary } of alerts) {
    const row = documentation
      .split("\n")
      .find((line) => line.startsWith(`| [${page}](monitoring/runbooks/${page}.md)`));
    expect(row, page).toContain(severity);
    expect(row, page).toContain(`| ${summary} |`);
  }
});

describe.each(pages)("$page", ({ page, text }) => {
  /** Code within lines; a wrapped one has one blank in the place of the line's end. */
  const spans = [...text.replaceAll(/```.*?```/gs, "").matchAll(/`([^`]+)`/g)].map(([, span = ""]) =>
    span.replaceAll(/\s+/g, " "),
  );

  test("says what is wrong in a line, what it means, what it does, where to look and what to do", () => {
    expect(text).toMatch(new RegExp(`^# ${page}\n\n[A-Z][^\n]+\\.\n\n## Meaning\n`));
    expect(text.match(/^## .*$/gm)).toEqual(["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]);
    // Someone reads it at night: what is safe, and when it is over, has its place.
    expect(text).toMatch(/## Impact\n.*^Not lost: .*## Diagnosis/ms);
    expect(text).toMatch(/## Mitigation\n.*^It ends /ms);
    expect(text.split("\n").length - 1).toBeGreaterThanOrEqual(25);
    expect(text.split("\n").length - 1).toBeLessThanOrEqual(60);
  });

  test("names metrics, recording rules and panels that there are", () => {
    const suffixes = ["", "_bucket", "_count", "_sum"];
    const metrics = new Set([
      ...recordings(thresholds).map(({ record }) => record),
      ...Object.values(catalogue).flatMap(({ name }) => suffixes.map((suffix) => name + suffix)),
    ]);
    const named =
      text.match(/\b(?:[a-z_]+:)?(?:scoreline_\w+|scoreline:\w+)(?::\w+)?|\bdata_quality_invalid\w+/g) ?? [];
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
    const shown = [...text.matchAll(/(?<![*\w])\*([A-Z][^*\n]+)\*/g)].map(([, title = ""]) => title);
    expect(shown.filter((title) => !panels.has(title))).toEqual([]);
  });

  test("names commands, their options and variables that there are", () => {
    const commands = spans.filter((span) => /^npx scoreline |scoreline\.mjs |main\.node\.ts /.test(span));
    const words = commands.flatMap(
      (span) => /(?:npx scoreline|scoreline\.mjs|main\.node\.ts) ([a-z-]+)/.exec(span)?.[1] ?? [],
    );
    expect(words.filter((word) => !isCommand(word))).toEqual([]);
    const options = commands.flatMap(
      (span) => span.replace(/^docker .*?(scoreline\.mjs|main\.node\.ts)/, "").match(/--[a-z-]+/g) ?? [],
    );
    expect(options.filter((option) => option !== "--help" && !code.includes(option))).toEqual([]);
    const variables = text.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? [];
    expect(variables.filter((name) => !documentation.includes(name))).toEqual([]);
  });

  test("quotes what the code really says", () => {
    const said = spans.filter((span) => /^[a-z']+( [a-z';:,-]+){2,}$/.test(span) && !/^(npx|docker|set) /.test(span));
    expect(said.filter((words) => !code.includes(words))).toEqual([]);
  });

  test("links to files and sections that there are", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)/g)];
    expect(links.filter(([, path = ""]) => !existsSync(join(folder, path))).map(([link]) => link)).toEqual([]);
    const sections = links.flatMap(([, path, section]) =>
      path?.endsWith("DOCUMENTATION.md") && section ? [section] : [],
    );
    const headings = [...documentation.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    expect(sections.filter((section) => !headings.includes(section))).toEqual([]);
  });

  test("names every threshold that its alert goes by, and no other", () => {
    const paragraph = /^Thresholds?: .*?\n\n/ms.exec(text)?.[0] ?? "";
    const named = [...paragraph.matchAll(/`([a-z_]+(?:\.[a-z_]+)+)`/g)].map(([, key = ""]) => key);
    expect(named.filter((key) => !paths(thresholds).some((path) => isWithin(path, key)))).toEqual([]);
    const needed = changes.filter(({ pages: changed }) => changed.has(page)).map(({ path }) => path);
    expect(needed.filter((path) => !named.some((key) => isWithin(path, key)))).toEqual([]);
    expect(named.filter((key) => !needed.some((path) => isWithin(path, key)))).toEqual([]);
  });
});

function isCommand(word: string): boolean {
  return [`command("${word}")`, `delegated("${word}")`].some((declaration) => code.includes(declaration));
}

/** The dotted path of every number and text. */
function paths(value: unknown, at: string[] = []): string[] {
  if (typeof value !== "object" || value === null) return [at.join(".")];
  return Object.entries(value).flatMap(([name, inner]) => paths(inner, [...at, name]));
}

function isWithin(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}.`);
}

function withAnother(value: unknown, [name = "", ...rest]: string[]): unknown {
  if (typeof value !== "object" || value === null) return another(value);
  const entries = Object.entries(value).map(([key, inner]) => [key, key === name ? withAnother(inner, rest) : inner]);
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

function another(value: unknown): unknown {
  if (value === "critical" || value === "warning") return value === "critical" ? "warning" : "critical";
  if (typeof value === "number") return value < 1 ? value * 0.9 : value === 1 ? 5 : value * 2;
  return /^\d+[smhd]$/.test(String(value)) ? `7${String(value)}` : `${String(value)}x`;
}
