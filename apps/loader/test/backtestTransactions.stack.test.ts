import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkPolicy, type FraudRules, findAll, type TransactionEvent, transactionVectors } from "@scoreline/policy";
import { repositoryRoot } from "@scoreline/stack";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backtest, runBacktest } from "../src/backtest/command.ts";
import { connection } from "../src/warehouse.ts";
import { insertTransactions, type Judged, type Recorded, sectionOf } from "./backtestTransactionsSupport.ts";
import { type Bench, openBench } from "./support.ts";

/** Warehouses of a describe's own, with recorded card transactions and what a candidate makes of them. */
function useBench(recorded: readonly Recorded[]) {
  let bench: Bench;
  let client: Client;
  beforeAll(async () => {
    bench = await openBench();
    client = connection(bench.deps.warehouseUrl, "loader-test");
    await client.connect();
    await insertTransactions(bench.warehouse, recorded);
  });
  afterAll(async () => {
    await client?.end();
    await bench?.remove();
  });
  const written = async (yaml: string) => {
    const file = join(bench.deps.dbt.stateDir, "candidate.yaml");
    await writeFile(file, yaml);
    return file;
  };
  const run = async (yaml: string, options: { from?: string; to?: string; against?: string } = {}) => {
    const notices: string[] = [];
    const file = await written(yaml);
    const { report } = await backtest(client, { file, against: "recorded", ...options }, (text) => notices.push(text));
    return { section: report.transactions, notices };
  };
  return { bench: () => bench, written, run };
}

function rulesOf(yaml: string): FraudRules {
  const checked = checkPolicy(yaml, "policy.yaml");
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.policy.transactions;
}

const applications = `policy: consumer-loans
applications:
  risk: [{ level: Low }]
  approval: [{ id: all, status: Approved }]
`;

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 31, 23, 55);
type Row = [minutes: number, user: string, partition: number, card: "VISA" | "MASTERCARD" | "AMEX", cents: number];

/** A row as recorded; rows of one partition come in the order of their offsets. */
function recordedOf(
  [minutes, user, partition, card_type, cents]: Row,
  offset: number,
  said: [boolean | null, boolean],
) {
  const transaction = {
    transaction_id: `00000000-0000-4000-8000-${String(offset).padStart(12, "0")}`,
    user_id: user,
    amount_minor: cents,
    timestamp_ms: 0,
    location: "Lisbon",
    merchant: "Books & Co",
    card_type,
    device_id: "d-1",
    credit_score: 700,
  };
  const tMs = startMs + minutes * minuteMs;
  const event: TransactionEvent = { transaction, topic: "transactions", partition, offset, tMs };
  return { event, label: said[0], flagged: said[1] };
}

const byHandYaml = `${applications}transactions:
  features:
    purchases_10m: { count: true, window: 10m }
    spent_1h: { sum: amount, window: 1h, cap: 1000000 }
  fraud:
    - { id: large, when: "amount > 900", reason: A large amount }
    - { id: busy, when: "purchases_10m >= 3", reason: Many purchases }
    - { id: never, when: "spent_1h > 50000", reason: A fortune }
`;

