import { describe, expect, test } from "vitest";
import { linesOf } from "./lines.ts";
import type { View } from "./view.ts";

const none = {
  receivedPerSecond: undefined,
  scoredPerSecond: undefined,
  acceptedPerSecond: undefined,
  refusedPerSecond: undefined,
  inFlight: undefined,
  lagRecords: undefined,
  lagSeconds: undefined,
  p50Seconds: undefined,
  p99Seconds: undefined,
};

const empty: View = {
  atMs: Date.UTC(2026, 0, 31, 9, 30),
  seconds: undefined,
  services: { value: [] },
  away: [],
  flows: [],
  answersPerSecond: undefined,
  alerts: undefined,
  fraud: undefined,
  quality: { invalid: undefined, checks: [], refusals: [], deadLetters: [] },
  jobs: { value: [] },
};

const texts = (view: Partial<View>) => linesOf("/home", { ...empty, ...view }).map(({ text }) => text);
const troubles = (view: Partial<View>) =>
  linesOf("/home", { ...empty, ...view }).flatMap(({ text, tone }) => (tone === "trouble" ? [text] : []));

describe("the lines of a frame", () => {
  test("stand in one order, whatever is known", () => {
    expect(texts({})).toEqual([
      "Scoreline in /home  2026-01-31T09:30:00.000Z  rates from the next frame on",
      "Services",
      "Records a second           accepted    refused   received     scored",
      "Not decided yet           in flight        lag     oldest        p50        p99",
      "Alerts",
      "  Prometheus does not run; start it: scoreline up --monitoring",
      "Fraud alerts a minute",
      "  -",
      "Quality",
      "  invalid share  -",
      "  failed checks  none",
      "  at the door    none",
      "  dead letters   none",
      "Last jobs",
      "  none has run",
    ]);
  });

  test("have figures under their names, and a dash for what nobody tells", () => {
    const flow = {
      ...none,
      topic: "transactions",
      acceptedPerSecond: 1234.5,
      receivedPerSecond: 0,
      scoredPerSecond: 99.94,
    };
    const standing = { inFlight: 1_500, lagRecords: 0, lagSeconds: 61.26, p50Seconds: 0.0123 };
    expect(texts({ flows: [{ ...flow, ...standing }] }).filter((line) => line.includes("transactions"))).toEqual([
      "  transactions                1,235          -        0.0       99.9",
      "  transactions                1,500          0     61.3 s      12 ms          -",
    ]);
  });

  test("name healthy services together and each of the others with its log", () => {
    const services: View["services"] = {
      value: [
        { name: "kafka", state: "healthy", logFile: "k.log" },
        { name: "postgres", state: "crashed", logFile: "p.log" },
        { name: "scorer", state: "unhealthy", logFile: "s.log", detail: "/readyz answered 503:\n postgres" },
        { name: "loader", state: "healthy", logFile: "l.log" },
      ],
    };
    expect(texts({ services })).toContain("  healthy    kafka, loader");
    expect(troubles({ services })).toEqual([
      "  crashed    postgres  log: p.log",
      "  unhealthy  scorer (/readyz answered 503: postgres)  log: s.log",
    ]);
  });

  test("tell what is away and why", () => {
    const away = { away: "no answer within 2 s" };
    expect(
      troubles({ services: away, alerts: away, jobs: away, away: [{ name: "scorer-2", why: "connect ECONNREFUSED" }] }),
    ).toEqual([
      "  away: no answer within 2 s",
      "  metrics of scorer-2 are away: connect ECONNREFUSED",
      "  away: Prometheus: no answer within 2 s",
      "  away: creditdb: no answer within 2 s",
    ]);
  });

  test("show eight alerts and how many more there are", () => {
    const alert = { severity: "page", since: "2026-01-31T09:29:00Z", summary: "It stands.", labels: { topic: "t" } };
    const active = Array.from({ length: 10 }, (_, i) => {
      return { ...alert, name: `Alert${i}`, state: i < 2 ? ("firing" as const) : ("pending" as const) };
    });
    const shown = texts({ alerts: { value: active } });
    expect(shown).toContain("  firing   Alert1 page topic=t  since 2026-01-31T09:29:00Z  It stands.");
    expect(shown).toContain("  and 2 more");
    expect(troubles({ alerts: { value: active } })).toHaveLength(2);
    expect(texts({ alerts: { value: [] } })).toContain("  none firing, none pending");
  });

  test("give fraud alerts and checks with their numbers, the rest as a number", () => {
    const tally = (name: string, since: number, grown = 0) => ({ name, since, grown });
    const view = {
      fraud: [..."abcdefgh"].map((rule) => ({ rule, perMinute: 1_200.4 })),
      quality: {
        invalid: { failed: 25, records: 1_000 },
        checks: [tally("invalid_user_id", 1_300, 4), ...[..."abcd"].map((name) => tally(name, 2))],
        refusals: [],
        deadLetters: [tally("scorer", 12)],
      },
    };
    expect(texts(view)).toEqual(
      expect.arrayContaining([
        "  a 1,200, b 1,200, c 1,200, d 1,200, e 1,200, f 1,200, and 2 more rules",
        "  invalid share  2.5 % (25 of 1,000 records)",
        "  failed checks  invalid_user_id 1,300 (+4), a 2, b 2, c 2, and 1 more",
        "  dead letters   scorer 12",
      ]),
    );
  });

  test("list jobs with when, how long, rows and how they ended", () => {
    const startedAt = new Date("2026-01-31T09:00:00.123Z");
    const done = { job: "dbt_build", startedAt, tookMs: 12_340, rows: 1_234n, status: "succeeded", error: undefined };
    const failed = { ...done, job: "load", rows: undefined, status: "failed", error: "it\nbroke" };
    const jobs = { value: [done, failed, { ...done, tookMs: undefined, status: "running" }] };
    expect(texts({ jobs }).slice(-3)).toEqual([
      "  dbt_build      2026-01-31T09:00:00Z    12.3 s      1,234 rows  succeeded",
      "  load           2026-01-31T09:00:00Z    12.3 s               -  failed  it broke",
      "  dbt_build      2026-01-31T09:00:00Z         -      1,234 rows  running",
    ]);
    expect(troubles({ jobs })).toHaveLength(1);
  });
});
