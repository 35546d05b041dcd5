import { readdirSync, readFileSync, rmSync } from "node:fs";
import { readEnv } from "@scoreline/stack";
import { connectPostgres } from "@scoreline/stores/postgres";
import { afterAll, describe, expect, test } from "vitest";
import type { Counts } from "../src/counts.ts";
import { jsonOf, scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

type Demo = Record<
  | "sent"
  | "accepted"
  | "refused"
  | "scored"
  | "duplicates"
  | "failedRecords"
  | "failedChecks"
  | "alerts"
  | "facts"
  | "testsPassed"
  | "testsFailed"
  | "decisions"
  | "mismatches",
  number
> & {
  explained: string;
  transactions: Record<
    "sent" | "accepted" | "refused" | "scored" | "duplicates" | "alerts" | "compared" | "mismatches",
    number
  >;
  swapSet: { approvals: Record<"before" | "after" | "won" | "lost", { applications: number }> };
};

const home = temporaryHome("demo");

/** Processes whose command line or environment names the home. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ["cmdline", "environ"].some((file) => readProcess(pid, file).includes(folder)));
}

function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

afterAll(async () => {
  await scoreline(home, "down");
  rmSync(home.dir, { recursive: true, force: true });
});

describe("scoreline demo", () => {
  let demo: Demo;

  test("takes applications from HTTP to a tested star schema, and every one is accounted for", async () => {
    demo = jsonOf<Demo>(await scoreline(home, "demo", "--count", "3000", "--json"));
    expect(demo.sent).toBe(3_000);
    expect(demo.accepted + demo.refused).toBe(demo.sent);
    expect(demo.refused).toBeGreaterThan(0);
    expect(demo.duplicates).toBeGreaterThan(0);
    expect(demo.scored + demo.duplicates).toBe(demo.accepted);
    expect(demo.failedRecords).toBe(demo.refused + demo.transactions.refused);
    expect(demo.alerts).toBeGreaterThan(0);
    expect(demo.facts).toBe(demo.scored);
    expect(demo.testsPassed).toBeGreaterThan(30);
    expect(demo.testsFailed).toBe(0);
  });

  test("card transactions go the same way, and are judged again by SQL", () => {
    const { transactions } = demo;
    expect(transactions.sent).toBe(750);
    expect(transactions.accepted + transactions.refused).toBe(transactions.sent);
    expect(transactions.scored + transactions.duplicates).toBe(transactions.accepted);
    expect(transactions).toMatchObject({ compared: transactions.scored, mismatches: 0 });
  });

  test("the warehouse makes every decision again, explains one, and says what a candidate would change", () => {
    expect(demo).toMatchObject({ decisions: demo.scored, mismatches: 0 });
    expect(demo.explained).toMatch(/./);
    const { before, after, won, lost } = demo.swapSet.approvals;
    expect(lost.applications).toBeGreaterThan(0);
    expect(after.applications).toBe(before.applications + won.applications - lost.applications);
  });

  test("the fact table says what the decisions and the alerts say", async () => {
    const env = readEnv(home);
    const creditdb = connectPostgres(env.CREDITDB_URL, { app: "test" });
    const warehouse = connectPostgres(env.DW_FINANCE_URL, { app: "test" });
    try {
      const decided = await creditdb`
        select risk_level, approval_status, is_fraud, count(*)::int as count, sum(loan_amount)::text as amount
        from credit_scores group by 1, 2, 3 order by 1, 2, 3`;
      const facts = await warehouse`
        select risk_level, approval_status, is_fraud, count(*)::int as count, sum(loan_amount)::text as amount
        from marts.fact_loan_application group by 1, 2, 3 order by 1, 2, 3`;
      expect([...facts]).toEqual([...decided]);
    } finally {
      await Promise.all([creditdb.end(), warehouse.end()]);
    }
  });

  test("leaves a healthy stack, whose status a program can read", async () => {
    const status = jsonOf<{ healthy: boolean; counts: Counts; services: { name: string; state: string }[] }>(
      await scoreline(home, "status", "--json"),
    );
    expect(status.services.map((service) => service.name).sort()).toEqual(
      ["fraud-check", "ingest", "kafka", "loader", "mongo", "postgres", "scorer"].sort(),
    );
    expect(status).toMatchObject({ healthy: true, counts: { inFlight: 0, scored: demo.scored, facts: demo.facts } });
  });

  test("the same seed again is all duplicates, and changes no fact", async () => {
    const sent = jsonOf<Demo>(await scoreline(home, "demo", "--count", "3000", "--seed", "1", "--json"));
    expect(sent).toMatchObject({ scored: 0, duplicates: demo.accepted, alerts: 0, facts: demo.facts, testsFailed: 0 });
    expect(sent.transactions).toMatchObject({ scored: 0, duplicates: demo.transactions.accepted, alerts: 0 });
  });

  test("a scorer that is gone is named, and status says so by its exit code", async () => {
    const status = JSON.parse((await scoreline(home, "status", "--json")).stdout) as {
      services: { name: string; pid: number }[];
    };
    const scorer = status.services.find((service) => service.name === "scorer");
    process.kill(scorer?.pid ?? Number.NaN, "SIGKILL");
    const after = await scoreline(home, "status");
    expect(after.code).toBe(1);
    expect(after.stdout).toMatch(/scorer\s+(crashed|unhealthy)/);
  });

  test("down leaves no process", async () => {
    expect(processesOf(home.dir).length).toBeGreaterThan(0);
    expect((await scoreline(home, "down")).code).toBe(0);
    expect(processesOf(home.dir)).toEqual([]);
  });
});

describe("scoreline with wrong arguments", () => {
  test.each([
    [["nope"], 2, /unknown command/],
    [["demo", "--count", "0"], 2, /whole number/],
    [["up", "--ingest", "bun"], 2, /Allowed choices are node, deno/],
  ])("%j exits with %i and says why", async (args, code, words) => {
    const result = await scoreline(home, ...args);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(words);
  });
});
