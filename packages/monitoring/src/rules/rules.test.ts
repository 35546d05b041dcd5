import { catalogue } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { readThresholds } from "../thresholds.ts";
import { alertGroups } from "./alerts/index.ts";
import { recordings } from "./recording.ts";
import { type Alert, exprOf } from "./rule.ts";

const thresholds = readThresholds();
const alerts: Alert[] = alertGroups(thresholds).flatMap((group) => group.alerts);
const recorded = recordings(thresholds);

test("names are unique, and of the forms that Prometheus' users know", () => {
  const names = [...alerts.map(({ name }) => name), ...recorded.map(({ record }) => record)];
  expect(new Set(names).size).toBe(names.length);
  for (const { name } of alerts) expect(name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
  // Prometheus, "Recording rules": level:metric:operations.
  for (const { record } of recorded) expect(record).toMatch(/^[a-z_]+:[a-z_]+:[a-z0-9_]+$/);
});

test.each(alerts)("$name has a case of silence and one of fire", ({ cases }) => {
  expect(cases.some(({ fires }) => fires.length === 0)).toBe(true);
  expect(cases.some(({ fires }) => fires.length > 0)).toBe(true);
});

test("every metric is in the catalogue, is recorded, or is Prometheus' own", () => {
  const suffixes = ["", "_bucket", "_count", "_sum"];
  const known = new Set([
    "up",
    ...recorded.map(({ record }) => record),
    ...Object.values(catalogue).flatMap(({ name }) => suffixes.map((suffix) => name + suffix)),
  ]);
  const named = [...alerts.map(exprOf), ...recorded.map(({ expr }) => expr)].flatMap(
    (expr) =>
      expr.replaceAll(/"[^"]*"/g, '""').match(/\b(?:[a-z_]+:)?(?:scoreline|data_quality)_\w+(?::\w+)?|\bup\b/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test("an alert says what to do next: a summary of one line, and a description with what it is about", () => {
  for (const { summary, description } of alerts) {
    expect(summary).toMatch(/^[A-Z].{10,79}[^.]$/);
    expect(description).toMatch(/^.{20,150}\.$/);
  }
});