describe("a small stream that was worked out by hand", () => {
  // The sender's label and whether it was flagged, then what the candidate makes of it.
  const recorded = [
    recordedOf([0, "ann", 0, "VISA", 100_00], 0, [false, false]),
    recordedOf([1, "ann", 0, "VISA", 200_50], 1, [false, true]), // lost
    recordedOf([2, "ann", 0, "VISA", 300_00], 2, [true, true]), // kept: busy, the third
    recordedOf([5, "bob", 0, "VISA", 1_00], 3, [null, false]), // another partition than bob's own: its first; 00:00 of April
    recordedOf([10, "ann", 0, "VISA", 950_00], 4, [true, false]), // gained: large and busy, though minute 0 has left
    recordedOf([12, "ann", 0, "AMEX", 901_00], 5, [null, false]), // gained: large alone, minute 2 has left
    recordedOf([0, "bob", 1, "MASTERCARD", 900_00], 6, [false, true]), // lost: not above 900
    recordedOf([0, "bob", 1, "MASTERCARD", 10_00], 7, [true, false]), // missed by both
    recordedOf([0, "bob", 1, "MASTERCARD", 5_00], 8, [null, true]), // kept: busy, the third of one instant
    recordedOf([60 * 24 * 30, "bob", 1, "AMEX", 1000_00], 9, [false, false]), // gained: large alone
  ];
  const { bench, run, written } = useBench(recorded);

  test("has its flags kept, lost and gained, precision and recall, and each rule's share", async () => {
    const { section } = await run(byHandYaml);
    expect(section).toMatchObject({
      first: "2026-03-31T23:55:00.000Z",
      last: "2026-04-30T23:55:00.000Z",
      ...{ transactions: 10, amount: "4367.50", fraud: 3, legitimate: 4, unlabelled: 3 },
      flags: {
        before: { transactions: 4, amount: "1405.50", fraud: 1, legitimate: 2, unlabelled: 1 },
        after: { transactions: 5, amount: "3156.00", fraud: 2, legitimate: 1, unlabelled: 2 },
        kept: { transactions: 2, amount: "305.00", fraud: 1, legitimate: 0, unlabelled: 1 },
        lost: { transactions: 2, amount: "1100.50", fraud: 0, legitimate: 2, unlabelled: 0 },
        gained: { transactions: 3, amount: "2851.00", fraud: 1, legitimate: 1, unlabelled: 1 },
      },
      accuracy: {
        before: {
          ...{ true_positives: 1, false_positives: 2, false_negatives: 2, true_negatives: 2 },
          ...{ precision: 1 / 3, recall: 1 / 3 },
        },
        after: {
          ...{ true_positives: 2, false_positives: 1, false_negatives: 1, true_negatives: 3 },
          ...{ precision: 2 / 3, recall: 2 / 3 },
        },
      },
    });
    expect(section?.by_rule).toEqual([
      {
        ...{ rule: "large", transactions: 3, amount: "2851.00", fraud: 1, legitimate: 1, unlabelled: 1 },
        ...{ precision: 1 / 2, alone: 2, alone_fraud: 0 },
      },
      {
        ...{ rule: "busy", transactions: 3, amount: "1255.00", fraud: 2, legitimate: 0, unlabelled: 1 },
        ...{ precision: 1, alone: 2, alone_fraud: 1 },
      },
      {
        ...{ rule: "never", transactions: 0, amount: "0.00", fraud: 0, legitimate: 0, unlabelled: 0 },
        ...{ precision: null, alone: 0, alone_fraud: 0 },
      },
    ]);
    expect(section?.by_card_type.map(({ card_type, transactions }) => [card_type, transactions])).toEqual([
      ["VISA", 5],
      ["MASTERCARD", 3],
      ["AMEX", 2],
    ]);
    expect(
      section?.by_month.map(({ month, transactions, flags }) => [month, transactions, flags.gained.transactions]),
    ).toEqual([
      ["2026-03", 6, 0],
      ["2026-04", 4, 3],
    ]);
  });

  test("loses every flag by a candidate that asks nothing of card transactions", async () => {
    const { section } = await run(applications);
    expect(section?.flags.lost).toMatchObject({ transactions: 4, amount: "1405.50" });
    expect(section?.flags.after.transactions).toBe(0);
    expect(section?.by_rule).toEqual([]);
  });

  test("has no section in a period without transactions, and a person is told where they are", async () => {
    const { section, notices } = await run(byHandYaml, { from: "2026-05-01" });
    expect(section).toBeNull();
    expect(notices).toEqual([
      "no card transaction lies in the period; the warehouse holds those from 2026-03-31T23:55:00.000Z to 2026-04-30T23:55:00.000Z",
    ]);
  });

  // Two dbt builds, on a machine that is busy with other things, too.
  test("is kept in quality, where every figure is a sum over its cells", { timeout: 300_000 }, async () => {
    // A candidate without a rule first: both builds, of new tables and of tables that are there, are tried.
    await runBacktest(bench().deps, { file: await written(applications), against: "recorded" });
    const report = await runBacktest(bench().deps, { file: await written(byHandYaml), against: "recorded" });
    const flags = await bench().warehouse`
      select flag, sum(transactions)::integer as transactions, sum(amount)::text as amount
      from quality.backtest_transaction_flags where backtest_id = ${report.backtest_id} group by flag order by flag`;
    expect([...flags]).toEqual([
      { flag: "gained", transactions: 3, amount: "2851.00" },
      { flag: "kept", transactions: 2, amount: "305.00" },
      { flag: "lost", transactions: 2, amount: "1100.50" },
      { flag: "not flagged", transactions: 3, amount: "111.00" },
    ]);
    const outcomes = await bench().warehouse`
      select outcome_after, label, month::text, card_type, sum(transactions)::integer as transactions
      from quality.backtest_transaction_flags
      where backtest_id = ${report.backtest_id} and outcome_after in ('false positive', 'false negative', 'true positive')
      group by outcome_after, label, month, card_type order by outcome_after, month`;
    expect([...outcomes]).toEqual([
      {
        outcome_after: "false negative",
        label: "fraud",
        month: "2026-03-01",
        card_type: "MASTERCARD",
        transactions: 1,
      },
      { outcome_after: "false positive", label: "legitimate", month: "2026-04-01", card_type: "AMEX", transactions: 1 },
      { outcome_after: "true positive", label: "fraud", month: "2026-03-01", card_type: "VISA", transactions: 1 },
      { outcome_after: "true positive", label: "fraud", month: "2026-04-01", card_type: "VISA", transactions: 1 },
    ]);
    const rules = await bench().warehouse`
      select rule_number, rule, transactions::integer, amount::text, unlabelled::integer, alone::integer
      from quality.backtest_transaction_rules where backtest_id = ${report.backtest_id} order by rule_number`;
    expect([...rules]).toEqual([
      { rule_number: 1, rule: "large", transactions: 3, amount: "2851.00", unlabelled: 1, alone: 2 },
      { rule_number: 2, rule: "busy", transactions: 3, amount: "1255.00", unlabelled: 1, alone: 2 },
      { rule_number: 3, rule: "never", transactions: 0, amount: "0.00", unlabelled: 0, alone: 0 },
    ]);
    const documentation = await readFile(join(repositoryRoot, "DOCUMENTATION.md"), "utf8");
    const [, query = ""] = /```sql\n(select month,.*?)```/s.exec(documentation) ?? [];
    expect((await bench().warehouse.unsafe(query)).map(({ recall }) => recall)).toEqual([0.5, 1]);
    const [runs] = await bench().warehouse`
      select count(distinct backtest_id)::integer as runs from quality.backtest_transaction_flags`;
    expect(runs).toEqual({ runs: 2 });
  });

  test("has rules that fit its flags, or the build is red", { timeout: 300_000 }, async () => {
    const file = await written(byHandYaml);
    await runBacktest(bench().deps, { file, against: "recorded" });
    await bench().warehouse`update quality.backtest_transaction_rules set alone = 6 where rule = 'large'`;
    await expect(runBacktest(bench().deps, { file, against: "recorded" })).rejects.toThrow(
      "their tables could not be built: rules_of_a_backtest_agree_with_its_flags",
    );
  });
});

