import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { monitoringFolder } from "../../folders.ts";
import { alertGroups } from "../../rules/alerts/index.ts";
import { recordings } from "../../rules/recording.ts";
import { readThresholds } from "../../thresholds.ts";
import { martAlerts } from "../alerting/martAlerts.ts";
import { build, panelsOf, tag } from "../dashboard.ts";
import { askedQueries } from "../queries.ts";
import { dataSources } from "../query.ts";
import { dashboards } from "./index.ts";

const thresholds = readThresholds();
const made = dashboards(thresholds);
const alerts = alertGroups(thresholds).flatMap((group) => group.alerts);
const panels = made.flatMap((dashboard) =>
  panelsOf(dashboard).map(({ id, panel }) => ({ name: `${dashboard.title} / ${panel.title}`, id, panel, dashboard })),
);

test("uids and titles are unique, and a uid is one that Grafana takes", () => {
  for (const values of [made.map(({ uid }) => uid), made.map(({ title }) => title), panels.map(({ name }) => name)])
    expect(new Set(values).size).toBe(values.length);
  for (const { uid } of made) expect(uid).toMatch(/^[a-z0-9-]{8,40}$/);
});

test.each(panels)("$name says what it tells and when to act, in its unit", ({ panel }) => {
  expect(panel.title).toMatch(/^\S.{3,59}$/);
  expect(panel.description).toMatch(/^.{25,180}\.$/s);
  expect(panel.unit).not.toBe("");
  expect(panel.queries.length).toBeGreaterThan(0);
  expect(new Set(panel.queries.map(({ datasource }) => datasource)).size).toBe(1);
});

test.each(alerts)("$name has one panel that asks its signal", ({ name, signal }) => {
  const showing = panels.filter(({ panel }) => panel.shows?.some((alert) => alert.name === name));
  expect(showing.map(({ name: panel }) => panel)).toHaveLength(1);
  expect(showing[0]?.panel.queries.map(({ query }) => query)).toContain(signal);
});

test("every alert on the marts has a panel", () => {
  for (const { name } of martAlerts(thresholds))
    expect(panels.filter(({ panel }) => panel.showsOfMarts?.includes(name))).toHaveLength(1);
});

test("every metric is in the catalogue, is recorded, or is one that Prometheus or prom-client gives", () => {
  const suffixes = ["", "_bucket", "_count", "_sum"];
  const known = new Set([
    ...["up", "scrape_samples_post_metric_relabeling"],
    ...["process_resident_memory_bytes", "process_cpu_seconds_total"],
    ...["nodejs_heap_size_used_bytes", "nodejs_eventloop_lag_p99_seconds"],
    ...recordings(thresholds).map(({ record }) => record),
    ...Object.values(catalogue).flatMap(({ name }) => suffixes.map((suffix) => name + suffix)),
  ]);
  const asked = askedQueries(thresholds).filter(({ datasource }) => datasource === "prometheus");
  const named = asked.flatMap(({ query }) => {
    const bare = query.replaceAll(/"[^"]*"/g, '""');
    return bare.match(/\b(?:[a-z_]+:)?(?:scoreline|data_quality|process|nodejs|scrape)_\w+(?::\w+)?|\bup\b/g) ?? [];
  });
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test("panels lie on the grid side by side, none over another, and each line is full", () => {
  for (const dashboard of made) {
    const cells = new Set<string>();
    for (const { gridPos, title } of build(dashboard).panels ?? []) {
      const { x, y, w, h } = gridPos ?? { x: 0, y: 0, w: 0, h: 0 };
      for (let row = y; row < y + h; row++)
        for (let column = x; column < x + w; column++) {
          expect(cells.has(`${column},${row}`), `${dashboard.title} / ${title}`).toBe(false);
          cells.add(`${column},${row}`);
        }
    }
    const bottom = Math.max(...[...cells].map((cell) => Number(cell.split(",")[1]))) + 1;
    expect(cells.size, dashboard.title).toBe(bottom * 24);
  }
});

test("every dashboard links to all of them, keeps its time, and shows its bounds", () => {
  for (const dashboard of made) {
    const built = build(dashboard);
    expect(built.tags).toContain(tag);
    expect(built.links).toMatchObject([{ type: "dashboards", tags: [tag], keepTime: true }]);
    expect(built.editable).toBe(false);
    const ids = (built.panels ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
  const { panel, id } = panels.find(({ panel }) => panel.title === "Share of invalid records") ?? panels[0] ?? never();
  const built = panel.at(id, { x: 0, y: 0, w: 12, h: 8 });
  expect(built.fieldConfig?.defaults.thresholds?.steps).toEqual([
    { value: null, color: "green" },
    { value: thresholds.invalid_records.above, color: "red" },
  ]);
  expect(built.fieldConfig?.defaults.custom).toMatchObject({ thresholdsStyle: { mode: "dashed" } });
});

test("the data sources are those that Grafana is given", () => {
  const folder = join(monitoringFolder, "grafana/provisioning");
  const given = parse(readFileSync(join(folder, "datasources/datasources.yml"), "utf8"));
  expect(given.datasources.map(({ type, uid }: { type: string; uid: string }) => ({ type, uid }))).toEqual(
    Object.values(dataSources),
  );
  expect(readdirSync(folder).sort()).toEqual(["alerting", "dashboards", "datasources"]);
});

function never(): never {
  throw new Error("there are no panels");
}
