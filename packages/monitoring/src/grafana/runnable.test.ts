import { expect, test } from "vitest";
import { readThresholds } from "../thresholds.ts";
import { askedQueries, runnableQueries } from "./queries.ts";
import { runnable } from "./runnable.ts";

const range = { from: new Date("2026-01-02T00:00:00Z"), to: new Date("2026-01-02T06:00:00Z") };
const [from, to] = ["'2026-01-02T00:00:00.000Z'", "'2026-01-02T06:00:00.000Z'"];
const ask = (datasource: "prometheus" | "warehouse", query: string, choices = {}) =>
  runnable(datasource, query, range, choices);

test("PromQL gets windows and choices", () => {
  expect(ask("prometheus", 'rate(a{topic=~"$topic"}[$__rate_interval])', { topic: ".*" })).toBe(
    'rate(a{topic=~".*"}[1m])',
  );
  expect(ask("prometheus", "increase(a[$__range])")).toBe("increase(a[21600s])");
  expect(ask("prometheus", 'a{le=~"1|1\\\\.0"}')).toBe('a{le=~"1|1\\\\.0"}');
});

test("SQL gets times, as Grafana writes them, and choices", () => {
  expect(ask("warehouse", "where $__timeFilter(a.at) and b")).toBe(`where a.at BETWEEN ${from} AND ${to} and b`);
  expect(ask("warehouse", "$__timeFrom()::timestamptz <= $__timeTo()")).toBe(`${from}::timestamptz <= ${to}`);
  expect(ask("warehouse", "$__timeGroupAlias(at, '5m')")).toBe('floor(extract(epoch from at)/300)*300 AS "time"');
  expect(ask("warehouse", "$__time(at)")).toBe('at AS "time"');
  expect(ask("warehouse", "a in ($region)", { region: "select 1" })).toBe("a in (select 1)");
});

test("what is known to nobody is an error, not a query of another meaning", () => {
  expect(() => ask("warehouse", "$__timeEpochs(at)")).toThrow(/no macro \$__timeEpochs/);
  expect(() => ask("warehouse", "$__timeGroup(at, 'soon')")).toThrow(/"soon" is no interval/);
  expect(() => ask("prometheus", "rate(a[$__rate_intervals])")).toThrow(/\$__rate_intervals is replaced by nothing/);
  expect(() => ask("prometheus", 'a{b=~"$c"}')).toThrow(/no variable \$c/);
});

test("every query of every dashboard and rule can be run, and is told by where it stands", () => {
  const asked = askedQueries(readThresholds());
  const run = runnableQueries(readThresholds(), range);
  expect(run).toHaveLength(asked.length);
  expect(asked.length).toBeGreaterThan(150);
  for (const { where, runnable } of run) expect(runnable, where).not.toMatch(/\$/);
  expect(asked.map(({ where }) => where)).toEqual(
    expect.arrayContaining(["Pipeline / Received by topic", "Lending and Risk / $region", "alert ConsumerLagGrowing"]),
  );
  expect(new Set(asked.map(({ datasource }) => datasource))).toEqual(new Set(["prometheus", "warehouse"]));
});
