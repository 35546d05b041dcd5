import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, readEnv, repositoryRoot } from "@scoreline/stack";
import { connectPostgres } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCounts } from "../src/counts.ts";
import { jsonOf, scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

// 9,578 real loans (LendingClub, 2007-2010). The variable names the CSV; without it the tests on them are skipped.
const file = process.env.SCORELINE_LENDINGCLUB_CSV ?? "";
const present = file !== "" && existsSync(file);
if (!present) console.log("SCORELINE_LENDINGCLUB_CSV names no file: the backtests on real loans are skipped");

// Several dbt builds a test, on a machine that is busy with other things, too.
const timeout = 400_000;

const defaultPolicy = readFileSync(join(repositoryRoot, "packages/policy/policies/default.yaml"), "utf8");

type Figures = {
  applications: number;
  amount: string;
  booked: number;
  exposure: string;
  rated: number;
  bad: number;
  bad_rate: number | null;
};
type Report = {
  applications: number;
  historical: number;
  compared: number;
  approvals: Record<"before" | "after" | "kept" | "lost" | "won", Figures>;
  alerts: Record<"before" | "after" | "gained" | "lost", number>;
  by_risk_level: { risk_level: string; approvals: Report["approvals"] }[];
  by_region: { region: string | null; approvals: Report["approvals"] }[];
  transactions: { flags: Record<string, { transactions: number; amount: string }>; by_rule: object[] } | null;
};

async function startHome(name: string): Promise<Home> {
  const home = temporaryHome(name);
  expect((await scoreline(home, "up", "--detach")).code).toBe(0);
  return home;
}

async function endHome(home: Home): Promise<void> {
  await scoreline(home, "down");
  rmSync(home.dir, { recursive: true, force: true });
}

describe("history, outcomes and a backtest from the command line", () => {
  let home: Home;
  const path = (name: string) => join(home.dir, name);
  const write = (name: string, text: string) => {
    writeFileSync(path(name), text);
    return path(name);
  };

  beforeAll(async () => {
    home = await startHome("backtest");
  });
  afterAll(() => endHome(home));

  const rows = [
    "application_id,user_id,credit_score,loan_amount,timestamp",
    "old-1,ann,720,9000,2008-01-01T00:00:00Z",
    "old-2,ann,650,9000.5,2008-01-02T00:00:00Z",
    "old-3,bob,650,15000.01,2008-01-03T00:00:00Z",
    "old-4,bob,20,100,2008-01-04T00:00:00Z",
    "old-5,bob,400,20000,2008-01-05T00:00:00Z",
  ].join("\n");

  test("past applications are loaded once, refusals are told, and no topic, scorer or live window sees them", async () => {
    const history = write("history.csv", rows);
    const first = await scoreline(home, "replay", "--history", history, "--map", "classic", "--json");
    expect(jsonOf(first)).toEqual({
      read: 5,
      loaded: 4,
      repeated: 0,
      refused: 1,
      naive_timestamps: 0,
      refused_by_check: { invalid_credit_score: 1 },
    });

    const again = write("again.csv", rows.replace("9000.5", "9000.6"));
    const rejects = path("rejects.jsonl");
    const second = await scoreline(home, "replay", again, "--map", "classic", "--history", "--rejects", rejects);
    expect(second.code).toBe(0);
    expect(second.stderr.replace(/ +/g, " ")).toContain("read 5\n loaded 0\n repeated 3\n refused 2");
    expect(second.stderr).toContain("old-2: application_id is in history already with other content");
    const refused = readFileSync(rejects, "utf8").trim().split("\n");
    expect(refused.map((line) => JSON.parse(line))).toMatchObject([
      { line: 5, application_id: "old-4", failures: [{ check: "invalid_credit_score" }] },
      { application_id: "old-2", failures: [{ check: "application_id_reused" }] },
    ]);

    expect(await readCounts(readEnv(home))).toMatchObject({ records: 0, scored: 0, alerts: 0 });
  });

  test("a candidate is compared with a published version, and the tables are there at once", { timeout }, async () => {
    jsonOf(await scoreline(home, "warehouse", "--no-dbt", "--json"));
    const outcomes = [
      "application_id,booked,bad,exposure,matured_at",
      "old-1,1,0,9000,2011-01-01",
      "old-2,1,1,9000.50,2011-01-02",
      "old-3,0,?,0,",
    ];
    expect(jsonOf(await scoreline(home, "outcomes", write("outcomes.csv", outcomes.join("\n")), "--json"))).toEqual({
      read: 3,
      loaded: 2,
      corrected: 0,
      unchanged: 0,
      without_application: 0,
      refused: 1,
    });
    const candidate = write("candidate.yaml", defaultPolicy.replace("credit_score >= 600", "credit_score >= 680"));
    const report = jsonOf<Report>(
      await scoreline(home, "backtest", candidate, "--against", "consumer-loans@1", "--json"),
    );
    expect(report).toMatchObject({ applications: 4, historical: 4, compared: 4, alerts: { before: 1, after: 1 } });
    expect(report.transactions).toBeNull();
    expect(report.approvals).toMatchObject({
      before: { applications: 2 },
      kept: { applications: 1, amount: "9000.00", bad_rate: 0 },
      lost: { applications: 1, amount: "9000.50", exposure: "9000.50", rated: 1, bad: 1, bad_rate: 1 },
      won: { applications: 0, bad_rate: null },
    });
    const warehouse = connectPostgres(readEnv(home).DW_FINANCE_URL, { app: "test" });
    const [lost] = await warehouse`
      select sum(applications)::integer as applications, sum(bad)::integer as bad
      from quality.backtest_swap_sets where approval = 'lost'`;
    await warehouse.end();
    expect(lost).toEqual({ applications: 1, bad: 1 });
  });

  test("history has no decision of record to be compared with, and a person is told so", async () => {
    const { code, stdout } = await scoreline(home, "backtest", path("candidate.yaml"));
    expect(code).toBe(0);
    expect(stdout).toContain("0; 4 have no decision of record (compare them with --against VERSION)");
    expect(stdout).toMatch(/^bad rate +unknown/m);
  });

  test("card transactions of the warehouse are judged beside applications, and a period without any is told", {
    timeout,
  }, async () => {
    const warehouse = connectPostgres(readEnv(home).DW_FINANCE_URL, { app: "test" });
    await warehouse`
      insert into raw.processed_transactions (transaction_id, user_id, amount, "timestamp", location, merchant, card_type,
        device_id, credit_score, is_fraud, flagged, fraud_rules, features, policy_version, topic, partition, record_offset,
        t_ms, scored_at, load_id)
      select gen_random_uuid(), 'ann', amount, now(), 'Lisbon', 'Grocer', 'VISA', 'd-1', 700, label, flagged, '{}', '{}',
        'consumer-loans@1', 'transactions', 0, number, 1772323200000 + number, now(), 1
      from (values (0, 600.50, true, false), (1, 700.00, false, true), (2, 10.00, null, false))
        as made (number, amount, label, flagged)`;
    await warehouse.end();
    const large = `{ id: large, when: "amount > 600 && amount < 650", reason: Large }`;
    const [applications] = defaultPolicy.split("transactions:\n");
    const file = write("large.yaml", `${applications}transactions:\n  fraud:\n    - ${large}\n`);
    const { transactions } = jsonOf<Report>(await scoreline(home, "backtest", file, "--json"));
    expect(transactions).toMatchObject({
      flags: {
        kept: { transactions: 0 },
        lost: { transactions: 1, amount: "700.00" },
        gained: { transactions: 1, amount: "600.50" },
      },
      accuracy: { before: { precision: 0, recall: 0 }, after: { precision: 1, recall: 1 } },
      by_rule: [{ rule: "large", transactions: 1, fraud: 1, alone: 1 }],
    });
    const { code, stdout, stderr } = await scoreline(home, "backtest", file, "--to", "2026-01-01");
    expect(code).toBe(0);
    expect(stdout).not.toContain("card transactions");
    expect(stderr).toContain(
      "no card transaction lies in the period; the warehouse holds those from 2026-03-01T00:00:00",
    );
  });

  test("a candidate with problems, an unknown version and a file that is not there are exit code 2", async () => {
    const bad = write("bad.yaml", defaultPolicy.replace("credit_score >= 700", "creditscore >= 700"));
    const linted = await scoreline(home, "backtest", bad);
    expect(linted.code).toBe(2);
    expect(linted.stderr).toMatch(/bad\.yaml:7:\d+ risk clause/);
    expect(linted.stderr).toContain("bad.yaml has 1 problem; nothing was run");
    for (const [line, words] of [
      [["backtest", path("candidate.yaml"), "--against", "consumer-loans@7"], "it holds consumer-loans@1"],
      [["backtest", path("absent.yaml")], "absent.yaml cannot be read"],
      [["backtest", path("candidate.yaml"), "--from", "soon"], '--from is "soon"'],
      [["outcomes", path("absent.csv")], "absent.csv cannot be read"],
      [["replay", "--history", path("absent.csv"), "--map", "classic"], "absent.csv cannot be read"],
    ] as const) {
      const { code, stderr } = await scoreline(home, ...line);
      expect(stderr).toContain(words);
      expect(code).toBe(2);
    }
  });
});

type Loan = { id: string; score: number; cents: number; bad: boolean };

/** Figures once more, straight from the file. Every loan was lent in full and has matured. */
function figuresOf(loans: readonly Loan[]): Figures {
  const amount = (loans.reduce((sum, { cents }) => sum + cents, 0) / 100).toFixed(2);
  const bad = loans.filter((loan) => loan.bad).length;
  const rated = loans.length;
  return {
    applications: rated,
    amount,
    booked: rated,
    exposure: amount,
    rated,
    bad,
    bad_rate: rated ? bad / rated : null,
  };
}

/** A swap set straight from the file: approved before, and after. */
function swapSetOf(loans: readonly Loan[], before: (loan: Loan) => boolean, after: (loan: Loan) => boolean) {
  return {
    before: figuresOf(loans.filter(before)),
    after: figuresOf(loans.filter(after)),
    kept: figuresOf(loans.filter((loan) => before(loan) && after(loan))),
    lost: figuresOf(loans.filter((loan) => before(loan) && !after(loan))),
    won: figuresOf(loans.filter((loan) => !before(loan) && after(loan))),
  };
}

describe.skipIf(!present)("backtests on real loans", () => {
  let home: Home;
  const map = join(repositoryRoot, "apps/simulator/maps/lendingclub.yaml");
  const loans = (present ? readFileSync(file, "utf8").trim().split(/\r?\n/).slice(1) : []).map((line): Loan => {
    const cells = line.split(",");
    const [id = "", , score, amount] = cells;
    return {
      id: `lendingclub-${id}`,
      score: Number(score),
      cents: Math.round(Number(amount) * 100),
      bad: cells.at(-1) === "1",
    };
  });
  const instant = (scoreMin: number, amountMax: number) => (loan: Loan) =>
    loan.score >= scoreMin && loan.cents <= amountMax * 100;
  const candidates = [
    {
      name: "680",
      yaml: defaultPolicy.replace("credit_score >= 600", "credit_score >= 680"),
      after: instant(680, 15_000),
    },
    {
      name: "20000",
      yaml: defaultPolicy.replace("loan_amount <= 15000", "loan_amount <= 20000"),
      after: instant(600, 20_000),
    },
  ];

  beforeAll(async () => {
    home = await startHome("loans");
    const outcomes = loans.map(({ id, bad, cents }) => `${id},true,${bad},${(cents / 100).toFixed(2)},2014-01-01`);
    writeFileSync(
      join(home.dir, "outcomes.csv"),
      ["application_id,booked,bad,exposure,matured_at", ...outcomes].join("\n"),
    );
    for (const { name, yaml } of candidates) writeFileSync(join(home.dir, `${name}.yaml`), yaml);
  });
  afterAll(() => endHome(home));

  async function expectFigures(...options: string[]): Promise<void> {
    for (const { name, after } of candidates) {
      const candidate = join(home.dir, `${name}.yaml`);
      const report = jsonOf<Report>(await scoreline(home, "backtest", candidate, ...options, "--json"));
      expect(report).toMatchObject({ applications: 9_578, compared: 9_578 });
      expect(report.approvals).toEqual(swapSetOf(loans, instant(600, 15_000), after));
      expect(report.by_risk_level.map(({ risk_level, approvals }) => [risk_level, approvals])).toEqual([
        [
          "Low",
          swapSetOf(
            loans.filter(({ score }) => score >= 700),
            instant(600, 15_000),
            after,
          ),
        ],
        [
          "Medium",
          swapSetOf(
            loans.filter(({ score }) => score < 700),
            instant(600, 15_000),
            after,
          ),
        ],
      ]);
      expect(report.by_region.map(({ region, approvals }) => [region, approvals])).toEqual([[null, report.approvals]]);
      const { kept, lost, won } = report.approvals;
      console.log(`${name} ${options.join(" ")}: ${JSON.stringify({ kept, lost, won })}`);
      const swapped = name === "680" ? [lost, won] : [won, lost];
      expect(swapped[0]?.applications).toBeGreaterThan(100);
      expect(swapped[1]?.applications).toBe(0);
    }
  }

  test("as history, against the published policy: swap sets and bad rates equal a calculation from the file", {
    timeout,
  }, async () => {
    const loaded = jsonOf(await scoreline(home, "replay", "--history", file, "--map", map, "--json"));
    expect(loaded).toMatchObject({ read: 9_578, loaded: 9_578, refused: 0 });
    const outcomes = jsonOf(await scoreline(home, "outcomes", join(home.dir, "outcomes.csv"), "--json"));
    expect(outcomes).toMatchObject({ loaded: 9_578, refused: 0, without_application: 0 });
    jsonOf(await scoreline(home, "warehouse", "--no-dbt", "--json"));
    await expectFigures("--against", "consumer-loans@1");
  });

  test("as decided by the scorer, against what was recorded: the same figures", { timeout }, async () => {
    expect(jsonOf(await scoreline(home, "replay", file, "--map", map, "--json"))).toMatchObject({ accepted: 9_578 });
    expect(jsonOf(await scoreline(home, "warehouse", "--no-dbt", "--json"))).toMatchObject({
      loaded: { credit_scores: 9_578 },
    });
    await expectFigures();
  });
});
