import { expect, test } from "vitest";
import { minorUnitsOf } from "./money.ts";
import { byRegion, byRiskLevel, type Cell, swapSetOf } from "./swapSet.ts";

const cell = (changes: Partial<Cell>): Cell => ({
  riskLevel: "Medium",
  region: null,
  statusBefore: "Approved",
  statusAfter: "Approved",
  alertBefore: false,
  alertAfter: false,
  applications: 1,
  amount: 10_000n,
  booked: 0,
  exposure: 0n,
  rated: 0,
  bad: 0,
  ...changes,
});

const cells = [
  cell({ applications: 5, amount: 123_456n, booked: 4, exposure: 90_000n, rated: 3, bad: 1 }),
  cell({ applications: 2, statusAfter: "Rejected", alertAfter: true, booked: 2, exposure: 20_001n, rated: 2, bad: 2 }),
  cell({ applications: 1, statusAfter: "Under Review", riskLevel: "Low", region: "West" }),
  cell({ applications: 7, statusBefore: "Under Review", riskLevel: "Low", region: "East", alertBefore: true }),
  cell({ applications: 9, statusBefore: "Rejected", statusAfter: "Under Review", riskLevel: "High", region: "East" }),
];

test("approvals are kept, lost and won by count, money, exposure and bad rate", () => {
  const { applications, approvals } = swapSetOf(cells);
  expect(applications).toBe(24);
  expect(approvals.before).toMatchObject({
    applications: 8,
    amount: "1434.56",
    booked: 6,
    exposure: "1100.01",
    bad_rate: 0.6,
  });
  expect(approvals.kept).toEqual({
    applications: 5,
    amount: "1234.56",
    booked: 4,
    exposure: "900.00",
    rated: 3,
    bad: 1,
    bad_rate: 1 / 3,
  });
  expect(approvals.lost).toMatchObject({
    applications: 3,
    amount: "200.00",
    exposure: "200.01",
    rated: 2,
    bad: 2,
    bad_rate: 1,
  });
  expect(approvals.won).toMatchObject({ applications: 7, amount: "100.00", rated: 0, bad_rate: null });
  expect(approvals.after.applications).toBe(12);
});

test("alerts are counted whatever the approval", () => {
  expect(swapSetOf(cells).alerts).toEqual({ before: 7, after: 2, gained: 2, lost: 7 });
});

test("the parts of a swap set, by risk level or region, add up to it", () => {
  const risk = byRiskLevel(cells);
  expect(risk.map(({ risk_level, applications }) => [risk_level, applications])).toEqual([
    ["Low", 8],
    ["Medium", 7],
    ["High", 9],
  ]);
  const regions = byRegion(cells);
  expect(regions.map(({ region, applications }) => [region, applications])).toEqual([
    ["East", 16],
    [null, 7],
    ["West", 1],
  ]);
  for (const parts of [risk, regions]) {
    expect(parts.reduce((sum, part) => sum + part.approvals.lost.applications, 0)).toBe(3);
    expect(parts.reduce((sum, part) => sum + part.alerts.lost, 0)).toBe(7);
  }
});

test("a risk level that does not occur is left out, and nothing at all is a swap set of zeros", () => {
  expect(byRiskLevel([cell({})]).map(({ risk_level }) => risk_level)).toEqual(["Medium"]);
  expect(swapSetOf([])).toMatchObject({ applications: 0, approvals: { won: { amount: "0.00", bad_rate: null } } });
});

test("sums beyond what a double holds stay exact", () => {
  expect(minorUnitsOf("90071992547409.93")).toBe(9_007_199_254_740_993n);
  expect(minorUnitsOf("7")).toBe(700n);
  const amount = minorUnitsOf("90071992547409.93");
  expect(swapSetOf([cell({ amount }), cell({ amount: 1n })]).approvals.kept.amount).toBe("90071992547409.94");
});
