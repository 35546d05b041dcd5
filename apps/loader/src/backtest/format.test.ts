import { expect, test } from "vitest";
import { formatReport } from "./format.ts";
import type { Report } from "./report.ts";
import { byRegion, byRiskLevel, type Cell, swapSetOf } from "./swapSet.ts";
import { transactionsReportOf } from "./transactions/report.ts";

const cell = (changes: Partial<Cell>): Cell => ({
  riskLevel: "Low",
  region: null,
  statusBefore: "Approved",
  statusAfter: "Approved",
  alertBefore: false,
  alertAfter: false,
  applications: 1_200,
  amount: 123_456_700n,
  booked: 1_000,
  exposure: 100_000_050n,
  rated: 800,
  bad: 100,
  ...changes,
});

function reportOf(cells: Cell[], changes: Partial<Report> = {}): Report {
  return {
    backtest_id: "0b2c6c3e-0000-4000-8000-000000000000",
    candidate: { file: "candidate.yaml", policy: "consumer-loans", sha256: "0123456789abcdef" },
    against: "recorded",
    from: null,
    to: null,
    first: "2026-01-01T00:00:00.000Z",
    last: "2026-02-01T00:00:00.000Z",
    historical: 50,
    compared: 1_950,
    held_by_exception: 3,
    newest: "2026-02-01T00:00:00.000Z",
    loaded_at: "2026-02-02T00:00:00.000Z",
    ...swapSetOf(cells),
    applications: 2_000,
    by_risk_level: byRiskLevel(cells),
    by_region: byRegion(cells),
    missing_inputs: [{ input: "dti", missing: 500, share: 0.25 }],
    transactions: null,
    seconds: 1.234,
    ...changes,
  };
}

const won = cell({
  statusBefore: "Under Review",
  applications: 7,
  amount: 70_000n,
  booked: 0,
  exposure: 0n,
  rated: 0,
  bad: 0,
});
const lost = cell({
  statusAfter: "Rejected",
  applications: 5,
  amount: 50_000n,
  booked: 4,
  exposure: 4n,
  rated: 3,
  bad: 1,
  alertAfter: true,
});

test("the swap set is told by count, money and bad rate, and what is not known is unknown", () => {
  const lines = formatReport(reportOf([cell({}), won, lost]))
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
  expect(lines).toContain("approvals before after kept lost won");
  expect(lines).toContain("count 1,205 1,207 1,200 5 7");
  expect(lines).toContain("amount 1,235,067.00 1,235,267.00 1,234,567.00 500.00 700.00");
  expect(lines).toContain("matured, known 803 800 800 3 0");
  expect(lines).toContain("bad 101 100 100 1 unknown");
  expect(lines).toContain("bad rate 12.58 % 12.50 % 12.50 % 33.33 % unknown");
  expect(lines).toContain("alerts before 0, after 5: 5 gained, 0 lost");
  expect(lines).toContain("Low 1,212 1,205 1,207 5 500.00 33.33 % 7 700.00 unknown 5 0");
  expect(lines).toContain("(not given) 1,212 1,205 1,207 5 500.00 33.33 % 7 700.00 unknown 5 0");
  expect(lines).toContain("dti 500 25.00 %");
});

test("what is not compared, and how fresh the warehouse is, is said", () => {
  const text = formatReport(reportOf([cell({})]));
  expect(text).toContain("1,950; 50 have no decision of record (compare them with --against VERSION)");
  expect(text).toContain("3 decisions, which hold under any policy");
  expect(text).toContain("newest application 2026-02-01T00:00:00.000Z, last load 2026-02-02T00:00:00.000Z");
  expect(formatReport(reportOf([], { compared: 2_000, newest: null, loaded_at: null }))).toContain(
    "newest application none, last load never",
  );
});

test("of many regions the largest are printed, and how many more there are", () => {
  const regions = Array.from({ length: 25 }, (_, index) =>
    cell({ region: `region-${index}`, applications: 100 - index }),
  );
  const text = formatReport(reportOf(regions));
  expect(text).toContain("region-19 ");
  expect(text).not.toContain("region-20");
  expect(text).toContain("and 5 more regions; --json has all");
});

test("card transactions have a section where there are some to tell of, and not a word where there are none", () => {
  expect(formatReport(reportOf([cell({})]))).not.toContain("transactions");
  const transactions = transactionsReportOf({ firstMs: 0, lastMs: 1, cells: [], rules: [] });
  expect(formatReport(reportOf([cell({})], { transactions }))).toContain("card transactions");
});
