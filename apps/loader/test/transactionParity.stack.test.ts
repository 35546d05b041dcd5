import { formatMinorUnits } from "@scoreline/contracts";
import { findAll, type TransactionEvent, transactionVectors } from "@scoreline/policy";
import { chunkOf, insertAlerts } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CompilePolicy } from "../src/policyModels.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { policyOf } from "./decider.ts";
import { type Bench, defaultVersion, hashOf, openBench, project, publish } from "./support.ts";

const buildMsMax = 240_000;
const topic = "transactions";
const parityOnly = { withDbt: true, withFreshness: false, fullRefresh: false, parityOnly: true };
const again = { ...parityOnly, withLoad: false, fullRefresh: true };

const rules = policyOf(defaultVersion.yaml).transactions;
const nextOffsets: Record<number, number> = {};
/** Streams that try every rule at its edge, on three partitions of the topic, whose offsets have no gap. */
const events = transactionVectors(rules, { seed: 5, count: 3_000 }).map((event): TransactionEvent => {
  const partition = event.topic === "vectors" ? event.partition : 2;
  const offset = nextOffsets[partition] ?? 0;
  nextOffsets[partition] = offset + 1;
  return { ...event, topic, partition, offset };
});
const findings = findAll(rules, defaultVersion.version, events);
const flagged = findings.filter((finding) => finding.flagged).length;
const news = 2_000;

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
  await publish(bench, { versions: [defaultVersion] });
});
afterAll(() => bench?.remove());

/** Records the events `[from, to)` as the scorer does, their alerts too. */
async function recordUpTo(from: number, to: number): Promise<void> {
  const rows = events.slice(from, to).map(({ transaction, partition, offset, tMs }, index) => {
    const { amount_minor, timestamp_ms, ...fields } = transaction;
    const finding = findings[from + index];
    return {
      ...{ ...fields, amount: formatMinorUnits(amount_minor), timestamp: new Date(timestamp_ms).toISOString() },
      ...{ risk_level: "Low", is_fraud: index % 50 === 0, topic, partition, record_offset: offset, t_ms: tMs },
      ...{ flagged: finding?.flagged, fraud_rules: finding?.fraudRules, fraud_reason: finding?.fraudReason },
      ...{ features: finding?.features, policy_version: finding?.policyVersion, scored_at: "now" },
    };
  });
  await bench.creditdb`
    insert into processed_transactions
    select row.* from json_populate_recordset(null::processed_transactions, ${JSON.stringify(rows)}::text::json) as row`;
  await insertAlerts(bench.deps.mongo, events.slice(from, to).flatMap(alertOf(from)));
  const ends = events.slice(0, to).map(({ partition, offset }): [number, number] => [partition, offset + 1]);
  await project(bench.creditdb, Object.fromEntries(ends), topic);
}

const alertOf =
  (from: number) =>
  ({ transaction, partition, offset, tMs }: TransactionEvent, index: number) => {
    const finding = findings[from + index];
    if (!finding?.flagged) return [];
    const { transaction_id, user_id, credit_score, amount_minor, location, merchant } = transaction;
    return [
      {
        ...{
          _id: `transaction/${transaction_id}`,
          kind: "transaction" as const,
          transaction_id,
          user_id,
          credit_score,
        },
        ...{ amount: amount_minor / 100, location, merchant, reason: finding.fraudReason ?? "" },
        ...{ rules: finding.fraudRules, policy_version: finding.policyVersion, alerted_at: new Date(tMs) },
        ...{ status: "open" as const, topic, partition, offset, chunk: chunkOf(topic, partition, BigInt(offset)) },
      },
    ];
  };

const parityHash = () => hashOf(bench.warehouse, "quality.transaction_parity");

function differing(warehouse: Database) {
  return warehouse<{ policy_version: string; mismatches: string[] }[]>`
    select policy_version, mismatches from quality.transaction_parity where mismatches <> '{}'`;
}

test("SQL judges card transactions as the stream did, and each is a fact with its alert", {
  timeout: buildMsMax,
}, async () => {
  await recordUpTo(0, news);

  const summary = await runWarehouse(bench.deps, { ...parityOnly, parityOnly: false });

  expect(summary).toMatchObject({ status: "succeeded", error: null });
  expect(summary.transaction_parity).toEqual({ decisions: news, uncompared: 0, mismatches: 0, differing: [] });
  expect(summary.dbt).toMatchObject({ tests_failed: 0, tests_warned: 0 });
  const [facts] = await bench.warehouse`
    select count(*)::int as facts, count(alerted_at)::int as alerts, count(*) filter (where flagged)::int as flagged,
      count(*) filter (where is_fraud)::int as labelled, sum(amount)::text as amount from marts.fact_transaction`;
  const sum = events.slice(0, news).reduce((total, { transaction }) => total + transaction.amount_minor, 0);
  const seen = findings.slice(0, news).filter((finding) => finding.flagged).length;
  expect(facts).toEqual({
    ...{ facts: news, alerts: seen, flagged: seen, labelled: news / 50 },
    amount: formatMinorUnits(sum),
  });
  expect(seen).toBeGreaterThan(200);
});

test("a run with news compares the news alone, and comes to what a full one comes to", {
  timeout: 2 * buildMsMax,
}, async () => {
  await recordUpTo(news, events.length);

  const summary = await runWarehouse(bench.deps, parityOnly);

  expect(summary.transaction_parity).toMatchObject({ decisions: events.length, uncompared: 0, mismatches: 0 });
  const [job] = await bench.creditdb`
    select rows::integer from metadata_table
    where run_id = ${summary.run_id} and target = 'dw_finance.quality.transaction_parity'`;
  expect(job).toEqual({ rows: events.length - news });
  const hash = await parityHash();
  expect((await runWarehouse(bench.deps, again)).status).toBe("succeeded");
  expect(await parityHash()).toBe(hash);
  expect(flagged).toBeGreaterThan(300);
});

test("rows that were tampered with, and a generated model that is wrong, are red and named", {
  timeout: 2 * buildMsMax,
}, async () => {
  const compile: CompilePolicy = (yaml, version) => {
    const compiled = bench.deps.compile(yaml, version);
    const { sql, windowMsMax } = compiled.transactions;
    expect(sql).toContain("and 3600000 preceding");
    const wrong = sql.replaceAll("and 3600000 preceding", "and 3599999 preceding");
    return { ...compiled, transactions: { sql: wrong, windowMsMax } };
  };
  const mutated = await runWarehouse({ ...bench.deps, compile }, again);
  expect(mutated).toMatchObject({ status: "failed", error: expect.stringContaining("no_finding_differs") });
  expect(new Set((await differing(bench.warehouse)).map(({ mismatches }) => mismatches[0]))).toContain("features");

  const [first] = await bench.warehouse`
    update raw.processed_transactions set amount = amount + 400, flagged = not flagged
    where record_offset = (select min(record_offset) from raw.processed_transactions) and partition = 0
    returning transaction_id`;
  const tampered = await runWarehouse(bench.deps, again);
  expect(tampered).toMatchObject({ status: "failed", error: expect.stringContaining("no_finding_differs") });
  expect(tampered.transaction_parity?.differing[0]).toMatchObject({
    id: first?.transaction_id,
    mismatches: expect.arrayContaining(["flagged", "features"]),
  });
});
