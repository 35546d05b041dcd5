import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Application, parseApplication } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { type Simulated, type SimulationOptions, simulateApplications, simulationDefaults } from "./applications.ts";

const nowMs = Date.UTC(2026, 0, 1);
const count = 6_000;

function take(wanted: number, options: Partial<SimulationOptions> = {}): Simulated[] {
  const source = simulateApplications({ seed: 7, ...simulationDefaults, ...options });
  return Array.from({ length: wanted }, () => source.next().value);
}

function sha256(applications: Simulated[]): string {
  return createHash("sha256")
    .update(applications.map(({ line }) => `${line}\n`).join(""))
    .digest("hex");
}

const sample = take(count);

function read({ line }: Simulated): Application {
  const parsed = parseApplication(JSON.parse(line), "http", nowMs);
  if (!parsed.ok) throw new Error(`${line}: ${JSON.stringify(parsed.failures)}`);
  return parsed.value;
}

const valid = sample.filter(({ kind }) => kind === "valid").map(read);

test("the same seed gives the same bytes, on any machine and on any day", () => {
  expect(sha256(take(1_000))).toBe("25c36f6230fda12da30e397ba40c88b771ad476e9f52cb9b7a58aaebe121adba");
  expect(sha256(take(1_000, { seed: 8 }))).not.toBe(sha256(take(1_000)));
});

test("two generators at work by turns do not disturb each other", () => {
  const one = simulateApplications({ seed: 7, ...simulationDefaults });
  const other = simulateApplications({ seed: 9, ...simulationDefaults });
  const lines = Array.from({ length: 500 }, () => {
    other.next();
    return one.next().value;
  });
  expect(sha256(lines)).toBe(sha256(sample.slice(0, 500)));
});

test("every valid application and every duplicate passes the contract over HTTP", () => {
  const passing = sample.filter(({ kind }) => kind !== "invalid");
  expect(passing.map(read)).toHaveLength(passing.length);
});

test("every invalid application fails the contract by the check it was made for, and by no other", () => {
  const kinds = new Set<string>();
  for (const simulated of sample) {
    if (simulated.kind !== "invalid") continue;
    const parsed = parseApplication(JSON.parse(simulated.line), "http", nowMs);
    expect(parsed.ok ? [] : parsed.failures.map(({ check }) => check), simulated.line).toEqual([simulated.check]);
    kinds.add(simulated.check);
  }
  expect(kinds.size).toBe(9);
});

test("the shares of invalid and duplicate applications are as asked, within four standard errors", () => {
  for (const [kind, share] of [
    ["invalid", simulationDefaults.invalidShare],
    ["duplicate", simulationDefaults.duplicateShare],
  ] as const) {
    const found = sample.filter((simulated) => simulated.kind === kind).length;
    expect(Math.abs(found - count * share)).toBeLessThan(4 * Math.sqrt(count * share * (1 - share)));
  }
  expect(new Set(take(500, { invalidShare: 1 }).map(({ kind }) => kind))).toEqual(new Set(["invalid"]));
  expect(new Set(take(500, { invalidShare: 0, duplicateShare: 0 }).map(({ kind }) => kind))).toEqual(
    new Set(["valid"]),
  );
});

test("a duplicate repeats an earlier valid application, some with the same content and some with other", () => {
  const first = new Map<string, string>();
  const repeats = { same: 0, other: 0 };
  for (const simulated of sample) {
    if (simulated.kind === "invalid") continue;
    const id = read(simulated).application_id;
    const original = first.get(id);
    expect(original === undefined).toBe(simulated.kind === "valid");
    if (original === undefined) first.set(id, simulated.line);
    else repeats[original === simulated.line ? "same" : "other"]++;
  }
  expect(repeats.same).toBeGreaterThan(15);
  expect(repeats.other).toBeGreaterThan(15);
});

test("1 to 3 % of the valid applications are risky, whatever the number of users", () => {
  for (const users of [1, 30, simulationDefaults.users]) {
    const applications = take(4_000, { users, invalidShare: 0, duplicateShare: 0 }).map(read);
    const risky = applications.filter((one) => one.credit_score < 450 && one.loan_amount_minor > 1_500_000).length;
    expect(risky / applications.length).toBeGreaterThan(0.01);
    expect(risky / applications.length).toBeLessThan(0.03);
  }
});

test("the warehouse's gazetteer knows where every user lives", () => {
  const gazetteer = readFileSync(new URL("../../../../warehouse/seeds/regions.csv", import.meta.url), "utf8");
  const regions = new Set(valid.map(({ applicant }) => applicant?.region));
  expect(regions.size).toBeGreaterThan(45);
  for (const region of regions) expect(gazetteer).toContain(`\n${region},US,${region},`);
});

test("a user keeps name, age, gender, region and income, and scores within a narrow band", () => {
  const scores = new Map<string, number[]>();
  const people = new Map<string, Set<string>>();
  for (const { user_id, credit_score, applicant, attributes } of valid) {
    scores.set(user_id, [...(scores.get(user_id) ?? []), credit_score]);
    people.set(user_id, (people.get(user_id) ?? new Set()).add(JSON.stringify([applicant, attributes?.annual_income])));
  }
  expect(Math.max(...[...people.values()].map(({ size }) => size))).toBe(1);
  expect(Math.max(...[...scores.values()].map((all) => Math.max(...all) - Math.min(...all)))).toBeLessThan(145);
  const centres = [...scores.values()].map(([score]) => score ?? 0);
  expect(Math.max(...centres) - Math.min(...centres)).toBeGreaterThan(400);
});

test("two seeds share no application and no user", () => {
  const others = take(2_000, { seed: 8 })
    .filter(({ kind }) => kind === "valid")
    .map(read);
  const ids = new Set(valid.flatMap(({ application_id, user_id }) => [application_id, user_id]));
  expect(others.filter(({ application_id, user_id }) => ids.has(application_id) || ids.has(user_id))).toEqual([]);
});

test("timestamps rise", () => {
  const times = valid.map(({ timestamp_ms }) => timestamp_ms);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times[0]).toBeGreaterThan(simulationDefaults.startMs);
});