const published = await readFile(join(repositoryRoot, "packages/policy/policies/default.yaml"), "utf8");
const candidateYaml = published
  .replace("transactions_10m >= 4 && largest_10m <= 5", "transactions_10m >= 2 && largest_10m <= 20")
  .replace("transactions_10m > 12", "transactions_10m > 3")
  .replace("locations_1h > 3", "locations_1h > 1")
  .replace("amount > 500", "amount > 100 && credit_score < 700");

/** Golden vectors, which try the edges of every window, of more users and with habits, so that not all is suspicious. */
const events = transactionVectors(rulesOf(candidateYaml), { seed: 11, count: 4_000 }).map((event, index) => {
  const { user_id, ...rest } = event.transaction;
  const usual = { location: "Lisbon", device_id: "d-1", amount_minor: index % 2 ? 1_00 : rest.amount_minor };
  const transaction = { ...rest, user_id: `${user_id}-${index % 3}`, ...(index % 8 > 0 && usual) };
  return { ...event, transaction };
});

describe("a stream that tries the edges of every window", () => {
  const candidate = findAll(rulesOf(candidateYaml), "candidate", events);
  const inForce = findAll(rulesOf(published), "consumer-loans@1", events);
  const ids = rulesOf(candidateYaml).fraud.map(({ id }) => id);
  const labels = [true, false, false, null, false] as const;
  const recorded = events.map((event, index): Recorded => {
    const label = labels[(index * 7) % labels.length] ?? null;
    // Not what any version finds: that the record is what counts has to show.
    return { event, label, flagged: index % 5 === 0 };
  });
  const { bench, run } = useBench(recorded);
  beforeAll(async () => {
    await bench().warehouse`
      insert into raw.policies values ('consumer-loans@1', 'consumer-loans', 1, ${published},
        ${createHash("sha256").update(published).digest("hex")}, 1, 0, 0, 'test', '', 1)`;
    await bench().warehouse`
      insert into raw.policies values ('silent@1', 'silent', 1, ${applications},
        ${createHash("sha256").update(applications).digest("hex")}, 1, 1, 1, 'test', '', 1)`;
  });

  const judged = (before: (index: number) => boolean): Judged[] =>
    recorded.map(({ event, label }, index) => {
      const { flagged = false, fraudRules = [] } = candidate[index] ?? {};
      return { event, label, before: before(index), after: flagged, rules: fraudRules };
    });
  const asRecorded = judged((index) => recorded[index]?.flagged ?? false);

  test("against what was recorded equals what the stream's engine finds", async () => {
    const { section, notices } = await run(candidateYaml);
    expect(section).toEqual(sectionOf(asRecorded, ids));
    for (const side of ["kept", "lost", "gained"] as const)
      expect(section?.flags[side].transactions).toBeGreaterThan(50);
    for (const { rule, transactions } of section?.by_rule ?? []) expect([rule, transactions > 0]).toEqual([rule, true]);
    expect(notices).toEqual([]);
  });

  test("against a version judges both sides anew", async () => {
    const { section } = await run(candidateYaml, { against: "consumer-loans@1" });
    const expected = judged((index) => inForce[index]?.flagged ?? false);
    expect(section).toEqual(sectionOf(expected, ids));
    expect(section?.flags.kept.transactions).toBeGreaterThan(50);
  });

  test("a period's windows are warmed from before it", async () => {
    const times = events.map(({ tMs }) => tMs).toSorted((one, other) => one - other);
    const [fromMs = 0, toMs = 0] = [times[1_500], times[3_000]];
    const within = ({ event }: Judged) => event.tMs >= fromMs && event.tMs < toMs;
    const options = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    const { section } = await run(candidateYaml, options);
    expect(section).toEqual(sectionOf(asRecorded.filter(within), ids));
    // Were they not, the figures would be others: the test can fail.
    const inPeriod = asRecorded.filter(within);
    const cold = findAll(
      rulesOf(candidateYaml),
      "candidate",
      inPeriod.map(({ event }) => event),
    );
    expect(cold.filter(({ flagged }) => flagged).length).not.toBe(section?.flags.after.transactions);
  });

  test("there is no section where neither policy asks anything of card transactions", async () => {
    expect(await run(applications, { against: "silent@1" })).toEqual({ section: null, notices: [] });
    expect((await run(candidateYaml, { against: "silent@1" })).section?.flags.before.transactions).toBe(0);
    await bench().warehouse`update raw.processed_transactions set flagged = false`;
    expect(await run(applications)).toEqual({ section: null, notices: [] });
  });

  test("there is neither section nor notice in a warehouse without card transactions", async () => {
    await bench().warehouse`truncate raw.processed_transactions`;
    expect(await run(candidateYaml)).toEqual({ section: null, notices: [] });
  });
});
